"""The Taste page in a real browser: its map by mouse and by keys, on a phone, for everybody."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.browsing import opened, settled
from tests.e2e.conftest import Running

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}
SPACE = (11, 348, 679, 1891, 1892, 152, 154, 174, 8487)
FAMILY = (862, 863, 585, 9806, 12, 808, 425, 953, 10681)


@pytest.fixture(scope="module")
def api(running: Running) -> Iterator[httpx2.Client]:
    """Of an installation that nobody has a history in, before these tests and after them."""
    with httpx2.Client(base_url=running.api_url, trust_env=False, timeout=30) as client:
        _emptied(client)
        yield client
        _emptied(client)


def _emptied(api: httpx2.Client) -> None:
    for one in api.get("/profiles").json():
        assert api.delete(f"/profiles/{one['id']}").status_code == 204


@pytest.fixture
def fan(api: httpx2.Client) -> list[int]:
    """Somebody with two tastes, as far as the sample has them; the titles that they rated."""
    rated = []
    for number in (*SPACE, *FAMILY):
        rating = {"tmdb_id": number, "media_type": "movie", "rating": 9}
        if api.post("/ratings", json=rating).status_code == 200:
            rated.append(number)
    assert len(rated) >= 12
    return rated


def points(page: Page) -> Locator:
    """The titles on the map."""
    return page.locator(".st-key-taste-map .mark-symbol path")


def shown(page: Page) -> None:
    page.goto("/taste")
    expect(page.locator(".w-count")).to_be_visible()
    expect(points(page).first).to_be_attached()
    settled(page)


def test_with_no_history_it_says_what_to_do_next(page: Page, api: httpx2.Client) -> None:
    assert api.get("/taste").json()["needed"] == 5
    page.goto("/")
    page.get_by_role("link", name="Taste").click()
    expect(page.locator(".w-notice")).to_contain_text("with 5 titles it draws your taste")
    page.get_by_role("link", name="Pick titles that you like").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome to watcher")


def test_a_click_on_the_map_or_a_name_leads_to_similar(page: Page, fan: list[int]) -> None:
    shown(page)
    expect(points(page)).to_have_count(len(fan) + 6)
    label = points(page).last.get_attribute("aria-label") or ""
    assert "today's pick" in label
    points(page).last.click()
    expect(page.locator(".w-looked strong")).to_have_text(re.split(": (?=Film|Series)", label)[0])
    # And by keys alone.
    page.get_by_label("Look at a title of the map").focus()
    page.keyboard.type("alien (1979")
    page.keyboard.press("Enter")
    expect(page.locator(".w-looked")).to_contain_text("Alien (1979)")
    expect(page.locator(".w-looked")).to_contain_text("liked, you gave it 9")
    similar = page.get_by_role("link", name="Find similar")
    similar.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("similar.*title=movie-348"))


@pytest.mark.usefixtures("fan")
def test_it_passes_axe_with_its_tables_open_and_fits_a_phone(
    browser: Browser, running: Running
) -> None:
    looks = ((1280, "light"), (390, "dark"))
    for width, scheme in looks:
        for page in opened(browser, running, width, 900, "dark" if scheme == "dark" else "light"):
            shown(page)
            for table in ("The map", "These figures", "These ratings"):
                page.locator("summary", has_text=table).click()
            expect(page.locator(".w-table:visible")).to_have_count(4)
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            faults = Axe().run(page, options=RULES).response["violations"]
            assert not [(fault["id"], fault["nodes"][0]["target"]) for fault in faults]
            colours = points(page).evaluate_all("all => all.map(p => getComputedStyle(p).fill)")
            assert len(set(colours)) >= 2, "each taste has its own"
