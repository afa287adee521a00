"""What ends calls to a service from outside, at once."""

import time
from threading import Event
from typing import Final

from app.domain.errors import Cancelled

LOOK_SECONDS: Final = 0.1
"""So late at most a call notes that it is to end."""


class Stop(Event):
    """Ends calls to a service with `Cancelled` once it is set, or one of the `others` is."""

    def __init__(self, service: str, *others: Event) -> None:
        super().__init__()
        self._service = service
        self._others = others

    def is_set(self) -> bool:
        """See `Event`."""
        return super().is_set() or any(other.is_set() for other in self._others)

    def wait(self, timeout: float | None = None) -> bool:
        """See `Event`."""
        until = time.monotonic() + (float("inf") if timeout is None else timeout)
        while not self.is_set() and (left := until - time.monotonic()) > 0:
            super().wait(min(left, LOOK_SECONDS))
        return self.is_set()

    def check(self) -> None:
        """Raises `Cancelled` where it is set."""
        if self.is_set():
            raise Cancelled(f"The call to {self._service} was given up")

    def sleep(self, seconds: float) -> None:
        """Let time pass. Raises `Cancelled` as soon as it is set."""
        self.wait(seconds)
        self.check()
