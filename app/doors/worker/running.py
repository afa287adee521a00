"""A job under way: its progress is kept, and its end asked for, while its work goes on."""

import logging
import threading
import time
from dataclasses import replace
from typing import Final, Self

from app.bootstrap import Services
from app.domain.errors import Cancelled, WatcherError
from app.domain.jobs import Job, JobState
from app.domain.progress import Progress
from app.doors.worker.kind import JobContext

HEARTBEAT: Final = 5.0
"""Seconds between two signs of life of a job that reports nothing new."""

_EVERY: Final = 0.5
_PATIENCE: Final = 1.0
"""Seconds in which work that is to end may come to a safe point by itself."""

_CANCELLED: Final = "Cancelled on request; what was done so far is kept."
_STOPPED: Final = "The worker was stopped; what was done so far is kept."
_TAKEN_OVER: Final = "Another worker took this over, for nothing was heard of this one."

_log = logging.getLogger(__name__)


class Running:
    """Gives the work its `context`; a thread beside keeps what it reports, as long as the block.

    The thread goes on through steps that report nothing: it shows that the worker lives, and closes
    the job's own clients where the work is to end and is waiting for somebody.
    """

    def __init__(self, services: Services, job: Job, stop: threading.Event) -> None:
        self._jobs = services.jobs
        self._job = job
        self._clock = services.clock
        self._stop = stop
        self.context = JobContext(services, self.report, dict(job.arguments))
        self._progress: Progress | None = None
        self._told = ""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, name=f"job-{job.kind}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self.context.clients.close()

    @property
    def job(self) -> Job:
        """As claimed, with the latest progress."""
        said = self._progress
        if said is None:
            return self._job
        return replace(self._job, done=said.done, total=said.total, message=said.message)

    @property
    def must_end(self) -> str:
        """Why the work must end, as a sentence; empty while it may go on."""
        return self._told or (_STOPPED if self._stop.is_set() else "")

    def report(self, progress: Progress) -> None:
        """See `Report`. Raises `Cancelled` where the work must end."""
        self._progress = progress
        if self.must_end:
            raise Cancelled(self.must_end)

    def _follow(self) -> None:
        kept, kept_at = self._job, time.monotonic()
        ending_since: float | None = None
        while not self._ended.wait(_EVERY):
            now = time.monotonic()
            if self.must_end:
                ending_since = now if ending_since is None else ending_since
                if now - ending_since >= _PATIENCE:
                    self.context.clients.close()
                continue
            latest = self.job
            try:
                if latest != kept or now - kept_at >= HEARTBEAT:
                    seen = self._jobs.save(replace(latest, heartbeat_at=self._clock.now()))
                    kept, kept_at = latest, now
                else:
                    seen = self._jobs.get(latest.id) or latest
            except WatcherError as error:  # the work's own calls fail where this lasts
                _log.debug("The progress of %s could not be kept: %s", latest.kind, error.detail)
                continue
            if seen.state is not JobState.RUNNING or seen.owner != latest.owner:
                self._told, ending_since = _TAKEN_OVER, now
            elif seen.cancel_requested:
                self._told, ending_since = _CANCELLED, now
