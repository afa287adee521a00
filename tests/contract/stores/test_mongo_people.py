"""What MongoDB keeps of people where a single server does no two things at once."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.collection import Collection
from pymongo.errors import AutoReconnect

from app.adapters.stores.common.stores import Stores
from app.adapters.stores.mongo import ledger as ledger_module
from app.adapters.stores.mongo.ledger import WRITING_SECONDS
from app.adapters.stores.mongo.titles import write_all
from app.domain.errors import NotFound, StoreUnavailable
from app.domain.ports.accounts import Account
from app.domain.ports.people import Changed
from tests.contract.conftest import Place
from tests.contract.some_people import (
    NOTHING,
    kept_of_people,
    make_event,
    make_events,
    make_profile,
)
from tests.fakes.clock import MovedClock

ANNA = make_profile(1, name="Anna")
BEN = make_profile(2, name="Ben")


@pytest.fixture
def place(mongo_uri: str, mongo_database: str) -> Iterator[Place]:
    made = Place("mongodb", mongo_uri, mongo_database)
    yield made
    for stores in made.opened:
        stores.close()


@pytest.fixture
def stores(place: Place, clock: MovedClock) -> Stores:
    stores = place.open(clock)
    for profile in (ANNA, BEN):
        stores.profiles.create(profile)
        stores.ledger.put(profile.id, make_events(5))
    stores.accounts.put(ANNA.id, Account("trakt", b"sealed", "{}"))
    return stores


def leave_mark(place: Place, clock: MovedClock) -> None:
    """What a process leaves that was killed while it changed Anna's events."""
    with MongoClient[dict[str, Any]](place.where) as client:
        client[place.database]["profiles"].update_one(
            {"profile": ANNA.id}, {"$set": {"writers.dead": clock.now() + WRITING_SECONDS}}
        )


def test_a_deletion_cut_short_is_completed_by_the_next_of_anybody(
    stores: Stores, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(_self: object, _where: object) -> None:
        raise AutoReconnect("connection closed")

    with monkeypatch.context() as patched:
        patched.setattr(Collection, "delete_many", cut)
        with pytest.raises(StoreUnavailable):
            stores.profiles.delete(ANNA.id)
    assert kept_of_people(place) == {"profiles": 2, "events": 10, "accounts": 0}
    assert stores.profiles.all() == [BEN]
    assert stores.profiles.get(ANNA.id) is None
    assert stores.accounts.get(ANNA.id, "trakt") is None
    with pytest.raises(NotFound):
        stores.ledger.events(ANNA.id)
    stores.profiles.create(ANNA)  # id and name are free
    assert stores.ledger.events(ANNA.id) == []
    assert stores.profiles.delete(make_profile(3).id) is False
    assert kept_of_people(place) == {"profiles": 2, "events": 5, "accounts": 0}
    assert stores.ledger.events(BEN.id) == make_events(5)


def test_events_put_while_their_profile_is_deleted_are_taken_back(
    stores: Stores, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(collection: Any, writes: Sequence[Any]) -> int:  # noqa: ANN401 -- passed on
        stores.profiles.delete(ANNA.id)
        return write_all(collection, writes)

    monkeypatch.setattr(ledger_module, "write_all", overtaken)
    with pytest.raises(NotFound):
        stores.ledger.put(ANNA.id, make_events(50))
    assert kept_of_people(place) == {"profiles": 1, "events": 5, "accounts": 0}


def test_events_read_while_their_profile_is_deleted_are_no_answer(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = Collection.find

    def overtaken(self: Any, *given: Any) -> Any:  # noqa: ANN401 -- passed on
        if self.name == "events":
            monkeypatch.undo()
            stores.profiles.delete(ANNA.id)
        return find(self, *given)

    monkeypatch.setattr(Collection, "find", overtaken)
    with pytest.raises(NotFound):
        stores.ledger.events(ANNA.id)


def test_a_put_cut_short_raises_the_version_and_is_completed_by_repeating(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(collection: Any, writes: Sequence[Any]) -> int:  # noqa: ANN401 -- passed on
        write_all(collection, writes[:3])
        raise AutoReconnect("connection closed")

    before = stores.ledger.version(ANNA.id)
    with monkeypatch.context() as patched:
        patched.setattr(ledger_module, "write_all", cut)
        with pytest.raises(StoreUnavailable):
            stores.ledger.put(ANNA.id, make_events(20))
    assert len(stores.ledger.events(ANNA.id)) == 8
    assert stores.ledger.version(ANNA.id) > before
    assert stores.ledger.put(ANNA.id, make_events(20)) == Changed(12, 0)
    assert stores.ledger.events(ANNA.id) == make_events(20)


def test_nothing_read_is_taken_for_true_until_a_dead_writers_mark_expires(
    stores: Stores, place: Place, clock: MovedClock
) -> None:
    leave_mark(place, clock)
    versions = [stores.ledger.version(ANNA.id) for _ in range(3)]
    assert versions == sorted(set(versions))
    clock.forward(WRITING_SECONDS)
    settled = stores.ledger.version(ANNA.id)
    assert settled > versions[-1]
    assert stores.ledger.version(ANNA.id) == settled
    assert stores.ledger.version(BEN.id) == stores.ledger.version(BEN.id)


def test_the_version_is_unsettled_while_somebody_writes(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def read_between(collection: Any, writes: Sequence[Any]) -> int:  # noqa: ANN401 -- passed on
        seen.append(stores.ledger.version(ANNA.id))
        added = write_all(collection, writes)
        seen.append(stores.ledger.version(ANNA.id))
        return added

    monkeypatch.setattr(ledger_module, "write_all", read_between)
    seen.append(stores.ledger.version(ANNA.id))
    stores.ledger.put(ANNA.id, [make_event(9)])
    seen.append(stores.ledger.version(ANNA.id))
    assert seen == sorted(set(seen))


def test_what_a_dead_writer_may_still_put_is_cleared_away_later(
    stores: Stores, place: Place, clock: MovedClock
) -> None:
    leave_mark(place, clock)
    assert stores.profiles.delete(ANNA.id) is True
    # The rest of the document stays for as long as somebody might write under its record.
    assert kept_of_people(place) == {"profiles": 2, "events": 5, "accounts": 0}
    clock.forward(WRITING_SECONDS)
    assert stores.profiles.delete(BEN.id) is True
    assert kept_of_people(place) == NOTHING
