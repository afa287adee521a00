"""A CSV file of no known service: its columns by their names, in any order.

A row is something that was seen; one with a rating is a rating as well. Ids, name and year of a row
with an episode are the series'.
"""

from functools import partial
from typing import Final

from app.adapters.dumps.csv_rows import Row, spelled
from app.adapters.facts import UnusableRow
from app.adapters.history_files.contents import printable
from app.adapters.history_files.records import (
    CSV,
    HistoryLayout,
    Reading,
    RowEvents,
    checked,
    mark,
    play,
)
from app.adapters.history_files.values import (
    episode_number_of,
    id_of,
    imdb_id_of,
    moment_of,
    name_of,
    rating_of,
    season_of,
    stars_of,
    year_of,
)
from app.domain.catalogue.titles import MediaKind
from app.domain.people.ledger import About, EventKind

EXPECTED: Final = (
    "any other CSV: tmdb_id with type (movie or tv), imdb_id, tvdb_id, or title and year; "
    "rating (1 to 10) or stars (0.5 to 5), watched_at, season, episode"
)
_NAMES: Final = {
    "tmdb": ("tmdbid", "tmdb"),
    "imdb": ("imdbid", "imdb"),
    "tvdb": ("tvdbid", "tvdb"),
    "type": ("type", "mediatype", "kind"),
    "name": ("title", "name"),
    "year": ("year", "releaseyear"),
    "stars": ("stars", "rating5"),
    "rating": ("rating10", "rating", "yourrating", "myrating"),
    "at": ("watchedat", "date", "watcheddate", "datewatched", "lastwatchedat"),
    "season": ("season", "seasonnumber"),
    "episode": ("episode", "episodenumber"),
}
_MOST_NAMED: Final = 40
_IDS: Final = ("tmdb", "imdb", "tvdb")
_CATALOGUE: Final = frozenset(("votecount", "voteaverage", "overview", "genres", "movieid"))
_KINDS: Final = {
    **dict.fromkeys(("movie", "movies", "film", "films", "m"), MediaKind.MOVIE),
    **dict.fromkeys(
        ("tv", "show", "shows", "series", "tvshow", "tvseries", "tvminiseries", "episode"),
        MediaKind.TV,
    ),
}


def layout_of(columns: list[str], header: list[str]) -> HistoryLayout | None:
    """Where the columns tell titles, and that these were seen rather than listed in a catalogue."""
    fields: dict[str, str] = {}
    for field, names in _NAMES.items():
        if found := [name for name in names if name in columns]:
            fields[field] = found[0]
    personal = fields.keys() & {"rating", "stars", "at"}
    if not personal and (_CATALOGUE.intersection(columns) or "id" in columns):
        return None
    if not fields.keys() & {*_IDS} and not ("name" in fields and (personal or "year" in fields)):
        return None
    read = set(fields.values())
    unread = [
        printable(name[:60])
        for name, column in zip(header, columns, strict=True)
        if name and column not in read
    ]
    return HistoryLayout(
        "CSV by its columns", CSV, 0, partial(_told, fields), tuple(unread[:_MOST_NAMED])
    )


def _told(fields: dict[str, str], row: Row, reading: Reading) -> RowEvents:
    values = {field: row[column].strip() for field, column in fields.items()}
    season = season_of(values.get("season"))
    episode = episode_number_of(values.get("episode"))
    if (season is None) is not (episode is None):
        raise UnusableRow("season and episode are only of use together")
    rating = stars_of(values.get("stars"))
    if rating is None:
        rating = rating_of(values.get("rating"))
    about = _about(values, is_episode=season is not None)
    at = moment_of(values.get("at"), reading.now)
    told: RowEvents = [play(CSV, about, at, season=season, episode=episode)]
    if rating is not None and season is not None:
        told.append("the play is kept, its rating not: films and series are rated, not episodes")
    elif rating is not None:
        told.append(mark(EventKind.RATED, CSV, about, at, rating=rating, again=True))
    return told


def _about(values: dict[str, str], *, is_episode: bool) -> About:
    kind = _kind(values, is_episode=is_episode)
    tvdb_id = id_of("TVDB id", values.get("tvdb"))
    return checked(
        About(
            kind,
            tmdb_id=id_of("TMDB id", values.get("tmdb")),
            imdb_id=imdb_id_of(values.get("imdb")),
            tvdb_id=tvdb_id if kind is MediaKind.TV else None,
            name=name_of(values.get("name")),
            year=year_of(values.get("year")),
        )
    )


def _kind(values: dict[str, str], *, is_episode: bool) -> MediaKind:
    """Film or series. A TMDB number alone doesn't tell: the two share their numbers."""
    text = values.get("type", "")
    kind = _KINDS.get(spelled(text))
    if text and kind is None:
        raise UnusableRow(f"type {text[:60]!r} is neither movie nor tv")
    if is_episode:
        if kind is MediaKind.MOVIE:
            raise UnusableRow("a film has no episodes")
        return MediaKind.TV
    if kind is not None:
        return kind
    if values.get("tmdb"):
        raise UnusableRow("a TMDB number is a film's or a series': say which by a column type")
    return MediaKind.TV if values.get("tvdb") and not values.get("imdb") else MediaKind.MOVIE
