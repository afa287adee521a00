"""What a reader of the log sees while a writer is stopped at the worst moment."""

from collections.abc import Callable, Iterator

import pytest

from app.adapters.clock import SystemClock
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.mongo import open_mongo
from app.adapters.stores.mongo.titles import write_all
from app.domain.errors import StoreUnavailable
from app.domain.ports.vectors import VectorChange, VectorStore
from tests.builders import movie, vector_rows
from tests.fakes.clock import MovedClock


@pytest.fixture
def stores(mongo_uri: str, mongo_database: str) -> Iterator[Stores]:
    opened = open_mongo(mongo_uri, mongo_database, SystemClock())
    yield opened
    opened.close()


@pytest.fixture
def later(mongo_uri: str, mongo_database: str) -> Iterator[Stores]:
    """Another process, for which the first one's lock has expired."""
    opened = open_mongo(mongo_uri, mongo_database, MovedClock(SystemClock().now() + 60))
    yield opened
    opened.close()


def at_each_write(patch: pytest.MonkeyPatch, before: Callable[[int], None]) -> None:
    """Call `before` with 1, 2, … when rows are about to be written; not for writes within it."""
    calls, inside = [0], [False]

    def watched(collection: object, writes: object) -> None:
        if not inside[0]:
            calls[0] += 1
            inside[0] = True
            try:
                before(calls[0])
            finally:
                inside[0] = False
        write_all(collection, writes)  # type: ignore[arg-type]  # handed through as it came

    patch.setattr("app.adapters.stores.mongo.vectors.write_all", watched)


def seen_from(store: VectorStore, after: int) -> list[VectorChange]:
    return store.changes("m", after)


def test_rows_of_an_unfinished_call_are_not_in_the_log(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []
    at_each_write(monkeypatch, lambda _: seen.append(len(seen_from(stores.vectors, 0))))
    stores.vectors.upsert("m", vector_rows([movie(n) for n in range(1, 2201)], 4))
    assert seen == [0, 0, 0]  # three writes to the server, the reader came before each
    assert len(seen_from(stores.vectors, 0)) == 2200


def test_a_writer_that_was_overtaken_writes_again_under_new_numbers(
    stores: Stores, later: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    stores.vectors.upsert("m", vector_rows([movie(1)]))
    reader: list[VectorChange] = []

    def overtake(call: int) -> None:
        if call == 1:
            later.vectors.upsert("m", vector_rows([movie(2)], seed=2))
            reader.extend(seen_from(later.vectors, 0))

    at_each_write(monkeypatch, overtake)
    stores.vectors.upsert("m", vector_rows([movie(3), movie(1)], seed=3))
    assert [change.id for change in reader] == [movie(1), movie(2)]
    # The reader goes on behind what it has seen, and must find the overtaken writer's rows there.
    new = seen_from(later.vectors, reader[-1].seq)
    assert {change.id for change in new} == {movie(1), movie(3)}
    assert stores.vectors.status("m").count == 3


def test_a_call_that_failed_midway_is_completed_by_repeating_it(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = vector_rows([movie(n) for n in range(1, 1501)], 4)

    def fail(call: int) -> None:
        if call == 2:
            raise StoreUnavailable("the network went away")

    at_each_write(monkeypatch, fail)
    with pytest.raises(StoreUnavailable, match="network"):
        stores.vectors.upsert("m", rows)
    assert seen_from(stores.vectors, 0) == []
    stores.vectors.upsert("m", rows)
    assert len(seen_from(stores.vectors, 0)) == 1500
    assert stores.vectors.status("m").count == 1500
