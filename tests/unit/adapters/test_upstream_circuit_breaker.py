"""A dead source is told from bad luck, asked by one at a time, and given up in the end."""

import logging
from collections.abc import Callable
from itertools import pairwise
from threading import Barrier, Event, Thread

import pytest

from app.adapters.upstream.answers import Unanswered
from app.adapters.upstream.circuit_breaker import FAILURES_IN_A_ROW, CircuitBreaker
from app.adapters.upstream.stop import Stop
from app.domain.errors import Cancelled, NotConfigured, UpstreamUnavailable


class Source:
    """Answers probes from a moment on; time passes only by waiting."""

    def __init__(self, back_at: float = float("inf")) -> None:
        self.now = 0.0
        self.back_at = back_at
        self.probed: list[float] = []
        self.stop = _Passing(self)

    def clock(self) -> float:
        return self.now

    def probe(self, stop: Stop) -> None:
        assert stop is self.stop
        self.probed.append(self.now)
        if self.now < self.back_at:
            raise Unanswered("HTTP 503", again=True)

    def breaker(self, patience: float = 600) -> CircuitBreaker:
        return CircuitBreaker("TMDB", "TMDB_API_URL", self.probe, patience, clock=self.clock)


class _Passing(Stop):
    def __init__(self, source: Source) -> None:
        super().__init__("TMDB")
        self._source = source

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self._source.now += timeout
        return self.is_set()


def fail(breaker: CircuitBreaker, times: int = FAILURES_IN_A_ROW) -> None:
    for _ in range(times):
        breaker.failed("connection refused")


def test_failures_with_answers_between_them_are_bad_luck() -> None:
    source = Source()
    breaker = source.breaker()
    for _ in range(5):
        breaker.answered()
        fail(breaker, FAILURES_IN_A_ROW - 1)
    breaker.enter(source.stop)
    assert source.probed == []


def test_it_waits_with_growing_pauses_until_the_source_is_back() -> None:
    source = Source(back_at=200)
    breaker = source.breaker()
    fail(breaker)
    breaker.enter(source.stop)
    assert 200 <= source.now <= 275
    pauses = [later - sooner for sooner, later in pairwise(source.probed)]
    assert source.probed[0] == 0
    assert pauses[0] < 2
    assert all(later > sooner for sooner, later in pairwise(pauses[:6]))
    assert max(pauses) <= 60 * 1.2 + 1
    source.probed.clear()
    breaker.enter(source.stop)
    assert source.probed == []


def test_patience_ends_with_what_was_seen_and_what_to_do() -> None:
    source = Source()
    breaker = source.breaker(patience=90)
    fail(breaker)
    with pytest.raises(UpstreamUnavailable, match=r"TMDB has given .* 9\d s \(HTTP 503\)") as error:
        breaker.enter(source.stop)
    assert "network" in error.value.detail
    assert error.value.retryable
    assert 90 <= source.now <= 92
    assert source.probed[-1] >= 90


def test_after_it_was_given_up_the_next_call_begins_anew() -> None:
    source = Source(back_at=100)
    breaker = source.breaker(patience=50)
    fail(breaker)
    with pytest.raises(UpstreamUnavailable):
        breaker.enter(source.stop)
    fail(breaker)
    breaker.enter(source.stop)
    assert source.now >= 100


def test_an_answer_to_anybody_ends_the_outage() -> None:
    source = Source()
    breaker = source.breaker()
    fail(breaker)
    breaker.answered()
    breaker.enter(source.stop)
    assert source.probed == []


def test_confirming_asks_once_where_all_is_well() -> None:
    source = Source(back_at=0)
    breaker = source.breaker()
    breaker.confirm("HTTP 500", source.stop)
    assert source.probed == [0]
    breaker.enter(source.stop)
    assert source.probed == [0]


def test_a_refused_key_is_told_at_once() -> None:
    def refused(_stop: Stop) -> None:
        raise NotConfigured("TMDB_API_KEY")

    breaker = CircuitBreaker("TMDB", "TMDB_API_URL", refused, 600)
    fail(breaker)
    for _ in range(2):  # and nobody is left holding the place of the one who probes
        with pytest.raises(NotConfigured):
            breaker.enter(Stop("TMDB"))


def test_who_waits_can_be_given_up() -> None:
    source = Source()
    breaker = source.breaker()
    fail(breaker)
    source.stop.set()
    with pytest.raises(Cancelled):
        breaker.enter(source.stop)


def _threads(count: int, work: Callable[[], None]) -> list[Thread]:
    threads = [Thread(target=work, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    return threads


def test_one_thread_probes_while_the_others_wait_and_all_go_on() -> None:
    probing, another, go = Event(), Event(), Event()

    def probe(_stop: Stop) -> None:
        (another if probing.is_set() else probing).set()
        assert go.wait(10)

    breaker = CircuitBreaker("TMDB", "TMDB_API_URL", probe, 600)
    fail(breaker)
    together = Barrier(5)

    def enter() -> None:
        together.wait()
        breaker.enter(Stop("TMDB"))

    threads = _threads(5, enter)
    assert probing.wait(10)
    assert not another.wait(0.3)
    assert all(thread.is_alive() for thread in threads)
    go.set()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
    assert not another.is_set()


def test_all_who_wait_are_told_when_patience_ends() -> None:
    def probe(_stop: Stop) -> None:
        raise Unanswered("nothing came", again=True)

    breaker = CircuitBreaker("TMDB", "TMDB_API_URL", probe, 0.3)
    fail(breaker)
    told: list[str] = []
    together = Barrier(4)

    def enter() -> None:
        together.wait()
        try:
            breaker.enter(Stop("TMDB"))
        except UpstreamUnavailable as error:
            told.append(error.detail)

    for thread in _threads(4, enter):
        thread.join(10)
    assert len(told) == 4


def test_an_outage_is_logged_once_and_its_end_too(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    source = Source(back_at=100)
    breaker = source.breaker()
    fail(breaker)
    breaker.enter(source.stop)
    first, last = caplog.messages
    assert "TMDB doesn't answer (HTTP 503)" in first
    assert "TMDB answers again" in last
