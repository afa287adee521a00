"""What a page of another site can have a browser send at home: nothing of it does or tells more."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.testclient import TestClient

from app.bootstrap import Services
from app.doors.access import Access, Asker, caller_of, check_public, of_class
from app.doors.http.history_import import FILES
from app.main import create_app
from tests.our_routes import OurRoute, our_routes
from tests.people_world import HOME, home, import_file, rows, services_in
from tests.world import ADMIN

ORIGIN = "http://127.0.0.1"
FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:9999"},
    {"Origin": "http://127.0.0.1.evil.example"},
    {"Origin": "http://[::1"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
)
OWN: tuple[dict[str, str], ...] = (
    {},
    {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"},
    {"Origin": "HTTP://127.0.0.1"},
    {"Sec-Fetch-Site": "none"},
)
SIMPLE = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "")
"""What a page may send to another site without asking it."""

CSV = b"tmdb_id,type,rating,watched_at\n603,movie,9,2024-01-01\n"
SEEN = {"tmdb_id": 603, "media_type": "movie"}


def door(program: Callable[[], Services]) -> FastAPI:
    """One with an application of its own, whose routes go by the same rule."""
    made = FastAPI(openapi_url=None)

    def asker(request: Request) -> Asker:
        client = request.client.host if request.client else ""
        return Asker(None, client, request.method, request.headers)

    @of_class(Access.PUBLIC)
    def anybody(request: Request) -> None:
        check_public(asker(request), program())

    @of_class(Access.CALLER)
    def somebody(request: Request) -> None:
        caller_of(asker(request), program())

    made.add_api_route("/open", lambda: "", methods=["POST"], dependencies=[Depends(anybody)])
    made.add_api_route("/own", lambda: "", methods=["GET"], dependencies=[Depends(somebody)])
    return made


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = services_in(tmp_path)
    yield made
    made.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    app = create_app(services, mounted=(("/door", door),))
    with TestClient(app, HOME, client=("127.0.0.1", 5000), raise_server_exceptions=False) as one:
        yield one


def walk(client: TestClient) -> Iterator[tuple[OurRoute, str, str]]:
    """Each route, its methods, and a path that leads to it."""
    for route in our_routes(client.app):  # type: ignore[arg-type]  # it is the FastAPI application
        path = route.path.replace("{media_type}", "movie").replace("{tmdb_id}", "603")
        path = path.replace("{kind}", "movie")
        for method in sorted(route.methods - {"HEAD"}):
            yield route, method, re.sub("{.*?}", "f" * 16, path)


def test_a_foreign_page_may_look_at_what_is_public_and_no_more(
    client: TestClient, services: Services
) -> None:
    me = services.people.of(None).id
    for marks in FOREIGN:
        walked = 0
        for route, method, path in walk(client):
            answer = client.request(method, path, headers=marks)
            if route.access == {Access.PUBLIC} and method == "GET" and path != "/auth/trakt/start":
                assert answer.status_code != 403, (marks, path)
                continue
            told = answer.json()
            assert (answer.status_code, told["error"]) == (403, "forbidden"), (marks, method, path)
            assert "another site" in told["detail"]
            walked += 1
        assert walked > 40
        for kind in SIMPLE:
            headers = marks | {"Content-Type": kind}
            sent = client.post("/history/import", content=CSV, headers=headers)
            assert sent.status_code == 403
    assert services.ledger.events(me) == []


def test_own_pages_and_programs_go_on(client: TestClient) -> None:
    for marks in OWN:
        for _, method, path in walk(client):
            answer = client.request(method, path, headers=marks)
            assert "another site" not in answer.text, (marks, method, path)
        assert client.post("/history", json=SEEN, headers=marks).status_code == 200
        assert client.post("/mcp/knn", json={"text": "winter"}, headers=marks).status_code == 200


def test_with_a_good_token_a_foreign_page_goes_on(client: TestClient, services: Services) -> None:
    _, token = services.people.make("Ada")
    marks = FOREIGN[0]
    for good in (token, ADMIN):
        headers = marks | {"Authorization": f"Bearer {good}"}
        assert client.post("/history", json=SEEN, headers=headers).status_code == 200
        assert client.post("/mcp/knn", json={"text": "winter"}, headers=headers).status_code == 200
    for wrong in ("Bearer wrong", "Bearer ", "Basic YTpi"):
        headers = marks | {"Authorization": wrong}
        assert client.post("/history", json=SEEN, headers=headers).status_code == 401
        assert client.post("/mcp/knn", json={"text": "winter"}, headers=headers).status_code == 403


def test_what_any_page_can_send_is_no_body_of_any_route(
    client: TestClient, services: Services
) -> None:
    """Even where the browser doesn't say whose page it is."""
    me = services.people.of(None)
    body = b'{"tmdb_id": 603, "media_type": "movie", "name": "Eve"}'
    files = "/history/import"
    for kind in (*SIMPLE, "application/octet-stream", "application/jsonx", "x"):
        headers = {"Content-Type": kind, "Authorization": f"Bearer {ADMIN}"}
        refused = []
        for _, method, path in walk(client):
            if method == "GET":
                continue
            sent = client.request(method, path, content=body, headers=headers)
            if sent.status_code == 415:
                told = sent.json()
                assert told["error"] == "unsupported_media_type"
                assert "application/json" in told["detail"]
                refused.append(path)
        wanted = [path for path in _takes_a_body(client) if path != files or kind not in FILES]
        assert len(refused) == len(wanted), kind
        assert (files in refused) == (kind not in FILES)
    assert [one.id for one in services.profiles.all()] == [me.id]
    assert services.ledger.events(me.id) == []


def _takes_a_body(client: TestClient) -> list[str]:
    """Paths of those that say so in the OpenAPI document, once for each method."""
    paths = client.get("/openapi.json").json()["paths"]
    return [
        path for path, methods in paths.items() for one in methods.values() if "requestBody" in one
    ]


def test_a_file_comes_as_what_it_is(client: TestClient) -> None:
    for kind in (*FILES, "TEXT/CSV; charset=utf-8"):
        sent = client.post("/history/import", content=CSV, headers={"Content-Type": kind})
        assert sent.status_code == 200, (kind, sent.text)
    assert [row["tmdb_id"] for row in rows(client)] == [603]


def test_json_by_another_name_is_json(client: TestClient) -> None:
    headers = {"Content-Type": "application/vnd.api+json; charset=utf-8"}
    sent = client.post(
        "/history", content=b'{"tmdb_id": 603, "media_type": "movie"}', headers=headers
    )
    assert sent.status_code == 200, sent.text


def test_a_refused_body_says_what_to_send(client: TestClient) -> None:
    told = import_file(client, CSV).json()
    assert told["added"] == 2
    sent = client.post("/history/import", content=CSV, headers={"Content-Type": "text/plain"})
    assert sent.json()["detail"].startswith(
        "body: send it with the header Content-Type: application/octet-stream, or text/csv"
    )
    # As `curl -d` sends it where nothing is said.
    form = client.post("/history", data={"tmdb_id": "603"})
    assert form.json()["detail"] == "body: send it with the header Content-Type: application/json."


def test_who_may_not_ask_is_told_that_first(services: Services) -> None:
    with home(services, base="http://evil.example") as rebound:
        sent = rebound.post("/history", content=b"x", headers={"Content-Type": "text/plain"})
        assert sent.status_code == 401
