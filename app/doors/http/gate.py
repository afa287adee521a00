"""What stands before every route: who asks, then how much is sent, then whose turn it is.

FastAPI takes a body in before it looks at what a route depends on. Here who may not ask is refused
with the body unread, and whoever may is counted while it comes in.
"""

import asyncio
import re
import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.types import Message

from app.bootstrap import Services
from app.domain.errors import Stalled, TooLarge
from app.doors.access import (
    ACCESS_OF,
    Access,
    Asker,
    caller_of,
    check_admin,
    check_household,
    check_public,
)
from app.doors.http.deps import asker_of, check_body_of
from app.doors.http.lanes import Lane, Lanes

LARGEST_BODY: Final = 64 * 1024
LARGEST_FILE: Final = 20 * 1024 * 1024
LARGEST_EXPORT: Final = 256 * 1024 * 1024
"""A profile's export has to come in again: this holds a million events."""

STALLED_AFTER: Final = 30.0
"""Seconds in which something more of a body must come."""

_SLOWEST: Final = 16 * 1024
"""Bytes per second: whoever sends a byte now and then would never stall."""

_LENGTH: Final = re.compile(r"[0-9]{1,15}")
_Endpoint = TypeVar("_Endpoint", bound=Callable[..., Any])
_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True, slots=True)
class Rule:
    """What holds for a route where the usual doesn't.

    `lane` None: the route asks for its turn itself. `largest` in bytes; `reads` a body that
    FastAPI doesn't know of.
    """

    lane: Lane | None
    largest: int = LARGEST_BODY
    reads: bool = False


_RULES: Final[dict[Callable[..., Any], Rule]] = {}


def ruled(
    lane: Lane | None, *, largest: int = LARGEST_BODY, reads: bool = False
) -> Callable[[_Endpoint], _Endpoint]:
    """Gives a route's function a rule of its own; to stand below what makes it a route."""

    def noted(endpoint: _Endpoint) -> _Endpoint:
        _RULES[endpoint] = Rule(lane, largest, reads)
        return endpoint

    return noted


class Gated(APIRoute):
    """A route behind the gate: `APIRouter(route_class=Gated)`."""

    @property
    def access(self) -> Access:
        """Its class; a test walks all routes for those that have none or several."""
        checks = [dependency.call for dependency in self.dependant.dependencies]
        return next(access for check, access in ACCESS_OF.items() if check in checks)

    @property
    def rule(self) -> Rule:
        """Its own, or the usual one: looking and changing wait for different things."""
        usual = Rule(Lane.READ if self.methods == {"GET"} else Lane.WRITE)
        return _RULES.get(self.endpoint, usual)

    @property
    def reads_body(self) -> bool:
        """Whether it takes a body at all; of others none is read."""
        return self.rule.reads or self.body_field is not None

    def get_route_handler(self) -> _Handler:
        """FastAPI's, behind the gate."""
        handle, rule, access = super().get_route_handler(), self.rule, self.access
        reads_body, looks = self.reads_body, self.methods == {"GET"}

        async def gated(request: Request) -> Response:
            lanes: Lanes = request.scope["lanes"]
            async with AsyncExitStack() as held:
                if not looks:
                    await _check_asker(request, access, lanes)
                if reads_body:
                    check_body_of(request)
                    request = await _with_body(request, rule.largest, lanes, held)
                if rule.lane:
                    await held.enter_async_context(lanes.turn(rule.lane))
                return await handle(request)

        return gated


async def _check_asker(request: Request, access: Access, lanes: Lanes) -> None:
    """Refuse whoever may not ask. What the route depends on checks again, and whose it is."""
    asker = asker_of(request)
    check = partial(_checked, asker, access, request.app.state.services)
    if asker.token is None:
        check()  # by where it comes from, which takes no thread
    else:
        await lanes.run(Lane.TOKEN, check)


def _checked(asker: Asker, access: Access, program: Services) -> None:
    if access is Access.ADMIN:
        check_admin(asker, program)
    elif access is Access.PUBLIC:
        check_public(asker, program)
    else:
        caller = caller_of(asker, program)
        if access is Access.HOUSEHOLD:
            check_household(caller)


async def _with_body(request: Request, largest: int, lanes: Lanes, held: AsyncExitStack) -> Request:
    """The request with its body taken in. Raises `TooLarge`, `Stalled`, `Busy`."""
    announced = request.headers.get("content-length", "")
    if _LENGTH.fullmatch(announced) and int(announced) > largest:
        raise _too_large(largest)
    pieces: list[bytes] = []
    size, more, begun = 0, True, time.monotonic()
    while more:
        message = await _next(request, begun, size)
        pieces.append(message.get("body", b""))
        more = message.get("more_body", False)
        if size <= LARGEST_BODY < size + len(pieces[-1]):
            await held.enter_async_context(lanes.turn(Lane.UPLOAD))
            begun = time.monotonic() - size / _SLOWEST  # waiting for its turn isn't its fault
        size += len(pieces[-1])
        if size > largest:
            raise _too_large(largest)
    waiting = [{"type": "http.request", "body": b"".join(pieces), "more_body": False}]
    pieces.clear()

    async def receive() -> Message:
        return waiting.pop() if waiting else await request.receive()

    return Request(request.scope, receive)


async def _next(request: Request, begun: float, size: int) -> Message:
    """The next piece of a body of which `size` bytes came since `begun`."""
    allowed = min(STALLED_AFTER, begun + STALLED_AFTER + size / _SLOWEST - time.monotonic())
    try:
        async with asyncio.timeout(max(allowed, 0)):
            message = await request.receive()
    except TimeoutError:
        raise Stalled(
            f"The body stopped coming: nothing more for {STALLED_AFTER:.0f} s, or too little in "
            "all. Send it again, at once."
        ) from None
    if message["type"] == "http.disconnect":
        raise HTTPException(400, "The connection ended before the body did.")
    return message


def _too_large(largest: int) -> TooLarge:
    return TooLarge(f"The body is over the limit of {largest // 1024} KB.")
