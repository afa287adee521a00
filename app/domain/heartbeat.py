"""The worker's sign of life, and what it says to those who look for it."""

from typing import Final

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
