"""Measure the web app as people meet it: real API, real Streamlit, headless Chromium.

Each page from the navigation to its content, each action on a card from the click to its answer,
for somebody new and for somebody who watched thousands of titles; then ten people at once. The
page comes with the document, and Streamlit's own takes over from it: both times are told. A page
of Streamlit's with one line comes first, for comparison. Times are taken
inside the browser, which runs on the same machine. The servers are warm and the browser has
Streamlit's own files, as after the first page of a day. The people are made for this and deleted
at the end.
"""

import argparse
import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2
from playwright.async_api import async_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.adapters.clock import SystemClock
from app.adapters.stores.sqlite import open_sqlite
from app.settings import Settings
from scripts.bench import web_pages
from scripts.bench.report import Row, show
from scripts.bench.web_pages import Person, Site
from scripts.check_health import api_says, web_app_is_healthy
from scripts.children import Child, Command, end_children, start_child
from scripts.preflight import ROOT, Places, free_port
from scripts.screenshot import ARGUMENTS, CHROMIUM
from scripts.start import api_command, ui_command, ui_environment

UP_WITHIN: Final = 120.0
DAY: Final = 86_400
AT_ONCE: Final = 10


def main() -> int:
    """Start the servers, make the people, measure, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (else the sample)")
    parser.add_argument("--watched", type=int, default=5000, metavar="N", help="titles watched")
    parser.add_argument("--rounds", type=int, default=10, metavar="N", help="visits of each page")
    parser.add_argument("--chromium", default=CHROMIUM, help="path of the browser")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="watcher-bench-"))
    try:
        data = (arguments.data or prepared(folder / "data")).resolve()
        with ExitStack() as stack:
            places, empty, processes = stack.enter_context(served(data, folder))
            api = stack.enter_context(
                httpx2.Client(base_url=places.api_url, trust_env=False, timeout=120)
            )
            people = stack.enter_context(made(api, data, arguments.watched))
            rows = asyncio.run(measured(places.ui_url, empty, processes, people, arguments))
    finally:
        shutil.rmtree(folder)
    show(rows, arguments.json)
    return int(any(row.get("errors") for row in rows))


def prepared(data: Path) -> Path:
    """A data folder with the sample, embedded and indexed."""
    data.mkdir()
    command = [sys.executable, "-m", "scripts.prepare"]
    subprocess.run(command, cwd=data, env=_environment(data), check=True, stdout=sys.stderr)
    return data


@contextmanager
def served(data: Path, folder: Path) -> Iterator[tuple[Places, str, dict[str, int]]]:
    """API and web app on ports of their own, and their process ids; ended at the end.

    Between them the address of a page of Streamlit's that shows one line and does nothing.
    """
    api, ui, empty = free_port(), free_port(), free_port()
    places = Places(data, "127.0.0.1", api, "127.0.0.1", ui, f"http://127.0.0.1:{api}")
    commands = (
        Command("API", api_command(places), folder, _environment(data)),
        Command("web app", ui_command(places), ROOT, ui_environment(places)),
        Command("empty page", _empty_page(folder, empty), ROOT, ui_environment(places)),
    )
    children: list[Child] = []
    try:
        for command in commands:
            children += [start_child(command, folder / f"{command.name}.log")]
        deadline = time.monotonic() + UP_WITHIN
        while not _is_up(places):
            if time.monotonic() > deadline or any(c.process.poll() is not None for c in children):
                raise SystemExit("\n".join(child.last_lines() for child in children))
            time.sleep(0.1)
        found = {child.name: child.process.pid for child in children[:2]}
        yield places, f"http://127.0.0.1:{empty}", found
    finally:
        end_children(children)


def _empty_page(folder: Path, port: int) -> list[str]:
    script = folder / "empty.py"
    script.write_text("import streamlit as st\n\nst.html('<p class=w-empty>Empty</p>')\n")
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless", "true"]
    return [*command, "--server.address", "127.0.0.1", "--server.port", str(port)]


def _environment(data: Path) -> dict[str, str]:
    """Default settings but for the data folder."""
    known = Settings.model_fields
    kept = {name: value for name, value in os.environ.items() if name.lower() not in known}
    return kept | {"WATCHER_DATA_DIR": str(data), "PYTHONPATH": str(ROOT)}


def _is_up(places: Places) -> bool:
    state = api_says(places.api_url)
    return state is not None and not state.is_starting and web_app_is_healthy(places.ui_url)


@contextmanager
def made(api: httpx2.Client, data: Path, watched: int) -> Iterator[list[Person]]:
    """Somebody new, somebody with `watched` titles, and ten who come at once, with a tenth each."""
    known = best_known(data, watched)
    stamp = f"{time.time():.0f}"
    wanted = [("new", 0), (f"{len(known):,} watched", len(known))]
    wanted += [(f"at once {number}", len(known) // 10) for number in range(AT_ONCE)]
    people: list[Person] = []
    try:
        for name, count in wanted:
            answer = api.post("/profiles", json={"name": f"{name} {stamp}"}).raise_for_status()
            people.append(Person(name, answer.json()["id"]))
            told = {"watcher_profile": 1, "events": [*_told(known[:count])]}
            where = {"profile": people[-1].id}
            api.post("/profiles/import", params=where, json=told).raise_for_status()
        yield people
    finally:
        for person in people:
            api.delete(f"/profiles/{person.id}").raise_for_status()


def best_known(data: Path, count: int) -> list[dict[str, Any]]:
    """What an event says of the titles with the most votes."""
    stores = open_sqlite(data / "watcher.sqlite3", SystemClock())
    every = [(title.votes, title) for some in stores.titles.scan() for title in some]
    stores.close()
    every.sort(key=lambda one: (-one[0], one[1].id))
    return [
        {
            "kind": title.id.kind.value,
            "tmdb_id": title.id.tmdb_id,
            "imdb_id": title.imdb_id,
            "tvdb_id": title.tvdb_id,
            "name": title.name,
            "year": title.year,
        }
        for _, title in every[:count]
    ]


def _told(abouts: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """One watched a day, every second of them rated."""
    now = int(time.time())
    for place, about in enumerate(abouts):
        event = {"about": about, "at": now - (place + 1) * DAY, "source": "bench"}
        yield event | {"key": f"watched:{place}", "kind": "watched"}
        if place % 2:
            rating = place * 7 % 10 + 1
            yield event | {"key": f"rated:{place}", "kind": "rated", "rating": rating}


async def measured(
    url: str,
    empty: str,
    processes: Mapping[str, int],
    people: Sequence[Person],
    arguments: argparse.Namespace,
) -> list[Row]:
    """All rows of the table."""
    rows: list[Row] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=arguments.chromium, args=list(ARGUMENTS)
        )
        site = Site(browser, url, processes)
        rows.append(await web_pages.empty_page(site, empty, arguments.rounds))
        for person in people[:2]:
            rows += await web_pages.pages(site, person, arguments.rounds)
            rows.append(await web_pages.actions(site, person))
        rows += await web_pages.together(site, people[2:])
        await browser.close()
    return rows


if __name__ == "__main__":
    sys.exit(main())
