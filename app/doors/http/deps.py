"""What routes are given, and who may call them."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.params import Depends as Dependency
from fastapi.routing import APIRoute

from app.bootstrap import Services
from app.domain.people.ledger import Profile
from app.doors.access import (
    Access,
    Asker,
    Caller,
    allowed,
    caller_of,
    check_admin,
    check_body,
    check_household,
    check_public,
    of_class,
)
from app.doors.http.lanes import Lanes


async def services(request: Request) -> Services:
    """The assembled program."""
    found: Services = request.app.state.services
    return found


Program = Annotated[Services, Depends(services)]


async def _lanes(request: Request) -> Lanes:
    lanes: Lanes = request.scope["lanes"]
    return lanes


OurLanes = Annotated[Lanes, Depends(_lanes)]
"""For a route that asks for its turn itself."""


def asker_of(request: Request) -> Asker:
    """Who seems to ask, with the bearer token that was sent."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return Asker(
        token=(token.strip() if scheme.lower() == "bearer" else "") if scheme else None,
        client=request.client.host if request.client else "",
        method=request.method,
        headers=_headers_of(request),
    )


def _headers_of(request: Request) -> Mapping[str, str]:
    hosts = request.headers.getlist("host")
    # Of two names neither is believed.
    return request.headers if len(hosts) < 2 else {**request.headers, "host": ", ".join(hosts)}  # noqa: PLR2004


def check_body_of(request: Request) -> None:
    """Whether its body, if there is one, is of a type that its route takes. Raises `WrongBody`."""
    headers = request.headers
    taken = body_types(request.scope.get("route"))
    if taken and (headers.get("content-length", "0") != "0" or "transfer-encoding" in headers):
        check_body(headers.get("content-type", ""), taken)


def body_types(route: object) -> tuple[str, ...]:
    """The types of body that a route takes: those that it declares, or JSON; none for no body."""
    if not isinstance(route, APIRoute):
        return ()
    declared = (route.openapi_extra or {}).get("requestBody", {}).get("content", ())
    return tuple(declared) or (("application/json",) if route.body_field else ())


@of_class(Access.PUBLIC)
async def _public(request: Request, program: Program) -> None:
    """Anybody, but for a foreign page that does more than look."""
    asker = asker_of(request)
    if asker.token is None:  # whose token it is the gate has looked up, outside the event loop
        check_public(asker, program)
    check_body_of(request)


@of_class(Access.ADMIN)
def _admin(request: Request, program: Program) -> None:
    """Whoever holds the admin token."""
    check_admin(asker_of(request), program)
    check_body_of(request)


@of_class(Access.CALLER)
def caller(request: Request, program: Program) -> Caller:
    """Who asks. Raises `Unauthorized`, `Forbidden`, `WrongBody`."""
    asking = caller_of(asker_of(request), program)
    check_body_of(request)
    return asking


AnyCaller = Annotated[Caller, Depends(caller)]


@of_class(Access.HOUSEHOLD)
async def _household(caller: AnyCaller) -> None:
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
