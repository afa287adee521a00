import gc
import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.clock import SystemClock
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.sqlite import open_sqlite
from app.adapters.stores.sqlite.database import Database
from app.adapters.stores.sqlite.ledger import SqliteLedger
from app.domain.catalogue.titles import MediaKind
from app.domain.errors import InvalidInput, NotFound, StoreUnavailable
from app.domain.people.ledger import About, Event, EventKind
from app.domain.ports.people import Changed, Ledger
from tests.contract.conftest import Place
from tests.contract.some_people import make_event, make_events, make_profile, some_events
from tests.contract.stores.store_process import BATCH
from tests.contract.stores.test_several_processes import finish, processes
from tests.fakes.clock import MovedClock

ANNA = make_profile(1, name="Anna").id
BEN = make_profile(2, name="Ben").id


@pytest.fixture
def ledger(stores: Stores) -> Ledger:
    stores.profiles.create(make_profile(1, name="Anna"))
    stores.profiles.create(make_profile(2, name="Ben"))
    return stores.ledger


def test_putting_twice_is_putting_once(ledger: Ledger) -> None:
    assert ledger.events(ANNA) == []
    assert ledger.put(ANNA, make_events(3)) == Changed(3, 0)
    assert ledger.put(ANNA, make_events(3)) == Changed(0, 0)
    assert ledger.put(ANNA, make_events(5)) == Changed(2, 0)
    assert ledger.put(ANNA, []) == Changed(0, 0)
    assert ledger.events(ANNA) == make_events(5)
    assert ledger.events(BEN) == []


def test_another_event_of_the_same_key_replaces(ledger: Ledger) -> None:
    ledger.put(ANNA, make_events(3))
    changed = make_event(2, kind=EventKind.RATED, rating=7)
    assert ledger.put(ANNA, [make_event(1), changed, make_event(4)]) == Changed(1, 1)
    assert ledger.events(ANNA) == [make_event(1), changed, make_event(3), make_event(4)]
    # Every field counts, and what is told no more is gone.
    assert ledger.put(ANNA, [make_event(2)]) == Changed(0, 1)
    assert ledger.events(ANNA) == make_events(4)


def test_the_last_of_equal_keys_wins(ledger: Ledger) -> None:
    first, second = make_event(1, plays=2), make_event(1, plays=3)
    assert ledger.put(ANNA, [first, make_event(2), second]) == Changed(2, 0)
    assert ledger.events(ANNA) == [second, make_event(2)]
    assert ledger.put(ANNA, [first, second]) == Changed(0, 0)


def test_the_version_grows_with_each_change_and_not_without(ledger: Ledger) -> None:
    calls: list[tuple[Callable[[], object], bool]] = [
        (lambda: ledger.put(ANNA, make_events(2)), True),
        (lambda: ledger.put(ANNA, make_events(2)), False),
        (lambda: ledger.put(ANNA, []), False),
        (lambda: ledger.put(ANNA, [make_event(1, plays=2)]), True),
        (lambda: ledger.put(BEN, make_events(2)), False),
        (lambda: ledger.events(ANNA), False),
        (lambda: ledger.remove(ANNA, ["unknown"]), False),
        (lambda: ledger.remove(ANNA, []), False),
        (lambda: ledger.remove(ANNA, ["trakt:1"]), True),
        (lambda: ledger.remove(ANNA, ["trakt:1"]), False),
        (lambda: ledger.remove(BEN, ["trakt:2"]), False),
    ]
    for number, (call, changes) in enumerate(calls):
        before = ledger.version(ANNA)
        call()
        after = ledger.version(ANNA)
        assert (after > before) == changes, number
        assert after >= before


def test_events_come_by_time_and_key(ledger: Ledger) -> None:
    # Keys whose order by length or by case would be another, and one outside the basic plane.
    keys = ["10", "9", "B", "a", "\uffee", "🎬", " "]
    events = [make_event(1, key=f"{at}{key}", at=at) for at in (0, 5, 50, 2**32) for key in keys]
    random.Random(1).shuffle(events)
    ledger.put(ANNA, events)
    assert ledger.events(ANNA) == sorted(events, key=lambda e: (e.at, e.key))


