"""IMDb's exports: ratings, and lists such as the watchlist."""

from typing import Final

from app.adapters.dumps.csv_rows import Row, spelled
from app.adapters.facts import UnusableRow
from app.adapters.history_files.records import (
    IMDB,
    HistoryLayout,
    Reading,
    RowEvents,
    checked,
    mark,
)
from app.adapters.history_files.values import imdb_id_of, moment_of, name_of, rating_of, year_of
from app.domain.catalogue.titles import MediaKind
from app.domain.people.ledger import About, EventKind

EXPECTED: Final = "IMDb: Const, Your Rating, or Position, Const"
_FILMS: Final = frozenset(
    (
        *("", "movie", "featurefilm", "tvmovie", "tvspecial", "short", "shortfilm", "tvshort"),
        *("video", "videomovie", "musicvideo", "documentary"),
    )
)
_SERIES: Final = frozenset(("tvseries", "tvminiseries", "miniseries"))


def layout_of(columns: frozenset[str]) -> HistoryLayout | None:
    """A list has positions; a rating in it is a rating, what has none is to be watched."""
    if "const" not in columns:
        return None
    if "position" in columns:
        return HistoryLayout("IMDb list or watchlist", IMDB, 1, _listed)
    return HistoryLayout("IMDb ratings", IMDB, 0, _rated) if "yourrating" in columns else None


def _rated(row: Row, reading: Reading) -> RowEvents:
    rating = rating_of(row["yourrating"])
    if rating is None:
        raise UnusableRow("no rating")
    at = moment_of(row.get("daterated"), reading.now)
    return [mark(EventKind.RATED, IMDB, _title(row), at, rating=rating)]


def _listed(row: Row, reading: Reading) -> RowEvents:
    if row.get("yourrating"):
        return _rated(row, reading)
    at = moment_of(row.get("created"), reading.now)
    return [mark(EventKind.WATCHLISTED, IMDB, _title(row), at)]


def _title(row: Row) -> About:
    kind = spelled(row.get("titletype", ""))
    if kind not in _FILMS and kind not in _SERIES:
        raise UnusableRow(f"title type {row['titletype'][:60]!r} is neither a film nor a series")
    imdb_id = imdb_id_of(row["const"])
    if not imdb_id:
        raise UnusableRow("no IMDb id in the column Const")
    return checked(
        About(
            MediaKind.TV if kind in _SERIES else MediaKind.MOVIE,
            imdb_id=imdb_id,
            name=name_of(row.get("title")),
            year=year_of(row.get("year")),
        )
    )
