"""The ledger: what a person watched, rated, loved, put aside. Events, each of them told once."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.catalogue.titles import MediaKind


class EventKind(StrEnum):
    """What happened. `UNWATCHED` takes back what was told as watched until then, by any source.

    `SHOWN` and `OPENED` tell what became of a list; see `FEEDBACK`.
    """

    WATCHED = "watched"
    UNWATCHED = "unwatched"
    RATED = "rated"
    LOVED = "loved"
    WATCHLISTED = "watchlisted"
    DISMISSED = "dismissed"
    SHOWN = "shown"
    OPENED = "opened"


FEEDBACK: Final = frozenset({EventKind.SHOWN, EventKind.OPENED})
"""Kinds that tell of watcher's own lists, and nothing of a person's history."""


@dataclass(frozen=True, slots=True)
class About:
    """The film or series of an event, by whatever its source knows of it.

    Unknown are None and the empty string. At least one id or a name is there. `imdb_id` is
    ``tt`` and digits; `tvdb_id` is of a series.
    """

    kind: MediaKind
    tmdb_id: int | None = None
    imdb_id: str = ""
    tvdb_id: int | None = None
    name: str = ""
    year: int | None = None


def has_no_id(about: About) -> bool:
    """Whether only its name tells what it is."""
    return about.tmdb_id is None and not about.imdb_id and about.tvdb_id is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One entry. `key` is its identity within a profile: the same record gives the same key.

    `at` is in Unix seconds, 0 where the source doesn't tell. `source` is a short name such as
    ``trakt``, ``letterboxd``, ``hand``. `rating` is 1 to 10, for `RATED` only, where None takes
    a rating back. `season` and `episode` are set where an episode of a series was watched; season 0
    holds specials. `plays` is 1 or more.
    """

    key: str
    kind: EventKind
    about: About
    at: int
    source: str
    rating: int | None = None
    plays: int = 1
    season: int | None = None
    episode: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person of the household.

    `token_hash` is SHA-256 of the token, in hex; the token itself isn't kept. `id` is 16 hex
    digits. `created_at` is in Unix seconds.
    """

    id: str
    name: str
    created_at: float
    token_hash: str