def test_removing_tells_how_many_there_were(ledger: Ledger) -> None:
    ledger.put(ANNA, make_events(2500))
    ledger.put(BEN, make_events(3))
    keys = [f"trakt:{n}" for n in range(1, 4001)]
    assert ledger.remove(ANNA, ["trakt:1", "trakt:1", "unknown", "half \ud83d"]) == 1
    assert ledger.remove(ANNA, keys) == 2499
    assert ledger.events(ANNA) == []
    assert ledger.events(BEN) == make_events(3)


def test_a_profile_that_is_not_there(ledger: Ledger) -> None:
    nobody = make_profile(3).id
    for call in (
        lambda: ledger.put(nobody, make_events(1)),
        lambda: ledger.put(nobody, []),
        lambda: ledger.events(nobody),
        lambda: ledger.version(nobody),
    ):
        with pytest.raises(NotFound):
            call()
    assert ledger.remove(nobody, ["trakt:1"]) == 0


@settings(
    max_examples=60,
    deadline=None,
    # The store is shared by the examples on purpose: each one begins by emptying it.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(events=st.lists(some_events, max_size=4))
def test_any_event_comes_back(ledger: Ledger, events: list[Event]) -> None:
    ledger.remove(ANNA, [event.key for event in ledger.events(ANNA)])
    latest = {event.key: event for event in events}
    assert ledger.put(ANNA, events) == Changed(len(latest), 0)
    assert ledger.events(ANNA) == sorted(latest.values(), key=lambda e: (e.at, e.key))
    assert ledger.put(ANNA, list(latest.values())) == Changed(0, 0)
    assert ledger.remove(ANNA, latest) == len(latest)


FILM = About(MediaKind.MOVIE, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        make_event(2, key="half \ud83d"),
        make_event(2, source="\udc80"),
        make_event(2, about=replace(FILM, name="half \ud83d")),
        make_event(2, about=replace(FILM, imdb_id="tt\ud83d")),
        make_event(2, at=2**63),
        make_event(2, plays=2**63),
        make_event(2, about=replace(FILM, tmdb_id=2**64)),
        make_event(2, about=replace(FILM, year=-(2**63))),
    ],
    ids=["key", "source", "name", "imdb", "time", "plays", "tmdb", "year"],
)
def test_an_event_that_would_not_come_back_is_refused_with_its_batch(
    ledger: Ledger, wrong: Event
) -> None:
    ledger.put(ANNA, make_events(1))
    before = ledger.version(ANNA)
    with pytest.raises(InvalidInput):
        ledger.put(ANNA, [make_event(1, plays=5), wrong, make_event(3)])
    assert ledger.events(ANNA) == make_events(1)
    assert ledger.version(ANNA) == before


def test_a_batch_that_does_not_fit_a_sqlite_file_is_not_there(tmp_path: Path) -> None:
    stores = open_sqlite(tmp_path / "watcher.sqlite3", SystemClock())
    stores.profiles.create(make_profile(1))
    stores.ledger.put(ANNA, make_events(100))
    before = stores.ledger.version(ANNA)
    database = Database(tmp_path / "watcher.sqlite3")
    (pages,) = database.rows("PRAGMA page_count")[0]
    database.rows(f"PRAGMA max_page_count = {pages + 4}")
    small = SqliteLedger(database)
    with pytest.raises(StoreUnavailable, match="disk is full"):
        small.put(ANNA, [make_event(1, plays=9), *make_events(5000, start=1000)])
    database.close()
    assert stores.ledger.events(ANNA) == make_events(100)
    assert stores.ledger.version(ANNA) == before
    stores.close()


