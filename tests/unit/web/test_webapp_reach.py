"""The web app is at home; whoever visits it from elsewhere isn't, and shows a token."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from loopback import FORWARDING
from stand_ins.watcher.api import WatcherApi
from streamlit_app.api.client import ApiClient
from streamlit_app.household import is_at_home
from streamlit_app.render.first_look import document, routes
from tests.unit.web.conftest import Visitor
from tests.web_pages import html, opened, press

pytestmark = pytest.mark.enable_socket

HERE = "127.0.0.1:8501"
VISIT = {"Sec-Fetch-Mode": "navigate", "Host": HERE, "Accept": "text/html"}
PAGES = ("/", "/recommendations", "/history", "/taste", "/people", "/similar", "/admin")
ELSEWHERE = (
    {"X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1"},
    {"Via": ""},
    {"Host": "192.168.1.7:8501"},
)


@pytest.fixture
def api_with_a_history(api: WatcherApi) -> WatcherApi:
    api.household.add("Ida").standings["movie", 603] = {"watched": True}
    return api


@pytest.fixture
def site(api_with_a_history: WatcherApi) -> Iterator[TestClient]:
    client = ApiClient(api_with_a_history.url)
    app = Starlette(routes=routes.routes(client))
    with TestClient(app, headers=VISIT, client=("127.0.0.1", 5000)) as found:
        yield found
    client.close()


def test_the_first_look_is_for_home_alone(
    site: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "The Matrix" in site.get("/history").text
    for marks in ELSEWHERE:
        for page in PAGES:
            told = site.get(page, headers=marks).text
            assert told.endswith(document.ending()), (marks, page)
            assert "Ida" not in told
    monkeypatch.setenv("ACCESS", "tokens")
    assert site.get("/history").text.endswith(document.ending())


def test_the_first_look_is_for_nobody_of_the_network(api_with_a_history: WatcherApi) -> None:
    client = ApiClient(api_with_a_history.url)
    app = Starlette(routes=routes.routes(client))
    with TestClient(app, headers=VISIT, client=("192.168.1.9", 5000)) as found:
        assert found.get("/history").text.endswith(document.ending())
    client.close()


@pytest.mark.parametrize("marks", ELSEWHERE, ids=str)
def test_a_visitor_from_elsewhere_is_asked_for_a_token(
    api_with_a_history: WatcherApi, visitor: Visitor, marks: dict[str, str]
) -> None:
    visitor.headers |= marks
    _is_asked(api_with_a_history)


def test_an_address_of_the_network_is_elsewhere(
    api_with_a_history: WatcherApi, visitor: Visitor
) -> None:
    visitor.ip_address = "192.168.1.9"
    _is_asked(api_with_a_history)


def test_where_the_settings_say_so_everybody_is_elsewhere(
    api_with_a_history: WatcherApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACCESS", "tokens")
    _is_asked(api_with_a_history)


def _is_asked(api: WatcherApi) -> None:
    for page in ("history", "people", "taste", ""):
        shown = html(opened(page))
        assert "Your token" in shown, page
        assert "Ida" not in shown
        assert "The Matrix" not in shown
    test = opened("history")
    test.text_input(key="w_token").set_value(api.household.people[0].token)
    press(test, "Open")
    assert "The Matrix" in html(test)
    assert "Your token" not in html(test)


def test_what_home_was_told_is_handed_on_to_nobody_elsewhere(
    site: TestClient, visitor: Visitor
) -> None:
    visitor.headers |= ELSEWHERE[0]
    assert "The Matrix" in site.get("/history").text
    assert "The Matrix" not in html(opened("history"))


def test_every_header_of_a_proxy_is_known_however_it_is_written() -> None:
    assert is_at_home({"HOST": HERE}, "::1")
    for name in FORWARDING:
        assert not is_at_home({"Host": HERE, name.title(): ""}, "127.0.0.1"), name
    assert not is_at_home({}, "127.0.0.1")
