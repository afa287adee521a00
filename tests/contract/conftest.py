"""Every suite here runs on SQLite and on MongoDB."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from pymongo import MongoClient

from app.adapters.clock import SystemClock
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.mongo import open_mongo
from app.adapters.stores.sqlite import open_sqlite
from app.domain.ports.accounts import AccountStore
from app.domain.ports.catalogue import FailureStore, TitleStore
from app.domain.ports.people import Ledger, ProfileStore
from app.domain.ports.vectors import VectorStore
from app.domain.ports.work import Clock, JobStore, StateStore
from stand_ins.mongo.server import mongo_server
from tests.fakes.clock import MovedClock


@dataclass(frozen=True)
class Place:
    """Where a test's stores are: `where` is a path or an address, as other processes need it."""

    backend: str
    where: str
    database: str = ""
    opened: list[Stores] = field(default_factory=list)

    def open(self, clock: Clock | None = None) -> Stores:
        stores = open_place(self.backend, self.where, self.database, clock or SystemClock())
        self.opened.append(stores)
        return stores


def open_place(backend: str, where: str, database: str, clock: Clock) -> Stores:
    if backend == "sqlite":
        return open_sqlite(Path(where), clock)
    return open_mongo(where, database, clock)


@pytest.fixture(scope="session")
def mongo_uri(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    given = os.environ.get("MONGODB_TEST_URI")
    if given:
        yield given
    else:
        with mongo_server(tmp_path_factory.mktemp("mongo")) as uri:
            yield uri


@pytest.fixture
def mongo_database(mongo_uri: str) -> Iterator[str]:
    name = f"watcher_test_{uuid4().hex}"
    yield name
    with MongoClient[dict[str, object]](mongo_uri) as client:
        client.drop_database(name)


@pytest.fixture(params=["sqlite", "mongodb"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "sqlite":
        made = Place("sqlite", str(tmp_path / "data" / "watcher.sqlite3"))
    else:
        uri: str = request.getfixturevalue("mongo_uri")
        made = Place("mongodb", uri, request.getfixturevalue("mongo_database"))
    yield made
    for stores in made.opened:
        with suppress(Exception):  # a test may have closed or broken it
            stores.close()


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def stores(place: Place, clock: MovedClock) -> Stores:
    return place.open(clock)


@pytest.fixture
def titles(stores: Stores) -> TitleStore:
    return stores.titles


@pytest.fixture
def vectors(stores: Stores) -> VectorStore:
    return stores.vectors


@pytest.fixture
def state(stores: Stores) -> StateStore:
    return stores.state


@pytest.fixture
def jobs(stores: Stores) -> JobStore:
    return stores.jobs


@pytest.fixture
def failures(stores: Stores) -> FailureStore:
    return stores.failures


@pytest.fixture
def profiles(stores: Stores) -> ProfileStore:
    return stores.profiles


@pytest.fixture
def ledger(stores: Stores) -> Ledger:
    return stores.ledger


@pytest.fixture
def accounts(stores: Stores) -> AccountStore:
    return stores.accounts
