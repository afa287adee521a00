"""What an answer of Trakt's means, by its status. Nothing of its body gets into an error."""

from __future__ import annotations

from typing import Final

from app.adapters.tmdb.connections import Reply, Unanswered
from app.adapters.tmdb.replies import WEB_PAGE, retry_after
from app.domain.errors import AccountLimited, ConnectAgain, NotConfigured

OK: Final = 200
BAD_REQUEST: Final = 400
UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403
TOO_MANY_REQUESTS: Final = 429

_ACCOUNT_LIMIT: Final = 420
_LOCKED: Final = 423
_VIP_ONLY: Final = 426
_TIMED_OUT: Final = 408
_UNAVAILABLE: Final = 503
_REDIRECTS: Final = range(300, 400)
_REFUSALS: Final = range(400, 500)

_LIMITED: Final = {
    _ACCOUNT_LIMIT: (
        "The Trakt account has reached a limit of its plan (HTTP 420): take something off its "
        "lists, or upgrade it at https://trakt.tv/vip"
    ),
    _LOCKED: (
        "The Trakt account is locked or deactivated (HTTP 423): sign in at https://trakt.tv, or "
        "write to Trakt's support"
    ),
    _VIP_ONLY: (
        "Trakt gives this to VIP accounts only (HTTP 426): see https://trakt.tv/vip. Everything "
        "else works without Trakt"
    ),
}

APP_REFUSED: Final = (
    "Trakt refuses the app: correct TRAKT_CLIENT_ID and TRAKT_CLIENT_SECRET, as they stand at "
    "https://trakt.tv/oauth/applications"
)


class Paused(Unanswered):
    """Trakt asks for a pause: `seconds`, None where it doesn't say for how long."""

    def __init__(self, status: int, seconds: float | None) -> None:
        super().__init__(f"HTTP {status}, a request to slow down", again=True)
        self.seconds = seconds


def good(reply: Reply, now: float) -> Reply:
    """The answer itself, where it is one about data. `now` is in Unix seconds.

    Raises `Paused`, `Unanswered`, `ConnectAgain`, `AccountLimited` and `NotConfigured`.
    """
    if reply.status == OK:
        return reply
    if reply.status == UNAUTHORIZED:
        raise ConnectAgain("Trakt takes the account's tokens no more: connect the account again")
    raise refusal(reply, now)


def refusal(reply: Reply, now: float) -> Exception:
    """The error that an answer stands for, whatever was asked."""
    status, pause = reply.status, retry_after(reply.headers, now)
    if status in _LIMITED:
        return AccountLimited(_LIMITED[status])
    if status == TOO_MANY_REQUESTS or (status == _UNAVAILABLE and pause is not None):
        return Paused(status, pause)
    if status in (UNAUTHORIZED, FORBIDDEN) and not is_page(reply):
        return NotConfigured(APP_REFUSED)
    said = f"HTTP {status}"
    if is_page(reply):
        said += f", {WEB_PAGE}"
    elif status in _REDIRECTS:
        said += ", sent to another address (a log-in page?)"
    elif status in _REFUSALS:
        said += ": is TRAKT_API_URL right?"
    hopeless = status in _REFUSALS and status != _TIMED_OUT
    return Unanswered(said, again=not hopeless)


def is_page(reply: Reply) -> bool:
    """Whether it is a page of HTML: Trakt's API sends none, what stands in front of it does."""
    return reply.body.lstrip()[:1] == b"<"
