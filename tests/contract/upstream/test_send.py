"""Sending to a service: what is repeated, what is sent once, which pauses are kept."""

import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from http import HTTPStatus

import msgspec
import pytest

from app.adapters.upstream import retry as retrying
from app.adapters.upstream.answers import (
    BrokenOff,
    Paused,
    Reply,
    Unanswered,
    is_hopeless,
    pause_of,
)
from app.adapters.upstream.circuit_breaker import FAILURES_IN_A_ROW
from app.adapters.upstream.connections import Connections, Timeouts
from app.adapters.upstream.retry import Retry
from app.adapters.upstream.stop import Stop
from app.domain.errors import Cancelled, NotConfigured, UpstreamUnavailable
from stand_ins.http.faults import DROPPED, DROPPED_MIDWAY, HALF_BODY, Effect, Hang, Status
from stand_ins.http.messages import Answer, Asked
from stand_ins.http.request_log import Request, RequestLog
from stand_ins.http.server import Server
from stand_ins.http.stand_in import StandIn
from tests.scripted_server import scripted

QUICK = Timeouts(connect=2, read=0.5, whole=2)
SECRET = "canary0123456789"  # noqa: S105 - nobody's


class Shelf:
    """A service that keeps what is put there, and tells all of it to whoever reads."""

    def __init__(self) -> None:
        self.stand_in = StandIn(RequestLog())
        self.kept: list[object] = []
        self.asked: list[Asked] = []

    def arrived(self, asked: Asked) -> tuple[Request, Answer | None]:
        self.asked.append(asked)
        arrived = self.stand_in.counters.arrived
        return arrived(asked.path, asked.query, api=True, method=asked.method)[0], None

    def takes_long(self, _asked: Asked) -> bool:
        return False

    def answer(self, asked: Asked) -> Answer:
        if asked.body:
            self.kept.append(msgspec.json.decode(asked.body))
        return Answer(200, msgspec.json.encode(self.kept))

    def answered(self, request: Request, answer: Answer, *, whole: bool) -> None:
        del whole
        self.stand_in.counters.answered(request, answer.status)

    def error(self, status: Status) -> Answer:
        told = () if status.retry_after is None else (("Retry-After", str(status.retry_after)),)
        return Answer(status.code, b"{}", headers=told)

    def stats(self) -> object:
        return {}

    def fault(self, effect: Effect, times: int | None = None, path: str = "/books") -> None:
        self.stand_in.fault(effect, path, times=times)


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    made = Shelf()
    server = Server(made, 0)
    server.start()
    yield made
    server.stop()


Made = Callable[..., Connections]


