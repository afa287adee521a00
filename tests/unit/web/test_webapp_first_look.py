"""What a page's address is answered with: the page itself as HTML, or Streamlit's own document."""

import re
import time
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Final

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit import config

from stand_ins.watcher.api import DARK, HOSTILE, MATRIX, WatcherApi
from streamlit_app.api.client import ApiClient
from streamlit_app.asked import Asked
from streamlit_app.render.first_look import document, routes

pytestmark = pytest.mark.enable_socket

OWN: Final = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
HTML: Final = "text/html,application/xhtml+xml,*/*;q=0.8"
VISIT: Final = {"Sec-Fetch-Mode": "navigate", "Host": "127.0.0.1:8501", "Accept": HTML}
FIRST: Final = 'id="w-first"'


@pytest.fixture
def site(api: WatcherApi) -> Iterator[TestClient]:
    """The pages' addresses, before an API with three titles and somebody who watched one."""
    api.household.add("Me").standings["movie", 603] = {"watched": True}
    api.lists.picks = [one | {"reason": "Close to Alien."} for one in (HOSTILE, DARK)]
    client = ApiClient(api.url)
    app = Starlette(routes=routes.routes(client))
    with TestClient(app, headers=VISIT, client=("127.0.0.1", 5000)) as found:
        yield found
    client.close()


def text(page: str) -> str:
    """The words of a document's page, one line each element."""
    shown = page.partition(FIRST)[2].partition("<script>")[0]
    return unescape(re.sub("<[^>]+>", "\n", shown))


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/", ["Picks for today", "Dark", "Close to Alien.", "Find similar", "A longer list"]),
        ("/recommendations?show=tv&seed=7", ["What to see next", "list number 7", "Another list"]),
        ("/similar?title=movie-603", ["Similar to The Matrix (1999)", "Seen", "Dark", "2 titles"]),
        ("/similar?q=robots", ["The Matrix", "3 titles, best first"]),
        ("/similar?like=movie-603&unlike=tv-70523", ["Like The Matrix, not like Dark"]),
        ("/similar", ["What would you like to watch?", "a heist that goes wrong", "The Matrix"]),
        ("/history", ["History", "The Matrix", "1 title", "Seen: take it back"]),
        ("/history?view=import", ["History", "Import a file"]),
        ("/taste", ["Your taste", "Nothing to draw yet"]),
        ("/people", ["People", "Me", "watching now", "Trakt is not set up"]),
        ("/admin", ["Admin", "This page asks for the admin token"]),
    ],
)
def test_the_answer_to_an_address_holds_the_page(
    site: TestClient, path: str, told: list[str]
) -> None:
    page = site.get(path)
    assert page.headers["cache-control"] == "no-store"
    words = text(page.text)
    assert [one for one in told if one not in words] == []
    assert "watcher searches 4,321 films and 1 series." in words


def test_a_document_with_a_page_in_it_loads_all_that_streamlits_own_loads(
    site: TestClient,
) -> None:
    page = site.get("/history").text
    loaded = re.findall(r'(?:src|href)="(\./static/(?:js|css)/[^"]+)"', OWN)
    assert len(loaded) > 10
    # It is a text of the script that starts the program.
    assert [one for one in loaded if page.count(f'\\"{one}\\"') != 1] == []
    assert page.count('<div id="root">') == 1
    assert page.index("boot = ") < page.index(FIRST) < page.index("requestAnimationFrame(")


def test_words_of_others_are_text(site: TestClient) -> None:
    page = site.get("/").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    named = site.get("/similar?title=movie-666").text
    assert "</script> *bold*" not in named
    assert 'document.title = "Similar to \\u003cscript>' in named


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8501", "[::1]:8501", "127.1.2.3:80"])
def test_this_machine_asked_by_its_own_name_tells_the_page(site: TestClient, host: str) -> None:
    assert FIRST in site.get("/", headers={"Host": host}).text


def test_a_browser_that_does_not_say_how_it_asks_gets_the_page(site: TestClient) -> None:
    # As each does without https, unless it asks its own machine.
    del site.headers["Sec-Fetch-Mode"]
    assert FIRST in site.get("/").text


