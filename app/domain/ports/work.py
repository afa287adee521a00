"""The time, other processes, cursors and leases, long work."""

from collections.abc import Collection, Mapping
from typing import Protocol

from app.domain.jobs import Job, JobState


class Clock(Protocol):
    """The time, so that tests can move it."""

    def now(self) -> float:
        """Unix time in seconds."""
        ...


class Processes(Protocol):
    """Who this process is, and whether another one still lives."""

    @property
    def name(self) -> str:
        """Unique to this process while it lives, over all machines; holds no ``#``."""
        ...

    def is_dead(self, name: str) -> bool:
        """True only where the process is surely gone; False for one of another machine."""
        ...


class StateStore(Protocol):
    """Small named values (cursors) and leases."""

    def read(self, name: str) -> str | None:
        """The value, or None where never written."""
        ...

    def write(self, name: str, value: str) -> None:
        """Set the value, durable on return."""
        ...

    def acquire(self, lease: str, owner: str, ttl: float, *, steal_from: str | None = None) -> str:
        """Take or renew the lease for `ttl` seconds from now (the `Clock`'s time).

        Succeeds when it is free, expired, already `owner`'s, or held by `steal_from` (a holder
        known to be dead). Returns the name of whoever holds it after the call: `owner` on success,
        the other's name otherwise. Atomic between processes.
        """
        ...

    def release(self, lease: str, owner: str) -> None:
        """Give the lease back; no error where it isn't `owner`'s any more."""
        ...


class JobStore(Protocol):
    """Requests for long work, and how it went."""

    def submit(self, kind: str, arguments: Mapping[str, str]) -> Job:
        """Record a request; while one of same kind and arguments waits, that one is returned.

        Of the jobs that have ended, those before the newest `jobs.KEPT` are forgotten.
        """
        ...

    def claim(self, owner: str, kinds: Collection[str] | None = None) -> Job | None:
        """Take the oldest waiting job (atomic between processes), now `running`.

        Only of these kinds; None means any, an empty collection none.
        """
        ...

    def save(self, job: Job) -> Job:
        """Store progress or outcome; returns the stored job. Raises `NotFound`.

        Nothing changes where the job doesn't run any more, or runs for another owner than the given
        one's; nor is `cancel_requested` ever cleared: read both from the answer.
        """
        ...

    def requeue(self, job: Job, message: str) -> Job:
        """Let a running job wait again, from its start, with that message; atomic.

        One that was asked to stop ends as cancelled. Nothing changes where the job doesn't run any
        more, or runs for another owner than the given one's. Returns the stored job; `NotFound`.
        """
        ...

    def cancel(self, job_id: str) -> Job | None:
        """Ask to stop: a waiting job ends as cancelled, a running one gets `cancel_requested`."""
        ...

    def get(self, job_id: str) -> Job | None:
        """The job, or None."""
        ...

    def recent(self, limit: int = 50, state: JobState | None = None) -> list[Job]:
        """The newest first."""
        ...
