"""Entries of Trakt's lists as events of the ledger.

A single fact that can't be used (a wrong id, a date in the future) is left out. An entry whose
identity can't be told makes the answer nonsense: left out quietly, it would look like one that its
person removed.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final, TypeVar

from app.adapters.facts import UnusableRow
from app.adapters.history_files.values import (
    episode_number_of,
    id_of,
    imdb_id_of,
    moment_of,
    name_of,
    rating_of,
    season_of,
    year_of,
)
from app.adapters.upstream.answers import Unanswered
from app.domain.catalogue.titles import MediaKind
from app.domain.people.ledger import About, Event, EventKind

SOURCE: Final = "trakt"
Entry = Mapping[str, object]
_KINDS: Final = {"movie": MediaKind.MOVIE, "show": MediaKind.TV, "episode": MediaKind.TV}
_NOTHING: Final[Entry] = {}
_V = TypeVar("_V")


def play(entry: Entry, now: float) -> Event | None:
    """A play of the history; None for what is neither film nor episode. `now`: Unix seconds.

    Raises `Unanswered`.
    """
    kind = entry.get("type")
    if kind not in ("movie", "episode"):
        return None
    about, _ = _title(entry, "movie" if kind == "movie" else "show")
    season = number = None
    if kind == "episode":
        episode = _object(entry, "episode")
        season = _or(None, lambda: season_of(episode.get("season")))
        number = _or(None, lambda: episode_number_of(episode.get("number")))
        if season is None or number is None:
            raise Unanswered("an episode without its number", again=False)
    return Event(
        key=f"{SOURCE}:history:{_number(entry.get('id'))}",
        kind=EventKind.WATCHED,
        about=about,
        at=_at(entry.get("watched_at"), now),
        source=SOURCE,
        season=season,
        episode=number,
    )


def rated(entry: Entry, now: float) -> Event | None:
    """A rating; None for one of a season or an episode, and for no number from 1 to 10.

    Raises `Unanswered`.
    """
    rating = _or(None, lambda: rating_of(entry.get("rating")))
    return None if rating is None else _mark(EventKind.RATED, entry, "rated_at", now, rating)


def watchlisted(entry: Entry, now: float) -> Event | None:
    """An entry of the watchlist; None for a season or an episode. Raises `Unanswered`."""
    return _mark(EventKind.WATCHLISTED, entry, "listed_at", now)


def loved(entry: Entry, now: float) -> Event | None:
    """An entry of the favourites. Raises `Unanswered`."""
    return _mark(EventKind.LOVED, entry, "listed_at", now)


def _mark(
    kind: EventKind, entry: Entry, when: str, now: float, rating: int | None = None
) -> Event | None:
    of = entry.get("type")
    if of not in ("movie", "show"):
        return None
    about, number = _title(entry, str(of))
    return Event(
        key=f"{SOURCE}:{kind.value}:{about.kind.value}:{number}",
        kind=kind,
        about=about,
        at=_at(entry.get(when), now),
        source=SOURCE,
        rating=rating,
    )


def _title(entry: Entry, of: str) -> tuple[About, int]:
    """The film or series, and its number at Trakt, which films and series use both."""
    facts = _object(entry, of)
    ids = _object(facts, "ids")
    kind = _KINDS[of]
    about = About(
        kind,
        tmdb_id=_or(None, lambda: id_of("id", ids.get("tmdb"))),
        imdb_id=_or("", lambda: imdb_id_of(ids.get("imdb"))),
        tvdb_id=_or(None, lambda: id_of("id", ids.get("tvdb"))) if kind is MediaKind.TV else None,
        name=_or("", lambda: name_of(facts.get("title"))),
        year=_or(None, lambda: year_of(facts.get("year"))),
    )
    number = _number(ids.get("trakt"))
    if not (about.tmdb_id or about.imdb_id or about.tvdb_id or about.name):
        # An event must say something: by this a person finds it at Trakt.
        about = About(kind, name=f"Trakt {of} {number}")
    return about, number


def _at(value: object, now: float) -> int:
    """Unix seconds; 0 for the start of 1970, as Trakt writes "unknown", and for what can't be."""
    return _or(0, lambda: moment_of(value, now))


def _number(value: object) -> int:
    number = _or(None, lambda: id_of("id", value))
    if number is None:
        raise Unanswered("an entry without its number", again=False)
    return number


def _object(entry: Entry, name: str) -> Entry:
    found = entry.get(name)
    if isinstance(found, Mapping):
        return found
    if name == "ids":
        return _NOTHING
    raise Unanswered(f"an entry without its {name}", again=False)


def _or(unknown: _V, read: Callable[[], _V]) -> _V:
    with suppress(UnusableRow):
        return read()
    return unknown
