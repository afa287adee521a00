"""What the API and the worker agree on: the kinds of jobs, and the worker's sign of life."""

from __future__ import annotations

from typing import Final

LOAD_SAMPLE: Final = "load_sample"
EMBED_FULL: Final = "embed_full"
EMBED_ITEM: Final = "embed_item"
REBUILD_INDEX: Final = "rebuild_index"
SYNC_TMDB: Final = "sync_tmdb"
FOLLOW_EXPORT: Final = "follow_export"
REFRESH_TMDB: Final = "refresh_tmdb"
RETRY_FAILED: Final = "retry_failed"
FETCH_NAMED: Final = "fetch_named"
SYNC_TRAKT: Final = "sync_trakt"

SIGN: Final = "worker:alive"
"""Name of the state that holds the Unix time of the worker's last sign of life."""

_SILENT_AFTER: Final = 30.0


def worker_seen(sign: str | None, now: float) -> str:
    """A sentence on the worker, from its last sign of life."""
    if sign is None:
        return "No worker has run yet: start one with ./start.sh worker."
    age = now - float(sign)
    if age > _SILENT_AFTER:
        return f"The worker was last seen {age:.0f} s ago: start it with ./start.sh worker."
    return "running"
