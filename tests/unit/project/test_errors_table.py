"""Every error has a place in the one table of HTTP statuses."""

import inspect

from app.domain import errors
from app.domain.errors import WatcherError
from app.doors.http.errors import STATUS


def test_every_error_has_a_status_and_a_code_of_its_own() -> None:
    kinds = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, WatcherError) and kind is not WatcherError
    ]
    assert set(STATUS) == set(kinds)
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(400 <= status <= 503 for status in STATUS.values())
    assert all(STATUS[kind] in {502, 503, 408, 409, 429} for kind in kinds if kind.retryable)
