"""A worker whose days pass by a clock that the test moves."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

from app.bootstrap import Services
from app.domain.jobs import Job, JobState
from app.doors.worker.kind import Lane
from app.doors.worker.runner import Runner
from app.services.catalogue.sync_plan import today
from stand_ins.tmdb.serving import FakeTmdb
from tests.fakes.clock import MovedClock

MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass
class Days:
    """A worker whose lanes take turns, as often as the clock is moved."""

    services: Services
    clock: MovedClock
    fake: FakeTmdb | None = None
    restarting: bool = False
    runner: Runner = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        self.runner = Runner(self.services, threading.Event())

    def look(self) -> None:
        """Do all that is due now, and what that makes due."""
        more = True
        while more:
            more = False
            for lane in Lane:
                self.runner._take_over_dead(lane)
                self.runner._look_at_schedule(lane)
                more = self.runner._run_next(lane) or more

    def go(self, seconds: float, step: float = 30 * MINUTE) -> None:
        until = self.clock.now() + seconds
        while self.clock.now() < until:
            self.clock.forward(step)
            if self.fake is not None:
                self.fake.today = today(self.clock.now())
                self.fake.exports = {self.fake.today - timedelta(days=1)}
            if self.restarting:
                self.restart()
            self.look()

    def jobs(self, kind: str, state: JobState | None = None) -> list[Job]:
        """Oldest first."""
        found = self.services.jobs.recent(2000, state)[::-1]
        return [job for job in found if job.kind == kind]

    def gaps(self, kind: str) -> list[float]:
        """Seconds between the beginnings of one job and the next."""
        began = [job.started_at for job in self.jobs(kind)]
        return [later - earlier for earlier, later in pairwise(began)]