def test_processes_that_put_at_once_lose_nothing(place: Place) -> None:
    stores = place.open()
    stores.profiles.create(make_profile(1))
    with processes(place, "put_events", 3, rounds=12) as started:
        # What was read under a version stays true while the version stays.
        seen: dict[int, list[Event]] = {}
        while any(process.poll() is None for process in started):
            version = stores.ledger.version(ANNA)
            events = stores.ledger.events(ANNA)
            if stores.ledger.version(ANNA) == version:
                assert seen.setdefault(version, events) == events
        printed = [json.loads(line) for lines in finish(started) for line in lines]
    shared = make_events(10 + BATCH - 1)
    own = [event for start, _ in printed for event in make_events(BATCH, start)]
    expected = sorted(shared + own, key=lambda e: (e.at, e.key))
    assert stores.ledger.events(ANNA) == expected
    assert sum(added for _, added in printed) == len(expected)


def test_a_process_killed_while_it_puts_loses_nothing_it_confirmed(place: Place) -> None:
    first = place.open()
    first.profiles.create(make_profile(1))
    with processes(place, "put_events", 1) as (process,):
        assert process.stdout
        lines = [process.stdout.readline() for _ in range(8)]
        process.kill()
        rest, _ = process.communicate()
    lines += [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    # What the dead process held has expired for whoever comes an hour later.
    ledger = place.open(MovedClock(SystemClock().now() + 3600)).ledger
    events = {event.key: event for event in ledger.events(ANNA)}
    for line in lines:
        for event in make_events(BATCH, json.loads(line)[0]):
            assert events[event.key] == event
    if place.backend == "sqlite":  # a batch is whole, the last one too
        own = [event for event in events.values() if event.about.tmdb_id >= 1000]  # type: ignore[operator]
        assert len(own) % BATCH == 0
    ledger.version(ANNA)
    settled = ledger.version(ANNA)
    assert ledger.version(ANNA) == settled
    ledger.put(ANNA, [make_event(999)])
    assert ledger.version(ANNA) > settled


def test_fifty_thousand_events_of_one_person(tmp_path: Path) -> None:
    stores = open_sqlite(tmp_path / "watcher.sqlite3", SystemClock())
    stores.profiles.create(make_profile(1))
    events = make_events(50_000)
    mixed = random.Random(1).sample(events, len(events))
    put, changed = timed(lambda: stores.ledger.put(ANNA, mixed))
    read, found = timed(lambda: stores.ledger.events(ANNA))
    assert changed == Changed(50_000, 0)
    assert found == events
    assert put < 5
    assert read < 1
    again, changed = timed(lambda: stores.ledger.put(ANNA, mixed))
    assert changed == Changed(0, 0)
    assert again < 5
    stores.close()


def test_events_survive_opening_again(place: Place) -> None:
    first = place.open()
    first.profiles.create(make_profile(1))
    first.ledger.put(ANNA, make_events(3))
    version = first.ledger.version(ANNA)
    first.close()
    second = place.open().ledger
    assert second.events(ANNA) == make_events(3)
    assert second.version(ANNA) == version
    assert second.put(ANNA, make_events(3)) == Changed(0, 0)


def test_a_closed_store_is_an_error_not_an_empty_answer(stores: Stores, ledger: Ledger) -> None:
    ledger.put(ANNA, make_events(1))
    stores.close()
    for call in (
        lambda: ledger.events(ANNA),
        lambda: ledger.version(ANNA),
        lambda: ledger.put(ANNA, make_events(1)),
        lambda: ledger.remove(ANNA, ["trakt:1"]),
    ):
        with pytest.raises(StoreUnavailable, match="close"):
            call()


T = TypeVar("T")


def timed(call: Callable[[], T]) -> tuple[float, T]:
    """Seconds of the processor, and the result.

    Neither other work on the machine counts, nor that the garbage collector walks over all that the
    tests before this one left in their process: the servers freeze what they hold, too.
    """
    gc.collect()
    gc.freeze()
    try:
        started = time.process_time()
        result = call()
        return time.process_time() - started, result
    finally:
        gc.unfreeze()
