"""The addresses of the pages: each is answered with what the page shows, if that is soon known.

Whoever asks must be a browser that goes to a page, and the machine's name must be one of
Streamlit's `server.allowedHosts`; where there are none, one that nobody else can take: a page of
another site could read what is answered to its own name, once that leads here (DNS rebinding).
Everybody else gets Streamlit's document as it is, and so do those whose page can't be told without
a token, or not in time.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from functools import partial
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

import anyio
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route
from streamlit import config
from streamlit.web.server.starlette.starlette_websocket import is_host_allowed

from streamlit_app.address import PROFILE
from streamlit_app.api.client import ApiClient
from streamlit_app.api.transport import NOBODY, ApiError
from streamlit_app.household import watching
from streamlit_app.prerender import document
from streamlit_app.prerender.asked import Asked
from streamlit_app.prerender.pages import PAGES

SOON: Final = 2.0
"""Seconds after which the page is left to Streamlit alone, which began beside this."""

_PRIVATE: Final = {"Cache-Control": "no-store"}
_log: Final = logging.getLogger(__name__)


def routes(client: ApiClient) -> list[Route]:
    """A route for each page."""

    async def answer(request: Request) -> Response:
        if not _is_a_visit(request):
            return HTMLResponse(document.plain(), headers={"Cache-Control": "no-cache"})
        query = request.query_params
        params = {name: query.getlist(name) for name in query}
        path = request.url.path.rpartition("/")[2]
        return StreamingResponse(
            _parts(partial(told, client, path, params)), media_type="text/html", headers=_PRIVATE
        )

    return [Route(f"/{path}", answer) for path in PAGES]


def told(client: ApiClient, path: str, params: dict[str, list[str]]) -> str:
    """The rest of a page's document; without the page where that can't be told."""
    whose = params.pop(PROFILE, [""])[-1][:64]
    try:
        health = client.health()
        if health.index.ready:
            who = watching(client.people(NOBODY).all(), "", whose)
            asked = Asked(path, params, who, client, health)
            shown = PAGES[path](asked)
            if shown is not None:
                return document.rest(asked, shown)
    except ApiError:
        pass  # The page itself tells what is wrong, and how it goes on.
    except Exception:  # noqa: BLE001 -- nobody should lose a page because its first look failed
        _log.exception("What %s shows could not be told beforehand", path or "home")
    return document.ending()


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
    name = ""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        ip_address(name)
    except ValueError:
        return name == "localhost"
    return True
