"""What stands before every route: who asks, then how much is sent, then whose turn it is."""

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from socket import socket

import pytest
from fastapi.routing import APIRoute

from app.adapters.clock import SystemClock
from app.adapters.stores.sqlite import open_sqlite
from app.bootstrap import Services
from app.domain.errors import Busy
from app.doors.http import gate
from app.doors.http.gate import LARGEST_FILE, Gated
from app.doors.http.lanes import ROOMS, Lane, Lanes, Room
from app.main import create_app
from tests.our_routes import FRAMEWORK
from tests.people_world import services_in
from tests.serving import Served, served
from tests.world import ADMIN

UPLOAD = "POST /history/import?preview=true HTTP/1.1\nContent-Type: application/octet-stream\n"
_RATING = "POST /ratings HTTP/1.1\nContent-Type: application/json\nTransfer-Encoding: chunked"
CHUNKED = f"{UPLOAD}Transfer-Encoding: chunked"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = services_in(tmp_path)
    yield made
    made.close()


@pytest.fixture
def server(services: Services) -> Iterator[Served]:
    with served(create_app(services)) as running:
        yield running


def test_every_route_of_ours_stands_behind_the_gate() -> None:
    found = [
        route
        for included in create_app().routes
        for route in getattr(getattr(included, "original_router", None), "routes", [included])
    ]
    open_ones = {
        getattr(route, "path", str(route)) for route in found if not isinstance(route, Gated)
    }
    assert open_ones == FRAMEWORK
    assert len([route for route in found if isinstance(route, APIRoute)]) > 40


def _chunk(size: int) -> bytes:
    return f"{size:x}\r\n".encode() + b"x" * size + b"\r\n"


def _answer(connection: socket) -> tuple[int, dict[str, str], str]:
    """Status, body and the Retry-After of an answer, which must come within the time limit."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65_536)
        assert piece, f"no answer but {received!r}"
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    lines = [line.partition(": ") for line in head.decode().split("\r\n")[1:]]
    headers = {name.lower(): value for name, _, value in lines}
    while len(body) < int(headers["content-length"]):
        body += connection.recv(65_536)
    return int(head.split()[1]), json.loads(body), headers.get("retry-after", "")


def test_who_may_not_ask_is_refused_with_the_body_unread(server: Served) -> None:
    for head in (
        f"{CHUNKED}\nHost: watcher.example",
        f"{CHUNKED}\nAuthorization: Bearer wrong",
        "POST /admin/sync/tmdb HTTP/1.1\nContent-Type: application/json\nContent-Length: 60000",
        f"{CHUNKED}\nHost: watcher.example".replace("/history/import", "/profiles/import"),
        f"{CHUNKED}\nHost: watcher.example".replace("/history/import", "/history/undo"),
    ):
        with server.begun(head, _chunk(1000) if "chunked" in head else b"{") as connection:
            status, body, _ = _answer(connection)
        assert (status, body["error"]) == (401, "unauthorized"), head


def test_a_body_that_stalls_ends(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "STALLED_AFTER", 0.3)
    started = time.monotonic()
    for head in (CHUNKED, f"{UPLOAD}Content-Length: 50000"):
        with server.begun(head, _chunk(10) if head == CHUNKED else b"x") as connection:
            status, body, _ = _answer(connection)
        assert (status, body["error"]) == (408, "stalled")
    assert time.monotonic() - started < 5


def test_a_body_in_drops_ends(server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends a byte now and then never stalls, and must not stay for ever."""
    monkeypatch.setattr(gate, "STALLED_AFTER", 0.5)
    with server.begun(CHUNKED) as connection:
        connection.settimeout(0.1)
        for _ in range(100):
            try:
                connection.sendall(_chunk(1))
                received = connection.recv(1000)
                break
            except TimeoutError:
                continue
        else:
            pytest.fail("it is still listened to after ten seconds")
    assert received.startswith(b"HTTP/1.1 408")


def test_a_body_is_counted_before_it_is_kept(server: Served) -> None:
    endless = threading.Event()

    def pour(connection: socket) -> None:
        try:
            while not endless.is_set():
                connection.sendall(_chunk(2**20))
        except OSError:
            pass

    with server.begun(CHUNKED) as connection:
        pouring = threading.Thread(target=pour, args=(connection,))
        pouring.start()
        status, body, _ = _answer(connection)
        endless.set()
        connection.close()
        pouring.join()
    assert (status, body["error"]) == (413, "too_large")
    with server.begun(f"{UPLOAD}Content-Length: {LARGEST_FILE + 1}") as connection:
        assert _answer(connection)[0] == 413
    with server.begun(_RATING, _chunk(70_000)) as one:
        assert _answer(one)[0] == 413


