"""Who asks, and what they may see: by a token, wherever it was sent, or by being at home.

A browser sends what any page tells it to, with no token, from the very machine: a request that it
marks as another site's is nobody's but the token's that it bears.
"""

import hmac
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from app.bootstrap import Services
from app.domain.errors import Forbidden, Unauthorized, WrongBody
from app.domain.people.ledger import Profile
from loopback import is_at_home, is_of

_REFUSED: Final = (
    "This needs a profile's token, or the admin's: send 'Authorization: Bearer TOKEN'. Without one "
    "only this machine itself is answered, by a server that is open to nobody else."
)
_ADMIN_ONLY: Final = (
    "This needs the admin token: send 'Authorization: Bearer TOKEN'. It is ADMIN_TOKEN, "
    "or stands in the file admin_token in the data folder."
)
_NOT_YOURS: Final = "This token is not for that profile."
_FOREIGN: Final = (
    "A page of another site asks for this, says the browser: that takes a token, sent as "
    "'Authorization: Bearer TOKEN'. Ask from watcher's own pages, or by a program."
)
_LOOKS: Final = frozenset({"GET", "HEAD"})
_ELSEWHERES: Final = frozenset({"cross-site", "same-site"})
"""What `Sec-Fetch-Site` says of a page that isn't this server's own."""

_JSON: Final = "application/json"

_Check = TypeVar("_Check", bound=Callable[..., object])


class Access(StrEnum):
    """The class of a route: who may call it.

    `HOUSEHOLD`: the admin, or anybody at home. `PROFILE`: those, and the person whose data it is.
    `CALLER`: any of these; the route itself shows each what is theirs.
    """

    PUBLIC = "public"
    ADMIN = "admin"
    HOUSEHOLD = "household"
    PROFILE = "profile"
    CALLER = "caller"


ACCESS_OF: Final[dict[Any, Access]] = {}
"""The class of each check, so that a test can walk all routes of all doors and ask for theirs."""


def of_class(access: Access) -> Callable[[_Check], _Check]:
    """Marks what a route depends on, or what answers it, as a check of this class."""

    def noted(check: _Check) -> _Check:
        ACCESS_OF[check] = access
        return check

    return noted


@dataclass(frozen=True, slots=True)
class Asker:
    """What a door knows of who asks.

    `token` is None where none was sent, and empty where it can't be read. `client` is the address
    that asked; `headers` are by their names in lower case.
    """

    token: str | None
    client: str
    method: str
    headers: Mapping[str, str]

    @property
    def host(self) -> str:
        """The name (and port) that the server was asked by."""
        return self.headers.get("host", "")

    @property
    def is_foreign(self) -> bool:
        """Whether a browser tells that a page of another site asks; programs tell nothing."""
        if self.headers.get("sec-fetch-site", "").strip().lower() in _ELSEWHERES:
            return True
        origin = self.headers.get("origin")
        return origin is not None and not is_of(origin, self.host)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: `own` is the profile of a profile's token, None for the admin and at home."""

    own: Profile | None


def check_public(asker: Asker, program: Services) -> None:
    """Anybody, but for a foreign page that does more than look. Raises `Forbidden`."""
    if asker.method not in _LOOKS and asker.is_foreign and not _is_known(asker.token, program):
        raise Forbidden(_FOREIGN)


def caller_of(asker: Asker, program: Services) -> Caller:
    """Who asks: by the token sent, or at home by being there.

    Raises `Unauthorized`, `Forbidden` to a foreign page.
    """
    if asker.token is None:
        _check_own(asker)
        if at_home(asker, program):
            return Caller(None)
        raise Unauthorized(_REFUSED)
    if _is_admins(asker.token, program):
        return Caller(None)
    own = program.people.of_token(asker.token)
    if own is None:
        raise Unauthorized(_REFUSED)
    return Caller(own)


def check_admin(asker: Asker, program: Services) -> None:
    """Whoever holds the admin token, and nobody else at home.

    Raises `Unauthorized`, `Forbidden` to a foreign page.
    """
    if asker.token is None:
        _check_own(asker)
    if not _is_admins(asker.token or "", program):
        raise Unauthorized(_ADMIN_ONLY)


def check_household(caller: Caller) -> None:
    """The admin, or somebody at home, who may change everybody's profile. Raises `Forbidden`."""
    if caller.own is not None:
        raise Forbidden(_NOT_YOURS)


def allowed(program: Services, caller: Caller, profile_id: str | None) -> Profile:
    """The profile, if the caller may have it: refused alike for another's and for nobody's.

    Raises `Forbidden`, `NotFound`, `InvalidInput`.
    """
    if caller.own is None:
        return program.people.of(profile_id)
    if profile_id not in (None, caller.own.id):
        raise Forbidden(_NOT_YOURS)
    return caller.own


def check_body(given: str, taken: Collection[str]) -> None:
    """Whether a body of the type `given` (a `Content-Type`) is of one that is `taken`.

    Browsers send forms, text and what has no type to any site, without asking it: none of these is
    ever taken. Raises `WrongBody`.
    """
    kind = given.partition(";")[0].strip().lower()
    # What is JSON by another name says so at its end (RFC 6839).
    is_json = kind.startswith("application/") and kind.endswith("+json")
    if kind not in taken and not (is_json and _JSON in taken):
        first, *others = taken
        told = f", or {', '.join(others)}" if others else ""
        raise WrongBody(f"body: send it with the header Content-Type: {first}{told}.")


def at_home(asker: Asker, program: Services) -> bool:
    """Whether this machine asks, by its own name, a server that nobody else can reach.

    The name is looked at, for a web page elsewhere can have its own name lead to this machine, and
    what proxies write, for whoever asked them may be anywhere.
    """
    return not program.settings.why_tokens and is_at_home(asker.headers, asker.client)


def _check_own(asker: Asker) -> None:
    if asker.is_foreign:
        raise Forbidden(_FOREIGN)


def _is_known(token: str | None, program: Services) -> bool:
    """Whether it is somebody's token."""
    if not token:
        return False
    return _is_admins(token, program) or program.people.of_token(token) is not None


def _is_admins(token: str, program: Services) -> bool:
    """Compared in constant time."""
    return bool(token) and hmac.compare_digest(token.encode(), program.admin_token.encode())
