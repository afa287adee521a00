"""Kept-alive connections to one server, each used by one request at a time."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Lock, Thread
from typing import Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from app import __version__
from app.adapters.upstream.stop import LOOK_SECONDS, Stop
from app.domain.errors import NotConfigured

_IDLE_SECONDS: Final = 5.0
"""Servers close idle connections after some time; be earlier than nearly all of them."""

_HEADERS: Final = {
    "User-Agent": f"watcher/{__version__}",
    "Accept": "application/json, */*;q=0.5",
    "Accept-Encoding": "gzip",
}
_SENT: Final = "send_request_headers.complete"
_CONNECTED: Final = ("connect_tcp.complete", "start_tls.complete")


class Wire:
    """One connection, lent for one request: `stop` ends it, and so does the moment it is `due`."""

    def __init__(self, stop: Stop, verify: ssl.SSLContext, proxy: str | None) -> None:
        limits = httpx2.Limits(
            max_connections=1, max_keepalive_connections=1, keepalive_expiry=_IDLE_SECONDS
        )
        self._transport = httpx2.HTTPTransport(verify=verify, limits=limits, proxy=proxy)
        self._socket: socket.socket | None = None
        self._sent: Callable[[], None] | None = None
        self.stop = stop
        self.due = 0.0
        self.overdue = False
        self.close = self._transport.close

    def open(
        self, request: httpx2.Request, sent: Callable[[], None] | None = None
    ) -> httpx2.Response:
        """Send a request; the answer's body is still to be read. `sent` is called when it has left.

        The transport is called without a client around it, for a client logs each URL, and with
        it the key.
        """
        self._sent = sent
        for name, value in _HEADERS.items():
            request.headers.setdefault(name, value)
        request.extensions["trace"] = self._note
        return self._transport.handle_request(request)

    def cut(self) -> None:
        """End what is under way, from another thread: its next read finds the end."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _note(self, event: str, info: Mapping[str, object]) -> None:
        if event.endswith(_SENT) and self._sent is not None:
            self._sent()
        elif event.endswith(_CONNECTED):
            stream = info["return_value"]
            found = stream.get_extra_info("socket")  # type: ignore[attr-defined]  # httpcore's
            self._socket = found if isinstance(found, socket.socket) else None


class Wires:
    """As many as there are requests at once, the last used one first; thread-safe.

    Each has a pool of its own, for a pool shared by many looks at all of its connections at every
    request. Environment variables for proxies are followed.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._verify: ssl.SSLContext | None = None
        self._lock = Lock()
        self._busy: set[Wire] = set()
        self._idle: list[tuple[float, Wire]] = []
        self._watching = False

    def close(self) -> None:
        """Close those that are idle; the others close when they are answered."""
        with self._lock:
            idle, self._idle = self._idle, []
        for _, wire in idle:
            wire.close()

    @contextmanager
    def lent(self, stop: Stop, whole: float) -> Iterator[Wire]:
        """One, for at most `whole` seconds; it is kept unless something is raised."""
        stop.check()
        wire = self._taken(stop, whole)
        usable = False
        try:
            yield wire
            usable = True
        finally:
            with self._lock:
                self._busy.discard(wire)
                if usable:
                    self._idle.append((time.monotonic(), wire))
            if not usable:
                wire.close()

    def _taken(self, stop: Stop, whole: float) -> Wire:
        with self._lock:
            wire = self._idle.pop()[1] if self._idle else self._new(stop)
            wire.stop, wire.due, wire.overdue = stop, time.monotonic() + whole, False
            self._busy.add(wire)
            if not self._watching:
                self._watching = True
                Thread(target=self._watch, name="connections", daemon=True).start()
        return wire

    def _new(self, stop: Stop) -> Wire:
        if self._verify is None:  # made late, for it takes a while and many processes never ask
            self._verify = httpx2.create_ssl_context()
        return Wire(stop, self._verify, _proxy_for(self._address))

    def _watch(self) -> None:
        """Cut what is to end and close what is idle, until there is nothing left to watch."""
        while True:
            time.sleep(LOOK_SECONDS)
            now = time.monotonic()
            with self._lock:
                for wire in self._busy:
                    wire.overdue = wire.overdue or now > wire.due
                    if wire.overdue or wire.stop.is_set():
                        wire.cut()
                old = [wire for since, wire in self._idle if now - since > _IDLE_SECONDS]
                self._idle = [kept for kept in self._idle if now - kept[0] <= _IDLE_SECONDS]
                self._watching = bool(self._busy or self._idle)
                ended = not self._watching
            for wire in old:
                wire.close()
            if ended:
                return


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
