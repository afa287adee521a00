"""The page that comes with the document: it is the page that follows, for everybody it is for."""

from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlsplit

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.e2e.browsing import PROGRAM, Held, at
from tests.e2e.conftest import Running

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]

NEAR: Final = 6
"""How many pixels a part may move when Streamlit's own page takes over."""

# Words of a page's main part, one line each, without signs of the icon font.
WORDS: Final = """(top) => {
  const shown = document.querySelector(top + ' [data-testid=stMain]');
  const main = shown.cloneNode(true);
  const drawn = '[data-testid=stIconMaterial], svg, canvas, .vega-embed, .w-map, .stPagination';
  for (const one of main.querySelectorAll(drawn)) one.remove();
  shown.after(main);
  const words = main.innerText;
  main.remove();
  return words.split('\\n').map((one) => one.trim()).filter(Boolean);
}"""
# Where its parts stand, by their words.
PLACES: Final = """(top) => {
  const found = {};
  const parts = 'h1, h2.w-ask, h3.w-name, .w-count, .w-card, .w-row, .w-notice, .w-hero, ' +
    '[data-testid=stPageLink] a, [class*=st-key-acts-] button, .w-key';
  for (const one of document.querySelector(top).querySelectorAll(parts)) {
    const { x, y, width, height } = one.getBoundingClientRect();
    const name = one.tagName + ' ' + one.textContent.trim().slice(0, 60);
    let key = name;
    for (let turn = 2; key in found; turn++) key = `${name} ${turn}`;
    found[key] = [x, y, width, height];
  }
  return found;
}"""

# What can be pressed, by the key of the part that it stands in and its words.
PRESSES: Final = """(top) => {
  const buttons = 'button:not([type=submit]), summary, [role=radio], input[type=checkbox]';
  const main = document.querySelector(top + ' [data-testid=stMain]');
  return [...main.querySelectorAll(buttons)].map((one) => {
    const keyed = one.closest('[class*=st-key-]');
    const words = (one.closest('label') ?? one).cloneNode(true);
    for (const sign of words.querySelectorAll('[data-testid=stIconMaterial]')) sign.remove();
    return [keyed?.className.match(/st-key-[^ ]+/)[0] ?? '', words.textContent.trim()];
  });
}"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "address",
    [
        "",
        "?pick=1",
        "recommendations",
        "recommendations?show=movie&from=1990&seed=3",
        "similar",
        "similar?q=a+heist+that+goes+wrong",
        "similar?title=movie-603",
        "similar?like=movie-603&like=movie-348&unlike=movie-680",
        "history",
        "history?text=no+such+title",
        "history?page=40",
        "taste",
        "people",
        "admin",
    ],
)
def test_the_first_look_is_the_page_that_follows(held: Held, address: str) -> None:
    page = held.open(address)
    held.stands()
    words, places = page.evaluate(WORDS, "#w-first"), page.evaluate(PLACES, "#w-first")
    presses = page.evaluate(PRESSES, "#w-first")
    title = page.title()
    assert len(words) > 3
    held.let_through()
    page.wait_for_function("!document.querySelector('[data-testid=stSkeleton]')")
    assert words == page.evaluate(WORDS, "#root")
    assert page.title() == title
    follow = page.evaluate(PRESSES, "#root")
    assert [one for one in presses if presses.count(one) > follow.count(one)] == []
    after = page.evaluate(PLACES, "#root")
    assert places.keys() == after.keys()
    moved = {
        name: (before, after[name])
        for name, before in places.items()
        if max(abs(a - b) for a, b in zip(before, after[name], strict=True)) > NEAR
    }
    assert moved == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_look_can_be_read_by_everybody(
    browser: Browser, running: Running, fan: str, scheme: str
) -> None:
    page = browser.new_page(base_url=running.ui_url, color_scheme=scheme)  # type: ignore[arg-type]
    page.route(PROGRAM, lambda route: route.abort())
    for address in ("", "similar?title=movie-603", "history", "taste"):
        page.goto(at(address, fan))
        expect(page.locator("#w-first footer")).to_be_visible()
        rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
        found = Axe().run(page, options={"runOnly": rules}).response["violations"]
        told = [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]
        assert told == [], address
    page.close()


@pytest.mark.parametrize(
    ("host", "answered"), [("", 101), ("localhost:8501", 101), ("evil.example", 403)]
)
def test_a_site_that_leads_its_own_name_here_reads_nothing(
    running: Running, fan: str, host: str, answered: int
) -> None:
    place = urlsplit(running.ui_url)
    named = {"Host": host or place.netloc, "Accept": "text/html"}
    with httpx2.Client(base_url=running.ui_url, trust_env=False) as web:
        page = web.get("/history", params={"profile": fan}, headers=named).text
    assert ("The Matrix" in page) is (answered == 101)
    # The session that Streamlit's program opens tells as much.
    session = HTTPConnection(place.hostname or "", place.port)
    upgrade = {
        "Host": named["Host"],
        "Origin": f"http://{named['Host']}",
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
    }
    session.request("GET", "/_stcore/stream", headers=upgrade)
    assert session.getresponse().status == answered
    session.close()
