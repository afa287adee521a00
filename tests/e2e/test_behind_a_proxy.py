"""Behind the documented proxies, and behind bad ones: nobody's history without a token."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app.doors.access import Access
from app.main import create_app
from scripts.check_health import web_app_is_healthy
from tests.e2e.browsing import ARGUMENTS, CHROMIUM, WAIT_MS
from tests.e2e.program import Api, api_started, free_port, started, until
from tests.e2e.proxies import API, WEB, Proxy, caddy, nginx
from tests.our_routes import our_routes

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]

VISIT = {"Sec-Fetch-Mode": "navigate", "Accept": "text/html"}
SEEN = {"tmdb_id": 603, "media_type": "movie"}
TITLE = "The Matrix"
BLIND = """
server {
    listen 443 ssl;
    server_name watcher.example;
    ssl_certificate /etc/ssl/watcher.example/fullchain.pem;
    ssl_certificate_key /etc/ssl/watcher.example/privkey.pem;
    location / { proxy_pass http://127.0.0.1:8501; proxy_set_header Host 127.0.0.1; }
}
server {
    listen 443 ssl;
    server_name api.watcher.example;
    ssl_certificate /etc/ssl/watcher.example/fullchain.pem;
    ssl_certificate_key /etc/ssl/watcher.example/privkey.pem;
    location / { proxy_pass http://127.0.0.1:8080; proxy_set_header Host localhost; }
}
"""
"""Gives another name than it was asked by, and says nothing of itself."""


@dataclass(frozen=True)
class Installation:
    """API and web app with the documented settings, where somebody has seen a film."""

    api: str
    web: str
    admin: str
    token: str


@pytest.fixture(scope="module")
def installed(
    prepared: Path, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("behind")
    data_dir = Path(shutil.copytree(prepared, folder / "data"))
    api_port, ui_port = free_port(), free_port()
    settings = {"ACCESS": "tokens", "BASE_URL": f"https://{WEB}"}
    places = {"API_PORT": str(api_port), "UI_PORT": str(ui_port), "WATCHER_DATA_DIR": str(data_dir)}
    web = f"http://127.0.0.1:{ui_port}"
    with (
        api_started(project, data_dir, port=api_port, **settings) as api,
        started(project, folder / "ui.out", "ui", **places, **settings) as ui,
    ):
        until(lambda: web_app_is_healthy(web), "the web app answers")
        for program in (api.program, ui):
            assert "Everybody needs a token, for ACCESS is tokens" in program.text
            assert str(data_dir / "admin_token") in program.text
        admin = api.admin_token
        known = {"Authorization": f"Bearer {admin}"}
        with httpx2.Client(base_url=api.url, headers=known, trust_env=False, timeout=30) as asked:
            token = asked.post("/profiles", json={"name": "Ida"}).json()["token"]
            assert asked.post("/history", json=SEEN).status_code == 200
        yield Installation(api.url, web, admin, token)


Started = Callable[[Path, str, str], AbstractContextManager[Proxy]]


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def proxy(
    request: pytest.FixtureRequest,
    installed: Installation,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Proxy]:
    start: Started = request.param
    with start(tmp_path_factory.mktemp("proxy"), installed.api, installed.web) as running:
        yield running


def personal() -> Iterator[tuple[str, str]]:
    """Method and path of each route that isn't for anybody."""
    for route in our_routes(create_app()):
        if Access.PUBLIC not in route.access:
            path = re.sub("{.*?}", "f" * 16, route.path.replace("{kind}", "movie"))
            yield from ((method, path) for method in route.methods)


def _nobodys(client: httpx2.Client) -> None:
    walked = 0
    for method, path in personal():
        assert client.request(method, path).status_code == 401, (method, path)
        walked += 1
    assert walked > 40


def test_no_personal_route_answers_without_a_token(installed: Installation, proxy: Proxy) -> None:
    with proxy.client(API) as nobody:
        _nobodys(nobody)
        assert nobody.get("/auth/trakt/start").status_code == 401
        assert nobody.get("/health").status_code == 200
    for token in (installed.token, installed.admin):
        with proxy.client(API, token) as somebody:
            assert TITLE in somebody.get("/history").text
    with proxy.client(API, installed.admin) as admin:
        assert admin.get("/admin/status").status_code == 200


def test_the_apis_own_pages_are_no_other_sites(proxy: Proxy) -> None:
    own = {"Origin": f"https://{API}:{proxy.port}", "Sec-Fetch-Site": "same-origin"}
    with proxy.client(API) as client:
        question = {"text": "robots", "k": 2}
        assert client.post("/mcp/knn", json=question, headers=own).status_code == 200
        other = {"Origin": f"https://{WEB}:{proxy.port}"}
        assert client.post("/mcp/knn", json=question, headers=other).status_code == 403


def test_a_file_of_a_history_goes_through(installed: Installation, proxy: Proxy) -> None:
    row = b"Alien,1979,2023-05-06," + b"n" * 60_000 + b"\n"
    lines = b"title,year,watched_at,note\n" + row * 50
    with proxy.client(API, installed.token) as client:
        sent = client.post(
            "/history/import?preview=true", content=lines, headers={"Content-Type": "text/csv"}
        )
        assert sent.json().get("source") == "csv", sent.text


def test_the_web_app_tells_nothing_before_a_token(proxy: Proxy) -> None:
    with proxy.client(WEB) as browser:
        for path in ("/", "/history", "/taste", "/people", "/recommendations"):
            told = browser.get(path, headers=VISIT)
            assert told.status_code == 200
            assert "Ida" not in told.text
            assert TITLE not in told.text


@pytest.fixture(scope="module")
def named() -> Iterator[Browser]:
    """A browser that finds the documented names on this machine."""
    rules = f"--host-resolver-rules=MAP {WEB} 127.0.0.1, MAP {API} 127.0.0.1"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, rules])
        yield running
        running.close()


@pytest.fixture
def page(named: Browser, proxy: Proxy) -> Iterator[Page]:
    context = named.new_context(base_url=f"https://{WEB}:{proxy.port}", ignore_https_errors=True)
    context.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    yield context.new_page()
    context.close()


def test_the_web_app_asks_for_a_token_over_its_websocket(
    installed: Installation, page: Page
) -> None:
    page.goto("/history")
    expect(page.get_by_role("heading", name="Your token")).to_be_visible()
    assert TITLE not in page.content()
    page.get_by_label("Token", exact=True).fill(installed.token)
    page.get_by_role("button", name="Open").click()
    expect(page.locator(".w-row")).to_contain_text(TITLE)


def test_a_proxy_that_says_nothing_of_itself_opens_nothing(
    installed: Installation, tmp_path: Path
) -> None:
    with nginx(tmp_path, installed.api, installed.web, BLIND) as blind:
        with blind.client(API) as nobody:
            _nobodys(nobody)
        with blind.client(API, installed.token) as somebody:
            assert TITLE in somebody.get("/history").text
        with blind.client(WEB) as browser:
            told = browser.get("/history", headers=VISIT).text
            assert TITLE not in told
            assert "Ida" not in told


@pytest.mark.parametrize("start", [nginx, caddy], ids=["nginx", "caddy"])
def test_a_forgotten_setting_opens_nothing_behind_the_documented_proxies(
    api: Api, tmp_path: Path, start: Started
) -> None:
    """An installation at home, whose operator only put a proxy before it."""
    assert httpx2.get(f"{api.url}/history", trust_env=False).status_code != 401
    with start(tmp_path, api.url, api.url) as proxy, proxy.client(API) as nobody:
        _nobodys(nobody)
