"""Every so often, and daily at a time of day: also when the clocks are changed."""

import time as clocks
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from app.doors.worker.kind import Daily, Every

VIENNA = ZoneInfo("Europe/Vienna")
MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.fixture(autouse=True)
def _in_vienna(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Vienna")
    clocks.tzset()
    yield
    monkeypatch.undo()
    clocks.tzset()


def done(daily: Daily, first: date, days: int) -> list[datetime]:
    """When a worker that looks each minute does it, from the first day's noon on."""
    now = last = datetime.combine(first, time(12), VIENNA).timestamp()
    end, times = now + days * DAY, []
    while now < end:
        now += MINUTE
        if daily.has_come(now, last):
            times.append(datetime.fromtimestamp(now, VIENNA))
            last = now
    return times


def test_daily_keeps_its_time_of_day_over_the_change_to_summer_time_and_back() -> None:
    for change in (date(2026, 3, 29), date(2026, 10, 25)):
        times = done(Daily(time(4)), change - timedelta(days=2), 3)
        assert [one.time() for one in times] == [time(4)] * 3
        assert [one.date() - change for one in times] == [timedelta(days=n) for n in (-1, 0, 1)]
        gaps = {later.timestamp() - one.timestamp() for one, later in pairwise(times)}
        assert gaps == {DAY, DAY - HOUR if change.month == 3 else DAY + HOUR}


def test_a_time_of_day_that_is_left_out_or_comes_twice_is_still_once_a_day() -> None:
    daily = Daily(time(2, 30))
    left_out = done(daily, date(2026, 3, 27), 3)
    assert [one.time() for one in left_out] == [time(2, 30), time(3, 30), time(2, 30)]
    twice = done(daily, date(2026, 10, 23), 3)
    assert [one.time() for one in twice] == [time(2, 30)] * 3
    assert [one.day for one in twice] == [24, 25, 26]
    assert twice[1].utcoffset() == timedelta(hours=2), "the first of the two"


def test_who_never_looked_or_by_a_wrong_clock_looks_at_once() -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=VIENNA).timestamp()
    for rhythm in (Every(HOUR), Daily(time(4))):
        assert rhythm.has_come(now, 0.0)
        assert rhythm.has_come(now, now + DAY)
        assert not rhythm.has_come(now, now - MINUTE)
    assert Every(HOUR).has_come(now, now - HOUR)
    assert not Daily(time(4)).has_come(now, now - 8 * HOUR)
    assert Daily(time(4)).has_come(now, now - 8 * HOUR - 1)
