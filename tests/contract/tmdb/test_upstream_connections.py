"""What goes over the wire: kept-alive connections, packed bodies, and servers that dawdle."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import chain, repeat

import pytest

from app.adapters.upstream import connections
from app.adapters.upstream.connections import BrokenOff, Connections, Timeouts, Unanswered
from app.domain.errors import Cancelled, NotConfigured

TIMEOUTS = Timeouts(connect=2, read=1, whole=0.8, download=2)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def whole(body: bytes, *more: bytes) -> bytes:
    lines = (b"Content-Length: %d" % len(body), *more)
    return HEAD + b"\r\n".join(lines) + b"\r\n\r\n" + body


@dataclass
class Script:
    """A server that sends the same pieces for every request, each `every` seconds.

    It closes each connection after the first answer, where `closing`.
    """

    url: str
    pieces: Callable[[], Iterator[bytes]]
    every: float = 0.0
    closing: bool = False
    connected: int = 0
    heads: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def serve(self, listening: socket.socket) -> None:
        while not self.ended.is_set():
            try:
                taken, _ = listening.accept()
            except OSError:
                return
            self.connected += 1
            threading.Thread(target=self._answer, args=(taken,), daemon=True).start()

    def _answer(self, taken: socket.socket) -> None:
        seen = b""
        with taken, suppress(OSError):
            while data := taken.recv(65536):
                seen += data
                if not seen.endswith(b"\r\n\r\n"):
                    continue
                self.heads.append(seen.decode())
                seen = b""
                for piece in self.pieces():
                    taken.sendall(piece)
                    if self.ended.wait(self.every):
                        return
                if self.closing:
                    return


@contextmanager
def scripted(
    *pieces: bytes, every: float = 0.0, endless: bytes = b"", closing: bool = False
) -> Iterator[Script]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/made"
        more = repeat(endless) if endless else ()
        script = Script(url, lambda: chain(pieces, more), every, closing)
        thread = threading.Thread(target=script.serve, args=(listening,), daemon=True)
        thread.start()
        try:
            yield script
        finally:
            script.ended.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(5)


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@contextmanager
def connected(script: Script, timeouts: Timeouts = TIMEOUTS) -> Iterator[Connections]:
    made = Connections("Theirs", script.url, timeouts)
    try:
        yield made
    finally:
        made.close()


def get(made: Connections, script: Script, stop: threading.Event) -> bytes:
    return made.get(script.url, {}, stop, lambda: None).body


def test_a_connection_is_used_again(stop: threading.Event) -> None:
    with scripted(whole(b"{}")) as script, connected(script) as made:
        for _ in range(20):
            assert get(made, script, stop) == b"{}"
        assert script.connected == 1
        assert len(script.heads) == 20


def test_it_says_who_it_is_and_takes_packed_bodies(stop: threading.Event) -> None:
    packed = gzip.compress(b'{"id": 1}' * 1000)
    with (
        scripted(whole(packed, b"Content-Encoding: gzip")) as script,
        connected(script) as made,
    ):
        assert get(made, script, stop) == b'{"id": 1}' * 1000
        assert "User-Agent: watcher/" in script.heads[0]
        assert "Accept-Encoding: gzip\r\n" in script.heads[0]


def test_it_tells_when_the_request_has_left(stop: threading.Event) -> None:
    left: list[float] = []
    with scripted(b"", whole(b"{}"), every=0.3) as script, connected(script) as made:
        made.get(script.url, {}, stop, lambda: left.append(time.monotonic()))
        assert len(left) == 1
        assert time.monotonic() - left[0] > 0.25


@pytest.mark.parametrize(
    ("start", "endless"),
    [
        (HEAD + b"Content-Length: 100000\r\n\r\n", b"{"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n"),
        (HEAD + b"Connection: close\r\n\r\n", b"{"),
        (HEAD, b"X: y\r\n"),
        (HEAD, b"X"),
    ],
    ids=["body", "chunks", "until closed", "headers", "one header"],
)
def test_an_answer_that_trickles_in_is_cut(
    stop: threading.Event, start: bytes, endless: bytes
) -> None:
    with scripted(start, endless=endless, every=0.05) as script, connected(script) as made:
        begun = time.monotonic()
        with pytest.raises(Unanswered, match=r"no complete answer within 0\.8 s") as failure:
            get(made, script, stop)
        assert failure.value.again
        assert time.monotonic() - begun < 2


def test_silence_is_cut(stop: threading.Event) -> None:
    slow = Timeouts(connect=2, read=0.2, whole=60)
    with scripted(b"", every=5) as script, connected(script, slow) as made:
        with pytest.raises(Unanswered, match=r"nothing came for 0\.2 s"):
            get(made, script, stop)
        with (
            pytest.raises(Unanswered, match=r"nothing came for 0\.2 s"),
            made.opened(script.url, stop),
        ):
            pass


def test_an_endless_body_is_cut(stop: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_BYTES", 1 << 20)
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    start = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    with scripted(start, endless=chunk) as script, connected(script) as made:
        with pytest.raises(Unanswered, match="more than 1 MB") as failure:
            get(made, script, stop)
        assert not failure.value.again


def test_a_bomb_is_not_unpacked(stop: threading.Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_BYTES", 1 << 20)
    bomb = whole(gzip.compress(b"0" * (50 << 20)), b"Content-Encoding: gzip")
    with (
        scripted(bomb) as script,
        connected(script) as made,
        pytest.raises(Unanswered, match="more than 1 MB"),
    ):
        get(made, script, stop)


@pytest.mark.parametrize(
    ("sent", "kind"),
    [
        (b"", BrokenOff),
        (HEAD, BrokenOff),
        (whole(b"{}" * 99)[:-50], BrokenOff),
        (b"SSH-2.0-made\r\n\r\n", BrokenOff),
        (whole(b"\x1f\x8bgarbage", b"Content-Encoding: gzip"), Unanswered),
    ],
)
def test_what_is_no_answer_may_be_asked_again(
    stop: threading.Event, sent: bytes, kind: type[Unanswered]
) -> None:
    with scripted(sent, closing=True) as script, connected(script) as made:
        with pytest.raises(kind) as failure:
            get(made, script, stop)
        assert failure.value.again
        assert type(failure.value) is kind


def test_what_waits_is_given_up_at_once(stop: threading.Event) -> None:
    slow = Timeouts(connect=2, read=60, whole=60)
    with scripted(b"", every=60) as script, connected(script, slow) as made:

        def give_up() -> None:
            while not script.heads:
                time.sleep(0.01)
            stop.set()
            made.cut(stop)

        threading.Thread(target=give_up, daemon=True).start()
        begun = time.monotonic()
        with pytest.raises(Cancelled, match="to Theirs"):
            get(made, script, stop)
        assert time.monotonic() - begun < 2
        script.ended.set()


def test_others_are_not_given_up_with_it(stop: threading.Event) -> None:
    with scripted(b"", whole(b"{}"), every=0.3) as script, connected(script) as made:
        other = threading.Event()
        other.set()
        threading.Timer(0.1, made.cut, [other]).start()
        assert get(made, script, stop) == b"{}"


def test_connections_that_are_not_used_are_closed(
    stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_IDLE_SECONDS", 0.2)
    with scripted(whole(b"{}")) as script, connected(script) as made:
        get(made, script, stop)
        watching = [t for t in threading.enumerate() if t.name == "connections"]
        for thread in watching:
            thread.join(5)
        assert not any(thread.is_alive() for thread in watching)
        get(made, script, stop)
        assert script.connected == 2


def test_the_environment_s_proxy_is_used(
    stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted(whole(b'"proxied"')) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/made"))
        monkeypatch.setenv("no_proxy", "")
        made = Connections("Theirs", "http://made.invalid/3", TIMEOUTS)
        url = "http://made.invalid/3/movie/5"
        assert made.get(url, {}, stop, lambda: None).body == b'"proxied"'
        assert proxy.heads[0].startswith("GET http://made.invalid/3/movie/5 ")
        made.close()
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    with pytest.raises(NotConfigured, match="PROXY"):
        Connections("Theirs", "http://made.invalid/3", TIMEOUTS).get(
            "http://made.invalid/", {}, stop, stop.set
        )
