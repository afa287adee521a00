"""What TMDB's answers mean: by status and body."""

from contextlib import suppress

import httpx2
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.tmdb.replies import found, parsed_object
from app.adapters.upstream.answers import Paused, Reply, Unanswered
from app.domain.errors import NotConfigured

NOW = 1_700_000_000.0  # Tue, 14 Nov 2023 22:13:20 GMT


def reply(status: int, body: bytes = b"", **headers: str) -> Reply:
    return Reply(status, httpx2.Headers({k.replace("_", "-"): v for k, v in headers.items()}), body)


def error(status: int, code: int, message: str = "Said.") -> Reply:
    return reply(status, msgspec.json.encode({"status_code": code, "status_message": message}))


def test_only_tmdb_s_own_words_make_a_title_gone() -> None:
    assert found(error(404, 34), NOW) is None
    for other in (reply(404, b"<html>"), reply(404, b"{}"), error(404, 2), reply(404)):
        with pytest.raises(Unanswered, match="404") as failure:
            found(other, NOW)
        assert not failure.value.again


def test_a_refused_key_names_the_setting() -> None:
    with pytest.raises(NotConfigured, match=r"TMDB refuses the key \(Invalid.*TMDB_API_KEY"):
        found(error(401, 7, "Invalid API key"), NOW)
    with pytest.raises(NotConfigured, match="TMDB_API_KEY"):
        found(reply(401, b"<html>"), NOW)


@pytest.mark.parametrize("status", [429, 503])
def test_a_pause_that_is_asked_for_is_no_failure(status: int) -> None:
    with pytest.raises(Paused) as asked:
        found(reply(status, b"", retry_after="3"), NOW)
    assert asked.value.seconds == 3


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520, 204, 302])
def test_what_another_try_may_help(status: int) -> None:
    with pytest.raises(Unanswered, match=str(status)) as failure:
        found(reply(status), NOW)
    assert failure.value.again


@pytest.mark.parametrize("status", [400, 403, 405, 422])
def test_what_another_try_can_not_help(status: int) -> None:
    with pytest.raises(Unanswered, match=f"{status}, No good") as failure:
        found(error(status, 20, "No\n  good"), NOW)
    assert not failure.value.again


@pytest.mark.parametrize(
    ("body", "why", "again"),
    [
        (b"", "empty", True),
        (b'{"id": 603', "no JSON", True),
        (b'\n <!doctype html><p>{"id":603}', "web page", True),
        (b'{"id": "\xff"}', "no JSON", True),
        (b'[{"id": 603}]', "another shape", False),
        (b"null", "another shape", False),
        (b'{"a":' * 100_000, "no JSON", True),
    ],
)
def test_bodies_that_are_no_object(body: bytes, why: str, *, again: bool) -> None:
    with pytest.raises(Unanswered, match=why) as failure:
        parsed_object(body)
    assert failure.value.again is again


@given(st.binary(max_size=60))
def test_any_body_is_an_object_or_unanswered(body: bytes) -> None:
    with suppress(Unanswered):
        assert isinstance(parsed_object(body), dict)
