"""Measure watcher under everything at once: 32 connections, an import, a rebuild and a Trakt sync.

The real API and the real worker serve a copy of the data folder (the sample, unless another is
given), Trakt is a stand-in over HTTP. Each of 32 connections asks, waits and asks again: searches
by id, by words and with a filter, names, lists, predictions, histories, ratings. Meanwhile a file
of 20,000 rows is brought in, the index is rebuilt and a Trakt account is synced, one after the
other, again and again; with --slow-imports so many previews of large files go on beside them.

At the end every rating that was acknowledged is looked for, and has to be there exactly once. With
--tree another checkout serves in turns with this one, so that two builds are compared in one run.
"""

import argparse
import asyncio
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import numpy as np

from app.settings import Settings
from scripts.bench.report import Row, resident_mb, said, show
from scripts.bench.soak_load import Connection, Household, Seen, closed_loop, lost
from scripts.bench.web import best_known, prepared
from scripts.check_health import api_says
from scripts.children import Child, Command, end_children, start_child
from scripts.preflight import ROOT, Places, free_port
from scripts.start import api_command, worker_command
from stand_ins.trakt.serving import FakeTrakt, trakt_server

UP_WITHIN: Final = 120.0
PEOPLE: Final = 4
WATCHED: Final = 300
FILMS: Final = 640
IMPORTED: Final = 20_000
ADMIN: Final = "made for this measurement"
"""Token of the admin, who asks for the rebuild."""

_SAMPLED_EVERY: Final = 1.0
_BEING_DONE: Final = ("waiting", "running")


@dataclass
class Build:
    """A checkout that serves: its API, its people, and what was seen of it."""

    name: str
    places: Places
    process: int
    household: Household
    seen: Seen = field(default_factory=Seen)
    memory: list[tuple[float, float]] = field(default_factory=list)
    done: dict[str, int] = field(default_factory=dict)

    def note(self, what: str) -> None:
        """Count something that was done beside the load."""
        self.done[what] = self.done.get(what, 0) + 1


def main() -> int:
    """Measure and print. Exit code 1: something was lost, doubled, or answered with an error."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (else the sample)")
    parser.add_argument("--seconds", type=float, default=60, metavar="N", help="of load, each turn")
    parser.add_argument("--turns", type=int, default=1, metavar="N", help="turns of each build")
    parser.add_argument("--connections", type=int, default=32, metavar="N")
    parser.add_argument("--slow-imports", type=int, default=0, metavar="N", help="going on beside")
    parser.add_argument("--alone", action="store_true", help="no import, rebuild and sync beside")
    parser.add_argument("--tree", type=Path, metavar="DIR", help="another checkout, in turns")
    parser.add_argument("--pause", type=float, default=2, metavar="N", help="seconds between turns")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="watcher-soak-"))
    try:
        source = (arguments.data or prepared(folder / "data")).resolve()
        trees = {"this": ROOT} | ({"other": arguments.tree.resolve()} if arguments.tree else {})
        with trakt_server() as fake, ExitStack() as stack:
            builds = [
                stack.enter_context(served(name, tree, source, folder, fake))
                for name, tree in trees.items()
            ]
            measure(builds, arguments)
        rows = [row for build in builds for row in rows_of(build)]
        faults = [told for build in builds for told in told_of(build)]
    finally:
        shutil.rmtree(folder)
    show(rows, arguments.json)
    for told in faults:
        print(told)
    return int(any(build.seen.faults or build.done.get("lost") for build in builds[:1]))


def measure(builds: Sequence[Build], arguments: argparse.Namespace) -> None:
    """See each build under the load, in turns, and look for what it promised."""
    for build in builds:
        port = build.places.api_port
        asyncio.run(closed_loop(port, build.household, 3, arguments.connections, 0))
    for turn in range(arguments.turns):
        for build in builds:
            said(f"Turn {turn + 1} of {build.name}")
            seen = asyncio.run(_under_load(build, arguments, turn + 1))
            for kind, seconds in seen.seconds.items():
                build.seen.seconds[kind] += seconds
            build.seen.faults.update(seen.faults)
            build.seen.refused.update(seen.refused)
            build.seen.promised |= seen.promised
            time.sleep(arguments.pause)
    for build in builds:
        with _client(build.places) as api:
            events = {
                person: api.get(f"/profiles/{person}/export").raise_for_status().json()["events"]
                for person in build.household.people
            }
        gone = lost(build.seen.promised, events)
        build.done["lost"] = len(gone)
        for one in gone[:10]:
            said(one)


async def _under_load(build: Build, arguments: argparse.Namespace, seed: int) -> Seen:
    port = build.places.api_port
    beside = [asyncio.create_task(_watched(build))]
    if not arguments.alone:
        beside.append(asyncio.create_task(_other_work(build)))
    beside += [asyncio.create_task(_previews(build, n)) for n in range(arguments.slow_imports)]
    if arguments.slow_imports:
        await asyncio.sleep(2)  # until they are being worked on
    seen = await closed_loop(port, build.household, arguments.seconds, arguments.connections, seed)
    for task in beside:
        task.cancel()
    for told in await asyncio.gather(*beside, return_exceptions=True):
        if isinstance(told, Exception):
            seen.faults[f"beside: {type(told).__name__} {told}"] += 1
    return seen


async def _watched(build: Build) -> None:
    """The API's memory, once a second."""
    while True:
        build.memory.append((time.monotonic(), resident_mb(build.process)))
        await asyncio.sleep(_SAMPLED_EVERY)


