"""The browser's side of `scripts.bench.web`: pages visited and cards acted on, with their times."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from playwright.async_api import Browser, BrowserContext, Page

from scripts.bench.report import Row

WAIT_MS: Final = 60_000
CARDS: Final = 4
PAGES: Final = {
    "Home": ("", "[class*=st-key-grid-] .w-card"),
    "Recommendations": ("recommendations", ".st-key-grid-picks .w-card"),
    "Similar by title": ("similar?title=movie-603", ".st-key-grid .w-card"),
    "History": ("history", ".st-key-rows .w-row, .w-notice"),
    "Taste": ("taste", ".st-key-taste-map :is(.w-map, .vega-embed), .w-notice"),
    "People": ("people", ".w-ask"),
}
"""Each page's address, and what its content is known by."""

# In the browser, looked at in every frame, and told in the next, when it is painted. A page's time
# is from the start of the navigation.
_SHOWN: Final = """([wanted, link]) => new Promise((done, fail) => {
  const start = link ? performance.now() : 0;
  const look = () => {
    const one = document.querySelector(wanted);
    const now = performance.now() - start;
    if (one && one.getBoundingClientRect().height)
      return requestAnimationFrame(() => done(performance.now() - start));
    if (now > 60000) return fail(new Error('not shown: ' + wanted));
    requestAnimationFrame(look);
  };
  const links = [...document.querySelectorAll('header a')];
  if (link) links.find(one => one.innerText.includes(link)).click();
  look();
})"""
_ANSWERED: Final = """([button, answer, words]) => new Promise((done, fail) => {
  const start = performance.now();
  const look = () => {
    const shown = document.querySelector(answer);
    const now = performance.now() - start;
    if (shown && shown.textContent.endsWith(words)) return done(now);
    if (now > 60000) return fail(new Error('no answer: ' + words));
    requestAnimationFrame(look);
  };
  document.querySelector(button).click();
  look();
})"""
# Streamlit's own page took over from what came with the document: it does what one asks of it.
_OWN: Final = """() => !document.getElementById('w-first')
  && document.querySelector('[data-testid=stMain]')?.textContent"""
_QUIET: Final = """() => !document.querySelector('[data-testid=stSkeleton], #w-first')
  && document.querySelector('.stApp')?.dataset.testScriptState === 'notRunning'"""
_FAULTS: Final = ".w-failed, [data-testid=stException], .w-notice"


class Person(NamedTuple):
    """Somebody made for this; `name` is what the table calls them."""

    name: str
    id: str


@dataclass(frozen=True, slots=True)
class Site:
    """The web app that is measured, and the processes whose processor time is told."""

    browser: Browser
    url: str
    processes: Mapping[str, int]

    async def context(self) -> BrowserContext:
        """A browser of its own, without Streamlit's files yet."""
        return await self.browser.new_context(viewport={"width": 1280, "height": 900})

    def at(self, address: str, person: Person) -> str:
        """A page's address for that person."""
        return f"{self.url}/{address}{'&' if '?' in address else '?'}profile={person.id}"

    def spent(self) -> dict[str, float]:
        """Milliseconds of processor time of each process until now; needs Linux's ``/proc``."""
        ticks = os.sysconf("SC_CLK_TCK")
        found = {}
        for name, process in self.processes.items():
            told = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2]
            found[name] = sum(int(one) for one in told.split()[11:13]) * 1000 / ticks
        return found


@dataclass(slots=True)
class Times:
    """What one thing took, several times; made before the first of them."""

    site: Site
    shown: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    before: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.before = self.site.spent()

    def row(self, name: str) -> dict[str, object]:
        """Times in ms, processor time in ms for each of them."""
        count = len(self.shown)
        spent = self.site.spent()
        return {
            "name": name,
            "times": len(self.shown),
            "median ms": _median(self.shown),
            "p95 ms": float(np.percentile(self.shown, 95)) if self.shown else None,
            "Streamlit's own ms": _median(self.own),
            "whole page ms": _median(self.whole),
            "by menu ms": None,
        } | {
            f"{name} cpu ms": (spent[name] - before) / max(count, 1)
            for name, before in self.before.items()
        }


async def empty_page(site: Site, url: str, rounds: int) -> Row:
    """A page with one line of text: what Streamlit takes on this machine by itself."""
    context = await site.context()
    times = Times(site)
    for turn in range(rounds + 2):
        page = await context.new_page()
        await page.goto(url, wait_until="commit")
        taken: float = await page.evaluate(_SHOWN, [".w-empty", ""])
        await page.wait_for_function(_QUIET, timeout=WAIT_MS)
        if turn > 1:  # the first ones fill the browser's cache
            times.shown.append(taken)
            times.own.append(taken)
            times.whole.append(await page.evaluate("performance.now()"))
        await page.close()
    await context.close()
    row = times.row("an empty page of Streamlit")
    told = ("name", "times", "median ms", "p95 ms", "Streamlit's own ms", "whole page ms")
    return {name: row[name] for name in told}


