"""Doors with an application of their own: who may call them, and that none goes unseen."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.testclient import TestClient
from starlette.applications import Starlette
from starlette.requests import Request as StarletteRequest
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from app.bootstrap import Services
from app.domain.people.ledger import Profile
from app.doors.access import Access, Asker, allowed, at_home, caller_of, check_household, of_class
from app.main import MadeDoor, create_app
from tests.our_routes import our_routes, unclassed
from tests.people_world import services_in
from tests.world import ADMIN


def door_of_tokens(program: Callable[[], Services]) -> FastAPI:
    """Its clients can send no header: the token stands in the path, or in the query."""
    door = FastAPI(openapi_url=None)

    def asker(request: Request, token: str) -> Asker:
        client = request.client.host if request.client else ""
        return Asker(token, client, request.method, request.headers)

    @of_class(Access.PROFILE)
    def person(asking: Annotated[Asker, Depends(asker)], profile: str | None = None) -> Profile:
        return allowed(program(), caller_of(asking, program()), profile)

    @of_class(Access.HOUSEHOLD)
    def household(asking: Annotated[Asker, Depends(asker)]) -> None:
        check_household(caller_of(asking, program()))

    @door.get("/{token}/name")  # noqa: FAST003 -- `asker` takes it
    def name(mine: Annotated[Profile, Depends(person)]) -> str:
        return mine.name

    @door.get("/{token}/fault")  # noqa: FAST003 -- `asker` takes it
    def fault(_: Annotated[Profile, Depends(person)]) -> str:
        raise ZeroDivisionError

    @door.get("/everybody", dependencies=[Depends(household)])
    def everybody() -> list[str]:
        return [one.name for one in program().profiles.all()]

    return door


def door_with_a_hole(_: Callable[[], Services]) -> FastAPI:
    door = FastAPI(openapi_url=None)

    @door.get("/hole")
    def hole() -> str:
        return "everybody's secrets"

    return door


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = services_in(tmp_path)
    yield made
    made.close()


@pytest.fixture
def away(services: Services) -> Iterator[TestClient]:
    """Asks from elsewhere, and sends no header."""
    app = create_app(services, mounted=(("/door", door_of_tokens),))
    with TestClient(app, client=("203.0.113.9", 1), raise_server_exceptions=False) as client:
        yield client


def test_a_token_in_a_path_serves_as_one_in_a_header(away: TestClient, services: Services) -> None:
    ada, token = services.people.make("Ada")
    bob, _ = services.people.make("Bob")
    assert away.get(f"/door/{token}/name").json() == "Ada"
    assert away.get(f"/door/{token}/name", params={"profile": ada.id}).json() == "Ada"
    assert away.get(f"/door/{ADMIN}/name", params={"profile": bob.id}).json() == "Bob"
    assert away.get("/door/everybody", params={"token": ADMIN}).json() == ["Ada", "Bob"]


def test_a_door_refuses_as_the_api_does(away: TestClient, services: Services) -> None:
    _, token = services.people.make("Ada")
    bob, _ = services.people.make("Bob")
    for path, params, status, code in (
        ("/door/wrong/name", {}, 401, "unauthorized"),
        (f"/door/{token}/name", {"profile": bob.id}, 403, "forbidden"),
        (f"/door/{token}/name", {"profile": "f" * 16}, 403, "forbidden"),
        ("/door/everybody", {"token": token}, 403, "forbidden"),
        ("/door/everybody", {"token": ""}, 401, "unauthorized"),
        ("/door/everybody", {}, 422, "invalid_input"),
    ):
        answer = away.get(path, params=params)
        assert (answer.status_code, answer.json()["error"]) == (status, code), (path, params)
        assert "Bob" not in answer.text


def test_a_token_in_a_path_is_not_logged(
    away: TestClient, services: Services, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    _, token = services.people.make("Ada")
    assert away.get(f"/door/{token}/name").status_code == 200
    broken = away.get(f"/door/{token}/fault")
    assert (broken.status_code, broken.json()["error"]) == (500, "internal")
    told = [(record.getMessage(), vars(record).get("path")) for record in caplog.records]
    assert token not in caplog.text + str(told)
    assert "GET /door 200" in caplog.text
    assert [path for _, path in told if path is not None] == ["/door"]


def test_the_walk_goes_into_mounted_doors() -> None:
    app = create_app(mounted=(("/door", door_of_tokens),))
    access = {route.path: route.access for route in our_routes(app)}
    assert access["/door/{token}/name"] == {Access.PROFILE}
    assert access["/door/everybody"] == {Access.HOUSEHOLD}
    assert unclassed(app) == set()


@pytest.mark.parametrize(
    ("host", "client", "is_home"),
    [
        ("127.0.0.1:8000", "127.0.0.1", True),
        ("[::1]:8000", "::1", True),
        ("LOCALHOST", "127.0.0.2", True),
        ("evil.example", "127.0.0.1", False),
        ("127.0.0.1", "203.0.113.9", False),
        ("[::1", "127.0.0.1", False),
        ("", "127.0.0.1", False),
        ("localhost", "", False),
    ],
)
def test_home_is_this_machine_by_its_own_name(
    services: Services, host: str, client: str, *, is_home: bool
) -> None:
    assert at_home(Asker(None, client, "GET", {"host": host}), services) is is_home


@of_class(Access.PUBLIC)
async def _open(_: StarletteRequest) -> PlainTextResponse:
    return PlainTextResponse("for anybody")


async def _unseen(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("from somewhere inside")(scope, receive, send)


async def _endpoint(_: StarletteRequest) -> PlainTextResponse:
    return PlainTextResponse("of Starlette's")


def _of_starlette(_: Callable[[], Services]) -> Starlette:
    deep = Mount("/deep", routes=[Route("/open", _open), Route("/shut", _endpoint)])
    return Starlette(routes=[deep, Mount("/unseen", app=_unseen)])


@pytest.mark.parametrize(
    ("door", "found"),
    [
        (door_with_a_hole, {"/door/hole"}),
        (_of_starlette, {"/door/deep/shut", "/door/unseen"}),
        (lambda _: FastAPI(docs_url=None, redoc_url=None), {"/door/openapi.json"}),
    ],
)
def test_a_mounted_route_without_a_class_is_reported(door: MadeDoor, found: set[str]) -> None:
    assert unclassed(create_app(mounted=(("/door", door),))) == found