async def _other_work(build: Build) -> None:
    """An import, a rebuild, a sync: one after the other, again and again."""
    connection = Connection(build.places.api_port)
    person = build.household.people[-1]
    while True:
        path = f"/history/import?profile={person}&name=mine.csv"
        await _good(connection, path, _file(IMPORTED, build.done.get("imports", 0)), build)
        build.note("imports")
        for path, name in (
            ("/admin/faiss/rebuild", "rebuilds"),
            (f"/history/sync?profile={build.household.people[0]}", "syncs"),
        ):
            job = await _good(connection, path, b"", build)
            if job:
                await _ended(connection, job, name, build)


async def _previews(build: Build, number: int) -> None:
    """Previews of large files, one after the other."""
    connection = Connection(build.places.api_port)
    path = f"/history/import?profile={build.household.people[-1]}&name=mine.csv&preview=true"
    while True:
        await _good(connection, path, _file(60_000, number), build)
        build.note("previews")


async def _good(connection: Connection, path: str, body: bytes, build: Build) -> dict[str, Any]:
    kind = "application/octet-stream" if body else "application/json"
    try:
        status, _, text = await connection.ask("POST", path, body, kind, ADMIN)
    except (OSError, asyncio.IncompleteReadError):
        build.note("connections lost beside")
        connection.close()
        return {}
    if status >= 400:  # noqa: PLR2004 -- errors
        build.note(f"refused beside ({status})")
        await asyncio.sleep(0.5)
        return {}
    told: dict[str, Any] = httpx2.Response(200, content=text).json()
    return told


async def _ended(connection: Connection, job: Mapping[str, Any], name: str, build: Build) -> None:
    while True:
        await asyncio.sleep(0.5)
        path = f"/admin/jobs/{job['id']}"
        with suppress(OSError, asyncio.IncompleteReadError):
            status, _, text = await connection.ask("GET", path, token=ADMIN)
            if status == 200:  # noqa: PLR2004 -- OK
                state = httpx2.Response(200, content=text).json()["state"]
                if state not in _BEING_DONE:
                    build.note(name if state == "done" else f"{name} {state}")
                    return


def rows_of(build: Build) -> list[Row]:
    """The table's rows of a build."""
    rows = build.seen.rows(build.name)
    times, sizes = zip(*build.memory, strict=True)
    slope = float(np.polyfit(times, sizes, 1)[0]) * 60 if len(times) > 1 else 0.0
    memory: Row = {
        "name": f"{build.name}: memory of the API",
        "first MB": sizes[0],
        "last MB": sizes[-1],
        "most MB": max(sizes),
        "MB a minute": slope,
    }
    return [*rows, memory]


