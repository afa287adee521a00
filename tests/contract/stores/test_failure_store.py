import random
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.stores.common.stores import Stores
from app.domain.catalogue.source_answers import Failed, Failure
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import InvalidInput, StoreUnavailable
from app.domain.ports.catalogue import FailureStore
from tests.builders import movie, series
from tests.contract.conftest import Place
from tests.fakes.clock import MovedClock


def test_a_failure_is_kept_with_its_reason_and_time(
    failures: FailureStore, clock: MovedClock
) -> None:
    began = clock.now()
    assert failures.all() == []
    noted = failures.note([Failed(movie(5), "no JSON"), Failed(series(5), "status 500")])
    assert noted == {movie(5): 1, series(5): 1}
    clock.forward(60)
    assert failures.note([Failed(movie(5), "timed out")]) == {movie(5): 2}
    assert failures.note([]) == {}
    assert failures.all() == [
        Failure(movie(5), "timed out", 2, began + 60),
        Failure(series(5), "status 500", 1, began),
    ]


def test_an_id_noted_twice_in_one_call_failed_twice(failures: FailureStore) -> None:
    noted = failures.note([Failed(movie(1), "first"), Failed(movie(1), "second")])
    assert noted == {movie(1): 2}
    assert [(failure.reason, failure.attempts) for failure in failures.all()] == [("second", 2)]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("", ""),
        ("nul \0 inside, 🎬 and مرحبا", "nul \0 inside, 🎬 and مرحبا"),
        ("a" * 500, "a" * 500),
        ("🎬" * 501, "🎬" * 500),
        ("<html>" * 100_000, ("<html>" * 100)[:500]),
        # What a source sent may hold this; the failure must be noted all the same.
        ("half \ud83d a character", "half ? a character"),
    ],
    ids=["empty", "any text", "500", "501", "a page", "surrogate"],
)
def test_a_reason_is_cut_to_500_characters(failures: FailureStore, given: str, kept: str) -> None:
    failures.note([Failed(movie(1), given)])
    assert [failure.reason for failure in failures.all()] == [kept]


@pytest.mark.parametrize("number", [0, -1, 2**62])
def test_an_id_out_of_range_is_refused_with_its_batch(failures: FailureStore, number: int) -> None:
    with pytest.raises(InvalidInput):
        failures.note([Failed(movie(1), "fine"), Failed(movie(number), "out of range")])
    assert failures.all() == []


def test_clearing_forgets_the_attempts(failures: FailureStore) -> None:
    failures.note([Failed(movie(n), "no") for n in range(1, 4)])
    failures.note([Failed(movie(1), "no")])
    assert failures.clear([movie(1), movie(1), series(2), movie(99), movie(2**70)]) == 1
    assert failures.clear([]) == 0
    assert [failure.id for failure in failures.all()] == [movie(2), movie(3)]
    assert failures.note([Failed(movie(1), "again")]) == {movie(1): 1}


def test_any_number_of_ids_at_once(failures: FailureStore) -> None:
    ids = [movie(n) for n in range(1, 2501)]
    assert failures.note([Failed(i, "no") for i in ids]) == dict.fromkeys(ids, 1)
    assert failures.note([Failed(i, "no") for i in ids[:2]]) == dict.fromkeys(ids[:2], 2)
    asked = [*ids, *(movie(n) for n in range(5000, 8000)), series(1), movie(2**70)]
    assert failures.attempts(asked) == dict.fromkeys(ids, 1) | dict.fromkeys(ids[:2], 2)
    assert failures.attempts([]) == {}
    assert len(failures.all()) == 2500
    assert failures.clear(asked) == 2500
    assert failures.attempts(asked) == {}


def test_all_of_a_kind_by_ascending_key(failures: FailureStore) -> None:
    # Numbers of different length, so that an order by text would show.
    ids = [TitleId(kind, n) for kind in MediaKind for n in (1, 2, 9, 10, 1000, 2**40, 2**61)]
    random.Random(1).shuffle(ids)
    failures.note([Failed(i, str(i)) for i in ids])
    ordered = sorted(ids, key=lambda i: i.key)
    assert [failure.id for failure in failures.all()] == ordered
    for kind in MediaKind:
        of_kind = [i for i in ordered if i.kind is kind]
        assert [failure.id for failure in failures.all(kind)] == of_kind
    assert all(failure.reason == str(failure.id) for failure in failures.all())


some_ids = st.lists(st.builds(TitleId, st.sampled_from(MediaKind), st.integers(1, 3)), max_size=5)


@settings(
    max_examples=40,
    deadline=None,
    # The store is shared by the examples on purpose: each one begins by emptying it.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(st.booleans(), some_ids), max_size=6))
def test_attempts_count_since_the_last_clearing(
    failures: FailureStore, steps: list[tuple[bool, list[TitleId]]]
) -> None:
    failures.clear([failure.id for failure in failures.all()])
    expected: Counter[TitleId] = Counter()
    for noting, ids in steps:
        if noting:
            expected.update(ids)
            noted = failures.note([Failed(i, "no") for i in ids])
            assert noted == {i: expected[i] for i in ids}
        else:
            assert failures.clear(ids) == len(expected.keys() & set(ids))
            expected = Counter({i: n for i, n in expected.items() if i not in ids})
    assert {failure.id: failure.attempts for failure in failures.all()} == expected


def test_failures_survive_opening_again(place: Place) -> None:
    first = place.open()
    first.failures.note([Failed(movie(1), "no")])
    kept = first.failures.all()
    first.close()
    second = place.open()
    assert second.failures.all() == kept
    assert second.failures.note([Failed(movie(1), "no")]) == {movie(1): 2}


def test_a_closed_store_is_an_error_not_an_empty_answer(stores: Stores) -> None:
    stores.failures.note([Failed(movie(1), "no")])
    stores.close()
    with pytest.raises(StoreUnavailable, match="close"):
        stores.failures.all()
    with pytest.raises(StoreUnavailable, match="close"):
        stores.failures.attempts([movie(1)])
    with pytest.raises(StoreUnavailable, match="close"):
        stores.failures.note([Failed(movie(1), "no")])
