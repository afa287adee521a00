"""The allowed rate of requests, shared by all threads: slots, given one after the other."""

import math
import time
from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock
from typing import Final

from app.adapters.upstream.stop import Stop

GUARD: Final = 0.022
"""Seconds added to each window: what a request's way to the server may vary by.

It costs 2.2 % of the rate at 1/s and more, and less below.
"""

CATCH_UP: Final = 20
"""Slots that may be taken at once where they were missed, up to half of a second's."""

IDLE: Final = 1.0
"""Seconds after which nothing was missed, for nobody was there."""

_POLL: Final = 0.2
_SOON: Final = 0.005


class Rate:
    """Gives slots: no more than `per_second`, rounded up, in any one second, from any threads.

    What counts is when a request was sent: until then its slot counts in every window, so that
    requests that wait for a new connection can't arrive together with those behind them. Slots
    come evenly, `per_second` a second less `GUARD`. Threads that are late (sleep overshoots, a busy
    processor) take up to `CATCH_UP` of the slots that they missed at once; the limit of the window
    holds even then, so there is no burst above `per_second` at all.
    """

    def __init__(self, per_second: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`per_second` is above 0, and may be a fraction; `clock` gives seconds, ever rising."""
        if not 0 < per_second < math.inf:
            raise ValueError(f"A rate must be above 0 requests a second, not {per_second}")
        self._clock = clock
        self._most = math.ceil(per_second)
        self._window = self._most / per_second + GUARD
        self._gap = self._window / self._most
        self._catch_up = min(CATCH_UP * self._gap, self._window / 2)
        self._next = -math.inf
        self._turn = Lock()
        self._lock = Lock()  # of what follows
        self._sent: deque[float] = deque(maxlen=self._most)
        self._waiting = 0
        self._paused_until = -math.inf

    def take(self, stop: Stop) -> "Slot":
        """Wait for a slot, to be used at once. Raises `Cancelled` where `stop` is set."""
        while not self._turn.acquire(timeout=_POLL):
            stop.check()
        try:
            while (wait := self._due() - (now := self._clock())) > 0:
                stop.sleep(wait)
            stop.check()
            with self._lock:
                self._waiting += 1
                planned = max(self._next, self._paused_until)
                missed = self._catch_up if now - planned <= IDLE else 0.0
                self._next = max(planned, now - missed) + self._gap
            return Slot(self._used)
        finally:
            self._turn.release()

    def pause(self, seconds: float) -> None:
        """No slots for so long from now. A longer pause that is under way stays."""
        with self._lock:
            self._paused_until = max(self._paused_until, self._clock() + seconds)

    def _due(self) -> float:
        """When the next slot may be taken, as far as is known now."""
        with self._lock:
            due = max(self._next, self._paused_until)
            left = self._most - self._waiting
            if left <= 0:
                return max(due, self._clock() + _SOON)
            if len(self._sent) >= left:
                due = max(due, self._sent[-left] + self._window)
            return due

    def _used(self) -> None:
        with self._lock:
            self._waiting -= 1
            self._sent.append(self._clock())


class Slot(AbstractContextManager["Slot"]):
    """The right to send one request. It is used at the latest when its context ends."""

    def __init__(self, used: Callable[[], None]) -> None:
        self._used: Callable[[], None] | None = used

    def __exit__(self, *_: object) -> None:
        self.used()

    def used(self) -> None:
        """Note that the request was sent just now, or never will be; harmless when repeated."""
        used, self._used = self._used, None
        if used is not None:
            used()
