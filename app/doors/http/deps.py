"""What routes are given, and who may call them."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

from fastapi import Depends, Request
from fastapi.params import Depends as Dependency

from app.bootstrap import Services
from app.domain.errors import Unauthorized


def services(request: Request) -> Services:
    """The assembled program."""
    found: Services = request.app.state.services
    return found


Program = Annotated[Services, Depends(services)]


class Access(StrEnum):
    """The class of a route: who may call it; the last three are in `people_access`.

    `HOUSEHOLD`: the admin, or anybody at home. `PROFILE`: those, and the person whose data it is.
    `CALLER`: any of these; the route itself shows each what is theirs.
    """

    PUBLIC = "public"
    ADMIN = "admin"
    HOUSEHOLD = "household"
    PROFILE = "profile"
    CALLER = "caller"


def _public() -> None:
    """Anybody."""


def _admin(request: Request, program: Program) -> None:
    """Whoever holds the admin token; compared in constant time."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    given = token.strip().encode()
    if scheme.lower() != "bearer" or not hmac.compare_digest(given, program.admin_token.encode()):
        raise Unauthorized(
            "This needs the admin token: send 'Authorization: Bearer TOKEN'. It is ADMIN_TOKEN, "
            "or stands in the file admin_token in the data folder."
        )


PUBLIC: Dependency = Depends(_public)
ADMIN: Dependency = Depends(_admin)

ACCESS_OF: dict[Callable[..., object], Access] = {_public: Access.PUBLIC, _admin: Access.ADMIN}
"""So that a test can walk the routes and ask each for its class."""