def test_the_operator_says_by_which_names_the_page_may_be_asked(
    site: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"server.allowedHosts": ["localhost", "*.home.example"]}
    monkeypatch.setattr(config, "get_option", given.__getitem__)
    # Who comes by it is asked for a token by Streamlit's page.
    by_name = site.get("/", headers={"Host": "NAS.home.example:8501"}).text
    assert by_name.endswith(document.ending())
    assert FIRST in site.get("/", headers={"Host": "localhost"}).text
    assert site.get("/", headers={"Host": "192.168.1.7"}).text == OWN
    assert site.get("/", headers={"Host": "evil.example"}).text == OWN


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:8501"},
        {"Host": "localhost.evil.example"},
        {"Host": "[::1"},
        {"Host": ""},
        {"Sec-Fetch-Mode": "cors"},
        {"Sec-Fetch-Mode": "no-cors"},
        {"Accept": "*/*"},
    ],
)
def test_a_page_of_another_site_reads_nothing(
    site: TestClient, api: WatcherApi, headers: dict[str, str]
) -> None:
    assert site.get("/", headers=headers).text == OWN
    assert api.paths == []


def test_whom_the_address_names_is_shown_and_nobody_else(site: TestClient, api: WatcherApi) -> None:
    ann = api.household.add("Ann & <Bob>")
    ann.standings["tv", 70523] = {"watched": True}
    own = text(site.get(f"/history?profile={ann.id}").text)
    assert "Dark" in own
    assert "The Matrix" not in own
    assert "Ann & <Bob>" in own
    asked = text(site.get("/history?profile=nobody").text)
    assert "Who is watching?" in asked
    assert "Dark" not in asked
    links = re.findall('href="([^"]+)"', site.get(f"/?profile={ann.id}").text)
    own_pages = [one for one in links if re.match(r"(\./|similar|history|people)(\?|$)", one)]
    assert len(own_pages) > 5
    assert [one for one in own_pages if f"profile={ann.id}" not in one] == []


def test_a_list_keeps_what_was_asked_for(site: TestClient, api: WatcherApi) -> None:
    site.get("/recommendations?show=movie&count=3&seed=9&from=1990&votes=50")
    asked = api.lists.asked[-1]
    assert (asked["kind"], asked["count"], asked["seed"]) == ("movie", 3, 9)
    assert asked["filters"] == {"year_from": 1990, "min_votes": 50}
    assert asked["use_llm"] is False
    assert api.lists.told == []  # What nobody may have seen yet isn't told to have been shown.


def _unauthorized(api: WatcherApi) -> None:
    api.household.at_home = False


def _fails(api: WatcherApi) -> None:
    api.fault = 500, {"error": "internal", "detail": "Something broke."}


def _not_ready(api: WatcherApi) -> None:
    api.ready = False


@pytest.mark.parametrize("trouble", [_unauthorized, _fails, _not_ready])
def test_a_page_that_cannot_be_told_is_left_to_streamlit(
    site: TestClient, api: WatcherApi, trouble: object
) -> None:
    assert callable(trouble)
    trouble(api)
    page = site.get("/")
    assert page.status_code == 200
    assert FIRST not in page.text
    assert page.text.endswith(document.ending())
    assert "<script>boot();</script>" in page.text
    assert "Something broke" not in page.text


def test_an_api_that_takes_long_holds_up_nobody(
    site: TestClient, api: WatcherApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(routes, "SOON", 0.2)
    api.slow = 0.6
    began = time.monotonic()
    page = site.get("/").text
    assert time.monotonic() - began < 0.6
    assert page.endswith(document.ending())
    api.slow = 0.0
    assert FIRST in site.get("/").text


def test_a_fault_of_ours_loses_nobody_the_page(
    site: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_asked: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Asked, "history", property(broken))
    assert site.get("/history").text.endswith(document.ending())
    assert "history shows could not be told beforehand" in caplog.text
    assert MATRIX["title"] not in caplog.text
