"""The web app in a real browser, with the real API and the sample catalogue behind it."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.e2e.browsing import Running, cards, opened, settled

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]

EXAMPLE = "mind-bending thriller with a twist ending"


def names(page: Page) -> list[str]:
    expect(page.locator(".w-count")).to_be_visible()
    settled(page)
    return [name.strip() for name in cards(page).locator("h2").all_inner_texts()]


def similar_to_first(page: Page) -> Locator:
    # Links appear one by one, not in the order of the page: ask for the one of the first card.
    return page.locator(".st-key-card-0").get_by_role("link", name="Find similar")


def search_box(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="What would you like to watch?")


def name_box(page: Page) -> Locator:
    page.get_by_role("radio", name="By name").click()
    return page.get_by_role("searchbox", name="Name of a film or series")


def matches(page: Page) -> Locator:
    return page.locator(".st-key-names").get_by_role("link")


def test_the_first_page_shows_what_to_try_and_an_example_brings_cards(page: Page) -> None:
    page.goto("/similar")
    expect(page.get_by_role("heading", level=1)).to_have_text("What would you like to watch?")
    expect(page.get_by_text("not endorsed or certified by TMDB")).to_be_visible()
    expect(page.get_by_text(re.compile(r"searches [\d,]+ films and [\d,]+ series"))).to_be_visible()
    page.get_by_role("link", name=EXAMPLE).click()
    expect(cards(page)).to_have_count(12)
    expect(search_box(page)).to_have_value(EXAMPLE)
    expect(page).to_have_url(re.compile("q=mind-bending"))
    first = names(page)
    page.get_by_role("button", name="Show more").click()
    expect(cards(page)).to_have_count(24)
    assert names(page)[:12] == first
    expect(page).to_have_url(re.compile("k=24"))


def test_each_title_that_well_known_starters_name_exists(page: Page) -> None:
    page.goto("/similar")
    links = page.get_by_role("link", name="Find similar")
    expect(links).to_have_count(6)
    starters = [link.get_attribute("href") for link in links.all()]
    for address in starters:
        page.goto(f"/{address}")
        expect(page.locator(".w-hero")).to_be_visible()
        expect(page.locator(".w-count")).to_be_visible()


def test_words_and_enter_bring_results_that_a_link_brings_again(
    page: Page, browser: Browser, running: Running
) -> None:
    page.goto("/similar")
    search_box(page).fill("a robot learns to feel")
    search_box(page).press("Enter")
    expect(page).to_have_url(re.compile(r"q=a\+robot\+learns\+to\+feel"))
    page.get_by_role("radio", name="Films").click()
    expect(page).to_have_url(re.compile("show=movie"))
    expect(cards(page)).to_have_count(12)
    found = names(page)
    for fresh in opened(browser, running, 1280, 900):
        fresh.goto(page.url)
        expect(search_box(fresh)).to_have_value("a robot learns to feel")
        assert names(fresh) == found


def test_find_similar_goes_to_that_title_and_back(page: Page) -> None:
    page.goto("/?q=space+crew+alone+with+something+alien")
    first = names(page)[0]
    similar_to_first(page).click()
    expect(page.locator(".w-hero .w-name")).to_have_text(first)
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"Similar to {first}")
    expect(page).to_have_url(re.compile(r"title=(movie|tv)-\d+"))
    expect(page).to_have_title(re.compile("^Similar to "))
    page.go_back()
    expect(search_box(page)).to_have_value("space crew alone with something alien")
    expect(page.locator(".w-hero")).to_have_count(0)
    expect(cards(page).locator("h2").first).to_have_text(first)


def test_a_widget_that_is_drawn_late_shows_what_the_address_says(page: Page) -> None:
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route(re.compile(r"/ButtonGroup\."), hold)
    page.goto("/similar?q=heist&show=movie")
    expect(cards(page)).to_have_count(12)
    # The browser draws some widgets only after the next run.
    search_box(page).fill("a heist in space")
    search_box(page).press("Enter")
    expect(page).to_have_url(re.compile("space"))
    settled(page)
    assert late
    for one in late:
        one.continue_()
    page.unroute_all()
    expect(page.get_by_role("radio", name="Films", exact=True)).to_be_checked()
    expect(page).to_have_url(re.compile(r"q=a\+heist\+in\+space&show=movie$"))


def test_a_name_is_completed_while_one_types_and_a_match_leads_on(page: Page) -> None:
    page.goto("/similar?show=movie")
    box = name_box(page)
    box.press_sequentially("the matr")
    expect(page.locator(".st-key-names")).to_contain_text("for “the matr”")
    expect(matches(page)).to_have_count(3)
    assert matches(page).first.inner_text() == "The Matrix · 1999 · Film"
    expect(page).to_have_url(re.compile(r"/similar\?show=movie$"))
    matches(page).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Similar to The Matrix (1999)")
    expect(page).to_have_url(re.compile("title=movie-603&show=movie"))
    expect(name_box(page)).to_have_value("")
    expect(matches(page)).to_have_count(0)
    assert "The Matrix" not in names(page)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Similar to The Matrix (1999)")


def test_a_mistyped_name_is_found_and_picked_by_keys_alone(page: Page) -> None:
    page.goto("/similar")
    name_box(page).press_sequentially("the matrx relod")
    expect(page.locator(".st-key-names")).to_contain_text("for “the matrx relod”")
    expect(matches(page).first).to_have_text("The Matrix Reloaded · 2003 · Film")
    page.keyboard.press("Tab")
    expect(matches(page).first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Similar to The Matrix Reloaded (2003)"
    )


def test_a_name_of_nothing_becomes_a_search_by_words(page: Page) -> None:
    page.goto("/similar")
    name_box(page).fill("a lighthouse keeper who counts ships")
    page.get_by_role("link", name="Look for it in your own words").click()
    expect(cards(page)).to_have_count(12)
    expect(search_box(page)).to_have_value("a lighthouse keeper who counts ships")


def test_a_name_among_the_words_brings_that_title_first(page: Page) -> None:
    page.goto("/?q=the+matrix")
    assert names(page)[0] == "The Matrix"


def test_a_title_by_its_id(page: Page) -> None:
    page.goto("/similar")
    page.get_by_role("radio", name="By id").click()
    box = page.get_by_label("TMDB id or address")
    box.fill("603")
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Similar to The Matrix (1999)")
    expect(page).to_have_url(re.compile("title=movie-603"))
    assert "The Matrix" not in names(page)


def test_a_filter_holds_for_every_card_and_no_results_say_what_to_loosen(page: Page) -> None:
    page.goto("/?q=fear&genre=Horror")
    assert names(page)
    for genres in cards(page).locator(".w-genres").all_inner_texts():
        assert "Horror" in genres
    page.goto("/?q=fear&from=2099")
    expect(page.locator(".w-notice")).to_contain_text("from 2099")
    page.get_by_role("link", name="Search without filters").click()
    expect(cards(page)).to_have_count(12)


def test_the_page_is_worked_by_keys_alone(page: Page) -> None:
    page.goto("/?q=heist")
    link = similar_to_first(page)
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    assert link.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator(".w-hero")).to_be_visible()


@pytest.mark.parametrize(
    "address", ["/similar", "/?q=heist", "/?title=movie-603", "/?title=movie-1"]
)
def test_a_phone_never_scrolls_sideways(phone: Page, address: str) -> None:
    phone.goto(address)
    expect(phone.locator(".w-foot")).to_be_attached()
    name_box(phone).fill("the lord of the rings")
    expect(matches(phone).first).to_be_visible()
    phone.get_by_text("Filters", exact=True).click()
    expect(phone.get_by_label("From year")).to_be_visible()
    wide = phone.evaluate(
        "() => [...document.querySelectorAll('*')]"
        ".filter(e => !e.closest('[data-testid=stSidebar]') && e.scrollWidth > e.clientWidth + 1"
        "   && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX))"
        ".map(e => e.dataset.testid || e.className)"
    )
    assert wide == []
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390


def test_nothing_is_kept_in_the_browser_but_streamlits_own(page: Page) -> None:
    page.goto("/?q=heist")
    names(page)
    kept = page.evaluate("() => JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "heist" not in kept
    assert "token" not in kept.lower()


def test_an_api_that_goes_is_told_and_its_return_brings_the_page_back(
    page: Page, running: Running
) -> None:
    page.goto("/?q=heist")
    names(page)
    running.stop_api()
    try:
        search_box(page).fill("a train through the snow")
        search_box(page).press("Enter")
        expect(page.locator(".w-notice")).to_contain_text("watcher is away")
        expect(page.locator(".w-notice")).to_contain_text("./start.sh")
    finally:
        running.start_api()
    expect(cards(page)).to_have_count(12)
    expect(page.locator(".w-notice")).to_have_count(0)
    expect(search_box(page)).to_have_value("a train through the snow")
