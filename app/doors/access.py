"""Who asks, and what they may see: by a token, wherever it was sent, or by being at home."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar

from app.bootstrap import Services
from app.domain.errors import Forbidden, Unauthorized
from app.domain.people.ledger import Profile
from loopback import is_loopback, name_of

_REFUSED: Final = (
    "This needs a profile's token, or the admin's: send 'Authorization: Bearer TOKEN'. Only a "
    "server that listens on this machine alone answers its own machine without one."
)
_ADMIN_ONLY: Final = (
    "This needs the admin token: send 'Authorization: Bearer TOKEN'. It is ADMIN_TOKEN, "
    "or stands in the file admin_token in the data folder."
)
_NOT_YOURS: Final = "This token is not for that profile."

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

    `token` is None where none was sent, and empty where it can't be read. `host` is the name (and
    port) that the server was asked by, `client` the address that asked.
    """

    token: str | None
    host: str
    client: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: `own` is the profile of a profile's token, None for the admin and at home."""

    own: Profile | None


def caller_of(asker: Asker, program: Services) -> Caller:
    """Who asks: by the token sent, or at home by being there. Raises `Unauthorized`."""
    if asker.token is None:
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
    """Whoever holds the admin token, and nobody else at home. Raises `Unauthorized`."""
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


def at_home(asker: Asker, program: Services) -> bool:
    """Whether the server listens on this machine alone, and is asked by it, by its own name.

    The name is looked at, for a web page elsewhere can have its own name lead to this machine.
    """
    names = (program.settings.api_host, name_of(asker.host), asker.client)
    return all(is_loopback(name) for name in names)


def _is_admins(token: str, program: Services) -> bool:
    """Compared in constant time."""
    return bool(token) and hmac.compare_digest(token.encode(), program.admin_token.encode())
