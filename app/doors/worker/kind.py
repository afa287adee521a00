"""What a kind of job is: one file of `kinds` makes one `JobKind`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from app.bootstrap import Services
from app.domain.progress import Report, silent
from app.services.leases import held

HOUR: Final = 3600.0
DAY: Final = 24 * HOUR


class Lane(StrEnum):
    """Jobs of a lane run one after the other, beside those of the other lanes.

    A first crawl takes hours: what it brings must become findable meanwhile.
    """

    FETCH = "fetch"
    EMBED = "embed"
    PEOPLE = "people"
    INDEX = "index"


@dataclass(frozen=True, slots=True)
class Every:
    """Again so many seconds after the last time."""

    seconds: float

    def has_come(self, now: float, since: float) -> bool:
        """Whether it is time again; `since` is when it was last, 0 for never.

        A time in the future was written by a wrong clock.
        """
        return not 0 <= now - since < self.seconds


@dataclass(frozen=True, slots=True)
class Daily:
    """Once a day, from a time of day on, by the machine's own zone and its summer time."""

    at: time

    def has_come(self, now: float, since: float) -> bool:
        """As `Every.has_come`."""
        # Without a zone, so that `timestamp` takes the offset of that day, not the one of today.
        today = datetime.fromtimestamp(now)  # noqa: DTZ006
        last = datetime.combine(today, self.at)
        if last.timestamp() > now:
            last -= timedelta(days=1)
        return not last.timestamp() <= since <= now


Wanted = Callable[[Services], object]
"""Whether a look finds work to do."""


@dataclass(slots=True)
class JobContext:
    """What a job works with. `report` may raise `Cancelled`.

    What it asks outside, it asks over `clients` of its own: they are closed, from another thread,
    where the job must end.
    """

    services: Services
    report: Report = silent
    arguments: Mapping[str, str] = field(default_factory=dict)
    clients: ExitStack = field(default_factory=ExitStack)

    def says(self, name: str) -> bool:
        """Whether that switch is on."""
        return self.arguments.get(name) == "true"

    @contextmanager
    def holding(self, lease: str) -> Iterator[Report]:
        """Hold a lease; what is given reports, and stops the work once the lease is lost."""
        with held(self.services.state, lease, self.services.processes) as mine:
            yield mine.guarding(self.report)


@dataclass(frozen=True, slots=True)
class AdminRoute:
    """Where an operator asks for a job with the kind's own arguments: `path` is under /admin."""

    path: str
    summary: str
    note: str = ""


def _nothing(_services: Services) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """A kind of job; `label` is its name for people, `name` its file's, filled in by the registry.

    `work` returns its outcome as a sentence. `when` says how often the worker looks for such work,
    and how it tells. `order`: where several are wanted, the lower comes first; where one was done,
    those of a higher order are looked at at once, if `fed`. `check` raises `NotConfigured` where
    nobody can ask for it. `arguments` are what the schedule and the route ask with.
    """

    label: str
    lane: Lane
    work: Callable[[JobContext], str]
    name: str = ""
    when: Mapping[Every | Daily, Wanted] = field(default_factory=dict)
    order: int = 0
    fed: bool = True
    arguments: Mapping[str, str] = field(default_factory=dict)
    route: AdminRoute | None = None
    check: Callable[[Services], None] = _nothing

    def is_wanted(self, services: Services) -> bool:
        """Whether a look finds work to do."""
        return any(wanted(services) for wanted in self.when.values())