def told_of(build: Build) -> list[str]:
    """What the table has no room for."""
    done = ", ".join(f"{count} {what}" for what, count in build.done.items() if what != "lost")
    kept = f"{len(build.seen.promised)} ratings acknowledged, {build.done['lost']} lost or doubled"
    return [
        f"{build.name}: {kept}; beside: {done or 'nothing'}",
        *(
            f"{build.name}: {count} times {what}"
            for what, count in build.seen.faults.most_common(10)
        ),
    ]


@contextmanager
def served(name: str, tree: Path, source: Path, folder: Path, fake: FakeTrakt) -> Iterator[Build]:
    """API and worker of a checkout on a copy of the data, with people who watched something."""
    data = folder / name
    shutil.copytree(source, data)
    port = free_port()
    places = Places(data, "127.0.0.1", port, "127.0.0.1", 0, f"http://127.0.0.1:{port}")
    settings = {
        "WATCHER_DATA_DIR": str(data),
        "PYTHONPATH": str(tree),
        "ADMIN_TOKEN": ADMIN,
        "TRAKT_API_URL": fake.api_url,
        "TRAKT_URL": fake.site_url,
        "TRAKT_CLIENT_ID": fake.client_id,
        "TRAKT_CLIENT_SECRET": fake.client_secret,
        "TRAKT_REDIRECT_URI": fake.redirect_uri,
    }
    known = Settings.model_fields
    environment = {k: v for k, v in os.environ.items() if k.lower() not in known} | settings
    worker = [sys.executable, str(tree / "sync_worker.py"), *worker_command()[2:]]
    children: list[Child] = []
    try:
        for what, command in (("API", api_command(places)), ("worker", worker)):
            log = folder / f"{name}-{what}.log"
            children.append(start_child(Command(what, command, folder, environment), log))
        deadline = time.monotonic() + UP_WITHIN
        while (state := api_says(places.api_url)) is None or state.is_starting:
            if time.monotonic() > deadline or any(c.process.poll() is not None for c in children):
                raise SystemExit("\n".join(child.last_lines() for child in children))
            time.sleep(0.1)
        yield Build(name, places, children[0].process.pid, _household(places, data, fake, name))
    finally:
        end_children(children)


def _household(places: Places, data: Path, fake: FakeTrakt, name: str) -> Household:
    """People with a history, the first with a Trakt account."""
    abouts = best_known(data, FILMS * 3)
    films = [about["tmdb_id"] for about in abouts if about["kind"] == "movie"][:FILMS]
    now = int(time.time())
    people = []
    with _client(places) as api:
        for number in range(PEOPLE):
            person = api.post("/profiles", json={"name": f"Person {number}"}).json()["id"]
            people.append(person)
            events = [
                {
                    "about": about,
                    "at": now - 86_400 * (place + 1),
                    "key": f"watched:{place}",
                    "kind": "watched",
                    "source": "bench",
                }
                for place, about in enumerate(abouts[number::PEOPLE][:WATCHED])
            ]
            told = {"watcher_profile": 1, "events": events}
            where = {"profile": person}
            api.post("/profiles/import", params=where, json=told).raise_for_status()
        account = fake.person(f"{name}-{now}")
        account.watch_in_bulk(300)
        begun = api.get("/auth/trakt/start", params={"profile": people[0]})
        back = fake.sign_in(begun.headers["location"], account)
        came_back = urlsplit(back)
        api.get(f"{came_back.path}?{came_back.query}").raise_for_status()
    return Household(people, films)


def _client(places: Places) -> httpx2.Client:
    return httpx2.Client(base_url=places.api_url, timeout=120, trust_env=False)


def _file(rows: int, seed: int) -> bytes:
    """A table of films that no catalogue has, so that each name is looked for."""
    lines = (
        f"Nobody's film {seed} number {n},{1950 + n % 70},{n % 10 + 1},2024-01-01"
        for n in range(rows)
    )
    return "\n".join(["title,year,rating,watched_at", *lines]).encode()


if __name__ == "__main__":
    sys.exit(main())
