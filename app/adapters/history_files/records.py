"""Events as a file tells them, and the keys by which the same record is known again.

A key is ``source/kind/title``, of an episode with ``/s1e2``, and of what can happen again with the
time behind it: ``letterboxd/watched/8c0e…/1728432000``. What a source holds once per title (a
rating, the watchlist) has no time in its key, so that a later file replaces it.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Final

from app.adapters.facts import UnusableRow
from app.domain.catalogue.titles import MediaKind
from app.domain.people.ledger import About, Event, EventKind

TRAKT: Final = "trakt-file"
"""Not ``trakt``: syncing an account takes out what that account doesn't hold, which must not happen
to a file's entries (of an older account, say). Plays told by both have the same moments."""

LETTERBOXD: Final = "letterboxd"
IMDB: Final = "imdb"
MOVIELENS: Final = "movielens"
CSV: Final = "csv"


@dataclass(slots=True)
class Reading:
    """What is known while a file, or all files of an archive, are read.

    `now` is in Unix seconds. `played` holds the titles and episodes whose plays were told one
    by one: a summary of the same source (Letterboxd's list of films watched, Trakt's sums of plays)
    adds only what is not among them, so that no play counts twice. `layouts` are those of all
    files that are read together. `links` and `person` are MovieLens's: its numbers of films, and
    whose ratings are meant.
    """

    now: float
    layouts: frozenset[str] = frozenset()
    person: str = ""
    played: set[str] = field(default_factory=set)
    links: dict[str, About] = field(default_factory=dict)


RowEvents = list[Event | str]
"""What one row tells: events, and in words what of it could not be kept."""


@dataclass(frozen=True, slots=True)
class HistoryLayout:
    """What a file's rows or entries mean.

    `told` reads one of them, wholly or not at all: it raises `UnusableRow`. The files of an archive
    are read by ascending `order`.
    """

    name: str
    source: str
    order: int
    told: Callable[[Mapping[str, Any], Reading], RowEvents]
    unread: tuple[str, ...] = ()


class Unrecognised(Exception):
    """A file isn't read; the message says why, as what comes behind "it is"."""


class UnknownLayout(Unrecognised):
    """It could be read, but for its layout."""


def checked(about: About) -> About:
    """Itself; raises `UnusableRow` where nothing tells which title it is."""
    if not (about.tmdb_id or about.imdb_id or about.tvdb_id or about.name):
        raise UnusableRow("neither an id nor a name")
    return about


def subject_of(about: About) -> str:
    """A title within one source: by its first id, else by name and year."""
    if about.tmdb_id:
        return f"{about.kind.value}-{about.tmdb_id}"
    if about.imdb_id:
        return about.imdb_id
    if about.tvdb_id:
        return f"tvdb-{about.tvdb_id}"
    name = unicodedata.normalize("NFC", about.name.casefold())
    text = f"{about.kind.value}\n{name}\n{about.year or ''}"
    return blake2b(text.encode(), digest_size=16).hexdigest()


def episode_of(subject: str, season: int, episode: int) -> str:
    """An episode of a series."""
    return f"{subject}/s{season}e{episode}"


def play(  # noqa: PLR0913  # what a play is
    source: str,
    about: About,
    at: int,
    *,
    subject: str = "",
    record: str = "",
    once: bool = False,
    plays: int = 1,
    season: int | None = None,
    episode: int | None = None,
) -> Event:
    """A play at a time, 0 where that is unknown.

    `record` is the source's own number of it. `once`: the source tells of the title only once.
    """
    title = subject or subject_of(about)
    if season is not None and episode is not None:
        title = episode_of(title, season, episode)
    when = f"/{at}" if at and not once else ""
    return Event(
        key=f"{source}/{EventKind.WATCHED.value}/{record or title + when}",
        kind=EventKind.WATCHED,
        about=about,
        at=at,
        source=source,
        plays=plays,
        season=season,
        episode=episode,
    )


def mark(
    kind: EventKind,
    source: str,
    about: About,
    at: int,
    *,
    subject: str = "",
    rating: int | None = None,
    again: bool = False,
) -> Event:
    """A rating, love or watchlist entry; `again` where a source may hold several of a title."""
    key = f"{source}/{kind.value}/{subject or subject_of(about)}"
    return Event(
        key=f"{key}/{at}" if again and at else key,
        kind=kind,
        about=about,
        at=at,
        source=source,
        rating=rating,
    )


def film(**facts: Any) -> About:  # noqa: ANN401  # the fields of `About`
    """A film. Raises `UnusableRow`."""
    return checked(About(MediaKind.MOVIE, **facts))
