"""What an answer means, whichever service it comes from: by status, Retry-After and body."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final, TypeVar

import msgspec

REDIRECTS: Final = range(300, 400)
REFUSALS: Final = range(400, 500)

ELSEWHERE: Final = "sent to another address (a log-in page?)"
WEB_PAGE: Final = "a web page instead of data (a proxy, or a network that asks to log in?)"

_T = TypeVar("_T")


class Unanswered(Exception):
    """No usable answer; the message says why, for people. `again`: asking again may help.

    `tries` is how many there were, and `spent` the seconds that they took.
    """

    def __init__(self, why: str, *, again: bool) -> None:
        super().__init__(why)
        self.again = again
        self.tries = 1
        self.spent = 0.0


class BrokenOff(Unanswered):
    """The connection ended before the answer did."""


class Paused(Unanswered):
    """The service asks for a pause: `seconds`, None where it doesn't say for how long."""

    def __init__(self, status: int, seconds: float | None) -> None:
        super().__init__(f"HTTP {status}, a request to slow down", again=True)
        self.status = status
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete answer, unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def pause_of(status: int, headers: Mapping[str, str], now: float) -> Paused | None:
    """The pause that an answer asks for: 429 always does, 503 by Retry-After. `now`: Unix s."""
    seconds = retry_after(headers, now)
    if status == HTTPStatus.TOO_MANY_REQUESTS or (
        status == HTTPStatus.SERVICE_UNAVAILABLE and seconds is not None
    ):
        return Paused(status, seconds)
    return None


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that an answer asks to wait, at least 0; None where it doesn't say.

    `now` is in Unix seconds. A date is compared with the answer's own, where it has one, for clocks
    differ.
    """
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    then = _seconds(text)
    if then is None:
        return None
    return max(then - (_seconds(headers.get("date", "")) or now), 0.0)


def is_hopeless(status: int) -> bool:
    """Whether asking the same again gets the same refusal."""
    return status in REFUSALS and status != HTTPStatus.REQUEST_TIMEOUT


def is_page(body: bytes) -> bool:
    """Whether it is a page of HTML: no API sends one, what stands in front of it does."""
    return body.lstrip()[:1] == b"<"


def parsed(body: bytes, decoder: msgspec.json.Decoder[_T]) -> _T:
    """The body in a shape. Raises `Unanswered`; another try helps unless the shape is wrong."""
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise Unanswered(f"an answer of another shape ({error})", again=False) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        if is_page(body):
            why = WEB_PAGE
        else:
            why = "an answer that is no JSON" if body.strip() else "an empty answer"
        raise Unanswered(why, again=True) from None


def _seconds(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
