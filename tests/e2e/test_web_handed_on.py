"""What is pressed, typed and looked at before Streamlit's own page stands is not lost by it."""

import re

import httpx2
import pytest
from playwright.sync_api import expect

from streamlit_app.api.handed_on import SECONDS
from tests.e2e.browsing import Held, settled
from tests.e2e.conftest import Running

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]


def test_what_is_pressed_before_is_done_after(held: Held, fan: str, running: Running) -> None:
    page = held.open("recommendations")
    card = page.locator("#w-first .st-key-card-pick1")
    title = card.locator("[data-ref]").get_attribute("data-ref")
    press = card.get_by_role("button", name="Onto the watchlist")
    press.click()
    expect(press).to_have_attribute("aria-busy", "true")
    press.click()  # Impatience takes nothing back.
    held.let_through()
    done = page.locator(".st-key-card-pick1")
    expect(done.get_by_role("status")).to_contain_text("On your watchlist.")
    expect(done.get_by_role("button", name="take it off")).to_be_focused()
    # As if a busy browser had drawn the button anew.
    page.evaluate("document.activeElement.blur()")
    expect(done.get_by_role("button", name="take it off")).to_be_focused()
    with httpx2.Client(base_url=running.api_url, trust_env=False) as api:
        listed = {"profile": fan, "show": "watchlisted"}
        rows = api.get("/history", params=listed).json()["rows"]
    assert [f"{row['media_type']}-{row['tmdb_id']}" for row in rows] == [title]
    done.get_by_role("button", name="Undo").click()
    expect(done.get_by_role("status")).to_contain_text("Undone.")


def test_a_press_does_not_reach_another_title(held: Held) -> None:
    page = held.open("recommendations")
    card = page.locator("#w-first .st-key-card-pick0")
    card.get_by_role("button", name="Not for me").click()
    # As if the list had changed meanwhile.
    page.evaluate(
        "document.querySelector('#w-first .st-key-card-pick0 [data-ref]').dataset.ref = 'movie-1'"
    )
    card.get_by_role("button", name="Seen it").click()
    held.let_through()
    first = page.locator(".st-key-card-pick0")
    expect(first.get_by_role("status")).to_contain_text("Not for you.")
    first.get_by_role("button", name="Undo").click()
    expect(first.get_by_role("status")).to_contain_text("Undone.")
    expect(first.get_by_role("button", name="Seen it")).to_be_visible()


def test_a_press_never_does_the_opposite(held: Held, fan: str, running: Running) -> None:
    page = held.open("history")
    # The latest, for what is marked becomes the latest.
    row = page.locator("#w-first .st-key-row-h0")
    kind, _, number = (row.locator("[data-ref]").get_attribute("data-ref") or "").partition("-")
    row.get_by_role("button", name="Onto the watchlist").click()
    mark: dict[str, object] = {"media_type": kind, "tmdb_id": int(number), "mark": "watchlisted"}
    with httpx2.Client(base_url=running.api_url, trust_env=False, params={"profile": fan}) as api:
        assert api.post("/marks", json=mark).status_code == 200
        page.wait_for_timeout(SECONDS * 1000)  # Until the page asks anew.
        held.let_through()
        there = page.locator("#root .st-key-row-h0").get_by_role("button", name="take it off")
        expect(there).to_be_visible()
        settled(page)
        expect(there).to_be_visible()
        listed = api.get("/history", params={"show": "watchlisted"}).json()["rows"]
        assert [one["tmdb_id"] for one in listed] == [int(number)]
        assert api.post("/marks", json=mark | {"on": False}).status_code == 200


def test_what_is_typed_before_is_looked_for_after(held: Held) -> None:
    page = held.open("similar?title=movie-603")
    page.get_by_role("searchbox", name="Name of a film or series").press_sequentially("pulp fic")
    held.let_through()
    expect(page.locator(".st-key-names").get_by_role("link")).to_have_text(
        ["Pulp Fiction · 1994 · Film"]
    )
    expect(page.get_by_role("searchbox", name="Name of a film or series")).to_be_focused()


def test_words_and_enter_and_links_need_no_program(held: Held, fan: str) -> None:
    page = held.open("similar?q=heist&show=movie")
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


def test_a_slow_browser_loses_neither_keyboard_nor_press(held: Held) -> None:
    page = held.page
    # It draws the page's buttons after Streamlit's page took over.
    slowed = page.context.new_cdp_session(page)
    slowed.send("Emulation.setCPUThrottlingRate", {"rate": 8})
    held.open("history")
    listing = page.locator("#w-first .st-key-row-h3").get_by_role("button", name="Onto")
    listing.click()
    page.locator("#w-first .st-key-row-h2").get_by_role("button", name="Not for me").focus()
    held.let_through()
    own = page.locator("#root .st-key-row-h2").get_by_role("button", name="Not for me")
    expect(own).to_be_focused()
    done = page.locator("#root .st-key-row-h3")
    expect(done.get_by_role("status")).to_contain_text("On your watchlist.")
    done.get_by_role("button", name="Undo").click()
    expect(done.get_by_role("status")).to_contain_text("Undone.")


def test_the_keyboard_and_the_place_on_the_page_stay(held: Held) -> None:
    page = held.open("recommendations")
    held.stands()
    link = page.locator("#w-first").get_by_role("link", name="Find similar").nth(3)
    target = link.get_attribute("href") or ""
    link.focus()
    page.locator("#w-first main").evaluate("main => main.scrollTop = 200")
    held.let_through()
    assert page.locator("#root [data-testid=stMain]").evaluate("main => main.scrollTop") == 200
    title = re.findall("title=([^&]+)", target)[0]
    expect(page.locator(f'#root a[href*="title={title}"]').first).to_be_focused()
