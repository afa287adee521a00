"""First steps, recommendations and the operator's page: real browser, API, worker, sample."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browsing import cards, opened, settled
from tests.e2e.conftest import Running

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]}


@pytest.fixture(scope="module")
def api(running: Running) -> Iterator[httpx2.Client]:
    """Of an installation that nobody has a history in, before these tests and after them.

    It isn't emptied between them: the web app believes for some seconds that a person is there.
    """
    with httpx2.Client(base_url=running.api_url, trust_env=False, timeout=30) as client:
        _emptied(client)
        yield client
        _emptied(client)


@pytest.fixture
def fan(api: httpx2.Client) -> None:
    """Somebody who said of three titles that they love them."""
    for number in (603, 348, 680):
        mark = {"tmdb_id": number, "media_type": "movie", "mark": "loved", "on": True}
        assert api.post("/marks", json=mark).status_code == 200


def _emptied(api: httpx2.Client) -> None:
    for one in api.get("/profiles").json():
        assert api.delete(f"/profiles/{one['id']}").status_code == 204


def names(page: Page) -> list[str]:
    expect(page.locator(".w-count")).to_be_visible()
    settled(page)
    return [name.strip() for name in cards(page).locator("h2").all_inner_texts()]


def admin(page: Page, running: Running) -> None:
    page.goto("/admin")
    page.get_by_label("Admin token").fill(running.admin_token)
    page.get_by_label("Admin token").press("Enter")
    expect(page.get_by_role("heading", name="Coverage of TMDB")).to_be_visible()


def test_a_first_start_leads_to_first_picks_with_reasons(page: Page, api: httpx2.Client) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome to watcher")
    expect(page.get_by_role("link", name="Import a file")).to_be_visible()
    box = page.get_by_role("searchbox", name="Name of a film or series that you like")
    box.press_sequentially("the matrix")
    page.get_by_role("button", name="The Matrix · 1999 · Film").click()
    expect(page.get_by_text("1 title: 2 more for a good start.")).to_be_visible()
    expect(box).to_have_value("")
    for number in (348, 680):
        page.locator(f".st-key-like-movie-{number} button").click()
    expect(page.get_by_text("3 titles: that is enough to begin")).to_be_visible()
    assert api.get("/history").json()["total"] == 3
    page.get_by_role("button", name="Show my picks").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Picks for today")
    expect(cards(page)).to_have_count(6)
    for reason in page.locator(".w-reason").all_inner_texts():
        assert reason.strip().endswith(".")
    expect(page.locator(".w-reason")).to_have_count(6)
    settled(page)
    assert not {"The Matrix", "Alien", "Pulp Fiction"} & set(
        cards(page).locator("h2").all_inner_texts()
    )
    page.get_by_role("link", name="A longer list").click()
    expect(cards(page)).to_have_count(12)
    assert api.get("/insights").json()["total"]["shown"] >= 12


@pytest.mark.usefixtures("fan")
def test_not_for_me_and_seen_are_not_in_the_next_list(page: Page) -> None:
    page.goto("/recommendations?show=movie")
    first, second = names(page)[:2]
    page.locator(".st-key-not-pick0 button").click()
    page.locator(".st-key-seen-pick1 button").click()
    for place in ("pick0", "pick1"):
        card = page.locator(f".st-key-card-{place}")
        expect(card.locator(".w-mine")).to_contain_text("Your next list is without it")
        expect(card.locator(".w-cover")).to_have_css("opacity", "0.38")
    page.get_by_role("button", name="Another list").click()
    expect(page).to_have_url(re.compile("seed=1"))
    expect(page.get_by_text("list number 1")).to_be_visible()
    assert not {first, second} & set(names(page))
    page.get_by_text("Why is a title not here?").click()
    page.get_by_role("searchbox", name="Name of the title that you miss").fill(first)
    page.locator(".st-key-names button").first.click()
    expect(page.locator(".st-key-why .w-notice")).to_contain_text("is not for you")


@pytest.mark.usefixtures("fan")
def test_a_link_brings_the_same_list(page: Page, browser: Browser, running: Running) -> None:
    page.goto("/recommendations?show=movie&count=5&seed=4&to=1975")
    found = names(page)
    assert len(found) == 5
    for fresh in opened(browser, running, 1280, 900):
        fresh.goto(page.url)
        assert names(fresh) == found


def test_a_rebuild_is_started_and_followed(page: Page, running: Running) -> None:
    admin(page, running)
    index = page.locator(".w-facts", has=page.get_by_role("heading", name="Index"))
    before = index.locator("dd").first.inner_text()
    page.get_by_role("button", name="Rebuild the index").click()
    job = page.locator('[class*="st-key-job-"]').first
    expect(job).to_contain_text("Rebuild of the index")
    expect(job.locator('[data-testid="stProgress"]')).to_be_visible()
    expect(job).to_contain_text("done, just now", timeout=40_000)
    # The server takes the new one over by itself, and the page tells of it by itself.
    expect(index.locator("dd").first).not_to_have_text(before)
    page.get_by_text("Settings in force").click()
    expect(page.locator(".w-settings")).to_contain_text("ADMIN_TOKEN")
    assert running.admin_token not in page.content()
    assert running.admin_token not in page.url
    kept = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert running.admin_token not in kept


@pytest.mark.usefixtures("fan")
def test_the_pages_pass_axe_and_fit_a_phone(browser: Browser, running: Running) -> None:
    for width, scheme in ((1280, "light"), (390, "dark")):
        for page in opened(browser, running, width, 900, "dark" if scheme == "dark" else "light"):
            found = {}
            for address in ("", "?pick=1", "recommendations?count=4", "admin"):
                if address == "admin":
                    admin(page, running)
                else:
                    page.goto(f"/{address}")
                    expect(page.locator(".w-foot")).to_be_attached()
                    settled(page)
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                for fault in Axe().run(page, options=RULES).response["violations"]:
                    where = [node["target"] for node in fault["nodes"]][:3]
                    found[address, fault["id"]] = where
            assert not found
