"""Times as Trakt writes them: UTC, to the millisecond, and the start of 1970 for "unknown"."""

from datetime import UTC, datetime
from typing import Final

UNKNOWN: Final = 0
"""Unix seconds of a play whose date its person doesn't know."""


def iso(at: float) -> str:
    """Unix seconds as ``2014-09-01T09:10:11.000Z``."""
    moment = datetime.fromtimestamp(at, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds_of(text: str) -> int:
    """Unix seconds of an ISO time; one without a zone is UTC. Raises `ValueError`."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
