"""When the worker looks whether a kind of job is wanted, and how long what failed waits."""

import threading
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from app.domain.jobs import Job, JobState
from app.domain.ports.work import Clock
from app.doors.worker.kind import Daily, Every, JobKind, Wanted
from app.doors.worker.registry import KINDS

_FIRST_PAUSE: Final = 60.0
_LONGEST_PAUSE: Final = 1800.0
_PAUSE_AFTER_REFUSAL: Final = 3600.0
_PAUSE_AFTER_CANCEL: Final = 3600.0


@dataclass(slots=True)
class Turn:
    """What to look at, and when that was done last (0: look at once)."""

    kind: JobKind
    rhythm: Every | Daily
    wanted: Wanted
    looked_at: float = 0.0


@dataclass(frozen=True, slots=True)
class _Pause:
    since: float
    length: Every


class Agenda:
    """Shared by the lanes of one worker. Kept in memory: a restarted worker looks at once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._turns = [Turn(kind, *when) for kind in KINDS.values() for when in kind.when.items()]
        self._failures: Counter[str] = Counter()
        self._pauses: dict[str, _Pause] = {}

    def due(self, kinds: Collection[str]) -> Iterator[Turn]:
        """What of these kinds is to be looked at now.

        What is wanted every six hours, week or day is told by the stored state, so that a restarted
        worker, which looks at everything, goes on in the same rhythm.
        """
        for turn in self._turns:
            if turn.kind.name in kinds and self._has_come(turn):
                yield turn

    def look_again(self, turn: Turn) -> None:
        """Have it looked at again at once: the look failed."""
        with self._lock:
            turn.looked_at = 0.0

    def ended(self, job: Job, *, again_helps: bool = True) -> None:
        """Note how a job ended.

        What was done may make the kinds behind it due at once. What failed pauses, from a minute
        up to half an hour as it fails again, an hour at once where trying again alone doesn't help;
        what was cancelled pauses for an hour.
        """
        with self._lock:
            if job.state is JobState.DONE:
                self._done(job.kind)
            elif job.state is JobState.CANCELLED:
                self._pause(job.kind, _PAUSE_AFTER_CANCEL)
            elif job.state is JobState.FAILED:
                earlier = min(self._failures[job.kind], 16)
                self._failures[job.kind] += 1
                growing = min(_FIRST_PAUSE * 2**earlier, _LONGEST_PAUSE)
                self._pause(job.kind, growing if again_helps else _PAUSE_AFTER_REFUSAL)

    def _has_come(self, turn: Turn) -> bool:
        now = self._clock.now()
        with self._lock:
            pause = self._pauses.get(turn.kind.name)
            if pause is not None and not pause.length.has_come(now, pause.since):
                return False
            if not turn.rhythm.has_come(now, turn.looked_at):
                return False
            # Noted before the look: what ends during it and asks for another must not be lost.
            turn.looked_at = now
            return True

    def _done(self, kind: str) -> None:
        self._failures.pop(kind, None)
        self._pauses.pop(kind, None)
        behind = False
        for turn in self._turns:
            if turn.kind.name == kind:
                behind = True
                # Where it is 0, something ended while this ran, and another run is called for.
                turn.looked_at = turn.looked_at and self._clock.now()
            elif behind and turn.kind.fed:
                turn.looked_at = 0.0

    def _pause(self, kind: str, seconds: float) -> None:
        self._pauses[kind] = _Pause(self._clock.now(), Every(seconds))
