"""The allowed rate: never more in any second, nearly all of it used, pauses obeyed."""

import math
from itertools import cycle, pairwise
from threading import Thread
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.upstream.rate import CATCH_UP, GUARD, IDLE, Rate, Slot
from app.adapters.upstream.stop import Stop
from app.domain.errors import Cancelled


class Moved(Stop):
    """Time that passes only by waiting: each wait lasts as long as asked, and `late` more.

    Slots given to `send` are used `delay` seconds later, when time has passed so far.
    """

    def __init__(self) -> None:
        super().__init__("TMDB")
        self.now = 1000.0
        self.late = 0.0
        self.sent: list[float] = []
        self._sending: list[tuple[float, Slot]] = []

    def clock(self) -> float:
        return self.now

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.now += timeout + self.late
        self.pass_to_now()
        return self.is_set()

    def send(self, slot: Slot, delay: float) -> None:
        self._sending.append((self.now + delay, slot))
        self.pass_to_now()

    def pass_to_now(self) -> None:
        for at, slot in [one for one in self._sending if one[0] <= self.now]:
            self._sending.remove((at, slot))
            slot.used()
            self.sent.append(self.now)


def slots(rate: Rate, time: Moved, count: int) -> list[float]:
    taken: list[float] = []
    for _ in range(count):
        rate.take(time).used()
        taken.append(time.now)
    return taken


def busiest_second(taken: list[float]) -> int:
    """The most in any window of one second, its end left out."""
    return max(sum(start <= at < start + 1 for at in taken) for start in taken)


seconds = st.floats(0, 3, allow_nan=False)
lateness = st.sampled_from([0.0, 0.0, 0.001, 0.02, 0.3])


@given(
    per_second=st.sampled_from([0.5, 1.0, 2.5, 7.0, 40.0, 40.7, 200.0]),
    arrivals=st.lists(
        st.tuples(seconds, lateness, st.integers(1, 90), st.lists(seconds, max_size=3)),
        min_size=1,
        max_size=6,
    ),
    pauses=st.dictionaries(st.integers(0, 5), st.floats(0, 5)),
)
def test_no_pattern_of_arrivals_breaks_the_limit(
    per_second: float,
    arrivals: list[tuple[float, float, int, list[float]]],
    pauses: dict[int, float],
) -> None:
    time = Moved()
    rate = Rate(per_second, clock=time.clock)
    for turn, (idle, late, count, delays) in enumerate(arrivals):
        time.now += idle
        time.pass_to_now()
        time.late = late
        paused_until = time.now + pauses.get(turn, -math.inf)
        if turn in pauses:
            rate.pause(pauses[turn])
        for number, delay in zip(range(count), cycle([0.0, *delays]), strict=False):
            slot = rate.take(time)
            assert number or time.now >= paused_until - 1e-9
            time.send(slot, delay)
    most = math.ceil(per_second)
    taken = time.sent
    assert busiest_second(taken) <= most
    # The guard: whatever the way to the server takes from one request and not from another.
    window = most / per_second + GUARD - 1e-6
    assert all(last - first >= window for first, last in zip(taken, taken[most:], strict=False))


@pytest.mark.parametrize("per_second", [2.5, 40.0, 40.7, 200.0])
@pytest.mark.parametrize("late", [0.0, 0.001, 0.004])
def test_a_caller_that_keeps_up_uses_nearly_all(per_second: float, late: float) -> None:
    time = Moved()
    time.late = late
    count = int(300 * per_second)
    taken = slots(Rate(per_second, clock=time.clock), time, count)
    assert (count - 1) / (taken[-1] - taken[0]) >= 0.97 * per_second


def test_slots_come_evenly_after_an_idle_time() -> None:
    time = Moved()
    rate = Rate(40, clock=time.clock)
    for _ in range(3):
        taken = slots(rate, time, 100)
        assert all(0.02 < later - sooner < 0.03 for sooner, later in pairwise(taken))
        time.now += IDLE + 0.1


def test_a_stall_within_the_allowance_loses_nothing() -> None:
    smooth, stalled = Moved(), Moved()
    end = slots(Rate(40, clock=smooth.clock), smooth, 400)[-1]
    rate = Rate(40, clock=stalled.clock)
    slots(rate, stalled, 200)
    stalled.now += 0.2
    assert slots(rate, stalled, 200)[-1] <= end + 0.03


def test_after_a_long_stall_not_all_that_was_missed_comes_at_once() -> None:
    time = Moved()
    rate = Rate(200, clock=time.clock)
    slots(rate, time, 400)
    time.now += 0.8
    taken = slots(rate, time, 100)
    assert sum(at == taken[0] for at in taken) in range(CATCH_UP - 1, CATCH_UP + 2)


def test_no_burst_follows_a_pause() -> None:
    time = Moved()
    rate = Rate(40, clock=time.clock)
    slots(rate, time, 10)
    rate.pause(5)
    taken = slots(rate, time, 11)
    assert taken[-1] - taken[0] == pytest.approx(10 / 40, rel=0.05)


def test_a_shorter_pause_does_not_end_a_longer_one() -> None:
    time = Moved()
    rate = Rate(40, clock=time.clock)
    until = time.now + 5
    rate.pause(5)
    rate.pause(1)
    assert slots(rate, time, 1)[0] >= until


def test_threads_share_the_rate() -> None:
    rate, stop, count = Rate(100), Stop("TMDB"), 30
    taken: list[float] = []

    def work() -> None:
        for _ in range(count):
            slot = rate.take(stop)
            taken.append(monotonic())
            slot.used()

    threads = [Thread(target=work) for _ in range(6)]
    begun = monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 180
    assert monotonic() - begun >= 1.79
    assert busiest_second(sorted(taken)) <= 100


def test_who_waits_can_be_given_up() -> None:
    rate, stop = Rate(0.001), Stop("TMDB")
    rate.take(stop).used()
    ended: list[type[Exception]] = []

    def wait() -> None:
        try:
            rate.take(stop)
        except Cancelled:
            ended.append(Cancelled)

    threads = [Thread(target=wait) for _ in range(3)]
    for thread in threads:
        thread.start()
    stop.set()
    for thread in threads:
        thread.join(2)
    assert ended == [Cancelled] * 3


def test_a_request_that_takes_long_to_leave_does_not_stop_the_others() -> None:
    time = Moved()
    rate = Rate(40, clock=time.clock)
    stuck = rate.take(time)
    taken = slots(rate, time, 390)
    assert taken[-1] - taken[0] <= 10.5
    stuck.used()
    stuck.used()
    assert busiest_second([*taken, time.now]) <= 40


@pytest.mark.parametrize("per_second", [0, -1, math.inf, math.nan])
def test_a_rate_that_is_none_is_refused(per_second: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Rate(per_second)
