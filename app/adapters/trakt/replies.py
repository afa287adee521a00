"""What an answer of Trakt's means, by its status. Nothing of its body gets into an error."""

from http import HTTPStatus
from typing import Final

from app.adapters.upstream.answers import (
    ELSEWHERE,
    REDIRECTS,
    REFUSALS,
    WEB_PAGE,
    Reply,
    Unanswered,
    is_hopeless,
    is_page,
    pause_of,
)
from app.domain.errors import AccountLimited, ConnectAgain, NotConfigured

_LIMITED: Final = {
    420: (
        "The Trakt account has reached a limit of its plan (HTTP 420): take something off its "
        "lists, or upgrade it at https://trakt.tv/vip"
    ),
    423: (
        "The Trakt account is locked or deactivated (HTTP 423): sign in at https://trakt.tv, or "
        "write to Trakt's support"
    ),
    426: (
        "Trakt gives this to VIP accounts only (HTTP 426): see https://trakt.tv/vip. Everything "
        "else works without Trakt"
    ),
}

APP_REFUSED: Final = (
    "Trakt refuses the app: correct TRAKT_CLIENT_ID and TRAKT_CLIENT_SECRET, as they stand at "
    "https://trakt.tv/oauth/applications"
)


def good(reply: Reply, now: float) -> Reply:
    """The answer itself, where it is one about data. `now` is in Unix seconds.

    Raises `Paused`, `Unanswered`, `ConnectAgain`, `AccountLimited` and `NotConfigured`.
    """
    if reply.status == HTTPStatus.OK:
        return reply
    if reply.status == HTTPStatus.UNAUTHORIZED:
        raise ConnectAgain("Trakt takes the account's tokens no more: connect the account again")
    raise refusal(reply, now)


def refusal(reply: Reply, now: float) -> Exception:
    """The error that an answer stands for, whatever was asked."""
    status, page = reply.status, is_page(reply.body)
    if status in _LIMITED:
        return AccountLimited(_LIMITED[status])
    pause = pause_of(status, reply.headers, now)
    if pause is not None:
        return pause
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN) and not page:
        return NotConfigured(APP_REFUSED)
    said = f"HTTP {status}"
    if page:
        said += f", {WEB_PAGE}"
    elif status in REDIRECTS:
        said += f", {ELSEWHERE}"
    elif status in REFUSALS:
        said += ": is TRAKT_API_URL right?"
    return Unanswered(said, again=not is_hopeless(status))
