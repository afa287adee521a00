"""What goes over the wire: kept-alive connections, packed bodies, and servers that dawdle."""

import gzip
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest

from app.adapters.upstream import connections, wire
from app.adapters.upstream.answers import BrokenOff, Unanswered
from app.adapters.upstream.connections import Connections, Timeouts
from app.adapters.upstream.rate import Rate
from app.adapters.upstream.stop import Stop
from app.adapters.upstream.transport import Transport
from app.domain.errors import Cancelled, NotConfigured
from tests.scripted_server import HEAD, Script, scripted, whole

TIMEOUTS = Timeouts(connect=2, read=1, whole=0.8, download=2)


@pytest.fixture
def stop() -> Stop:
    return Stop("Theirs")


@contextmanager
def connected(script: Script, timeouts: Timeouts = TIMEOUTS) -> Iterator[Connections]:
    made = Connections("Theirs", "THEIR_URL", script.url, timeouts)
    try:
        yield made
    finally:
        made.close()


def get(made: Connections, stop: Stop) -> bytes:
    return made.ask("GET", "", stop=stop).body


def test_a_connection_is_used_again(stop: Stop) -> None:
    with scripted(whole(b"{}")) as script, connected(script) as made:
        for _ in range(20):
            assert get(made, stop) == b"{}"
        assert script.connected == 1
        assert len(script.heads) == 20


def test_it_says_who_it_is_and_takes_packed_bodies(stop: Stop) -> None:
    packed = gzip.compress(b'{"id": 1}' * 1000)
    with (
        scripted(whole(packed, b"Content-Encoding: gzip")) as script,
        connected(script) as made,
    ):
        assert get(made, stop) == b'{"id": 1}' * 1000
        assert "User-Agent: watcher/" in script.heads[0]
        assert "Accept-Encoding: gzip\r\n" in script.heads[0]


def test_a_slot_of_the_rate_counts_from_when_the_request_has_left(
    stop: Stop, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[float] = []
    monkeypatch.setattr(Rate, "_used", lambda _rate: left.append(time.monotonic()))
    with scripted(b"", whole(b"{}"), every=0.3) as script:
        made = Connections("Theirs", "THEIR_URL", script.url, TIMEOUTS, per_second=100)
        get(made, stop)
        made.close()
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
def test_an_answer_that_trickles_in_is_cut(stop: Stop, start: bytes, endless: bytes) -> None:
    with scripted(start, endless=endless, every=0.05) as script, connected(script) as made:
        begun = time.monotonic()
        with pytest.raises(Unanswered, match=r"no complete answer within 0\.8 s") as failure:
            get(made, stop)
        assert failure.value.again
        assert time.monotonic() - begun < 2


def test_a_client_of_a_package_is_answered_in_its_time_or_not_at_all() -> None:
    packed = whole(gzip.compress(b'{"id": 1}'), b"Content-Encoding: gzip")
    with scripted(packed) as script, connected(script) as made:
        client = httpx2.Client(transport=Transport(made), timeout=1.0)
        assert client.get(script.url).json() == {"id": 1}
    with (
        scripted(HEAD, endless=b"X", every=0.05) as script,
        connected(script, Timeouts()) as made,
        pytest.raises(Unanswered, match=r"no complete answer within 0\.6 s"),
    ):
        httpx2.Client(transport=Transport(made), timeout=0.6).get(script.url)


def test_silence_is_cut(stop: Stop) -> None:
    slow = Timeouts(connect=2, read=0.2, whole=60)
    with scripted(b"", every=5) as script, connected(script, slow) as made:
        with pytest.raises(Unanswered, match=r"nothing came for 0\.2 s"):
            get(made, stop)
        with (
            pytest.raises(Unanswered, match=r"nothing came for 0\.2 s"),
            made.opened(""),
        ):
            pass


def test_an_endless_body_is_cut(stop: Stop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_BYTES", 1 << 20)
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    start = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    with scripted(start, endless=chunk) as script, connected(script) as made:
        with pytest.raises(Unanswered, match="more than 1 MB") as failure:
            get(made, stop)
        assert not failure.value.again


def test_a_bomb_is_not_unpacked(stop: Stop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST_BYTES", 1 << 20)
    bomb = whole(gzip.compress(b"0" * (50 << 20)), b"Content-Encoding: gzip")
    with (
        scripted(bomb) as script,
        connected(script) as made,
        pytest.raises(Unanswered, match="more than 1 MB"),
    ):
        get(made, stop)


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
    stop: Stop, sent: bytes, kind: type[Unanswered]
) -> None:
    with scripted(sent, closing=True) as script, connected(script) as made:
        with pytest.raises(kind) as failure:
            get(made, stop)
        assert failure.value.again
        assert type(failure.value) is kind


def test_what_waits_is_given_up_at_once(stop: Stop) -> None:
    slow = Timeouts(connect=2, read=60, whole=60)
    with scripted(b"", every=60) as script, connected(script, slow) as made:

        def give_up() -> None:
            while not script.heads:
                time.sleep(0.01)
            stop.set()

        threading.Thread(target=give_up, daemon=True).start()
        begun = time.monotonic()
        with pytest.raises(Cancelled, match="to Theirs"):
            get(made, stop)
        assert time.monotonic() - begun < 2
        with pytest.raises(Cancelled, match="to Theirs"):
            get(made, stop)
        assert len(script.heads) == 1
        script.ended.set()


def test_others_are_not_given_up_with_it(stop: Stop) -> None:
    with scripted(b"", whole(b"{}"), every=0.3) as script, connected(script) as made:
        other = Stop("Theirs", made.stop)
        threading.Timer(0.1, other.set).start()
        assert get(made, stop) == b"{}"


def test_connections_that_are_not_used_are_closed(
    stop: Stop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "_IDLE_SECONDS", 0.2)
    with scripted(whole(b"{}")) as script, connected(script) as made:
        get(made, stop)
        watching = [t for t in threading.enumerate() if t.name == "connections"]
        for thread in watching:
            thread.join(5)
        assert not any(thread.is_alive() for thread in watching)
        get(made, stop)
        assert script.connected == 2


def test_the_environment_s_proxy_is_used(stop: Stop, monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(whole(b'"proxied"')) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.removesuffix("/made"))
        monkeypatch.setenv("no_proxy", "")
        made = Connections("Theirs", "THEIR_URL", "http://made.invalid/3", TIMEOUTS)
        assert made.ask("GET", "/movie/5", stop=stop).body == b'"proxied"'
        assert proxy.heads[0].startswith("GET http://made.invalid/3/movie/5 ")
        made.close()
    monkeypatch.setenv("http_proxy", "socks5://127.0.0.1:1")
    made = Connections("Theirs", "THEIR_URL", "http://made.invalid/3", TIMEOUTS)
    with pytest.raises(NotConfigured, match="PROXY"):
        made.ask("GET", "/", stop=stop)
