"""Entries of Trakt's "export my data", which are those of its API.

Plays are told one by one by ``history``; ``watched`` sums them up. Where both are read, a sum adds
only the films and episodes of which the history tells no play.
"""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import PurePosixPath
from typing import Any, Final

from app.adapters.facts import UnusableRow
from app.adapters.history_files.records import (
    TRAKT,
    HistoryLayout,
    Reading,
    RowEvents,
    UnknownLayout,
    Unrecognised,
    checked,
    episode_of,
    mark,
    play,
    subject_of,
)
from app.adapters.history_files.values import (
    episode_number_of,
    id_of,
    imdb_id_of,
    moment_of,
    name_of,
    plays_of,
    rating_of,
    season_of,
    year_of,
)
from app.domain.catalogue.titles import MediaKind
from app.domain.people.ledger import About, EventKind

Entry = Mapping[str, Any]

EXPECTED: Final = (
    "Trakt: a JSON list whose entries have watched_at, last_watched_at, rated_at or listed_at, "
    "and movie or show"
)
_OTHERS: Final = {
    "collected_at": "a collection",
    "hidden_at": "a list of hidden titles",
    "comment": "a list of comments",
    "progress": "a list of unfinished plays",
}


def layout_of(path: str, entry: object) -> HistoryLayout:
    """By the first entry of a list; favourites and watchlist, alike inside, by the file's name.

    Raises `Unrecognised`.
    """
    if not isinstance(entry, Mapping):
        raise UnknownLayout("a JSON list of something else than objects")
    if "watched_at" in entry:
        return HistoryLayout("Trakt history", TRAKT, 0, _history)
    if "last_watched_at" in entry or "plays" in entry:
        of = "shows" if "show" in entry else "movies"
        return HistoryLayout(f"Trakt watched {of}", TRAKT, 1, _watched)
    if "rated_at" in entry or "rating" in entry:
        if entry.get("type") in ("season", "episode"):
            raise Unrecognised(f"ratings of {entry['type']}s; those of films and series are kept")
        return HistoryLayout("Trakt ratings", TRAKT, 2, _ratings)
    for column, what in _OTHERS.items():
        if column in entry:
            raise Unrecognised(what)
    if "listed_at" in entry:
        return _list_layout(path)
    raise UnknownLayout("JSON of something else")


def _list_layout(path: str) -> HistoryLayout:
    name = PurePosixPath(path).name.casefold()
    if "watchlist" in name:
        return HistoryLayout("Trakt watchlist", TRAKT, 3, _watchlist)
    if "favorite" in name or "favourite" in name:
        return HistoryLayout("Trakt favorites", TRAKT, 4, _favorites)
    raise Unrecognised(
        "a Trakt list that is neither the watchlist nor the favorites by its name: "
        "keep the name that the file had in the export"
    )


def _history(entry: Entry, reading: Reading) -> RowEvents:
    """One play. Its number at Trakt is its identity, wherever it is met again."""
    about, subject = _title(entry)
    at = moment_of(entry.get("watched_at"), reading.now)
    number = _number_of(entry.get("id"))
    record = str(number) if number else ""
    season = episode = None
    if about.kind is MediaKind.TV:
        season, episode = _numbers(entry.get("episode"))
        reading.played.add(episode_of(subject, season, episode))
    reading.played.add(subject)
    return [play(TRAKT, about, at, subject=subject, record=record, season=season, episode=episode)]


def _watched(entry: Entry, reading: Reading) -> RowEvents:
    about, subject = _title(entry)
    seasons = entry.get("seasons")
    if about.kind is MediaKind.TV and seasons:
        return _episodes(about, subject, seasons, reading)
    if subject in reading.played:
        return []
    at = moment_of(entry.get("last_watched_at"), reading.now)
    # The plays of a series are those of its episodes.
    plays = plays_of(entry.get("plays")) if about.kind is MediaKind.MOVIE else 1
    return [play(TRAKT, about, at, subject=subject, once=True, plays=plays)]


