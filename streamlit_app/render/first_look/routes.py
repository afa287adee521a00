"""The addresses of the pages: each is answered with what the page shows, if that is soon known.

Whoever asks must be a browser that goes to a page, and the machine's name must be one of
Streamlit's `server.allowedHosts`; where there are none, one that nobody else can take: a page of
another site could read what is answered to its own name, once that leads here (DNS rebinding).
Everybody else gets Streamlit's document as it is, and so do those whose page can't be told without
a token, or not in time.
"""

import logging
from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Final

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route
from streamlit import config
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from loopback import is_nobody_elses, name_of
from streamlit_app.api.client import ApiClient, Health
from streamlit_app.api.transport import ApiError
from streamlit_app.asked import Asked
from streamlit_app.household import is_at_home, who_is_watching
from streamlit_app.pages import PLACES, Place, frame
from streamlit_app.questions.address import Address, Query
from streamlit_app.render import streamlit_document
from streamlit_app.render.first_look import document
from streamlit_app.render.first_look.faces import Faces, Untold

SOON: Final = 2.0
"""Seconds after which the page is left to Streamlit alone, which began beside this."""

_PRIVATE: Final = {"Cache-Control": "no-store"}
_SAME_FOR_ALL: Final = {"Cache-Control": "no-cache"}
_log: Final = logging.getLogger(__name__)


def routes(client: ApiClient) -> list[Route]:
    """A route for each page."""

    def route(place: Place) -> Route:
        async def answer(request: Request) -> Response:
            if not _is_a_visit(request):
                return HTMLResponse(streamlit_document.document(), headers=_SAME_FOR_ALL)
            query = {name: request.query_params.getlist(name) for name in request.query_params}
            asked_by = request.client.host if request.client else ""
            at_home = is_at_home(request.headers, asked_by)
            parts = _parts(partial(told, client, place, query, at_home=at_home))
            return StreamingResponse(parts, media_type="text/html", headers=_PRIVATE)

        return Route(f"/{place.path}", answer)

    return [route(place) for place in PLACES]


def told(client: ApiClient, place: Place, query: Query, *, at_home: bool) -> str:
    """The rest of a page's document; without the page where that can't be told.

    `at_home`: whoever visits it is, and may see what the API tells there without a token.
    """
    try:
        health = client.health()
        if health.index.ready:
            return _told(client, health, place, query, at_home=at_home)
    except (ApiError, Untold):
        pass  # The page itself tells what is wrong, and how it goes on.
    except Exception:  # noqa: BLE001 -- nobody should lose a page because its first look failed
        _log.exception("What %s shows could not be told beforehand", place.path or "home")
    return document.ending()


def _told(client: ApiClient, health: Health, place: Place, query: Query, *, at_home: bool) -> str:
    session: dict[str, Any] = {}
    address = Address.of(query)
    who = who_is_watching(client, session, address, at_home=at_home)
    if who.problem:
        raise who.problem
    asked = Asked(address, session, who, client, client.titles, lambda: health)
    faces = Faces(asked)
    parts = frame.picker(asked), place.page(asked), [frame.foot(health.titles)]
    return document.rest(place, faces, "".join(faces.told(one) for one in parts))


async def _parts(tell: partial[str]) -> AsyncIterator[str]:
    yield document.beginning()
    found = document.ending()
    with anyio.move_on_after(SOON):
        found = await anyio.to_thread.run_sync(tell, abandon_on_cancel=True)
    yield found


def _is_a_visit(request: Request) -> bool:
    """Whether a browser goes to the page. Browsers tell so of this machine, and over https only."""
    mode = request.headers.get("sec-fetch-mode", "navigate")
    wants_page = "text/html" in request.headers.get("accept", "")
    return mode == "navigate" and wants_page and _is_own_name(request.headers.get("host", ""))


def _is_own_name(host: str) -> bool:
    """Whether nobody else can take this name; by the operator's list, where there is one."""
    if config.get_option("server.allowedHosts"):
        return is_host_allowed(host)
    return is_nobody_elses(name_of(host))
