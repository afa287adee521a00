"""When the worker does what by itself: one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from app.domain.worker_sign import EMBED_FULL, LOAD_SAMPLE, REBUILD_INDEX
from app.services import index
from app.wiring import Services


@dataclass(frozen=True, slots=True)
class Entry:
    """A job kind, how many seconds between two looks, and whether a look finds work to do."""

    kind: str
    every: float
    wanted: Callable[[Services], bool]


def _catalogue_is_empty(services: Services) -> bool:
    return services.settings.tmdb_api_key is None and not any(services.titles.count().values())


def _always(_services: Services) -> bool:
    return True


def _index_is_due(services: Services) -> bool:
    return bool(index.is_due(services.vectors, services.publisher, services.embedder.model))


SCHEDULE: Final = (
    Entry(LOAD_SAMPLE, every=60, wanted=_catalogue_is_empty),
    Entry(EMBED_FULL, every=900, wanted=_always),
    Entry(REBUILD_INDEX, every=60, wanted=_index_is_due),
)
"""In the order in which a fresh installation needs them."""
