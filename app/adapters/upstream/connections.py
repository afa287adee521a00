"""Calls to one service: sent over kept-alive connections, bounded, repeated where that may help."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Final, TypedDict, TypeVar, Unpack

import httpx2

from app.adapters.upstream.addresses import check_address, host_of
from app.adapters.upstream.answers import BrokenOff, Paused, Reply, Unanswered
from app.adapters.upstream.circuit_breaker import CircuitBreaker
from app.adapters.upstream.rate import Rate
from app.adapters.upstream.retry import ONCE, Retry
from app.adapters.upstream.stop import Stop
from app.adapters.upstream.wire import Wire, Wires

MOST_BYTES: Final = 32 << 20
"""Of one answer, unpacked; the longest known have a few MB."""

_LOG_PAUSES_EVERY: Final = 60.0
_CHANGES_NOTHING: Final = ("GET", "HEAD")

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, for each piece of an answer, for an answer as a whole, for a large file.

    `download` counts only what is spent waiting for a file, not for its reader.
    """

    connect: float = 5.0
    read: float = 15.0
    whole: float = 45.0
    download: float = 900.0


class Request(TypedDict, total=False):
    """What a request may hold. `json` is what is sent, if anything."""

    bearer: str
    params: Mapping[str, str | int]
    json: object
    headers: Mapping[str, str]


class Connections:
    """To one service; thread-safe. No URL, header or body gets into a log or an error.

    Where `per_second` limits the rate, a pause that the service asks for is kept by all calls, else
    by the one that was refused. With a `probe`, calls wait for a service that is away, up to
    `patience` seconds.
    """

    def __init__(
        self,
        service: str,
        setting: str,
        address: str,
        timeouts: Timeouts,
        *,
        per_second: float | None = None,
        probe: Callable[[Stop], None] | None = None,
        patience: float = 600.0,
    ) -> None:
        """`service` is its name for people, `setting` that of its address.

        `probe` asks for what there must be, by `ask`, and raises `Unanswered`. Raises
        `NotConfigured` for an address that can't be used.
        """
        check_address(setting, address)
        self.name = f"{service} ({host_of(address)})"
        self.stop = Stop(service)
        self.answered_at = -math.inf
        self._address = address.rstrip("/")
        self._timeouts = timeouts
        self._rate = None if per_second is None else Rate(per_second)
        self._breaker = probe and CircuitBreaker(self.name, setting, probe, patience)
        self._wires = Wires(address)
        self._pause_logged_at = -math.inf

    def close(self) -> None:
        """Give up all that is under way, and close the connections. Later calls are refused."""
        self.stop.set()
        self._wires.close()

    def confirm(self, reason: str, stop: Stop) -> None:
        """Return once the service is known to answer, after a failure for a `reason`.

        Raises `UpstreamUnavailable` where it doesn't, and as its probe does.
        """
        if self._breaker is not None:
            self._breaker.confirm(reason, stop)

    def send(
        self,
        method: str,
        path: str,
        read: Callable[[Reply], _T],
        *,
        retry: Retry | None = None,
        stop: Stop | None = None,
        **request: Unpack[Request],
    ) -> _T:
        """What `read` makes of an answer; it raises `Unanswered` or `Paused` for one of no use.

        Without `retry`, what changes nothing is repeated and anything else is sent `ONCE`. Raises
        as `attempt` does.
        """

        def once() -> _T:
            return read(self.ask(method, path, stop=stop, **request))

        default = Retry() if method in _CHANGES_NOTHING else ONCE
        return self.attempt(once, retry or default, stop=stop)

    def attempt(self, once: Callable[[], _T], retry: Retry, *, stop: Stop | None = None) -> _T:
        """What `once` gives, which is called again as `retry` says.

        Raises the last `Unanswered`, a `Paused` that is too much, `Cancelled` where `stop` is set,
        and what `once` and the breaker raise besides.
        """
        stop = stop or self.stop
        begun = time.monotonic()
        failures = pauses = 0
        paused = 0.0
        while True:
            if self._breaker is not None:
                self._breaker.enter(stop)
            try:
                answer = once()
            except Unanswered as failure:
                failure.spent = time.monotonic() - begun
                if isinstance(failure, Paused) and retry.keeps(failure):
                    failure.tries = pauses = pauses + 1
                    paused += self.pause(retry.pause(failure), stop)
                else:
                    failure.spent -= paused
                    failure.tries = failures = failures + 1
                    if self._breaker is not None:
                        self._breaker.failed(str(failure))
                    stop.sleep(retry.wait(failure))
            else:
                self.answered_at = time.monotonic()
                if self._breaker is not None:
                    self._breaker.answered()
                return answer

    def ask(
        self, method: str, path: str, *, stop: Stop | None = None, **request: Unpack[Request]
    ) -> Reply:
        """The complete answer to one request, whatever its status. Raises as `exchange` does."""
        made = httpx2.Request(
            method,
            self._address + path,
            params=request.get("params"),
            headers=request.get("headers"),
            json=request.get("json"),
        )
        if bearer := request.get("bearer"):
            made.headers["Authorization"] = f"Bearer {bearer}"
        return self.exchange(made, stop=stop)

    def exchange(
        self,
        request: httpx2.Request,
        *,
        timeouts: Timeouts | None = None,
        stop: Stop | None = None,
    ) -> Reply:
        """The complete answer to one request, sent when the rate allows it.

        Raises `Unanswered`, and `Cancelled` where `stop` is set.
        """
        stop, timeouts = stop or self.stop, timeouts or self._timeouts
        with nullcontext() if self._rate is None else self._rate.take(stop) as slot:
            sent = slot.used if slot else None
            with self._opened(request, timeouts, stop, sent) as response:
                body = _whole(response)
        return Reply(response.status_code, response.headers, body)

    def opened(self, path: str) -> AbstractContextManager[httpx2.Response]:
        """An answer that is read while it comes, as it was packed; no bound on it as a whole."""
        headers = {"Accept-Encoding": "identity"}
        request = httpx2.Request("GET", self._address + path, headers=headers)
        return self._opened(request, replace(self._timeouts, whole=math.inf), self.stop)

    def pause(self, seconds: float, stop: Stop) -> float:
        """Keep a pause; gives the seconds that this call waited."""
        now = time.monotonic()
        if now - self._pause_logged_at > _LOG_PAUSES_EVERY:
            self._pause_logged_at = now
            _log.warning("%s asks to slow down: pausing %.1f s", self.name, seconds)
        if self._rate is not None:
            self._rate.pause(seconds)
            return 0.0
        stop.sleep(seconds)
        return seconds

    @contextmanager
    def _opened(
        self,
        request: httpx2.Request,
        timeouts: Timeouts,
        stop: Stop,
        sent: Callable[[], None] | None = None,
    ) -> Iterator[httpx2.Response]:
        within = httpx2.Timeout(timeouts.read, connect=timeouts.connect)
        request.extensions["timeout"] = within.as_dict()
        with (
            self._wires.lent(stop, timeouts.whole) as wire,
            _reported(wire, timeouts),
            closing(wire.open(request, sent)) as response,
        ):
            yield response


