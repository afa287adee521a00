"""The stand-in for TMDB counts requests per second, and runs as a process."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stand_ins.tmdb.counters import Counters
from stand_ins.tmdb.serving import FakeTmdb, tmdb_server
from tests.fakes.clock import MovedClock


@pytest.fixture
def fake() -> Iterator[FakeTmdb]:
    with tmdb_server(movies=20, series=4) as running:
        yield running


@pytest.fixture
def client(fake: FakeTmdb) -> Iterator[httpx2.Client]:
    key = {"api_key": fake.key}
    with httpx2.Client(base_url=fake.api_url, params=key, trust_env=False) as made:
        yield made


def test_above_the_rate_it_answers_429(fake: FakeTmdb, client: httpx2.Client) -> None:
    clock = MovedClock()
    fake.counters = Counters(clock.now)
    fake.limits.rate, fake.limits.burst = 4, 1
    assert [client.get("/movie/1").status_code for _ in range(5)] == [200] * 5
    exported = httpx2.get(
        f"{fake.export_url}/movie_ids_{min(fake.exports):%m_%d_%Y}.json.gz", trust_env=False
    )
    assert exported.status_code == 200
    refused = client.get("/movie/1")
    assert (refused.status_code, refused.json()["status_code"]) == (429, 25)
    assert refused.headers["Retry-After"] == "1"
    clock.forward(0.99)
    assert client.get("/movie/1").status_code == 429
    clock.forward(1.0)
    assert client.get("/movie/1").status_code == 200
    assert fake.busiest_second() == 7
    assert len(fake.arrivals()) == 8
    fake.rate = None
    assert {client.get("/movie/1").status_code for _ in range(20)} == {200}


@given(st.lists(st.floats(0, 0.6), max_size=60))
def test_the_busiest_second_is_counted_over_every_window(gaps: list[float]) -> None:
    clock = MovedClock(0.0)
    counters = Counters(clock.now)
    for gap in gaps:
        clock.forward(gap)
        counters.arrived("/3/movie/1", {}, api=True)
    times = counters.arrivals
    windows = [sum(end - 1.0 < at <= end for at in times) for end in times]
    assert counters.busiest_second == max(windows, default=0)


def test_latency_holds_nobody_else_up(fake: FakeTmdb, client: httpx2.Client) -> None:
    fake.latency = 0.2
    start = time.monotonic()
    with ThreadPoolExecutor(10) as pool:
        found = list(pool.map(lambda _: client.get("/movie/1").status_code, range(10)))
    assert found == [200] * 10
    assert 0.2 <= time.monotonic() - start < 1.2


def test_it_runs_as_a_process() -> None:
    command = [sys.executable, "-m", "stand_ins.tmdb.serving", "--movies", "20", "--rate", "1000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        answer = httpx2.get(
            f"{told['api_url']}/movie/1", params={"api_key": told["key"]}, trust_env=False
        )
        assert answer.status_code == 200
        origin = told["api_url"].removesuffix("/3")
        stats = httpx2.get(f"{origin}/_stats", trust_env=False).json()
        assert told["export_url"] == f"{origin}/p/exports"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert (stats["api_requests"], stats["details"], stats["busiest_second"]) == (1, 1, 1)
    assert stats["by_status"] == {"200": 1}