def _episodes(about: About, subject: str, seasons: object, reading: Reading) -> RowEvents:
    events: RowEvents = []
    for season in _list_of("seasons", seasons):
        of_season = season_of(season.get("number"))
        for each in _list_of("episodes", season.get("episodes")):
            number, episode = _numbers({"season": of_season, "number": each.get("number")})
            if episode_of(subject, number, episode) in reading.played:
                continue
            at = moment_of(each.get("last_watched_at"), reading.now)
            events.append(
                play(
                    *(TRAKT, about, at),
                    subject=subject,
                    once=True,
                    plays=plays_of(each.get("plays")),
                    season=number,
                    episode=episode,
                )
            )
    return events


def _ratings(entry: Entry, reading: Reading) -> RowEvents:
    rating = rating_of(entry.get("rating"))
    if rating is None:
        raise UnusableRow("no rating")
    about, subject = _whole_title(entry)
    at = moment_of(entry.get("rated_at"), reading.now)
    return [mark(EventKind.RATED, TRAKT, about, at, subject=subject, rating=rating)]


def _watchlist(entry: Entry, reading: Reading) -> RowEvents:
    return _listed(EventKind.WATCHLISTED, entry, reading)


def _favorites(entry: Entry, reading: Reading) -> RowEvents:
    return _listed(EventKind.LOVED, entry, reading)


def _listed(kind: EventKind, entry: Entry, reading: Reading) -> RowEvents:
    about, subject = _whole_title(entry)
    at = moment_of(entry.get("listed_at"), reading.now)
    return [mark(kind, TRAKT, about, at, subject=subject)]


def _whole_title(entry: Entry) -> tuple[About, str]:
    """As `_title`, where a season or an episode can't be meant for the series."""
    if entry.get("type") in ("season", "episode"):
        raise UnusableRow(f"about one {entry['type']}; films and series are kept")
    return _title(entry)


def _title(entry: Entry) -> tuple[About, str]:
    """The film or series, and what it is called in keys: its number at Trakt, which stays."""
    kind = MediaKind.MOVIE if entry.get("movie") else MediaKind.TV
    facts = entry.get("movie") or entry.get("show")
    if not isinstance(facts, Mapping):
        raise UnusableRow("neither a film nor a series")
    ids = facts.get("ids")
    if not isinstance(ids, Mapping):
        ids = {}
    about = checked(
        About(
            kind,
            tmdb_id=_number_of(ids.get("tmdb")),
            imdb_id=_imdb_id_of(ids.get("imdb")),
            tvdb_id=_number_of(ids.get("tvdb")) if kind is MediaKind.TV else None,
            name=name_of(facts.get("title")),
            year=year_of(facts.get("year")),
        )
    )
    number = _number_of(ids.get("trakt"))
    return about, f"{kind.value}-trakt-{number}" if number else subject_of(about)


def _number_of(value: object) -> int | None:
    """An id of Trakt's. A wrong one is left out: others say the same, and nobody could mend it."""
    with suppress(UnusableRow):
        return id_of("id", value)
    return None


def _imdb_id_of(value: object) -> str:
    """The same for IMDb's."""
    with suppress(UnusableRow):
        return imdb_id_of(value)
    return ""


def _numbers(episode: object) -> tuple[int, int]:
    """Season and episode."""
    if not isinstance(episode, Mapping):
        raise UnusableRow("a play of a series without its episode")
    season = season_of(episode.get("season"))
    number = episode_number_of(episode.get("number"))
    if season is None or number is None:
        raise UnusableRow("an episode without its number")
    return season, number


def _list_of(what: str, values: object) -> list[Entry]:
    if not isinstance(values, list) or not all(isinstance(value, Mapping) for value in values):
        raise UnusableRow(f"{what} is no list of objects")
    return values
