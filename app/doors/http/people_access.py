"""Whose data a request may see: a profile's routes, open at home and by token elsewhere."""

from __future__ import annotations

import hmac
import ipaddress
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlsplit

from fastapi import Depends, Query, Request
from fastapi.params import Depends as Dependency

from app.bootstrap import Services
from app.domain.errors import Forbidden, Unauthorized
from app.domain.people.ledger import Profile
from app.doors.http.deps import ACCESS_OF, Access, Program

_REFUSED: Final = (
    "This needs a profile's token, or the admin's: send 'Authorization: Bearer TOKEN'. Only a "
    "server that listens on this machine alone answers its own machine without one."
)
_NOT_YOURS: Final = "This token is not for that profile."


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: `own` is the profile of a profile's token, None for the admin and at home."""

    own: Profile | None


def caller_of(request: Request, program: Program) -> Caller:
    """Who asks: by the token sent, or at home by being there. Raises `Unauthorized`."""
    given = _token_of(request)
    if given is None:
        if _at_home(request, program):
            return Caller(None)
        raise Unauthorized(_REFUSED)
    if hmac.compare_digest(given.encode(), program.admin_token.encode()):
        return Caller(None)
    own = program.people.of_token(given)
    if own is None:
        raise Unauthorized(_REFUSED)
    return Caller(own)


def _household(caller: Annotated[Caller, Depends(caller_of)]) -> None:
    """The admin, or somebody at home: whoever may see and change everybody's profile."""
    if caller.own is not None:
        raise Forbidden(_NOT_YOURS)


def _person(
    program: Program,
    caller: Annotated[Caller, Depends(caller_of)],
    profile: Annotated[
        str | None,
        Query(max_length=64, description="Whose; left out, the token's or the only one's"),
    ] = None,
) -> Profile:
    """Whose data is asked for. Raises `Forbidden` alike for another's and for nobody's."""
    return allowed(program, caller, profile)


def allowed(program: Services, caller: Caller, profile_id: str | None) -> Profile:
    """The profile, if the caller may have it. Raises `Forbidden`, `NotFound`, `InvalidInput`."""
    if caller.own is None:
        return program.people.of(profile_id)
    if profile_id not in (None, caller.own.id):
        raise Forbidden(_NOT_YOURS)
    return caller.own


def _token_of(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return None
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthorized(_REFUSED)
    return token.strip()


def _at_home(request: Request, program: Services) -> bool:
    """Whether the server listens on this machine alone, and is asked by it, by its own name.

    The name is looked at, for a web page elsewhere can have its own name lead to this machine.
    """
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    client = request.client.host if request.client else ""
    return all(_is_loopback(name) for name in (program.settings.api_host, host, client))


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


HOUSEHOLD: Dependency = Depends(_household)
AnyCaller = Annotated[Caller, Depends(caller_of)]
Person = Annotated[Profile, Depends(_person)]

ACCESS_OF |= {_household: Access.HOUSEHOLD, _person: Access.PROFILE, caller_of: Access.CALLER}
