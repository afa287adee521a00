"""Answers in TMDB's shapes, as the routes give them to the server."""

from dataclasses import dataclass
from typing import Final

import msgspec

from stand_ins.http.faults import Status
from stand_ins.http.messages import Answer
from stand_ins.tmdb.bodies import Json

UNKNOWN_SERVICE, INVALID_PARAMETERS, INVALID_KEY, OFFLINE, INTERNAL = 2, 5, 7, 9, 11
LONG_RANGE, INVALID_PAGE, INVALID_DATE, TIMED_OUT, TOO_MANY_REQUESTS = 20, 22, 23, 24, 25
TOO_MANY_PARTS, NOT_FOUND, METHOD = 27, 34, 42

_ERRORS: Final = {
    UNKNOWN_SERVICE: (501, "Invalid service: this service does not exist."),
    INVALID_PARAMETERS: (422, "Invalid parameters: Your request parameters are incorrect."),
    INVALID_KEY: (401, "Invalid API key: You must be granted a valid key."),
    OFFLINE: (503, "Service offline: This service is temporarily offline, try again later."),
    INTERNAL: (500, "Internal error: Something went wrong, contact TMDB."),
    LONG_RANGE: (422, "Invalid date range: Should be a range no longer than 14 days."),
    INVALID_PAGE: (
        400,
        "Invalid page: Pages start at 1 and max at 500. They are expected to be an integer.",
    ),
    INVALID_DATE: (400, "Invalid date: Format needs to be YYYY-MM-DD."),
    TIMED_OUT: (504, "Your request to the backend server timed out. Try again."),
    TOO_MANY_REQUESTS: (429, "Your request count (#) is over the allowed limit of (40)."),
    TOO_MANY_PARTS: (
        400,
        "Too many append to response objects: The maximum number of remote calls is 20.",
    ),
    NOT_FOUND: (404, "The resource you requested could not be found."),
    METHOD: (405, "This request method is not supported for this resource."),
}
"""TMDB's documented `status_code`s with their HTTP status."""

_CODE_OF_STATUS: Final = {status: code for code, (status, _) in _ERRORS.items()}


@dataclass(frozen=True)
class TitleAnswer(Answer):
    """`detail` is the title that it tells of."""

    detail: tuple[str, int] | None = None


def ok(body: object, detail: tuple[str, int] | None = None) -> Answer:
    return TitleAnswer(200, msgspec.json.encode(body), detail=detail)


def error(
    code: int, *, retry_after: int | str | None = None, detail: tuple[str, int] | None = None
) -> Answer:
    """TMDB's error of that `status_code`."""
    status, message = _ERRORS[code]
    return _refusal(status, {"status_message": message, "status_code": code}, retry_after, detail)


def error_of_status(status: Status) -> Answer:
    """The error TMDB documents for an HTTP status, or one in its shape where there is none."""
    code = _CODE_OF_STATUS.get(status.code, 15)
    message = _ERRORS[code][1] if code in _ERRORS else "Failed."
    body: Json = {"status_message": message, "status_code": code}
    return _refusal(status.code, body, status.retry_after, None)


def _refusal(
    status: int, body: Json, retry_after: int | str | None, detail: tuple[str, int] | None
) -> Answer:
    # In the recorded answers only the one about the key says `success`.
    if body["status_code"] == INVALID_KEY:
        body["success"] = False
    headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
    return TitleAnswer(status, msgspec.json.encode(body), headers=headers, detail=detail)
