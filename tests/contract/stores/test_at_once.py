"""Ten at once over the same thing: nothing that was confirmed is lost, no limit is passed."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

import pytest

from app.adapters.stores.common.stores import Stores
from app.adapters.stores.mongo.jobs import MongoJobStore
from app.domain.errors import InvalidInput
from app.domain.jobs import JobState
from app.domain.ports.accounts import Account
from tests.contract.some_people import make_event, make_profile

ANNA = make_profile(1, name="Anna").id
TEN = range(10)
T = TypeVar("T")


@pytest.fixture
def stores(stores: Stores) -> Stores:
    stores.profiles.create(make_profile(1, name="Anna"))
    return stores


def at_once(calls: list[Callable[[], T]]) -> list[T | InvalidInput]:
    """What each gave, or how it was refused; all of them begin together."""
    begin = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | InvalidInput:
        begin.wait()
        try:
            return call()
        except InvalidInput as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_what_several_add_to_an_account_is_all_there(stores: Stores) -> None:
    def add(number: int) -> None:
        def more(kept: Account | None) -> Account:
            numbers = json.loads(kept.state) if kept else []
            return Account("answers", b"", json.dumps([*numbers, number]))

        stores.accounts.change(ANNA, "answers", more)

    at_once([lambda n=n: add(n) for n in TEN])  # type: ignore[misc]  # a default binds
    kept = stores.accounts.get(ANNA, "answers")
    assert kept is not None
    assert sorted(json.loads(kept.state)) == list(TEN)


def test_of_changes_of_one_entry_each_tells_another_as_the_one_before(stores: Stores) -> None:
    stores.ledger.put(ANNA, [make_event(1, plays=100)])
    told = at_once(
        [lambda n=n: stores.ledger.change(ANNA, [make_event(1, plays=n + 1)], []) for n in TEN]  # type: ignore[misc]
    )
    before = [event.plays for events in told for event in events]  # type: ignore[union-attr]
    now = [event.plays for event in stores.ledger.events(ANNA)]
    assert sorted(before + now) == [*range(1, 11), 100]


def test_one_entry_is_replaced_once(stores: Stores) -> None:
    stores.ledger.put(ANNA, [make_event(1)])
    pairs = [[(make_event(1), make_event(1, plays=n + 2))] for n in TEN]
    told = at_once([lambda p=p: stores.ledger.replace(ANNA, p) for p in pairs])  # type: ignore[misc]
    assert sorted(len(events) for events in told) == [0] * 9 + [1]  # type: ignore[arg-type]


@pytest.mark.parametrize("there", [1, 4])
def test_no_more_profiles_are_made_than_there_may_be(stores: Stores, there: int) -> None:
    for number in range(1, there):
        stores.profiles.create(make_profile(number + 1))
    made = [make_profile(100 + n) for n in range(24)]
    told = at_once([lambda p=p: stores.profiles.create(p, 10) for p in made])  # type: ignore[misc]
    assert sum(one is None for one in told) == 10 - there
    assert all("There are 10 profiles" in one.detail for one in told if one is not None)
    assert len(stores.profiles.all()) == 10


def test_namesakes_share_a_name_where_they_may_and_only_there(stores: Stores) -> None:
    others = [make_profile(n + 2) for n in TEN]
    for one in others:
        stores.profiles.create(one)
    told = at_once(
        [lambda p=p: stores.profiles.rename(p.id, "ANNA", may_share=True) for p in others]  # type: ignore[misc]
    )
    assert [one.name for one in told] == ["ANNA"] * 10  # type: ignore[union-attr]
    assert len({one.id for one in stores.profiles.all()}) == 11
    # Who sees everybody is told, also when the first Anna is gone and only namesakes are left.
    stores.profiles.delete(ANNA)
    stores.profiles.rename(others[0].id, "Someone", may_share=True)
    for refused in (
        lambda: stores.profiles.create(make_profile(50, name="anna")),
        lambda: stores.profiles.rename(others[0].id, "Anna"),
    ):
        with pytest.raises(InvalidInput, match="called"):
            refused()
    for one in others[1:]:
        stores.profiles.delete(one.id)
    assert stores.profiles.rename(others[0].id, "Anna").name == "Anna"


@pytest.mark.parametrize("turn", range(5))
def test_a_job_that_is_given_back_while_it_is_cancelled_does_not_run_again(
    stores: Stores, turn: int
) -> None:
    job = stores.jobs.submit("build", {"turn": str(turn)})
    taken = stores.jobs.claim("worker")
    assert taken is not None
    at_once([lambda: stores.jobs.cancel(job.id), lambda: stores.jobs.requeue(taken, "again")])
    assert stores.jobs.get(job.id).state is JobState.CANCELLED  # type: ignore[union-attr]
    assert stores.jobs.claim("worker") is None


@pytest.mark.parametrize("place", ["mongodb"], indirect=True)
@pytest.mark.parametrize("before", [0, 1, 2])
def test_a_job_is_cancelled_at_whatever_step_of_giving_it_back(
    stores: Stores, before: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = stores.jobs.submit("build", {})
    taken = stores.jobs.claim("worker")
    assert isinstance(stores.jobs, MongoJobStore)
    assert taken is not None
    step = stores.jobs._changed
    steps = []

    def overtaken(*given: Any, **only: Any) -> Any:  # noqa: ANN401 -- passed on
        steps.append(given)
        if len(steps) == before + 1:
            monkeypatch.undo()
            stores.jobs.cancel(job.id)
            monkeypatch.setattr(stores.jobs, "_changed", overtaken)
        return step(*given, **only)

    monkeypatch.setattr(stores.jobs, "_changed", overtaken)
    stores.jobs.requeue(taken, "again")
    if len(steps) <= before:
        stores.jobs.cancel(job.id)
    monkeypatch.undo()
    assert stores.jobs.get(job.id).state is JobState.CANCELLED  # type: ignore[union-attr]
    assert stores.jobs.claim("worker") is None