def _whole(response: httpx2.Response) -> bytes:
    pieces: list[bytes] = []
    size = 0
    for piece in response.iter_bytes():
        size += len(piece)
        if size > MOST_BYTES:
            raise Unanswered(f"an answer of more than {MOST_BYTES >> 20} MB", again=False)
        pieces.append(piece)
    return b"".join(pieces)


@contextmanager
def _reported(wire: Wire, timeouts: Timeouts) -> Iterator[None]:
    """Turn the library's errors into ours, without a way back to the request and its key."""
    try:
        yield
        problem = None
    except httpx2.HTTPError as error:
        problem = _problem(error, timeouts)
    wire.stop.check()
    if wire.overdue:
        problem = Unanswered(f"no complete answer within {timeouts.whole:.3g} s", again=True)
    if problem is not None:
        raise problem from None


def _problem(error: httpx2.HTTPError, timeouts: Timeouts) -> Unanswered:
    if isinstance(error, httpx2.ConnectTimeout):
        return Unanswered(f"no connection within {timeouts.connect:.3g} s", again=True)
    if isinstance(error, httpx2.TimeoutException):
        return Unanswered(f"nothing came for {timeouts.read:.3g} s", again=True)
    said = (str(error) or type(error).__name__).splitlines()[0][:160]
    if isinstance(error, httpx2.ConnectError):
        return Unanswered(f"no connection ({said})", again=True)
    if isinstance(error, httpx2.DecodingError):
        return Unanswered(f"a body that can't be unpacked ({said})", again=True)
    # What stands behind a colon may be what the server sent, and that what it was sent.
    return BrokenOff(f"the connection broke off ({said.partition(': ')[0]})", again=True)
