"""What any service's answers mean: when it asks for a pause, and for how long."""

from collections.abc import Mapping

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.upstream.answers import is_hopeless, pause_of, retry_after

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": " 7 "}, 7),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:50 GMT"}, 30),
        ({"retry-after": "Tue, 14 Nov 2023 22:13:20 GMT"}, 0),
        ({"retry-after": "Mon, 13 Nov 2023 22:13:20 GMT"}, 0),
        (
            {
                "Retry-After": "Tue, 14 Nov 2023 23:00:10 GMT",
                "Date": "Tue, 14 Nov 2023 23:00:00 GMT",
            },
            10,
        ),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "Tue, 99 Nov 2023 22:13:50 GMT"}, None),
    ],
)
def test_retry_after_in_seconds_or_as_a_date(
    headers: Mapping[str, str], seconds: float | None
) -> None:
    assert retry_after(httpx2.Headers(headers), NOW) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_understood_or_not_there(text: str) -> None:
    seconds = retry_after({"retry-after": text}, NOW)
    assert seconds is None or 0 <= seconds < 1e12


@pytest.mark.parametrize(
    ("status", "told", "seconds"),
    [(429, "7", 7), (429, "", None), (503, "7", 7), (503, "0", 0)],
)
def test_who_asks_for_a_pause(status: int, told: str, seconds: float | None) -> None:
    pause = pause_of(status, {"retry-after": told}, NOW)
    assert pause is not None
    assert (pause.seconds, pause.again) == (seconds, True)
    assert str(status) in str(pause)


@pytest.mark.parametrize(("status", "told"), [(503, ""), (500, "7"), (200, "7"), (403, "7")])
def test_who_asks_for_none(status: int, told: str) -> None:
    assert pause_of(status, {"retry-after": told}, NOW) is None


def test_a_refusal_is_hopeless_unless_it_came_too_late() -> None:
    assert [status for status in (400, 401, 404, 408, 422, 500, 503) if is_hopeless(status)] == [
        *(400, 401, 404, 422)
    ]
