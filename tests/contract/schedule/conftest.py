"""A worker whose days pass by a clock that the test moves, with TMDB's stand-in and without."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.services.catalogue.sync_plan import today
from stand_ins.tmdb.serving import FakeTmdb, tmdb_server
from tests.builders import make_titles
from tests.fakes.clock import MovedClock
from tests.worker_days import Days
from tests.worker_world import dont_wait_for_the_disk
from tests.world import open_world


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    dont_wait_for_the_disk(monkeypatch)


@pytest.fixture(scope="module")
def running_fake() -> Iterator[FakeTmdb]:
    with tmdb_server(movies=12, series=4) as running:
        yield running


@pytest.fixture
def fake(running_fake: FakeTmdb, clock: MovedClock) -> FakeTmdb:
    running_fake.clear_faults()
    running_fake.reset_counters()
    running_fake.today = today(clock.now())
    running_fake.exports = {running_fake.today - timedelta(days=1)}
    return running_fake


@pytest.fixture
def days(tmp_path: Path, clock: MovedClock, fake: FakeTmdb) -> Iterator[Days]:
    made = open_world(tmp_path, tmdb=fake, clock=clock)
    yield Days(made, clock, fake)
    made.close()


@pytest.fixture
def without_key(tmp_path: Path, clock: MovedClock) -> Iterator[Days]:
    made = open_world(tmp_path, clock=clock)
    made.titles.upsert(make_titles(3))
    yield Days(made, clock)
    made.close()
