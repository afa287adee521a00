"""The allowed rate of requests, shared by all threads: slots, given one after the other."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from threading import Event, Lock
from typing import Final

from app.domain.errors import Cancelled

GUARD: Final = 0.015
"""Seconds added to each window: what a request's way to the server may vary by.

It costs 1.5 % of the rate at 1/s and more, and less below.
"""

CATCH_UP: Final = 0.25
"""Seconds of slots that may be taken later than planned, at once where need be."""

_POLL: Final = 0.2


class Rate:
    """Gives slots: no more than `per_second`, rounded up, in any one second, from any threads.

    They come evenly, `per_second` a second less `GUARD`. Threads that come late (sleep overshoots,
    a busy processor) take the slots of the last `CATCH_UP` seconds at once, and so does the first
    after an idle time; the limit of the window holds even then, so there is no burst above it.
    """

    def __init__(self, per_second: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        """`per_second` is above 0, and may be a fraction; `clock` gives seconds, ever rising."""
        if not 0 < per_second < math.inf:
            raise ValueError(f"A rate must be above 0 requests a second, not {per_second}")
        self._clock = clock
        most = math.ceil(per_second)
        self._window = most / per_second + GUARD
        self._gap = self._window / most
        self._given: deque[float] = deque(maxlen=most)
        self._next = -math.inf
        self._paused_until = -math.inf
        self._turn = Lock()
        self._pausing = Lock()

    def take(self, stop: Event) -> None:
        """Wait for a slot, which is to be used at once. Raises `Cancelled` where `stop` is set."""
        while not self._turn.acquire(timeout=_POLL):
            _check(stop)
        try:
            while (wait := self._due() - (now := self._clock())) > 0:
                if stop.wait(wait):
                    break
            _check(stop)
            self._given.append(now)
            self._next = max(self._next, self._paused_until, now - CATCH_UP) + self._gap
        finally:
            self._turn.release()

    def pause(self, seconds: float) -> None:
        """No slots for so long from now. A longer pause that is under way stays."""
        with self._pausing:
            self._paused_until = max(self._paused_until, self._clock() + seconds)

    def _due(self) -> float:
        """When the next slot may be taken."""
        due = max(self._next, self._paused_until)
        if len(self._given) == self._given.maxlen:
            due = max(due, self._given[0] + self._window)
        return due


def _check(stop: Event) -> None:
    if stop.is_set():
        raise Cancelled("The call to TMDB was given up")
