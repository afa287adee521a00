"""The page that comes with the document: it is the page that follows, and what one does is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Final
from urllib.parse import urlsplit

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from streamlit_app.api.handed_on import SECONDS
from tests.e2e.browsing import WAIT_MS, settled, taken_over
from tests.e2e.conftest import Running

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]

PROGRAM: Final = re.compile(r"/static/js/index\.")
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


@pytest.fixture(scope="module")
def fan(running: Running) -> Iterator[str]:
    """Somebody with a history, beside somebody else; their profile."""
    with httpx2.Client(base_url=running.api_url, trust_env=False, timeout=30) as api:
        made = [api.post("/profiles", json={"name": name}).json()["id"] for name in ("Fan", "Eve")]
        whose = {"profile": made[0]}
        for number, rating in (
            (603, 9),
            (348, 8),
            (680, 10),
            (194, 8),
            (13, 3),
            (120, 9),
            (129, 9),
        ):
            body = {"tmdb_id": number, "media_type": "movie", "rating": rating}
            assert api.post("/ratings", params=whose, json=body).status_code == 200
        yield made[0]
        for one in made:
            assert api.delete(f"/profiles/{one}").status_code == 204


@pytest.fixture
def context(browser: Browser, running: Running, width: int) -> Iterator[BrowserContext]:
    found = browser.new_context(base_url=running.ui_url, viewport={"width": width, "height": 900})
    found.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    yield found
    found.close()


@pytest.fixture
def width() -> int:
    return 1280


@pytest.fixture
def held(context: BrowserContext) -> Iterator[tuple[Page, list[Route]]]:
    """A page whose program does not come until it is let through."""
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    waiting: list[Route] = []
    page.route(PROGRAM, lambda route: waiting.append(route))  # noqa: PLW0108 -- Playwright marks it
    yield page, waiting
    assert not failures


def let_through(page: Page, waiting: list[Route]) -> None:
    page.route(PROGRAM, lambda route: route.continue_())
    for one in waiting:
        one.continue_()
    taken_over(page)
    settled(page)


def at(address: str, profile: str) -> str:
    return f"/{address}{'&' if '?' in address else '?'}profile={profile}"


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
def test_the_first_look_is_the_page_that_follows(
    held: tuple[Page, list[Route]], fan: str, address: str
) -> None:
    page, waiting = held
    page.goto(at(address, fan), wait_until="commit")
    expect(page.locator("#w-first footer")).to_be_visible()
    page.evaluate("document.fonts.ready")
    words, places = page.evaluate(WORDS, "#w-first"), page.evaluate(PLACES, "#w-first")
    presses = page.evaluate(PRESSES, "#w-first")
    title = page.title()
    assert len(words) > 3
    let_through(page, waiting)
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


def test_what_is_pressed_before_is_done_after(
    held: tuple[Page, list[Route]], fan: str, running: Running
) -> None:
    page, waiting = held
    page.goto(at("recommendations", fan), wait_until="commit")
    card = page.locator("#w-first .st-key-card-pick1")
    title = card.locator("[data-ref]").get_attribute("data-ref")
    press = card.get_by_role("button", name="Onto the watchlist")
    press.click()
    expect(press).to_have_attribute("aria-busy", "true")
    press.click()  # Impatience takes nothing back.
    let_through(page, waiting)
    done = page.locator(".st-key-card-pick1")
    expect(done.get_by_role("status")).to_contain_text("On your watchlist.")
    expect(done.get_by_role("button", name="take it off")).to_be_focused()
    with httpx2.Client(base_url=running.api_url, trust_env=False) as api:
        listed = {"profile": fan, "show": "watchlisted"}
        rows = api.get("/history", params=listed).json()["rows"]
    assert [f"{row['media_type']}-{row['tmdb_id']}" for row in rows] == [title]
    done.get_by_role("button", name="Undo").click()
    expect(done.get_by_role("status")).to_contain_text("Undone.")


def test_a_press_does_not_reach_another_title(held: tuple[Page, list[Route]], fan: str) -> None:
    page, waiting = held
    page.goto(at("recommendations", fan), wait_until="commit")
    card = page.locator("#w-first .st-key-card-pick0")
    card.get_by_role("button", name="Not for me").click()
    # As if the list had changed meanwhile.
    page.evaluate(
        "document.querySelector('#w-first .st-key-card-pick0 [data-ref]').dataset.ref = 'movie-1'"
    )
    card.get_by_role("button", name="Seen it").click()
    let_through(page, waiting)
    first = page.locator(".st-key-card-pick0")
    expect(first.get_by_role("status")).to_contain_text("Not for you.")
    first.get_by_role("button", name="Undo").click()
    expect(first.get_by_role("status")).to_contain_text("Undone.")
    expect(first.get_by_role("button", name="Seen it")).to_be_visible()


def test_a_press_never_does_the_opposite(
    held: tuple[Page, list[Route]], fan: str, running: Running
) -> None:
    page, waiting = held
    page.goto(at("history", fan), wait_until="commit")
    # The latest, for what is marked becomes the latest.
    row = page.locator("#w-first .st-key-row-h0")
    kind, _, number = (row.locator("[data-ref]").get_attribute("data-ref") or "").partition("-")
    row.get_by_role("button", name="Onto the watchlist").click()
    mark: dict[str, object] = {"media_type": kind, "tmdb_id": int(number), "mark": "watchlisted"}
    with httpx2.Client(base_url=running.api_url, trust_env=False, params={"profile": fan}) as api:
        assert api.post("/marks", json=mark).status_code == 200
        page.wait_for_timeout(SECONDS * 1000)  # Until the page asks anew.
        let_through(page, waiting)
        there = page.locator("#root .st-key-row-h0").get_by_role("button", name="take it off")
        expect(there).to_be_visible()
        settled(page)
        expect(there).to_be_visible()
        listed = api.get("/history", params={"show": "watchlisted"}).json()["rows"]
        assert [one["tmdb_id"] for one in listed] == [int(number)]
        assert api.post("/marks", json=mark | {"on": False}).status_code == 200


def test_what_is_typed_before_is_looked_for_after(held: tuple[Page, list[Route]], fan: str) -> None:
    page, waiting = held
    page.goto(at("similar?title=movie-603", fan), wait_until="commit")
    page.get_by_role("searchbox", name="Name of a film or series").press_sequentially("pulp fic")
    let_through(page, waiting)
    expect(page.locator(".st-key-names").get_by_role("link")).to_have_text(
        ["Pulp Fiction · 1994 · Film"]
    )
    expect(page.get_by_role("searchbox", name="Name of a film or series")).to_be_focused()


def test_words_and_enter_and_links_need_no_program(
    held: tuple[Page, list[Route]], fan: str
) -> None:
    page, _ = held
    page.goto(at("similar?q=heist&show=movie", fan), wait_until="commit")
    box = page.get_by_role("searchbox", name="What would you like to watch?")
    box.fill("a robot learns to feel")
    box.press("Enter")
    expect(page).to_have_url(re.compile(r"show=movie.*q=a\+robot\+learns\+to\+feel"))
    expect(page).to_have_url(re.compile(f"profile={fan}"))
    card = page.locator("#w-first .w-card").first
    name = card.locator("h2").inner_text()
    page.locator("#w-first").get_by_role("link", name="Find similar").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Similar to {name}")
    page.get_by_role("link", name="History").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("History")
    expect(page.locator("#w-first .w-row")).to_have_count(7)


def test_a_slow_browser_loses_neither_keyboard_nor_press(
    held: tuple[Page, list[Route]], fan: str
) -> None:
    page, waiting = held
    # It draws the page's buttons after Streamlit's page took over.
    slowed = page.context.new_cdp_session(page)
    slowed.send("Emulation.setCPUThrottlingRate", {"rate": 8})
    page.goto(at("history", fan), wait_until="commit")
    listing = page.locator("#w-first .st-key-row-h3").get_by_role("button", name="Onto")
    listing.click()
    page.locator("#w-first .st-key-row-h2").get_by_role("button", name="Not for me").focus()
    let_through(page, waiting)
    own = page.locator("#root .st-key-row-h2").get_by_role("button", name="Not for me")
    expect(own).to_be_focused()
    done = page.locator("#root .st-key-row-h3")
    expect(done.get_by_role("status")).to_contain_text("On your watchlist.")
    done.get_by_role("button", name="Undo").click()
    expect(done.get_by_role("status")).to_contain_text("Undone.")


def test_the_keyboard_and_the_place_on_the_page_stay(
    held: tuple[Page, list[Route]], fan: str
) -> None:
    page, waiting = held
    page.goto(at("recommendations", fan), wait_until="commit")
    link = page.locator("#w-first").get_by_role("link", name="Find similar").nth(3)
    target = link.get_attribute("href") or ""
    link.focus()
    page.locator("#w-first main").evaluate("main => main.scrollTop = 200")
    let_through(page, waiting)
    assert page.locator("#root [data-testid=stMain]").evaluate("main => main.scrollTop") == 200
    title = re.findall("title=([^&]+)", target)[0]
    expect(page.locator(f'#root a[href*="title={title}"]').first).to_be_focused()


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
