"""What an answer of TMDB's means, by its status and its body."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

import msgspec

from app.adapters.tmdb.connections import Reply, Unanswered
from app.domain.errors import NotConfigured

OK: Final = 200
UNAUTHORIZED: Final = 401
NOT_FOUND: Final = 404
TOO_MANY_REQUESTS: Final = 429
UNAVAILABLE: Final = 503
_REDIRECTS: Final = range(300, 400)
_REFUSALS: Final = range(400, 500)
_TIMED_OUT: Final = 408
LONGEST_PAUSE: Final = 120.0
"""Seconds; TMDB asks for a few. Who asks for more doesn't want to be asked today."""

WEB_PAGE: Final = "a web page instead of data (a proxy, or a network that asks to log in?)"

_GONE_CODES: Final = frozenset({6, 34})
"""TMDB's own `status_code`s for an id that it doesn't have."""

_T = TypeVar("_T")


class SlowDown(Unanswered):
    """TMDB asks for a pause: `seconds`, None where it doesn't say for how long."""

    def __init__(self, status: int, seconds: float | None) -> None:
        super().__init__(f"HTTP {status}, a request to slow down", again=True)
        self.seconds = seconds


class _Refusal(msgspec.Struct):
    status_code: int = 0
    status_message: str = ""


_OBJECT: Final = msgspec.json.Decoder(dict[str, object])
_REFUSAL: Final = msgspec.json.Decoder(_Refusal)


def found(reply: Reply, now: float) -> bytes | None:
    """The body of a good answer, None where TMDB says that there is no such thing.

    `now` is in Unix seconds. Raises `SlowDown`, `Unanswered`, and `NotConfigured` where the key is
    refused.
    """
    if reply.status == OK:
        return reply.body
    refusal = _refusal(reply.body)
    if reply.status == UNAUTHORIZED:
        raise NotConfigured(
            f"TMDB refuses the key ({refusal.status_message or 'HTTP 401'}): correct TMDB_API_KEY"
        )
    if reply.status == NOT_FOUND and refusal.status_code in _GONE_CODES:
        return None
    pause = retry_after(reply.headers, now)
    if reply.status == TOO_MANY_REQUESTS or (reply.status == UNAVAILABLE and pause is not None):
        raise SlowDown(reply.status, pause)
    said = f"HTTP {reply.status}"
    if refusal.status_message:
        said += f", {refusal.status_message}"
    elif reply.status in _REDIRECTS:
        said += ", sent to another address (a log-in page?)"
    elif reply.status in _REFUSALS:
        said += ", not in TMDB's words (a proxy, or a wrong address?)"
    hopeless = reply.status in _REFUSALS and reply.status != _TIMED_OUT
    raise Unanswered(said, again=not hopeless)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that an answer asks to wait, at least 0; None where it doesn't say.

    A date is compared with the answer's own, where it has one, for clocks differ.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    then = _seconds(text)
    if then is None:
        return None
    return max(then - (_seconds(headers.get("date", "")) or now), 0.0)


def parsed_object(body: bytes) -> dict[str, object]:
    """The body as a JSON object. Raises `Unanswered`."""
    return parsed(body, _OBJECT)


def parsed(body: bytes, decoder: msgspec.json.Decoder[_T]) -> _T:
    """The body in a shape. Raises `Unanswered`; another try helps unless the shape is wrong."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Unanswered(f"an answer of another shape ({error})", again=False) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if body.lstrip()[:1] == b"<":
            why = WEB_PAGE
        else:
            why = "an answer that is no JSON" if body.strip() else "an empty answer"
        raise Unanswered(why, again=True) from None


def _refusal(body: bytes) -> _Refusal:
    try:
        refusal = _REFUSAL.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Refusal()
    refusal.status_message = " ".join(refusal.status_message.split())[:160]
    return refusal


def _seconds(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