async def pages(site: Site, person: Person, rounds: int) -> list[Row]:
    """Each page by its address, as a fresh session, and by the menu of an open one."""
    context = await site.context()
    rows = {name: await _by_address(site, context, person, name, rounds) for name in PAGES}
    page = await context.new_page()
    menu = {
        name: await _by_menu(site, page, person, name, rounds)
        for name, (address, _) in PAGES.items()
        if "?" not in address
    }
    await context.close()
    return [row | {"by menu ms": menu.get(name)} for name, row in rows.items()]


async def _by_address(
    site: Site, context: BrowserContext, person: Person, name: str, rounds: int
) -> dict[str, object]:
    """No other page is open: those of one site share a process of the browser."""
    times = Times(site)
    for turn in range(rounds + 1):
        page = await context.new_page()
        taken = await visit(site, page, person, name)
        own, whole = await page.evaluate("[window.ownFrom, performance.now()]")
        await page.close()
        if turn == 0:  # warms what this page needs
            times = Times(site)
            continue
        times.shown.append(taken)
        times.own.append(own)
        times.whole.append(whole)
    return times.row(f"{person.name}: {name}")


async def _by_menu(site: Site, page: Page, person: Person, name: str, rounds: int) -> float | None:
    """From a click in the menu of a page that is open."""
    taken = []
    other = "History" if name == "People" else "People"
    for _ in range(rounds):
        await visit(site, page, person, other)
        taken.append(await page.evaluate(_SHOWN, [PAGES[name][1], name]))
        await page.wait_for_function(_QUIET, timeout=WAIT_MS)
    return _median(taken)


async def actions(site: Site, person: Person) -> Row:
    """Five actions on each of some cards of the list, from the click to the words of the answer."""
    context = await site.context()
    page = await context.new_page()
    await visit(site, page, person, "Recommendations")
    times = Times(site)
    for place in range(CARDS):
        times.shown += await _acted(page, f"pick{place}")
    await context.close()
    return times.row(f"{person.name}: an action on a card")


async def together(site: Site, people: Sequence[Person]) -> list[Row]:
    """All of them at once: Home, Recommendations, actions on a card, History."""
    faults: list[str] = []
    contexts = [await site.context() for _ in people]
    opened = [await context.new_page() for context in contexts]
    for page, person in zip(opened, people, strict=True):
        await visit(site, page, person, "People")  # Streamlit's own files, as after the first day
    came, acted = Times(site), Times(site)

    async def walk(page: Page, person: Person) -> None:
        page.on("pageerror", lambda error: faults.append(str(error)))
        try:
            came.shown.append(await visit(site, page, person, "Home"))
            came.shown.append(await visit(site, page, person, "Recommendations"))
            acted.shown += await _acted(page, "pick0")
            came.shown.append(await visit(site, page, person, "History"))
            faults.extend(await page.locator(_FAULTS).all_inner_texts())
        except Exception as error:  # noqa: BLE001 -- any of them is an error of this walk
            faults.append(f"{person.name}: {error}")

    await asyncio.gather(*(walk(*one) for one in zip(opened, people, strict=True)))
    for context in contexts:
        await context.close()
    print(*faults, sep="\n", end="", file=sys.stderr)
    how_many = f"{len(people)} at once"
    rows = (came.row(f"{how_many}: a page"), acted.row(f"{how_many}: an action"))
    # Pages and actions lie within each other: nobody can tell whose processor time it was.
    told = ("name", "times", "median ms", "p95 ms")
    found: list[Row] = [{key: row[key] for key in told} | {"errors": len(faults)} for row in rows]
    return found


async def visit(site: Site, page: Page, person: Person, name: str) -> float:
    """Milliseconds from the navigation to the page's content; returns once all of it stands."""
    address, content = PAGES[name]
    await page.goto(site.at(address, person), wait_until="commit")
    taken: float = await page.evaluate(_SHOWN, [content, ""])
    await page.wait_for_function(_OWN, timeout=WAIT_MS)
    await page.evaluate("window.ownFrom = performance.now()")
    await page.wait_for_function(_QUIET, timeout=WAIT_MS)
    return taken


async def _acted(page: Page, place: str) -> list[float]:
    """Milliseconds of each action on one card."""
    answer = f".st-key-done-{place} [role=status]"

    async def click(button: str, words: str) -> float:
        await page.wait_for_function(_QUIET, timeout=WAIT_MS)
        await page.wait_for_selector(button, timeout=WAIT_MS)
        taken: float = await page.evaluate(_ANSWERED, [button, answer, words])
        return taken

    undo = f".st-key-undo-{place} button"
    listed = await click(f".st-key-list-{place} button", "On your watchlist.")
    unlisted = await click(undo, "Undone.")
    seen = await click(f".st-key-seen-{place} button", "Seen.")
    await page.locator(f".st-key-rate-{place} button").click()
    choice = page.get_by_text("★ 8", exact=True).last
    await choice.evaluate("one => one.setAttribute('data-rate', 'chosen')")
    rated = await click("[data-rate=chosen]", "8 of 10.")
    dismissed = await click(f".st-key-not-{place} button", "Not for you.")
    return [listed, unlisted, seen, rated, dismissed]


def _median(taken: Sequence[float]) -> float | None:
    return float(np.median(taken)) if taken else None
