"""Kept-alive connections to one server, with a bound on the time of an answer as a whole."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Lock, Thread
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from app import __version__
from app.domain.errors import Cancelled, NotConfigured

MOST_BYTES: Final = 32 << 20
"""Of one answer, unpacked; the longest known have a few MB."""

_IDLE_SECONDS: Final = 5.0
"""Servers close idle connections after some time; be earlier than nearly all of them."""

_HEADERS: Final = {"User-Agent": f"watcher/{__version__}", "Accept": "application/json, */*;q=0.5"}
_SENT: Final = "send_request_headers.complete"
_CONNECTED: Final = ("connect_tcp.complete", "start_tls.complete")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, for each piece of an answer, for an answer as a whole, for a large file.

    `download` counts only what is spent waiting for a file, not for its reader.
    """

    connect: float = 5.0
    read: float = 15.0
    whole: float = 45.0
    download: float = 900.0


class Unanswered(Exception):
    """No usable answer; the message says why, for people. `again`: asking again may help."""

    def __init__(self, why: str, *, again: bool) -> None:
        super().__init__(why)
        self.again = again


class BrokenOff(Unanswered):
    """The connection ended before the answer did."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer, unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def _nothing() -> None:
    pass


class _Wire:
    """One connection, used by one request at a time."""

    def __init__(self, service: str, verify: ssl.SSLContext, proxy: str | None) -> None:
        self.service = service
        limits = httpx2.Limits(
            max_connections=1, max_keepalive_connections=1, keepalive_expiry=_IDLE_SECONDS
        )
        self._transport = httpx2.HTTPTransport(verify=verify, limits=limits, proxy=proxy)
        self._socket: socket.socket | None = None
        self.stop = Event()
        self.sent: Callable[[], None] = _nothing
        self.due = 0.0
        self.overdue = False

    def open(self, url: str, headers: Mapping[str, str], timeouts: Timeouts) -> httpx2.Response:
        """Send a GET; the answer's body is still to be read.

        The transport is called without a client around it, for a client logs each URL, and with
        it the key.
        """
        seconds = {
            "connect": timeouts.connect,
            "pool": timeouts.connect,
            "read": timeouts.read,
            "write": timeouts.read,
        }
        extensions = {"timeout": seconds, "trace": self._note}
        sent = dict(_HEADERS) | dict(headers)
        request = httpx2.Request("GET", url, headers=sent, extensions=extensions)
        return self._transport.handle_request(request)

    def cut(self) -> None:
        """End what is under way, from another thread: its next read finds the end."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._transport.close()

    def _note(self, event: str, info: Mapping[str, object]) -> None:
        if event.endswith(_SENT):
            self.sent()
        elif event.endswith(_CONNECTED):
            stream = info["return_value"]
            found = stream.get_extra_info("socket")  # type: ignore[attr-defined]  # httpcore's
            self._socket = found if isinstance(found, socket.socket) else None