@pytest.fixture
def made(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    monkeypatch.setattr(retrying, "_FIRST_WAIT", 0.01)
    opened: list[Connections] = []

    def one(timeouts: Timeouts = QUICK, **how: object) -> Connections:
        origin = shelf.stand_in.origin
        opened.append(Connections("Shelf", "SHELF_URL", origin, timeouts, **how))  # type: ignore[arg-type]  # as given
        return opened[-1]

    yield one
    for connections in opened:
        connections.close()


def read(reply: Reply) -> object:
    if reply.status == HTTPStatus.OK:
        return msgspec.json.decode(reply.body)
    pause = pause_of(reply.status, reply.headers, time.time())
    raise pause or Unanswered(f"HTTP {reply.status}", again=not is_hopeless(reply.status))


def test_what_is_sent_arrives(shelf: Shelf, made: Made) -> None:
    given = {"title": "Ünder", "pages": 7}
    answer = made().send(
        "POST",
        "/books",
        read,
        bearer=SECRET,
        json=given,
        params={"by": "a&b", "page": 2},
        headers={"X-Of": "mine"},
    )
    (asked,) = shelf.asked
    assert answer == shelf.kept == [given]
    assert (asked.method, asked.path) == ("POST", "/books")
    assert asked.query == {"by": "a&b", "page": "2"}
    assert asked.fields["authorization"] == f"Bearer {SECRET}"
    assert asked.fields["content-type"] == "application/json"
    assert asked.fields["x-of"] == "mine"
    assert asked.fields["user-agent"].startswith("watcher/")


def test_without_bearer_and_body_none_is_sent(shelf: Shelf, made: Made) -> None:
    assert made().send("GET", "/books", read) == []
    (asked,) = shelf.asked
    assert not {"authorization", "content-type"} & set(asked.fields)
    assert asked.query == {}


LOST: list[Effect] = [Status(500), Status(408), DROPPED, DROPPED_MIDWAY, HALF_BODY, Hang(1.0)]


@pytest.mark.parametrize("effect", LOST, ids=repr)
def test_reading_is_repeated(shelf: Shelf, made: Made, effect: Effect) -> None:
    shelf.kept.append("one whose half is no JSON")
    shelf.fault(effect, times=2)

    def parsed(reply: Reply) -> object:
        try:
            return read(reply)
        except msgspec.DecodeError:
            raise Unanswered("half", again=True) from None

    assert made().send("GET", "/books", parsed) == shelf.kept
    assert len(shelf.asked) == 3


@pytest.mark.parametrize("effect", [Status(500), Status(400)], ids=repr)
def test_reading_ends_in_an_error_that_tells_how_often(
    shelf: Shelf, made: Made, effect: Status
) -> None:
    shelf.fault(effect)
    with pytest.raises(Unanswered, match=f"HTTP {effect.code}") as failure:
        made().send("GET", "/books", read)
    tries = 4 if effect.code == 500 else 1
    assert failure.value.tries == len(shelf.asked) == tries
    assert failure.value.spent > 0


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("effect", [Status(500), DROPPED, DROPPED_MIDWAY, Hang(1.0)], ids=repr)
def test_writing_is_not_repeated(shelf: Shelf, made: Made, method: str, effect: Effect) -> None:
    shelf.fault(effect)
    with pytest.raises(Unanswered):
        made().send(method, "/books", read, json={"title": "A"})
    assert len(shelf.asked) == 1


def test_writing_is_repeated_where_that_is_said(shelf: Shelf, made: Made) -> None:
    shelf.fault(Status(500), times=1)
    shelf.fault(DROPPED_MIDWAY, times=1)
    given = {"title": "A"}
    assert made().send("POST", "/books", read, json=given, retry=Retry()) == [given, given]
    assert len(shelf.asked) == 3


def test_a_write_that_was_refused_for_now_waits_and_is_done_once(shelf: Shelf, made: Made) -> None:
    shelf.fault(Status(429, retry_after=1), times=2)
    assert made().send("POST", "/books", read, json="A") == ["A"]
    first, second, third = shelf.stand_in.arrivals()
    assert second - first >= 0.95
    assert third - second >= 0.95
    assert shelf.kept == ["A"]


def test_a_write_is_not_refused_for_ever(shelf: Shelf, made: Made) -> None:
    shelf.fault(Status(429, retry_after=0))
    with pytest.raises(Paused, match="429"):
        made().send("POST", "/books", read, json="A")
    assert len(shelf.asked) == 4
    assert shelf.kept == []


def test_only_a_refusal_tells_that_a_write_was_not_done(shelf: Shelf, made: Made) -> None:
    shelf.fault(Status(503, retry_after=0), times=1)
    with pytest.raises(Unanswered, match="503"):
        made().send("POST", "/books", read, json="A")
    assert len(shelf.asked) == 1
    shelf.fault(Status(503, retry_after=0), times=6)
    assert made().send("GET", "/books", read) == []


@pytest.mark.parametrize(
    "limits", [Retry(pauses=1), Retry(longest_pause=0.5), Retry(pause_patience=0.5)], ids=repr
)
def test_a_pause_that_is_too_much_is_told(shelf: Shelf, made: Made, limits: Retry) -> None:
    shelf.fault(Status(429, retry_after=1))
    with pytest.raises(Paused) as asked:
        made().send("GET", "/books", read, retry=limits)
    assert asked.value.seconds == 1
    assert len(shelf.asked) <= 2


def test_a_pause_does_not_use_up_the_patience_with_failures(shelf: Shelf, made: Made) -> None:
    shelf.fault(Status(429, retry_after=1), times=1)
    shelf.fault(Status(500), times=1)
    assert made().send("GET", "/books", read, retry=Retry(patience=0.9)) == []
    assert len(shelf.asked) == 3


def test_where_no_length_is_told_pauses_grow(shelf: Shelf, made: Made) -> None:
    shelf.fault(Status(429), times=2)
    assert made().send("GET", "/books", read, retry=Retry(unsaid_pause=0.3)) == []
    first, second, third = shelf.stand_in.arrivals()
    assert 0.28 <= second - first < third - second


def test_what_time_does_not_allow_is_not_waited_for(shelf: Shelf, made: Made) -> None:
    shelf.fault(Status(429, retry_after=5))
    begun = time.monotonic()
    with pytest.raises(Unanswered, match=r"429.*no time was left"):
        made().send("GET", "/books", read, retry=Retry(until=begun + 1))
    assert time.monotonic() - begun < 1


def test_a_pause_is_everybody_s_where_the_rate_is(shelf: Shelf, made: Made) -> None:
    shelf.fault(Status(429, retry_after=1), times=1)
    for connections, least in ((made(per_second=100), 0.9), (made(), 0.0)):
        begun = time.monotonic()
        refused = threading.Thread(target=connections.send, args=("GET", "/books", read))
        refused.start()
        shelf.stand_in.wait_for(lambda: bool(shelf.stand_in.counters.statuses.get(429)))
        time.sleep(0.1)
        connections.send("GET", "/others", read)
        assert time.monotonic() - begun >= least
        assert least or time.monotonic() - begun < 0.9
        refused.join()
        shelf.stand_in.reset_counters()
        shelf.fault(Status(429, retry_after=1), times=1)


@pytest.mark.parametrize("effect", [Hang(), Status(429, retry_after=60), Status(500)], ids=repr)
@pytest.mark.parametrize("how", ["stop", "close"])
def test_whoever_waits_is_given_up_at_once(
    shelf: Shelf, made: Made, monkeypatch: pytest.MonkeyPatch, effect: Effect, how: str
) -> None:
    monkeypatch.setattr(retrying, "_FIRST_WAIT", 30)
    shelf.fault(effect)
    connections = made(Timeouts())
    stop = Stop("Shelf", connections.stop)
    ended: list[float] = []

    def end() -> None:
        shelf.stand_in.wait_for(lambda: bool(shelf.asked))
        time.sleep(0.2)
        ended.append(time.monotonic())
        stop.set() if how == "stop" else connections.close()

    threading.Thread(target=end).start()
    with pytest.raises(Cancelled, match="Shelf"):
        connections.send("GET", "/books", read, stop=stop)
    assert time.monotonic() - ended[0] < 0.4
    asked = len(shelf.asked)
    with pytest.raises(Cancelled, match="Shelf"):
        connections.send("GET", "/others", read, stop=stop)
    assert len(shelf.asked) == asked
    if how == "stop":
        assert connections.send("GET", "/others", read) == []


def test_nobody_asks_a_service_that_is_away_until_it_is_back(shelf: Shelf, made: Made) -> None:
    shelf.fault(Status(500), path="*")

    def probe(stop: Stop) -> None:
        read(connections.ask("GET", "/probed", stop=stop))

    connections = made(probe=probe, patience=20)
    for _ in range(FAILURES_IN_A_ROW):
        with pytest.raises(Unanswered):
            connections.send("POST", "/books", read, json="lost")
    threading.Timer(0.7, shelf.stand_in.clear_faults).start()
    assert connections.send("POST", "/books", read, json="A") == ["A"]
    paths = [asked.path for asked in shelf.asked[FAILURES_IN_A_ROW:]]
    assert paths == ["/probed"] * (len(paths) - 1) + ["/books"]
    assert len(paths) >= 3


def test_who_waits_for_a_dead_service_is_told_where_to_look(shelf: Shelf, made: Made) -> None:
    shelf.fault(Status(500), path="*")

    def probe(stop: Stop) -> None:
        read(connections.ask("GET", "/probed", stop=stop))

    connections = made(probe=probe, patience=0.5)
    with pytest.raises(UpstreamUnavailable, match=r"Shelf \(127.*HTTP 500.*SHELF_URL"):
        connections.confirm("HTTP 500", connections.stop)


def test_an_address_that_is_none_names_its_setting() -> None:
    with pytest.raises(NotConfigured, match="SHELF_URL"):
        Connections("Shelf", "SHELF_URL", "shelf.example", QUICK)


@pytest.mark.parametrize(
    "sent",
    [
        f"Bearer {SECRET}\r\n\r\n".encode(),
        f"HTTP/1.1 200 HTTPStatus.OK\r\nBearer {SECRET}\r\n\r\n".encode(),
        f"HTTP/1.1 200 HTTPStatus.OK\r\nTransfer-Encoding: chunked\r\n\r\n{SECRET}\r\n".encode(),
    ],
)
def test_what_a_server_sends_back_is_not_told(
    caplog: pytest.LogCaptureFixture, sent: bytes
) -> None:
    caplog.set_level(logging.DEBUG, "app")
    with scripted(sent, closing=True) as script:
        connections = Connections("Theirs", "THEIR_URL", script.url, QUICK)
        with pytest.raises(BrokenOff) as failure:
            connections.send("GET", f"/{SECRET}", read, bearer=SECRET, retry=Retry(tries=1))
        connections.close()
    told = [str(failure.value), *traceback.format_exception(failure.value), repr(connections)]
    assert SECRET not in "".join(told) + caplog.text
