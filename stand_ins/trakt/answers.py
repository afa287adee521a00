"""Answers in Trakt's shapes."""

from collections.abc import Sequence
from html import escape
from typing import Any, Final

import msgspec

from stand_ins.http.faults import Instead, Status
from stand_ins.http.messages import HTML, Answer

TEXT: Final = "text/plain; charset=utf-8"
UPGRADE_URL: Final = "https://trakt.tv/vip"

_HEADERS: Final[dict[int, tuple[tuple[str, str], ...]]] = {
    401: (("WWW-Authenticate", 'Bearer realm="Trakt", error="invalid_token"'),),
    420: (("X-Upgrade-URL", UPGRADE_URL), ("X-VIP-User", "false"), ("X-Account-Limit", "250")),
    423: (("X-Account-Locked", "true"), ("X-Account-Deactivated", "false")),
    426: (("X-Upgrade-URL", UPGRADE_URL), ("X-VIP-User", "false")),
}
"""What comes with errors whose bodies are empty, by HTTP status."""

ACCOUNT_LIMIT: Final = Status(420)
VIP_ONLY: Final = Status(426)


def ok(body: object, status: int = 200, headers: Sequence[tuple[str, str]] = ()) -> Answer:
    return Answer(status, msgspec.json.encode(body), headers=tuple(headers))


def page_of(
    items: Sequence[Any], page: int, limit: int, headers: Sequence[tuple[str, str]] = ()
) -> tuple[Sequence[Any], list[tuple[str, str]]]:
    """The items of a page, and the headers that go with it."""
    first = (page - 1) * limit
    told = {
        "X-Pagination-Page": page,
        "X-Pagination-Limit": limit,
        "X-Pagination-Page-Count": max(-(-len(items) // limit), 1),
        "X-Pagination-Item-Count": len(items),
    }
    shown = [(name, str(value)) for name, value in told.items()]
    return items[first : first + limit], [*headers, *shown]


def refusal(status: int, retry_after: int | str | None = None) -> Answer:
    """The error of an HTTP status: an empty body, and the headers that Trakt documents for it."""
    headers = _HEADERS.get(status, ())
    if retry_after is not None:
        headers = (*headers, ("Retry-After", str(retry_after)))
    return Answer(status, b"", headers=headers)


def oauth_error(status: int, error: str, description: str) -> Answer:
    """An error of OAuth; with no `error`, an empty body."""
    if not error:
        return refusal(status)
    return ok({"error": error, "error_description": description}, status)


def invalid(why: str) -> Answer:
    """422: the request was understood, and can't be."""
    return ok({"errors": [why]}, 422)


def too_many(name: str, period: int, limit: int, wait: int, until: str) -> Answer:
    """429 of Trakt's own; `wait` in seconds, `until` an ISO time."""
    told = {"name": name, "period": period, "limit": limit, "remaining": 0, "until": until}
    text = f"{name} rate limit exceeded. Please wait {wait} seconds then retry your request."
    headers = (("X-Ratelimit", msgspec.json.encode(told).decode()), ("Retry-After", str(wait)))
    return Answer(429, text.encode(), TEXT, headers)


def banned(status: int, wait: int | None = None) -> Answer:
    """The page of the gate in front of Trakt; `wait` in seconds becomes Retry-After."""
    headers = () if wait is None else (("Retry-After", str(wait)),)
    return html("Access denied", "<p>You have been banned temporarily.</p>", status, headers)


def banned_page(wait: int = 10) -> Instead:
    """A fault: 429 as a page of HTML, not of Trakt's own making."""
    answer = banned(429, wait)
    assert isinstance(answer.content, bytes)
    return Instead(answer.content, answer.content_type, 429, answer.headers)


def html(
    title: str, body: str, status: int = 200, headers: Sequence[tuple[str, str]] = ()
) -> Answer:
    """A page; `body` is HTML."""
    text = (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{escape(title)}</title>"
        f"</head><body><h1>{escape(title)}</h1>{body}</body></html>"
    )
    return Answer(status, text.encode(), HTML, tuple(headers))
