"""Runs jobs one after the other: takes them, shows progress, records how they ended."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from typing import Final

from app.domain.errors import Cancelled, LeaseHeld, StoreUnavailable, WatcherError
from app.domain.jobs import Job, JobState
from app.domain.progress import Progress, Report
from app.domain.worker_sign import SIGN
from app.jobs.schedule import LANES, SCHEDULE, Lane
from app.jobs.work import WORK
from app.wiring import Services

_POLL: Final = 0.5
_SAVE_EVERY: Final = 0.5
_SIGN_EVERY: Final = 5.0
_AFTER_FAILURE: Final = 60.0
_AFTER_CANCEL: Final = 3600.0
_SILENT_AFTER: Final = 900.0
"""Longer than any step that reports nothing, such as training the index."""

_log = logging.getLogger(__name__)


class Runner:
    """One worker. `stop` makes it end at the next safe point."""

    def __init__(self, services: Services, stop: threading.Event) -> None:
        self._services = services
        self._stop = stop
        self._looked: dict[str, float] = {}
        self._failing: dict[str, str] = {}
        self._failed_jobs: dict[str, str] = {}

    def watch(self) -> None:
        """Follow requests and the schedule until stopped, each lane in a thread of its own."""
        signs = threading.Thread(target=self._give_signs, name="worker-sign", daemon=True)
        signs.start()
        lanes = [
            threading.Thread(target=self._follow, args=(lane,), name=f"lane-{lane.name}")
            for lane in LANES
        ]
        for thread in lanes:
            thread.daemon = True
            thread.start()
        for thread in lanes:
            thread.join()

    def pass_once(self) -> list[Job]:
        """Do what the schedule wants now, each kind once, and return the jobs."""
        ended: list[Job] = []
        for entry in SCHEDULE:
            if not self._stop.is_set() and entry.wanted(self._services):
                self._services.jobs.submit(entry.kind, entry.arguments)
                while (job := self._services.jobs.claim(self._owner("once"))) is not None:
                    ended.append(self._run(job))
        return ended

    def _follow(self, lane: Lane) -> None:
        while not self._stop.is_set():
            busy = False
            try:
                self._take_over_dead(lane)
                self._look_at_schedule(lane)
                busy = self._run_next(lane)
                self._recovered(lane)
            except WatcherError as error:
                self._failed(lane, error.detail)
            except Exception as error:  # noqa: BLE001 -- the worker must go on; the log has it
                if self._failed(lane, f"a fault of watcher's own ({type(error).__name__})"):
                    _log.exception("The fault")
            if not busy:
                self._stop.wait(_POLL)

    def _owner(self, lane: str) -> str:
        return f"{self._services.processes.name}#{lane}"

    def _look_at_schedule(self, lane: Lane) -> None:
        now = self._services.clock.now()
        for entry in SCHEDULE:
            if entry.kind in lane.kinds and now - self._looked.get(entry.kind, 0) >= entry.every:
                self._looked[entry.kind] = now
                if entry.wanted(self._services):
                    self._services.jobs.submit(entry.kind, entry.arguments)

    def _run_next(self, lane: Lane) -> bool:
        kinds = set(lane.kinds)
        if lane is LANES[-1]:
            # Somebody must say that nobody knows them.
            waiting = self._services.jobs.recent(state=JobState.WAITING)
            kinds |= {job.kind for job in waiting} - WORK.keys()
        job = self._services.jobs.claim(self._owner(lane.name), kinds)
        if job is None:
            return False
        ended = self._run(job)
        self._look_again_after(ended)
        return True

    def _look_again_after(self, job: Job) -> None:
        """What was done may make the kinds behind it due at once; what failed waits a while."""
        wait = _AFTER_CANCEL if job.state is JobState.CANCELLED else _AFTER_FAILURE
        behind = False
        for entry in SCHEDULE:
            if behind and job.state is JobState.DONE:
                self._looked.pop(entry.kind, None)
            if entry.kind == job.kind:
                behind = True
                if job.state is not JobState.DONE:
                    self._looked[job.kind] = self._now() - entry.every + wait

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

        state, outcome = self._outcome(job, report)
        ended = replace(latest, state=state, outcome=outcome, ended_at=self._now())
        _log.info("Job %s (%s) %s: %s", job.kind, job.id, state.value, outcome)
        saved = self._services.jobs.save(ended)
        if state is JobState.CANCELLED and self._stop.is_set():
            self._services.jobs.submit(job.kind, dict(job.arguments))
        return saved

    def _outcome(self, job: Job, report: Report) -> tuple[JobState, str]:
        """Do the work, and say in a sentence how it ended."""
        kind = job.kind
        work = WORK.get(kind)
        if work is None:
            return JobState.FAILED, f"This version knows no job of the kind {kind}."
        try:
            outcome = work(self._services, report, dict(job.arguments))
            if self._failed_jobs.pop(kind, ""):
                _log.info("Job %s works again", kind)
            return JobState.DONE, outcome  # noqa: TRY300 -- the errors of the work are the point
        except Cancelled as error:
            return JobState.CANCELLED, error.detail
        except LeaseHeld as error:
            return JobState.FAILED, error.detail
        except WatcherError as error:
            # What the schedule tries again and again is told once, not at each attempt.
            if self._failed_jobs.get(kind) != error.detail:
                _log.error("Job %s failed: %s", kind, error.detail)
            self._failed_jobs[kind] = error.detail
            return JobState.FAILED, error.detail
        except Exception as error:  # noqa: BLE001 -- recorded as the outcome; the log has it
            _log.exception("Job %s failed through a fault of ours", kind)
            fault = f"A fault of watcher's own: {type(error).__name__}. The worker's log has it."
            return JobState.FAILED, fault

    def _take_over_dead(self, lane: Lane) -> None:
        """Ask again for jobs whose worker died, fell silent, or could not record the end.

        Called between jobs: one that is still running under this lane's own name has ended.
        """
        mine = self._owner(lane.name)
        for job in self._services.jobs.recent(state=JobState.RUNNING):
            silent = self._now() - job.heartbeat_at > _SILENT_AFTER
            process = job.owner.partition("#")[0]
            if job.owner == mine or silent or self._services.processes.is_dead(process):
                outcome = "Its worker died or fell silent; the job was asked for again."
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

    def _failed(self, lane: Lane, why: str) -> bool:
        """Log a failure the first time; True where it is new."""
        new = why != self._failing.get(lane.name)
        if new:
            _log.error("The worker waits (%s): %s", lane.name, why)
            self._failing[lane.name] = why
        return new

    def _recovered(self, lane: Lane) -> None:
        if self._failing.pop(lane.name, ""):
            _log.info("The store answers again (%s)", lane.name)

    def _now(self) -> float:
        return self._services.clock.now()
