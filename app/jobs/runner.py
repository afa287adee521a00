"""Runs jobs one after the other: takes them, shows progress, records how they ended."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import Final

from app.domain.errors import Cancelled, LeaseHeld, StoreUnavailable, WatcherError
from app.domain.jobs import Job, JobState
from app.domain.progress import Progress
from app.domain.worker_sign import SIGN
from app.jobs.schedule import SCHEDULE, Entry
from app.jobs.work import WORK
from app.wiring import Services

_POLL: Final = 0.5
_SAVE_EVERY: Final = 0.5
_SIGN_EVERY: Final = 5.0
_log = logging.getLogger(__name__)


class Runner:
    """One worker. `stop` makes it end at the next safe point."""

    def __init__(self, services: Services, stop: threading.Event) -> None:
        self._services = services
        self._stop = stop
        self._looked: dict[str, float] = {}
        self._failing = ""

    def watch(self) -> None:
        """Follow requests and the schedule until stopped."""
        signs = threading.Thread(target=self._give_signs, name="worker-sign", daemon=True)
        signs.start()
        while not self._stop.is_set():
            try:
                self._take_over_dead()
                self._look_at_schedule()
                busy = self._run_next()
                self._recovered()
            except StoreUnavailable as error:
                self._failed(error)
                busy = False
            if not busy:
                self._stop.wait(_POLL)

    def pass_once(self) -> list[Job]:
        """Do what the schedule wants now, each kind once, and return the jobs."""
        ended = []
        for entry in SCHEDULE:
            if entry.wanted(self._services):
                self._services.jobs.submit(entry.kind, {})
                while (job := self._services.jobs.claim(self._services.processes.name)) is not None:
                    ended.append(self._run(job))
        return ended

    def _look_at_schedule(self) -> None:
        now = self._services.clock.now()
        for entry in SCHEDULE:
            if now - self._looked.get(entry.kind, 0) >= entry.every:
                self._looked[entry.kind] = now
                self._submit_if_wanted(entry)

    def _submit_if_wanted(self, entry: Entry) -> None:
        if entry.wanted(self._services):
            self._services.jobs.submit(entry.kind, {})

    def _run_next(self) -> bool:
        job = self._services.jobs.claim(self._services.processes.name)
        if job is None:
            return False
        self._run(job)
        # What one job did may make another due: a first embedding, a first index.
        self._looked.pop("rebuild_index", None)
        return True

    def _run(self, job: Job) -> Job:
        _log.info("Job %s (%s) begins", job.kind, job.id)
        job = self._services.jobs.save(
            replace(job, started_at=self._now(), heartbeat_at=self._now())
        )
        latest, saved_at = job, 0.0

        def report(progress: Progress) -> None:
            nonlocal latest, saved_at
            if self._stop.is_set():
                raise Cancelled("The worker was stopped; what was done so far is kept.")
            now = self._now()
            if now - saved_at < _SAVE_EVERY:
                return
            saved_at = now
            latest = self._services.jobs.save(
                replace(
                    latest,
                    done=progress.done,
                    total=progress.total,
                    message=progress.message,
                    heartbeat_at=now,
                )
            )
            if latest.cancel_requested:
                raise Cancelled("Cancelled on request; what was done so far is kept.")

        state, outcome = JobState.FAILED, ""
        try:
            work = WORK.get(job.kind)
            if work is None:
                outcome = f"This version knows no job of the kind {job.kind}."
            else:
                outcome = work(self._services, report)
                state = JobState.DONE
        except Cancelled as error:
            state, outcome = JobState.CANCELLED, error.detail
        except LeaseHeld as error:
            outcome = error.detail
        except WatcherError as error:
            outcome = error.detail
            _log.error("Job %s failed: %s", job.kind, error.detail)
        except Exception as error:  # noqa: BLE001 -- recorded as the outcome; the log has it
            outcome = f"A fault of watcher's own: {type(error).__name__}. The worker's log has it."
            _log.exception("Job %s failed through a fault of ours", job.kind)
        ended = replace(latest, state=state, outcome=outcome, ended_at=self._now())
        _log.info("Job %s (%s) %s: %s", job.kind, job.id, state.value, outcome)
        return self._services.jobs.save(ended)

    def _take_over_dead(self) -> None:
        for job in self._services.jobs.recent(state=JobState.RUNNING):
            if self._services.processes.is_dead(job.owner):
                outcome = "The worker died in the middle; the job was asked for again."
                self._services.jobs.save(
                    replace(job, state=JobState.FAILED, outcome=outcome, ended_at=self._now())
                )
                self._services.jobs.submit(job.kind, dict(job.arguments))

    def _give_signs(self) -> None:
        while True:
            try:
                self._services.state.write(SIGN, str(self._now()))
            except StoreUnavailable as error:
                _log.debug("No sign of life could be given: %s", error.detail)
            if self._stop.wait(_SIGN_EVERY):
                return

    def _failed(self, error: StoreUnavailable) -> None:
        if error.detail != self._failing:
            _log.error("The worker waits: %s", error.detail)
            self._failing = error.detail

    def _recovered(self) -> None:
        if self._failing:
            _log.info("The store answers again")
            self._failing = ""

    def _now(self) -> float:
        return self._services.clock.now()