def test_few_large_bodies_are_taken_in_at_once(
    server: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "STALLED_AFTER", 2.0)
    room = ROOMS[Lane.UPLOAD]
    with ExitStack() as stack:
        begun = [
            stack.enter_context(closing(server.begun(CHUNKED, _chunk(200_000)))) for _ in range(24)
        ]
        answers = [_answer(one) for one in begun]
    refused = [answer for answer in answers if answer[0] == 503]
    assert len(refused) == 24 - room.slots - room.waiting
    assert all(retry and body["error"] == "busy" for _, body, retry in refused)
    assert {answer[0] for answer in answers} == {503, 408}


def _history_file(lines: int) -> bytes:
    rows = [f"Nobody's film number {n},{1950 + n % 70},7,2024-01-01" for n in range(lines)]
    return "\n".join(["title,year,rating,watched_at", *rows]).encode()


def test_slow_imports_hold_nobody_else_up(server: Served) -> None:
    """Eight at once, as many as there once were threads for everything."""
    file = _history_file(400)
    with ThreadPoolExecutor(8) as pool, server.client(timeout=120) as client:

        def preview(_: int) -> int:
            with server.client(timeout=120) as other:
                sent = other.post(
                    "/history/import",
                    params={"preview": "true", "name": "mine.csv"},
                    content=file,
                    headers={"Content-Type": "application/octet-stream"},
                )
            return sent.status_code

        def seconds(ask: Callable[[], int]) -> float:
            started = time.monotonic()
            assert ask() == 200
            return time.monotonic() - started

        previews = [pool.submit(preview, n) for n in range(8)]
        asked = {"tmdb_id": 7, "input_media_type": "movie"}
        waited: list[float] = []
        while not all(one.done() for one in previews):
            waited += [
                seconds(lambda: client.get("/health").status_code),
                seconds(lambda: client.get("/metrics").status_code),
                seconds(lambda: client.post("/mcp/knn", json=asked).status_code),
            ]
        assert [one.result() for one in previews] == [200] * 8
    assert len(waited) > 15
    assert max(waited) < 1.0


def test_a_lock_that_others_hold_is_not_waited_for_long(tmp_path: Path) -> None:
    stores = open_sqlite(tmp_path / "watcher.sqlite3", SystemClock(), 1.0)
    services = services_in(tmp_path, stores)
    services.people.make("Ada")
    holder = sqlite3.connect(tmp_path / "watcher.sqlite3", isolation_level=None)
    with served(create_app(services)) as server, ThreadPoolExecutor(8) as pool, closing(holder):
        holder.execute("BEGIN IMMEDIATE")

        def write(number: int) -> tuple[int, str, float]:
            started = time.monotonic()
            with server.client() as client:
                rating = {"tmdb_id": number, "media_type": "movie", "rating": 7}
                answer = client.post("/ratings", json=rating)
            retry = answer.headers.get("retry-after", "")
            return answer.status_code, retry, time.monotonic() - started

        writing = [pool.submit(write, 1 + n) for n in range(8)]
        with server.client() as client:
            started = time.monotonic()
            assert client.get("/health").status_code == 200
            assert client.get("/history").status_code == 200
            assert time.monotonic() - started < 0.9
        assert all(one.result()[:2] == (503, "5") for one in writing)
        assert max(one.result()[2] for one in writing) < 6.0
        holder.execute("ROLLBACK")
        assert write(1)[0] == 200
    services.close()


def test_who_finds_the_queue_full_is_sent_away_at_once() -> None:
    room = ROOMS[Lane.IMPORT]

    async def crowd() -> tuple[int, dict[Lane, int]]:
        lanes, leave = Lanes(), asyncio.Event()

        async def wait() -> None:
            async with lanes.turn(Lane.IMPORT):
                await leave.wait()

        inside = [asyncio.create_task(wait()) for _ in range(room.slots + room.waiting)]
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await wait()
        async with lanes.turn(Lane.SEARCH):  # another kind isn't held up
            waiting = lanes.waiting()[Lane.IMPORT]
        leave.set()
        await asyncio.gather(*inside)
        async with lanes.turn(Lane.IMPORT):
            return waiting, lanes.refused()

    waiting, refused = asyncio.run(crowd())
    assert waiting == room.waiting
    assert refused[Lane.IMPORT] == 1


def test_a_queue_is_left_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ROOMS, Lane.WRITE, Room(1, 5, 0.05))

    async def late() -> None:
        lanes = Lanes()
        async with lanes.turn(Lane.WRITE):
            with pytest.raises(Busy):
                async with lanes.turn(Lane.WRITE):
                    pass
        async with lanes.turn(Lane.WRITE):
            assert lanes.waiting()[Lane.WRITE] == 0

    asyncio.run(late())


def test_how_many_wait_is_told(server: Served) -> None:
    with server.client(ADMIN) as client:
        figures = client.get("/metrics").text
    assert 'watcher_waiting_requests{lane="search"} 0.0' in figures
    assert 'watcher_refused_requests_total{lane="import"} 0.0' in figures
