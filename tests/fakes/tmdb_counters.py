"""What a stand-in was asked, and how fast."""

from __future__ import annotations

import time
from array import array
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Condition
from typing import Final

MOST_REQUESTS: Final = 200_000
_WINDOW_SECONDS: Final = 1.0


@dataclass(slots=True)
class Request:
    """One request: when it came (`time.monotonic`), and the status it was answered with.

    `status` is 0 until it is answered, and stays 0 where it never is.
    """

    at: float
    path: str
    query: Mapping[str, str]
    status: int = 0


class Counters:
    """Counts of requests by a clock in seconds. Safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._changed = Condition()
        self._start()

    def _start(self) -> None:
        self._requests: deque[Request] = deque(maxlen=MOST_REQUESTS)
        self._arrivals = array("d")
        self._window: deque[float] = deque()
        self._busiest = 0
        self._details: Counter[tuple[str, int]] = Counter()
        self._statuses: Counter[int] = Counter()

    def reset(self) -> None:
        """Forget everything, the present second too."""
        with self._changed:
            self._start()

    def arrived(self, path: str, query: Mapping[str, str], *, api: bool) -> tuple[Request, int]:
        """Note a request; gives it, and how many API requests came in the second up to it."""
        with self._changed:
            now = self._clock()
            request = Request(now, path, query)
            self._requests.append(request)
            if api:
                self._arrivals.append(now)
                self._window.append(now)
                while self._window[0] <= now - _WINDOW_SECONDS:
                    self._window.popleft()
                self._busiest = max(self._busiest, len(self._window))
            self._changed.notify_all()
            return request, len(self._window)

    def answered(self, request: Request, status: int, detail: tuple[str, int] | None) -> None:
        """Note an answer; `detail` is the title that it truly tells of, or that it says is gone."""
        with self._changed:
            request.status = status
            self._statuses[status] += 1
            if detail is not None:
                self._details[detail] += 1
            self._changed.notify_all()

    def wait_for(self, condition: Callable[[], bool], seconds: float) -> None:
        """Return once it holds, looked at after each request and answer. Raises `TimeoutError`."""
        with self._changed:
            if not self._changed.wait_for(condition, seconds):
                raise TimeoutError(f"not so within {seconds} s")

    @property
    def requests(self) -> list[Request]:
        """In order of arrival; the oldest are forgotten after `MOST_REQUESTS`."""
        with self._changed:
            return list(self._requests)

    @property
    def arrivals(self) -> list[float]:
        """When each API request came, refused ones too (`time.monotonic`)."""
        with self._changed:
            return list(self._arrivals)

    @property
    def busiest_second(self) -> int:
        """The most API requests that came within any one second, refused ones too."""
        with self._changed:
            return self._busiest

    @property
    def details(self) -> Counter[tuple[str, int]]:
        """How many times each title's details were answered with 200 or 404."""
        with self._changed:
            return Counter(self._details)

    def stats(self) -> dict[str, object]:
        """For JSON; `per_second` counts API arrivals by whole seconds since the first one."""
        arrivals, details = self.arrivals, self.details
        first = arrivals[0] if arrivals else 0.0
        seconds = Counter(int(at - first) for at in arrivals)
        with self._changed:
            statuses = {str(status): count for status, count in sorted(self._statuses.items())}
        return {
            "api_requests": len(arrivals),
            "by_status": statuses,
            "busiest_second": self.busiest_second,
            "seconds": arrivals[-1] - first if arrivals else 0.0,
            "per_second": [seconds[second] for second in range(max(seconds, default=-1) + 1)],
            "details": details.total(),
            "titles": len(details),
            "most_for_one_title": max(details.values(), default=0),
        }
