"""Tells one title's bad luck from a dead source, and waits for the source to come back."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final, NoReturn

from app.adapters.upstream.answers import Unanswered
from app.adapters.upstream.stop import Stop
from app.domain.errors import UpstreamUnavailable

FAILURES_IN_A_ROW: Final = 8
"""So many failed requests, of any threads, with no answer between them, and the source is down."""

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_POLL: Final = 0.2

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Outage:
    since: float
    reason: str
    pause: float
    probe_at: float
    probing: bool = False
    logged: bool = False
    over: bool = False
    given_up: bool = False


class CircuitBreaker:
    """Closed while the source answers; open from `FAILURES_IN_A_ROW` until it answers again.

    While it is open nobody asks, but for one probe at a time: at once, then after pauses that grow
    from 1 s to 60 s (from an eighth of a short `patience`). Where the last one, `patience` seconds
    after the first, is in vain, everybody who waits gets `UpstreamUnavailable`; later calls begin
    anew.
    """

    def __init__(
        self,
        source: str,
        setting: str,
        probe: Callable[[Stop], None],
        patience: float,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`source` is its name for people, `setting` that of its address.

        `probe` asks it, and raises `Unanswered`.
        """
        self._source = source
        self._setting = setting
        self._probe = probe
        self._patience = patience
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._outage: _Outage | None = None

    def answered(self) -> None:
        """Note a usable answer, or a plain "there is no such thing"."""
        with self._lock:
            self._failures = 0
            outage, self._outage = self._outage, None
            if outage is not None:
                outage.over = True
        if outage is not None and outage.logged:
            seconds = self._clock() - outage.since
            _log.info("%s answers again, after %.0f s", self._source, seconds)

    def failed(self, reason: str) -> None:
        """Note a failed request."""
        with self._lock:
            self._failures += 1
            if self._outage is not None:
                self._outage.reason = reason
            elif self._failures >= FAILURES_IN_A_ROW:
                self._open(reason)

    def confirm(self, reason: str, stop: Stop) -> None:
        """Return once the source is known to answer, after a failure for that `reason`.

        Raises as `enter` does.
        """
        with self._lock:
            if self._outage is None:
                self._open(reason)
        self.enter(stop)

    def enter(self, stop: Stop) -> None:
        """Return at once while closed, else when the source answers again.

        Raises `UpstreamUnavailable` where patience ends, `Cancelled` where `stop` is set, and
        what the probe raises, `Unanswered` excepted.
        """
        outage = self._outage
        while outage is not None:
            if outage.over:
                outage = self._outage
            elif outage.given_up:
                self._give_up(outage)
            elif self._may_probe(outage):
                self._ask(outage, stop)
            else:
                stop.sleep(_POLL)

    def _open(self, reason: str) -> None:
        now = self._clock()
        pause = min(_FIRST_PAUSE, self._patience / 8)
        self._outage = _Outage(since=now, reason=reason, pause=pause, probe_at=now)

    def _may_probe(self, outage: _Outage) -> bool:
        with self._lock:
            if outage.probing or self._clock() < outage.probe_at:
                return False
            outage.probing = True
            return True

    def _ask(self, outage: _Outage, stop: Stop) -> None:
        try:
            self._probe(stop)
        except Unanswered as failure:
            outage.reason = str(failure)
            now, last = self._clock(), outage.since + self._patience
            if now >= last:
                self._give_up(outage)
            if not outage.logged:
                outage.logged = True
                what = "%s doesn't answer (%s): waiting for it, up to %.0f s"
                _log.warning(what, self._source, outage.reason, self._patience)
            pause = outage.pause * random.uniform(0.8, 1.2)  # noqa: S311 - hides nothing
            outage.probe_at = min(now + pause, last)
            outage.pause = min(2 * outage.pause, _LONGEST_PAUSE)
        else:
            self.answered()
        finally:
            outage.probing = False

    def _give_up(self, outage: _Outage) -> NoReturn:
        with self._lock:
            outage.given_up = True
            if self._outage is outage:
                self._outage = None
                self._failures = 0
        raise UpstreamUnavailable(
            f"{self._source} has given no usable answer for {self._clock() - outage.since:.0f} s "
            f"({outage.reason}). Check the network, and {self._setting} where it is set; then "
            "start this again"
        )
