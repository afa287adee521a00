"""What a soak asks for: a household's mix on all connections, and the long work beside it."""

import asyncio
import itertools
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

import numpy as np

from app.domain.catalogue.titles import Title
from scripts.bench.acknowledged import Book
from scripts.bench.closed_loop import Client, Request, Seen
from scripts.bench.installation import TOKEN, Installation
from scripts.bench.people import diary
from scripts.bench.report import resident_mb
from scripts.bench.trakt_process import Trakt

IMPORTED: Final = 20_000
"""Rows of a file that is brought in."""

BIG_IMPORT: Final = "big import"
KINDS: Final = {
    "by id": 30,
    "by text": 20,
    "by filter": 15,
    "list": 8,
    "prediction": 10,
    "history": 10,
    "write": 7,
}
"""What is asked, and in how many of a hundred requests."""

_MORE_PLAYS: Final = 500
_LOOKED_AT: Final = 0.5


@dataclass
class Somebody:
    """A person with their token; `imported` events were acknowledged of a file."""

    id: str
    token: str
    book: Book
    imported: int = 0


@dataclass
class Load:
    """One turn of load on a running installation, and what was seen of it.

    `memory` has a pair a second: seconds since the start, and the API's resident MB. `work` counts
    long work that ended well, `failed` what didn't.
    """

    installation: Installation
    films: Sequence[Title]
    household: Sequence[Somebody]
    importers: Sequence[Somebody]
    follower: Somebody
    trakt: Trakt
    seen: Seen = field(default_factory=Seen)
    memory: list[tuple[float, float]] = field(default_factory=list)
    work: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def run(self, seconds: float, connections: int, process: int) -> None:
        """Load it; `process` is the API's. What was asked for before the end is waited for."""
        asyncio.run(self._run(seconds, connections, process))

    async def _run(self, seconds: float, connections: int, process: int) -> None:
        until = time.monotonic() + seconds
        self._file = diary(self.films, IMPORTED)
        loops = [self._asking(number) for number in range(connections)]
        loops += [self._importing(one) for one in self.importers]
        loops += [self._rebuilding(), self._following(), self._watching(process)]
        await asyncio.gather(*(_repeated(until, loop) for loop in loops))

    def _asking(self, number: int) -> Callable[[], Awaitable[None]]:
        client = Client(self.installation.port, self.seen)
        who = self.household[number % len(self.household)]
        chance = random.Random(number)

        async def once() -> None:
            [kind] = chance.choices(list(KINDS), list(KINDS.values()))
            if kind != "write":
                await client.ask(self._question(kind, who, chance))
                return
            written = who.book.another()
            sent = Request("write", "POST", written.path, who.token, written.body)
            if await client.ask(sent):
                who.book.answered(written)

        return once

    def _question(self, kind: str, who: Somebody, chance: random.Random) -> Request:
        film = chance.choice(self.films)
        asked: dict[str, object] = {"tmdb_id": film.id.tmdb_id, "input_media_type": "movie"}
        if kind == "by text":
            words = " ".join(one.overview for one in chance.choices(self.films, k=3)).split()
            asked = {"text": " ".join(chance.choices(words or ["sea"], k=8)), "k": 10}
        elif kind == "by filter":
            year = chance.randrange(1930, 2020)
            asked["filters"] = {"year_from": year, "year_to": year + 10}
        elif kind == "list":
            body = {"count": 10, "seed": chance.randrange(1000)}
            return Request(kind, "POST", "/recommend/movie", who.token, body)
        elif kind == "prediction":
            return Request(kind, "GET", f"/predict/movie/{film.id.tmdb_id}", who.token)
        elif kind == "history":
            query = urlencode({"offset": chance.randrange(100), "sort": "name"})
            return Request(kind, "GET", f"/history?{query}", who.token)
        return Request(kind, "POST", "/mcp/knn", body=asked)

    def _importing(self, who: Somebody) -> Callable[[], Awaitable[None]]:
        client = Client(self.installation.port, self.seen)
        path = "/history/import?name=diary.csv"

        async def once() -> None:
            answer = await client.ask(Request(BIG_IMPORT, "POST", path, who.token, self._file))
            if answer is None:
                await asyncio.sleep(_LOOKED_AT)
                return
            self.work["imports"] += 1
            who.imported = max(who.imported, json.loads(answer.body)["added"])

        return once

    def _rebuilding(self) -> Callable[[], Awaitable[None]]:
        return self._working("rebuilds", "/admin/faiss/rebuild", "/admin/jobs/{id}", TOKEN)

    def _following(self) -> Callable[[], Awaitable[None]]:
        token = self.follower.token
        working = self._working("syncs", "/history/sync", "/history/sync", token)

        async def once() -> None:
            await asyncio.to_thread(self.trakt.watch_more, _MORE_PLAYS)
            await working()

        return once

    def _working(self, what: str, ask: str, look: str, token: str) -> Callable[[], Awaitable[None]]:
        """Ask for a job, and look until it has ended."""
        client = Client(self.installation.port, self.seen)

        async def once() -> None:
            asked = await client.ask(Request(f"{what}: asked", "POST", ask, token))
            if asked is None:
                await asyncio.sleep(_LOOKED_AT)
                return
            path = look.format(id=json.loads(asked.body)["id"])
            while True:
                await asyncio.sleep(_LOOKED_AT)
                answer = await client.ask(Request(f"{what}: looked at", "GET", path, token))
                job = json.loads(answer.body) if answer else {}
                if job.get("ended_at"):
                    (self.work if job["state"] == "done" else self.failed)[what] += 1
                    return

        return once

    def _watching(self, process: int) -> Callable[[], Awaitable[None]]:
        begun = time.monotonic()

        async def once() -> None:
            self.memory.append((time.monotonic() - begun, resident_mb(process)))
            await asyncio.sleep(1)

        return once

    def lost_and_doubled(self) -> tuple[int, int]:
        """How many acknowledged writes aren't there, and how many are there more than once."""
        lost = doubled = 0
        for who in (*self.household, *self.importers):
            events = self.installation.events(who.id)
            missed, twice = who.book.missed(events)
            keys = Counter(str(event["key"]) for event in events)
            lost += len(missed) + max(0, who.imported - len(keys))
            doubled += len(twice) + sum(times > 1 for times in keys.values())
        return lost, doubled


def slope(memory: Sequence[tuple[float, float]]) -> float:
    """MB per minute by least squares; the first fifth, in which caches fill, is left out."""
    later = np.array(memory[len(memory) // 5 :])
    if len(later) < 2:  # noqa: PLR2004 -- a line needs two points
        return float("nan")
    return float(np.polyfit(later[:, 0] / 60, later[:, 1], 1)[0])


def somebody(
    installation: Installation, films: Sequence[Title], names: "itertools.count[int]"
) -> Somebody:
    """A new person."""
    number = next(names)
    profile_id, token = installation.add(f"Person {number}")
    return Somebody(profile_id, token, Book([film.id.tmdb_id for film in films], number))


async def _repeated(until: float, once: Callable[[], Awaitable[None]]) -> None:
    while time.monotonic() < until:
        await once()
