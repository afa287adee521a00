"""What a soak counts as lost or doubled: a measure that sees nothing would praise any store."""

from typing import Any

import pytest

from scripts.bench.acknowledged import Book, Written
from scripts.bench.soak_load import slope


def event(written: Written, source: str = "hand") -> dict[str, Any]:
    rated = written.kind == "rated"
    return {
        "kind": written.kind,
        "source": source,
        "about": {"tmdb_id": written.tmdb_id},
        "at": 5 if rated else written.value,
        "rating": written.value if rated else None,
    }


@pytest.fixture
def book() -> Book:
    made = Book(range(1, 30), seed=1)
    for _ in range(60):
        made.answered(made.another())
    return made


def test_all_of_them_are_different(book: Book) -> None:
    assert len(set(book.acknowledged)) == 60
    rated = [one.tmdb_id for one in book.acknowledged if one.kind == "rated"]
    assert len(rated) == len(set(rated)) == 20


def test_what_is_there_once_is_well(book: Book) -> None:
    unanswered = book.another()
    events = [event(one) for one in (*book.acknowledged, unanswered)]
    assert book.missed(events) == ([], [])
    assert book.missed(events[:-1]) == ([], [])


def test_what_is_gone_or_there_twice_is_told(book: Book) -> None:
    events = [event(one) for one in book.acknowledged]
    unanswered = book.another()
    of_trakt = event(book.acknowledged[0], "trakt")
    lost, doubled = book.missed([*events[1:], events[7], of_trakt, *[event(unanswered)] * 2])
    assert lost == [book.acknowledged[0]]
    assert doubled == [book.acknowledged[7], unanswered]


def test_another_value_is_a_loss(book: Book) -> None:
    changed = [event(one._replace(value=one.value + 1)) for one in book.acknowledged[:1]]
    assert len(book.missed(changed)[0]) == 60


def test_memory_that_grows_has_a_slope() -> None:
    assert slope([(second, 100 + second / 6) for second in range(300)]) == pytest.approx(10)
    assert slope([(second, 900.0 if second < 30 else 100.0) for second in range(300)]) == (
        pytest.approx(0)
    )
