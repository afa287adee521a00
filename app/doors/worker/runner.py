"""Runs jobs, lane by lane: takes them, shows progress, records how they ended."""

import logging
import threading
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Final

from app.bootstrap import Services
from app.domain.errors import Cancelled, LeaseHeld, StoreUnavailable, WatcherError
from app.domain.heartbeat import SIGN
from app.domain.jobs import Job, JobState
from app.doors.worker.agenda import Agenda, Turn
from app.doors.worker.kind import Lane
from app.doors.worker.registry import KINDS, kind_named, names_in
from app.doors.worker.running import Running

_POLL: Final = 0.5
_SIGN_EVERY: Final = 5.0
_SILENT_AFTER: Final = 120.0
"""Seconds without a sign of life after which a job's worker counts as gone, wherever it ran."""

_ONCE: Final = "once"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """How a job ended, in a sentence; whether the same may go well later, and what was raised."""

    state: JobState
    sentence: str
    again_helps: bool = True
    error: Exception | None = None


class Runner:
    """One worker. `stop` makes it end at the next safe point."""

    def __init__(self, services: Services, stop: threading.Event) -> None:
        self._services = services
        self._stop = stop
        self._agenda = Agenda(services.clock)
        self._failing: dict[str, str] = {}

    def watch(self) -> None:
        """Follow requests and the schedule until stopped, each lane in a thread of its own."""
        signs = threading.Thread(target=self._give_signs, name="worker-sign", daemon=True)
        signs.start()
        lanes = [
            threading.Thread(target=self._follow, args=(lane,), name=f"lane-{lane}")
            for lane in Lane
        ]
        for thread in lanes:
            thread.daemon = True
            thread.start()
        for thread in (*lanes, signs):  # nobody may use the stores when they are closed
            thread.join()

    def pass_once(self) -> list[Job]:
        """Do what the schedule wants now, each kind once, and all that waits; return the jobs."""
        ended: list[Job] = []
        self._take_over_dead(_ONCE)
        for kind in KINDS.values():
            if self._stop.is_set():
                break
            if kind.is_wanted(self._services):
                self._services.jobs.submit(kind.name, kind.arguments)
                ended.extend(self._run_waiting())
        return ended

    def _run_waiting(self) -> Iterator[Job]:
        while not self._stop.is_set():
            job = self._services.jobs.claim(self._owner(_ONCE))
            if job is None:
                return
            yield self._run(job)

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
        for turn in self._agenda.due(names_in(lane)):
            kind = turn.kind
            if self._wanted(turn) and kind.name not in self._running_kinds():
                self._services.jobs.submit(kind.name, kind.arguments)

    def _wanted(self, turn: Turn) -> bool:
        """Whether a look finds work. A look that fails for itself doesn't hold up the lane."""
        what = f"look for {turn.kind.name}"
        try:
            wanted = turn.wanted(self._services)
        except StoreUnavailable:
            self._agenda.look_again(turn)
            raise
        except WatcherError as error:
            if self._is_new(what, error.detail):
                _log.error("Whether %s is due can't be told: %s", turn.kind.name, error.detail)
            return False
        self._failing.pop(what, None)
        return bool(wanted)

    def _running_kinds(self) -> Collection[str]:
        """What is being done already, by another worker."""
        return {job.kind for job in self._services.jobs.recent(state=JobState.RUNNING)}

    def _run_next(self, lane: Lane) -> bool:
        waiting = self._services.jobs.recent(state=JobState.WAITING)
        # They are of no lane, and must not wait for ever: whichever is free records the error.
        unknown = {job.kind for job in waiting} - KINDS.keys()
        job = self._services.jobs.claim(self._owner(lane), names_in(lane) | unknown)
        if job is None:
            return False
        self._run(job)
        return True

    def _run(self, job: Job) -> Job:
        """Do a job and record its end; one that is left because of `stop` waits again."""
        repeated = f"job {job.kind}" in self._failing
        _log.log(
            logging.DEBUG if repeated else logging.INFO, "Job %s (%s) begins", job.kind, job.id
        )
        services = self._services
        with Running(services, job, self._stop) as running:
            outcome = self._outcome(job, running)
        self._tell(job, outcome)
        if outcome.state is JobState.CANCELLED and self._stop.is_set():
            return services.jobs.requeue(job, outcome.sentence)
        saved = services.jobs.save(
            replace(
                running.job,
                state=outcome.state,
                outcome=outcome.sentence,
                ended_at=self._now(),
                heartbeat_at=self._now(),
            )
        )
        self._agenda.ended(saved, again_helps=outcome.again_helps)
        return saved

    def _outcome(self, job: Job, running: Running) -> _Outcome:
        try:
            return _Outcome(JobState.DONE, kind_named(job.kind).work(running.context))
        except WatcherError as error:
            if isinstance(error, Cancelled) or running.must_end:
                return _Outcome(JobState.CANCELLED, running.must_end or error.detail)
            return _Outcome(JobState.FAILED, error.detail, error.retryable, error)
        except Exception as error:  # noqa: BLE001 -- recorded as the outcome; the log has it
            fault = f"A fault of watcher's own: {type(error).__name__}. The worker's log has it."
            return _Outcome(JobState.FAILED, fault, again_helps=False, error=error)

    def _tell(self, job: Job, outcome: _Outcome) -> None:
        """Log an end. What the schedule tries again and again is told once, not at each attempt."""
        what, error = f"job {job.kind}", outcome.error
        level = logging.INFO
        if error is not None:
            # By its type: sentences tell seconds, which differ each time.
            new = self._is_new(what, type(error).__name__)
            level = logging.ERROR if new else logging.DEBUG
            if new and isinstance(error, LeaseHeld):
                level = logging.INFO
        elif outcome.state is JobState.DONE and self._failing.pop(what, ""):
            _log.info("Job %s works again", job.kind)
        trace = error if not isinstance(error, WatcherError) else None
        told = (job.kind, job.id, outcome.state.value, outcome.sentence)
        _log.log(level, "Job %s (%s) %s: %s", *told, exc_info=trace)

    def _take_over_dead(self, lane: str) -> None:
        """Let jobs wait again whose worker died, fell silent, or could not record the end."""
        mine = self._owner(lane)
        for job in self._services.jobs.recent(state=JobState.RUNNING):
            if self._is_dead(job, mine):
                _log.info("Job %s (%s) lost its worker", job.kind, job.id)
                self._services.jobs.requeue(job, "Its worker died or fell silent: it begins again.")

    def _is_dead(self, job: Job, mine: str) -> bool:
        process = job.owner.partition("#")[0]
        if process == self._services.processes.name:
            # The other lanes are at work. Between two jobs, one of this lane has ended.
            return job.owner == mine
        silent = self._now() - job.heartbeat_at > _SILENT_AFTER
        return silent or self._services.processes.is_dead(process)

    def _give_signs(self) -> None:
        while True:
            try:
                self._services.state.write(SIGN, str(self._now()))
            except WatcherError as error:
                _log.debug("No sign of life could be given: %s", error.detail)
            if self._stop.wait(_SIGN_EVERY):
                return

    def _is_new(self, what: str, why: str) -> bool:
        """Note a failure; False where the same was noted before."""
        before, self._failing[what] = self._failing.get(what), why
        return why != before

    def _failed(self, lane: Lane, why: str) -> bool:
        """Log a failure the first time; True where it is new."""
        new = self._is_new(f"lane {lane}", why)
        if new:
            _log.error("The worker waits (%s): %s", lane, why)
        return new

    def _recovered(self, lane: Lane) -> None:
        if self._failing.pop(f"lane {lane}", ""):
            _log.info("The store answers again (%s)", lane)

    def _now(self) -> float:
        return self._services.clock.now()
