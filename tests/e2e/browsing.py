"""Debian's Chromium at the running web app, and what every test of a page asks of it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from playwright.sync_api import Browser, Locator, Page, Route, expect

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# The machine may be busy with other tests; a healthy page needs about a second.
WAIT_MS = 20_000
PROGRAM: Final = re.compile(r"/static/js/index\.")
"""The address of the program that draws Streamlit's own page."""


class Running(Protocol):
    """The services under test, from `start.sh`."""

    api_url: str
    ui_url: str

    def stop_api(self) -> None:
        """Kill the API; the web app stays."""
        ...

    def start_api(self) -> object:
        """Start the API again at the same address; returns when it is healthy."""
        ...


@contextmanager
def plain_page(
    browser: Browser,
    running: Running,
    width: int,
    height: int,
    scheme: Literal["light", "dark"] = "light",
) -> Iterator[Page]:
    """A page of a browser of its own; an error in its scripts fails the test."""
    context = browser.new_context(
        base_url=running.ui_url,
        viewport={"width": width, "height": height},
        color_scheme=scheme,
    )
    context.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    yield page
    context.close()
    assert not failures


def opened(
    browser: Browser,
    running: Running,
    width: int,
    height: int,
    scheme: Literal["light", "dark"] = "light",
) -> Iterator[Page]:
    """A plain page whose visitor comes back from an address when Streamlit's own page stands."""
    with plain_page(browser, running, width, height, scheme) as page:
        bare = page.goto

        def goto(address: str) -> None:
            bare(address)
            taken_over(page)

        page.goto = goto  # type: ignore[method-assign, assignment]
        yield page


def cards(page: Page) -> Locator:
    """The cards of the page's grid."""
    return page.locator(".w-card")


def taken_over(page: Page) -> None:
    """Wait until what came with the document made room for Streamlit's own page."""
    expect(page.locator("#w-first")).to_have_count(0)


def settled(page: Page) -> None:
    """Wait until the page's script has ended: before that, cards of the run before may stand."""
    expect(page.locator('.stApp[data-test-script-state="notRunning"]')).to_be_attached()


def at(address: str, profile: str) -> str:
    """The address of a page, for a profile."""
    return f"/{address}{'&' if '?' in address else '?'}profile={profile}"


@dataclass
class Held:
    """A page of somebody's whose program does not come until it is let through."""

    page: Page
    profile: str
    _waiting: list[Route] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route(PROGRAM, lambda route: self._waiting.append(route))  # noqa: PLW0108 -- Playwright marks it

    def open(self, address: str) -> Page:
        """Go to an address; returns when its document begins to come."""
        self.page.goto(at(address, self.profile), wait_until="commit")
        return self.page

    def stands(self) -> None:
        """Wait until the first look is drawn: letters that come later move what is below them."""
        expect(self.page.locator("#w-first footer")).to_be_visible()
        self.page.evaluate("document.fonts.ready")

    def let_through(self) -> None:
        """Let the program come, and wait for Streamlit's own page."""
        self.page.route(PROGRAM, lambda route: route.continue_())
        for one in self._waiting:
            one.continue_()
        taken_over(self.page)
        settled(self.page)
