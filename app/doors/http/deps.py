"""What routes are given, and who may call them."""

from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.params import Depends as Dependency

from app.bootstrap import Services
from app.domain.people.ledger import Profile
from app.doors.access import (
    Access,
    Asker,
    Caller,
    allowed,
    caller_of,
    check_admin,
    check_household,
    of_class,
)


def services(request: Request) -> Services:
    """The assembled program."""
    found: Services = request.app.state.services
    return found


Program = Annotated[Services, Depends(services)]


def asker_of(request: Request) -> Asker:
    """Who seems to ask, with the bearer token that was sent."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return Asker(
        token=(token.strip() if scheme.lower() == "bearer" else "") if scheme else None,
        host=", ".join(request.headers.getlist("host")),  # of two names, neither is believed
        client=request.client.host if request.client else "",
    )


@of_class(Access.PUBLIC)
def _public() -> None:
    """Anybody."""


@of_class(Access.ADMIN)
def _admin(request: Request, program: Program) -> None:
    """Whoever holds the admin token."""
    check_admin(asker_of(request), program)


@of_class(Access.CALLER)
def caller(request: Request, program: Program) -> Caller:
    """Who asks. Raises `Unauthorized`."""
    return caller_of(asker_of(request), program)


AnyCaller = Annotated[Caller, Depends(caller)]


@of_class(Access.HOUSEHOLD)
def _household(caller: AnyCaller) -> None:
    """The admin, or somebody at home: whoever may see and change everybody's profile."""
    check_household(caller)


@of_class(Access.PROFILE)
def _person(
    program: Program,
    caller: AnyCaller,
    profile: Annotated[
        str | None,
        Query(max_length=64, description="Whose; left out, the token's or the only one's"),
    ] = None,
) -> Profile:
    """Whose data is asked for."""
    return allowed(program, caller, profile)


PUBLIC: Dependency = Depends(_public)
ADMIN: Dependency = Depends(_admin)
HOUSEHOLD: Dependency = Depends(_household)
Person = Annotated[Profile, Depends(_person)]
