"""A piece of long work: asked for, running, done."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

KEPT: Final = 1000
"""Ended jobs that a store keeps: the newest."""

EMBED_ITEM: Final = "embed_item"
SYNC_TMDB: Final = "sync_tmdb"
SYNC_TRAKT: Final = "sync_trakt"
"""Kinds that routes name, for they ask for them with arguments of their own."""


class JobState(StrEnum):
    """Where a job is. The last three are final."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED: Final = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Times are Unix seconds, 0 where not yet. `total` is None where unknown.

    `outcome` is a sentence: what was done, or why it failed. `arguments` are pairs (name, value),
    sorted by name.
    """

    id: str
    kind: str
    arguments: tuple[tuple[str, str], ...] = ()
    state: JobState = JobState.WAITING
    owner: str = ""
    submitted_at: float = 0.0
    started_at: float = 0.0
    ended_at: float = 0.0
    heartbeat_at: float = 0.0
    done: int = 0
    total: int | None = None
    message: str = ""
    outcome: str = ""
    cancel_requested: bool = False

    @property
    def rate(self) -> float | None:
        """What is done a second, from its start to its end or last sign; None where unknown."""
        seconds = (self.ended_at or self.heartbeat_at) - self.started_at
        return self.done / seconds if self.started_at and self.done and seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """How long a running job will still take at this rate; None where unknown."""
        if self.state is not JobState.RUNNING or not self.rate or not self.total:
            return None
        return max(self.total - self.done, 0) / self.rate
