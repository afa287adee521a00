"""What a stand-in was asked, and how fast."""

import time
from array import array
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Condition
from typing import Final

MOST_REQUESTS: Final = 200_000


@dataclass(slots=True)
class Request:
    """One request: when it came (`time.monotonic`), and the status it was answered with.

    `status` is 0 until it is answered, and stays 0 where it never is.
    """

    at: float
    path: str
    query: Mapping[str, str]
    status: int = 0
    method: str = "GET"
    body: bytes = b""


class RequestLog:
    """Requests by a clock in seconds, and the most in any `window` of seconds.

    Safe between threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, *, window: float = 1.0) -> None:
        self._clock = clock
        self._seconds = window
        self._changed = Condition()
        self._start()

    def _start(self) -> None:
        self._requests: deque[Request] = deque(maxlen=MOST_REQUESTS)
        self._arrivals = array("d")
        self._window: deque[float] = deque()
        self._busiest = 0
        self._statuses: Counter[int] = Counter()

    def reset(self) -> None:
        """Forget everything, the present window too."""
        with self._changed:
            self._start()

    def arrived(
        self,
        path: str,
        query: Mapping[str, str],
        *,
        api: bool,
        method: str = "GET",
        body: bytes = b"",
    ) -> tuple[Request, int]:
        """Note a request; gives it, and how many API requests came in the window up to it."""
        with self._changed:
            now = self._clock()
            request = Request(now, path, query, method=method, body=body)
            self._requests.append(request)
            if api:
                self._arrivals.append(now)
                self._window.append(now)
                while self._window[0] <= now - self._seconds:
                    self._window.popleft()
                self._busiest = max(self._busiest, len(self._window))
            self._changed.notify_all()
            return request, len(self._window)

    def answered(self, request: Request, status: int) -> None:
        """Note an answer."""
        with self._changed:
            request.status = status
            self._statuses[status] += 1
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
    def busiest(self) -> int:
        """The most API requests that came within any one window, refused ones too."""
        with self._changed:
            return self._busiest

    @property
    def statuses(self) -> dict[int, int]:
        """How many times each was answered, ascending."""
        with self._changed:
            return dict(sorted(self._statuses.items()))
