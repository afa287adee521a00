"""Many questions at once: read lazily, answered in any order, ended at once, failures held back."""

import threading
from collections.abc import Iterator
from queue import SimpleQueue
from threading import Event

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.tmdb.fetching import MOST_FAILED_IN_A_ROW, ParallelFetch, threads_for
from app.adapters.upstream.stop import Stop
from app.domain.catalogue.source_answers import Answer, Failed, Gone
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import Cancelled, NotConfigured, UpstreamUnavailable
from tests.answers import answered


def ids(count: int, taken: list[TitleId] | None = None) -> Iterator[TitleId]:
    for number in range(1, count + 1):
        one = TitleId(MediaKind.MOVIE, number)
        if taken is not None:
            taken.append(one)
        yield one


def gone(asked: TitleId, _stop: Stop) -> Answer:
    return Gone(asked)


def failing(asked: TitleId, _stop: Stop) -> Answer:
    return Failed(asked, "HTTP 500")


def alive(_reason: str, _stop: Stop) -> None:
    pass


@given(count=st.integers(0, 60), threads=st.integers(1, 9), bad=st.sets(st.integers(1, 60)))
def test_each_id_is_answered_once(count: int, threads: int, bad: set[int]) -> None:
    def ask(asked: TitleId, stop: Stop) -> Answer:
        return (failing if asked.tmdb_id in bad else gone)(asked, stop)

    run = ParallelFetch(ask, alive, Stop("TMDB"), threads)
    answers = answered(run.answers(ids(count)))
    run.end()
    assert sorted(answer.id for answer in answers) == list(ids(count))
    assert {a.id.tmdb_id for a in answers if isinstance(a, Failed)} == bad & set(range(count + 1))


def test_ids_are_read_no_further_ahead_than_stated() -> None:
    taken: list[TitleId] = []
    run = ParallelFetch(gone, alive, Stop("TMDB"), 4)
    answers = run.answers(ids(1000, taken))
    assert taken == []
    for given_out in range(1, 30):
        next(answers)
        assert len(taken) <= given_out + 8
    run.end()


def test_the_threads_go_on_while_the_answers_wait_to_be_read() -> None:
    asked = SimpleQueue[TitleId]()
    all_read, go_on = Event(), Event()

    def ask(one: TitleId, _stop: Stop) -> Answer:
        assert (all_read if one.tmdb_id == 1 else go_on).wait(10)
        asked.put(one)
        return Gone(one)

    def read() -> Iterator[TitleId]:
        yield from ids(8)
        all_read.set()

    run = ParallelFetch(ask, alive, Stop("TMDB"), 5)
    answers = run.answers(read())
    next(answers)
    go_on.set()
    assert {asked.get(timeout=5) for _ in range(8)} == set(ids(8))
    run.end()


def test_many_are_under_way_at_once() -> None:
    together = threading.Barrier(6)

    def ask(one: TitleId, _stop: Stop) -> Answer:
        together.wait(10)
        return Gone(one)

    run = ParallelFetch(ask, alive, Stop("TMDB"), 6)
    assert len(answered(run.answers(ids(12)))) == 12
    run.end()


def test_a_failure_comes_out_once_another_title_was_answered() -> None:
    def ask(one: TitleId, stop: Stop) -> Answer:
        return (failing if one.tmdb_id in (1, 2, 4) else gone)(one, stop)

    run = ParallelFetch(
        ask, alive, Stop("TMDB"), threads=1
    )  # so that they arrive in the order of asking
    told = [(type(answer), answer.id.tmdb_id) for answer in answered(run.answers(ids(5)))]
    assert told == [(Gone, 3), (Failed, 1), (Failed, 2), (Gone, 5), (Failed, 4)]
    run.end()


def test_failures_at_the_end_come_out_where_the_source_is_alive() -> None:
    confirmed: list[str] = []
    run = ParallelFetch(failing, lambda reason, _stop: confirmed.append(reason), Stop("TMDB"), 3)
    assert [answer.id for answer in answered(run.answers(ids(3)))] != []
    assert confirmed == ["HTTP 500"]
    run.end()


def test_who_waits_for_answers_hears_that_none_has_come() -> None:
    go_on = Event()

    def ask(one: TitleId, stop: Stop) -> Answer:
        assert go_on.wait(10)
        return failing(one, stop)

    def confirm(_reason: str, _stop: Stop) -> None:
        assert go_on.wait(10)

    run = ParallelFetch(ask, confirm, Stop("TMDB"), 4)
    answers = run.answers(ids(2))
    assert next(answers) is None
    go_on.set()
    while (answer := next(answers)) is None:
        pass
    assert isinstance(answer, Failed)
    run.end()

    go_on.clear()
    run = ParallelFetch(failing, confirm, Stop("TMDB"), 4)
    answers = run.answers(ids(2))
    assert next(answers) is None
    go_on.set()
    assert len(answered(answers)) == 2
    run.end()


def test_failures_of_a_dead_source_are_dropped() -> None:
    def dead(_reason: str, _stop: Stop) -> None:
        raise UpstreamUnavailable("TMDB is down")

    run = ParallelFetch(failing, dead, Stop("TMDB"), 3)
    with pytest.raises(UpstreamUnavailable, match="TMDB is down"):
        next(run.answers(ids(3)))
    run.end()


def test_hundreds_of_failures_in_a_row_are_the_source_s() -> None:
    run = ParallelFetch(failing, alive, Stop("TMDB"), 4)
    with pytest.raises(UpstreamUnavailable, match=f"{MOST_FAILED_IN_A_ROW} titles in a row"):
        next(run.answers(ids(10**9)))
    run.end()


@pytest.mark.parametrize("error", [NotConfigured("no key"), ZeroDivisionError()])
def test_what_a_question_raises_is_raised(error: Exception) -> None:
    def ask(_asked: TitleId, _stop: Stop) -> Answer:
        raise error

    run = ParallelFetch(ask, alive, Stop("TMDB"), 4)
    with pytest.raises(type(error)):
        answered(run.answers(ids(20)))
    run.end()


def test_what_the_ids_raise_is_raised() -> None:
    def broken() -> Iterator[TitleId]:
        yield TitleId(MediaKind.TV, 1)
        raise UpstreamUnavailable("the list of ids broke off")

    run = ParallelFetch(gone, alive, Stop("TMDB"), 4)
    with pytest.raises(UpstreamUnavailable, match="broke off"):
        answered(run.answers(broken()))
    run.end()


def test_it_ends_where_it_is_told_to_stop() -> None:
    stop = Stop("TMDB")

    def ask(_asked: TitleId, told: Stop) -> Answer:
        told.wait(10)
        raise Cancelled("given up")

    run = ParallelFetch(ask, alive, stop, 4)
    threading.Timer(0.1, stop.set).start()
    with pytest.raises(Cancelled):
        answered(run.answers(ids(20)))
    run.end()


def test_its_threads_end() -> None:
    before = set(threading.enumerate())
    run = ParallelFetch(gone, alive, Stop("TMDB"), 4)
    answered(run.answers(ids(40)))
    started = set(threading.enumerate()) - before
    assert len(started) == 4
    assert all(thread.daemon for thread in started)
    run.end()
    for thread in started:
        thread.join(5)
    assert not any(thread.is_alive() for thread in started)


@pytest.mark.parametrize(("rate", "threads"), [(0.5, 4), (40, 40), (40.5, 41), (1000, 128)])
def test_as_many_threads_as_the_rate_needs(rate: float, threads: int) -> None:
    assert threads_for(rate) == threads
