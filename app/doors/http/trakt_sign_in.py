"""Connecting Trakt: `/auth/trakt`."""

import html
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Cookie, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict, Field

from app.domain.errors import (
    AccountLimited,
    ConnectAgain,
    Forbidden,
    NotConfigured,
    NotFound,
    SlowDown,
    Unauthorized,
    UpstreamUnavailable,
)
from app.doors.access import allowed
from app.doors.http.deps import PUBLIC, Person, Program, caller
from app.doors.http.discreet import discreet
from app.doors.http.gate import Gated
from app.doors.http.openapi import raising
from app.doors.shapes import Shape

router = APIRouter(route_class=Gated, prefix="/auth/trakt", tags=["trakt"])

_COOKIE: Final = "watcher_trakt"
_LIFE: Final = 900
_TRAKT: Final = (NotConfigured, ConnectAgain, AccountLimited, UpstreamUnavailable)


class Connection(BaseModel):
    """Whether Trakt is connected; `problem` says what to do where it doesn't work.

    `server` is this API's address as browsers reach it, for the ticket's address stands below it.
    """

    connected: bool
    configured: bool
    synced_at: float
    problem: str
    server: str


class Ticket(BaseModel):
    """Open `address` in a browser within two minutes; it is good once."""

    address: str


class DeviceStart(Shape):
    """Type `code` in at `address`; ask `POST /auth/trakt/device/poll` every `interval` seconds."""

    code: str
    address: str
    interval: float
    expires_in: float
    handle: str


class DeviceHandle(BaseModel):
    """What `POST /auth/trakt/device` gave."""

    model_config = ConfigDict(extra="forbid")

    handle: Annotated[str, Field(max_length=2000)]


class DeviceState(BaseModel):
    """Whether the code was typed in."""

    state: Literal["pending", "connected"]


@router.get("", summary="Is Trakt connected?")
def connection(program: Program, person: Person) -> Connection:
    """Never the tokens."""
    found = program.linking.connection(person.id)
    configured = program.settings.trakt_is_set
    # The sign-in's cookie is good for the host alone that Trakt sends the browser back to.
    back = urlsplit(program.settings.trakt_redirect_uri)
    return Connection(
        connected=found is not None,
        configured=configured,
        synced_at=found.synced_at if found else 0.0,
        problem=discreet(found.problem, program.settings) if found else "",
        server=f"{back.scheme}://{back.netloc}",
    )


@router.post("/ticket", summary="Begin signing in from a program that holds the token")
def ticket(program: Program, person: Person) -> Ticket:
    """A browser sends no token: the ticket stands for it."""
    return Ticket(address=f"/auth/trakt/start?ticket={program.sign_in.ticket(person.id)}")


@router.get(
    "/start",
    dependencies=[PUBLIC],
    summary="Sign in at Trakt, in a browser",
    status_code=303,
    response_class=RedirectResponse,
    responses={
        303: {"description": "To Trakt"},
        **raising(Unauthorized, Forbidden, NotFound, NotConfigured),
    },
)
def start(
    request: Request,
    program: Program,
    ticket: Annotated[str | None, Query(max_length=2000)] = None,
    profile: Annotated[str | None, Query(max_length=64)] = None,
) -> RedirectResponse:
    """Sends the browser to Trakt: at home at once, elsewhere with a ticket."""
    if ticket is None:
        mine = allowed(program, caller(request, program), profile).id
    else:
        mine = program.sign_in.of_ticket(ticket)
    begun = program.sign_in.begin(mine)
    answer = RedirectResponse(begun.address, status_code=303)
    answer.set_cookie(
        _COOKIE,
        begun.cookie,
        max_age=_LIFE,
        path="/auth/trakt",
        httponly=True,
        samesite="lax",
        secure=program.settings.trakt_redirect_uri.startswith("https:"),
    )
    return answer


@router.get(
    "/callback",
    dependencies=[PUBLIC],
    summary="Where Trakt sends the browser back to",
    response_class=HTMLResponse,
    responses=raising(Forbidden, *_TRAKT),
)
def callback(
    program: Program,
    state: Annotated[str, Query(max_length=2000)] = "",
    code: Annotated[str, Query(max_length=500)] = "",
    watcher_trakt: Annotated[str, Cookie()] = "",
) -> HTMLResponse:
    """Connects the account; the state is bound to the browser that began, and good once."""
    if not code:
        return _page("Nothing was connected: Trakt sent no permission. You can begin again.")
    program.sign_in.finish(code, state, watcher_trakt)
    answer = _page("Trakt is connected. Your history comes in with the next sync.")
    answer.delete_cookie(_COOKIE, path="/auth/trakt")
    return answer


@router.post(
    "/device",
    summary="Sign in without a browser: a code to type in elsewhere",
    responses=raising(*_TRAKT),
)
def device(program: Program, person: Person) -> DeviceStart:
    """501 where no Trakt app is set up."""
    begun = program.sign_in.begin_device(person.id)
    return DeviceStart.made_of(begun.code, handle=begun.handle)


@router.post("/device/poll", summary="Was the code typed in?", responses=raising(SlowDown, *_TRAKT))
def poll(asked: DeviceHandle, program: Program, person: Person) -> DeviceState:
    """429 where it is asked more often than every `interval` seconds."""
    connected = program.sign_in.poll_device(person.id, asked.handle)
    return DeviceState(state="connected" if connected else "pending")


@router.post("/logout", summary="Disconnect Trakt, there as well", responses=raising(*_TRAKT))
def logout(program: Program, person: Person) -> Connection:
    """What was brought in stays in the history."""
    program.linking.unlink(person.id)
    return connection(program, person)


def _page(sentence: str) -> HTMLResponse:
    told = html.escape(sentence)
    return HTMLResponse(
        "<!doctype html><html lang=en><meta charset=utf-8><title>watcher</title>"
        "<meta name=viewport content='width=device-width'>"
        f"<p style='font:1.2rem system-ui;margin:3rem'>{told} You can close this page.</p>",
        headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"},
    )
