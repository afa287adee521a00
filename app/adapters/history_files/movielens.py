"""MovieLens: ratings in half stars by numbers of its own, and the links from these to other ids."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

from app.adapters.dumps.csv_rows import Row
from app.adapters.facts import UnusableRow
from app.adapters.history_files.records import (
    MOVIELENS,
    HistoryLayout,
    Reading,
    RowEvents,
    film,
    mark,
)
from app.adapters.history_files.values import id_of, imdb_id_of, moment_of, name_of, stars_of
from app.domain.catalogue.dumps import Refusal
from app.domain.errors import InvalidInput
from app.domain.people.ledger import About, Event, EventKind

EXPECTED: Final = (
    "MovieLens: userId, movieId, rating, timestamp, with links.csv: movieId, imdbId, tmdbId"
)
LINKS: Final = "MovieLens links"
RATINGS: Final = "MovieLens ratings"
_RATINGS: Final = frozenset({"userid", "movieid", "rating", "timestamp"})
_LINKS: Final = frozenset({"movieid", "imdbid", "tmdbid"})
_EXPORT: Final = _LINKS | {"rating", "averagerating"}
_MOST_NAMED: Final = 5


def layout_of(columns: frozenset[str]) -> HistoryLayout | None:
    """Ratings of several people, the links (which are read first), or a member's own export."""
    if columns >= _RATINGS:
        return HistoryLayout(RATINGS, MOVIELENS, 1, _rated)
    if columns >= _EXPORT:
        return HistoryLayout("MovieLens export", MOVIELENS, 1, _exported)
    if columns >= _LINKS and "rating" not in columns:
        return HistoryLayout(LINKS, MOVIELENS, 0, _link)
    return None


def person_of(rows: Iterable[tuple[int, Row | Refusal]], wanted: str | None, name: str) -> str:
    """Whose ratings are read: the one wanted, or the only one there is.

    Raises `InvalidInput` where that person has none, or there are several and none was named.
    """
    people = dict.fromkeys(_people(rows))
    if wanted is not None and wanted.strip() in people:
        return wanted.strip()
    some = ", ".join(repr(person[:20]) for person in list(people)[:_MOST_NAMED])
    more = f"{some}, …" if len(people) > _MOST_NAMED else some
    if wanted is not None:
        raise InvalidInput(f"user_id {wanted[:20]!r} has no ratings in {name}; there are {more}")
    if len(people) > 1:
        raise InvalidInput(
            f"{name} holds ratings of {len(people)} people: say by user_id whose are to be "
            f"imported ({more})"
        )
    return next(iter(people), "")


def _people(rows: Iterable[tuple[int, Row | Refusal]]) -> Iterator[str]:
    for _, row in rows:
        if not isinstance(row, Refusal):
            yield row["userid"].strip()


def _link(row: Row, reading: Reading) -> RowEvents:
    """Those without any id, or with a wrong one, are told where a rating needs them."""
    with suppress(UnusableRow):
        reading.links[row["movieid"].strip()] = _linked(row)
    return []


def _rated(row: Row, reading: Reading) -> RowEvents:
    """Rows of other people are passed over."""
    if row["userid"].strip() != reading.person:
        return []
    about = reading.links.get(row["movieid"].strip())
    if about is None:
        raise UnusableRow(f"movieId {row['movieid'][:20]!r} has no usable ids in the links")
    return [_rating(row, about, moment_of(row["timestamp"], reading.now))]


def _exported(row: Row, _: Reading) -> RowEvents:
    return [_rating(row, _linked(row), 0)]


def _rating(row: Row, about: About, at: int) -> Event:
    rating = stars_of(row["rating"])
    if rating is None:
        raise UnusableRow("no rating")
    return mark(EventKind.RATED, MOVIELENS, about, at, rating=rating)


def _linked(row: Row) -> About:
    return film(
        tmdb_id=id_of("tmdbId", row["tmdbid"]),
        imdb_id=imdb_id_of(row["imdbid"]),
        name=name_of(row.get("title")),
    )
