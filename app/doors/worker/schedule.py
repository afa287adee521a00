"""When the worker does what by itself: one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind
from app.domain.errors import Damaged
from app.domain.job_kinds import (
    EMBED_FULL,
    EMBED_ITEM,
    FETCH_NAMED,
    FOLLOW_EXPORT,
    LOAD_SAMPLE,
    REBUILD_INDEX,
    REFRESH_TMDB,
    RETRY_FAILED,
    SYNC_TMDB,
    SYNC_TRAKT,
)
from app.services.accounts.linking import TRAKT
from app.services.catalogue.sync_state import SyncState, read_state
from app.services.index import rebuild

_HOUR: Final = 3600.0
_DAY: Final = 24 * _HOUR
_BOTH: Final = (MediaKind.MOVIE, MediaKind.TV)


@dataclass(frozen=True, slots=True)
class Entry:
    """A job kind, how many seconds between two looks, and whether a look finds work to do.

    `fed`: jobs of the kinds before it in the table make work for it, so it is looked at after them.
    """

    kind: str
    every: float
    wanted: Callable[[Services], bool]
    arguments: Mapping[str, str] = field(default_factory=dict)
    fed: bool = True


@dataclass(frozen=True, slots=True)
class Lane:
    """Kinds of jobs that run one after the other, beside those of the other lanes.

    A first crawl takes hours: what it brings must become findable meanwhile.
    """

    name: str
    kinds: tuple[str, ...]


LANES: Final = (
    Lane("fetch", (SYNC_TMDB, FETCH_NAMED, FOLLOW_EXPORT, REFRESH_TMDB, RETRY_FAILED)),
    Lane("embed", (LOAD_SAMPLE, EMBED_ITEM, EMBED_FULL)),
    Lane("people", (SYNC_TRAKT,)),
    Lane("index", (REBUILD_INDEX,)),
)


def passed(now: float, since: float, seconds: float) -> bool:
    """Whether it is that long since then; a time in the future was written by a wrong clock."""
    return not 0 <= now - since < seconds


def _catalogue_is_empty(services: Services) -> bool:
    if services.settings.tmdb_is_set:
        return False
    return next(iter(services.titles.scan(1)), None) is None


def _titles_lack_vectors(services: Services) -> bool:
    titles = sum(services.titles.count().values())
    return titles != services.vectors.status(services.embedder.model).count


def _always(_services: Services) -> bool:
    return True


def _index_is_due(services: Services) -> bool:
    return bool(rebuild.is_due(services.vectors, services.publisher, services.embedder.model))


def _first_index_is_due(services: Services) -> bool:
    try:
        if services.publisher.current() is not None:
            return False
    except Damaged:  # there was one
        return False
    return bool(services.vectors.status(services.embedder.model).count)


def _states(services: Services) -> list[SyncState]:
    """How far each kind is; none where there is no key to fetch with."""
    if not services.settings.tmdb_is_set:
        return []
    return [read_state(services.state, kind) for kind in _BOTH]


def _sync_is_due(services: Services) -> bool:
    now = services.clock.now()
    states = _states(services)
    return any(one.open is not None or passed(now, one.synced_at, 6 * _HOUR) for one in states)


def _following_is_due(services: Services) -> bool:
    now = services.clock.now()
    return any(s.cursor and passed(now, s.followed_at, 7 * _DAY) for s in _states(services))


def _refresh_is_due(services: Services) -> bool:
    now = services.clock.now()
    return any(s.cursor and passed(now, s.refreshed_at, _DAY) for s in _states(services))


def _somebody_connected_trakt(services: Services) -> bool:
    return services.settings.trakt_is_set and bool(services.accounts.linked(TRAKT))


def _histories_name_more(services: Services) -> bool:
    return services.settings.tmdb_is_set and bool(services.named_missing())


_EMBEDDING: Final = {"embed_updated": "true"}

SCHEDULE: Final = (
    Entry(LOAD_SAMPLE, every=60, wanted=_catalogue_is_empty),
    Entry(SYNC_TMDB, every=60, wanted=_sync_is_due, arguments=_EMBEDDING),
    # No oftener, for where there is no export it stays due.
    Entry(FOLLOW_EXPORT, every=6 * _HOUR, wanted=_following_is_due, arguments=_EMBEDDING),
    Entry(REFRESH_TMDB, every=600, wanted=_refresh_is_due, arguments=_EMBEDDING),
    Entry(EMBED_FULL, every=900, wanted=_titles_lack_vectors),
    # A changed text shows in no count: every title is looked at, so not often.
    Entry(EMBED_FULL, every=_HOUR, wanted=_always),
    # Until there is one nothing can be searched, and somebody may be waiting.
    Entry(REBUILD_INDEX, every=5, wanted=_first_index_is_due),
    Entry(REBUILD_INDEX, every=60, wanted=_index_is_due),
    Entry(SYNC_TRAKT, every=_HOUR, wanted=_somebody_connected_trakt, fed=False),
    Entry(FETCH_NAMED, every=600, wanted=_histories_name_more, fed=False),
)
"""In the order in which a fresh installation needs them. What is due every six hours, week or day
is told by the stored state, so that a restarted worker goes on in the same rhythm."""