class Connections:
    """To one server: as many as there are requests at once, the last used one first.

    Each has a pool of its own, for a pool shared by many looks at all of its connections at every
    request. Environment variables for proxies are followed.
    """

    def __init__(self, service: str, address: str, timeouts: Timeouts) -> None:
        """`service` is its name for people."""
        self._service = service
        self._address = address
        self._timeouts = timeouts
        self._verify: ssl.SSLContext | None = None
        self._lock = Lock()
        self._busy: set[_Wire] = set()
        self._idle: list[tuple[float, _Wire]] = []
        self._watching = False

    def get(
        self, url: str, headers: Mapping[str, str], stop: Event, sent: Callable[[], None]
    ) -> Reply:
        """The complete answer; `sent` is called once the request has left.

        Raises `Unanswered`, and `Cancelled` where `stop` is set.
        """
        headers = {"Accept-Encoding": "gzip", **headers}
        with self._borrowed(stop, self._timeouts.whole) as wire:
            wire.sent = sent
            with closing(wire.open(url, headers, self._timeouts)) as response:
                body = _whole(response)
            return Reply(response.status_code, response.headers, body)

    @contextmanager
    def opened(self, url: str, stop: Event) -> Iterator[httpx2.Response]:
        """An answer that is read while it comes, as it was packed; no bound on it as a whole."""
        headers = {"Accept-Encoding": "identity"}
        with (
            self._borrowed(stop, None) as wire,
            closing(wire.open(url, headers, self._timeouts)) as response,
        ):
            yield response

    def cut(self, stop: Event) -> None:
        """End at once what was sent with this `stop`, which is set."""
        with self._lock:
            for wire in self._busy:
                if wire.stop is stop:
                    wire.cut()

    def close(self) -> None:
        """Close those that are idle; the others close when they are answered."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, wire in idle:
            wire.close()

    @contextmanager
    def _borrowed(self, stop: Event, whole: float | None) -> Iterator[_Wire]:
        wire = self._taken(stop, whole)
        usable = False
        try:
            with _reported(wire, self._timeouts):
                yield wire
            usable = True
        finally:
            with self._lock:
                self._busy.discard(wire)
                if usable:
                    self._idle.append((time.monotonic(), wire))
            if not usable:
                wire.close()

    def _taken(self, stop: Event, whole: float | None) -> _Wire:
        with self._lock:
            wire = self._idle.pop()[1] if self._idle else self._new()
            wire.stop, wire.sent, wire.overdue = stop, _nothing, False
            wire.due = time.monotonic() + whole if whole is not None else float("inf")
            self._busy.add(wire)
            if not self._watching:
                self._watching = True
                Thread(target=self._watch, name="connections", daemon=True).start()
        return wire

    def _new(self) -> _Wire:
        if self._verify is None:  # made late, for it takes a while and many processes never ask
            self._verify = httpx2.create_ssl_context()
        return _Wire(self._service, self._verify, _proxy_for(self._address))

    def _watch(self) -> None:
        """Cut what is overdue and close what is idle, until there is nothing left to watch."""
        while True:
            time.sleep(min(1.0, self._timeouts.whole / 4))
            now = time.monotonic()
            with self._lock:
                for wire in self._busy:
                    if now > wire.due:
                        wire.overdue = True
                        wire.cut()
                old = [wire for since, wire in self._idle if now - since > _IDLE_SECONDS]
                self._idle = [kept for kept in self._idle if now - kept[0] <= _IDLE_SECONDS]
                self._watching = bool(self._busy or self._idle)
                ended = not self._watching
            for wire in old:
                wire.close()
            if ended:
                return


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
def _reported(wire: _Wire, timeouts: Timeouts) -> Iterator[None]:
    """Turn the library's errors into ours, without a way back to the request and its key."""
    try:
        yield
        problem = None
    except httpx2.HTTPError as error:
        problem = _problem(error, timeouts)
    if wire.stop.is_set():
        raise Cancelled(f"The call to {wire.service} was given up")
    if wire.overdue:
        problem = Unanswered(f"no complete answer within {timeouts.whole:g} s", again=True)
    if problem is not None:
        raise problem


def _problem(error: httpx2.HTTPError, timeouts: Timeouts) -> Unanswered:
    if isinstance(error, httpx2.ConnectTimeout):
        return Unanswered(f"no connection within {timeouts.connect:g} s", again=True)
    if isinstance(error, httpx2.TimeoutException):
        return Unanswered(f"nothing came for {timeouts.read:g} s", again=True)
    said = (str(error) or type(error).__name__).splitlines()[0][:160]
    if isinstance(error, httpx2.ConnectError):
        return Unanswered(f"no connection ({said})", again=True)
    if isinstance(error, httpx2.DecodingError):
        return Unanswered(f"a body that can't be unpacked ({said})", again=True)
    return BrokenOff(f"the connection broke off ({said})", again=True)


def _proxy_for(address: str) -> str | None:
    """The proxy that the environment names for an address. Raises `NotConfigured`."""
    parts = urlsplit(address)
    if proxy_bypass(parts.hostname or ""):
        return None
    known = getproxies()
    proxy = known.get(parts.scheme) or known.get("all")
    if not proxy:
        return None
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    if not proxy.startswith(("http://", "https://")):
        raise NotConfigured(
            f"{parts.scheme.upper()}_PROXY or ALL_PROXY names a proxy that is neither http:// nor "
            "https://: watcher knows no others"
        )
    return proxy
