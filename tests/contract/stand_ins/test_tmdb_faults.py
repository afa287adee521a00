"""Each fault of the stand-in for TMDB really happens on the wire."""

import gzip
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import httpx2
import pytest

from stand_ins.tmdb.serving import (
    DROPPED,
    DROPPED_MIDWAY,
    EMPTY_BODY,
    HALF_BODY,
    HTML_PAGE,
    INVALID_JSON,
    LIST_FOR_OBJECT,
    FakeTmdb,
    Hang,
    Status,
    tmdb_server,
)

DAY = date(2026, 3, 9)


@pytest.fixture
def fake() -> Iterator[FakeTmdb]:
    with tmdb_server(movies=300, series=40) as running:
        running.exports = {DAY}
        yield running


@pytest.fixture
def client(fake: FakeTmdb) -> Iterator[httpx2.Client]:
    key = {"api_key": fake.key}
    with httpx2.Client(base_url=fake.api_url, params=key, trust_env=False) as made:
        yield made


def statuses(client: httpx2.Client, *paths: str) -> list[int]:
    return [client.get(path).status_code for path in paths]


@pytest.mark.parametrize(("status", "code"), [(500, 11), (503, 9), (504, 24), (429, 25)])
def test_an_error_comes_as_often_as_told(
    fake: FakeTmdb, client: httpx2.Client, status: int, code: int
) -> None:
    fault = fake.fault(Status(status), times=2)
    for _ in range(2):
        answer = client.get("/movie/1")
        assert (answer.status_code, answer.json()["status_code"]) == (status, code)
        assert "Retry-After" not in answer.headers
    assert statuses(client, "/movie/1") == [200]
    assert fault.used == 2
    assert fake.detail_counts() == {("movie", 1): 1}


def test_retry_after_is_sent_as_told(fake: FakeTmdb, client: httpx2.Client) -> None:
    fake.fault(Status(503, retry_after=7), times=1)
    fake.fault(Status(429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"), times=1)
    told = [client.get("/tv/1").headers.get("Retry-After") for _ in range(3)]
    assert told == ["7", "Wed, 21 Oct 2026 07:28:00 GMT", None]


def test_a_fault_is_kept_to_its_paths_and_taken_away(fake: FakeTmdb, client: httpx2.Client) -> None:
    fault = fake.fault(Status(500), "/3/movie/[12]")
    paths = ("/movie/1", "/movie/2", "/movie/3", "/tv/1")
    assert statuses(client, *paths) == [500, 500, 200, 200]
    fault.clear()
    assert statuses(client, *paths) == [200] * 4
    fake.fault(Status(503), "/3/tv/*")
    fake.clear_faults()
    assert statuses(client, *paths) == [200] * 4


def test_the_connection_is_dropped(fake: FakeTmdb, client: httpx2.Client) -> None:
    fake.fault(DROPPED, times=1)
    with pytest.raises(httpx2.RemoteProtocolError, match="without sending a response"):
        client.get("/movie/1")
    fake.fault(DROPPED_MIDWAY, times=1)
    with pytest.raises(httpx2.RemoteProtocolError, match="complete message body"):
        client.get("/movie/1")
    assert statuses(client, "/movie/1") == [200]
    assert [request.status for request in fake.requests] == [0, 0, 200]
    assert fake.detail_counts() == {("movie", 1): 1}


def test_a_drop_midway_sends_half_of_the_body(fake: FakeTmdb, client: httpx2.Client) -> None:
    whole = client.get("/movie/1").content
    fake.fault(DROPPED_MIDWAY)
    got: list[bytes] = []
    with client.stream("GET", "/movie/1") as answer:
        assert answer.headers["Content-Length"] == str(len(whole))
        with pytest.raises(httpx2.RemoteProtocolError):
            got.extend(answer.iter_raw())
    assert b"".join(got) == whole[: len(whole) // 2]


def test_it_hangs_until_the_client_goes(fake: FakeTmdb, client: httpx2.Client) -> None:
    fake.fault(Hang(), "/3/movie/1")
    with pytest.raises(httpx2.ReadTimeout):
        client.get("/movie/1", timeout=0.1)
    assert statuses(client, "/movie/2") == [200]
    assert [request.status for request in fake.requests] == [0, 200]


def test_what_hangs_goes_on_when_the_fault_is_cleared(
    fake: FakeTmdb, client: httpx2.Client
) -> None:
    fault = fake.fault(Hang())
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.get, "/movie/1")
        fake.wait_for(lambda: fault.used == 1)
        fake.clear_faults()
        assert waiting.result(10).status_code == 200


def test_it_hangs_as_long_as_told(fake: FakeTmdb, client: httpx2.Client) -> None:
    fake.fault(Hang(0.3), times=1)
    answer = client.get("/movie/1")
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.3


def test_it_can_be_stopped_while_something_hangs() -> None:
    with ThreadPoolExecutor(1) as pool:
        with tmdb_server(movies=5, series=0) as fake:
            fault = fake.fault(Hang())
            waiting = pool.submit(httpx2.get, f"{fake.api_url}/movie/1", trust_env=False)
            fake.wait_for(lambda: fault.used == 1)
        assert isinstance(waiting.exception(10), httpx2.RemoteProtocolError)


def test_other_things_come_with_status_200(fake: FakeTmdb, client: httpx2.Client) -> None:
    for effect in (HTML_PAGE, INVALID_JSON, LIST_FOR_OBJECT, EMPTY_BODY):
        fake.fault(effect, times=1)
    page, broken, listed, empty = (client.get("/movie/1") for _ in range(4))
    assert {page.status_code, broken.status_code, listed.status_code} == {200}
    assert page.headers["Content-Type"].startswith("text/html")
    assert page.text.startswith("<!DOCTYPE html>")
    with pytest.raises(json.JSONDecodeError):
        broken.json()
    assert isinstance(listed.json(), list)
    assert (empty.status_code, empty.content) == (200, b"")
    assert not fake.detail_counts()


def test_half_an_export_looks_whole_to_http(fake: FakeTmdb) -> None:
    where = f"{fake.export_url}/movie_ids_{DAY:%m_%d_%Y}.json.gz"
    whole = httpx2.get(where, trust_env=False).content
    fake.fault(HALF_BODY, "/p/exports/*", times=1)
    half = httpx2.get(where, trust_env=False)
    assert half.status_code == 200
    assert half.content == whole[: len(whole) // 2]
    with pytest.raises(EOFError):
        gzip.decompress(half.content)
    fake.fault(DROPPED_MIDWAY, "/p/exports/*", times=1)
    with pytest.raises(httpx2.RemoteProtocolError):
        httpx2.get(where, trust_env=False)
    assert httpx2.get(where, trust_env=False).content == whole


def test_a_fault_counts_in_the_rate_and_is_not_refused_for_it(
    fake: FakeTmdb, client: httpx2.Client
) -> None:
    fake.limits.rate, fake.limits.burst = 2, 0
    fake.fault(Status(500), times=4)
    assert statuses(client, *["/movie/1"] * 4) == [500] * 4
    assert fake.busiest_second() == 4
