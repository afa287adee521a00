"""A page of another site can't work the web app in the browser of somebody who is at home."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from streamlit_app.render.own_pages import OwnPages

HERE = "http://127.0.0.1:8501"
FOREIGN = ("http://127.0.0.1:9999", "http://localhost:8501", "https://evil.example", "null")


async def _session(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("a history")
    await websocket.close()


async def _page(_: Request) -> PlainTextResponse:
    return PlainTextResponse("a page")


@pytest.fixture
def site() -> Iterator[TestClient]:
    routes = [
        WebSocketRoute("/_stcore/stream", _session),
        Route("/", _page, methods=["GET", "PUT", "DELETE"]),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(OwnPages)])
    with TestClient(app, headers={"Host": "127.0.0.1:8501"}) as found:
        yield found


def test_a_session_is_its_own_pages(site: TestClient) -> None:
    for headers in ({"Origin": HERE}, {}):
        with site.websocket_connect("/_stcore/stream", headers=headers) as session:
            assert session.receive_text() == "a history"
    for origin in FOREIGN:
        with (
            pytest.raises(WebSocketDisconnect) as refused,
            site.websocket_connect("/_stcore/stream", headers={"Origin": origin}),
        ):
            pass
        assert refused.value.code == 1008


def test_a_foreign_page_may_look_and_no_more(site: TestClient) -> None:
    for origin in FOREIGN:
        for method in ("PUT", "DELETE"):
            assert site.request(method, "/", headers={"Origin": origin}).status_code == 403
        looked = site.get("/", headers={"Origin": origin})
        assert looked.headers["x-frame-options"] == "SAMEORIGIN"
    for method in ("PUT", "DELETE"):
        assert site.request(method, "/", headers={"Origin": HERE}).text == "a page"
