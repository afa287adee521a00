"""A closed-loop load of everything that a household asks for, and a record of what was promised.

Each connection asks, waits for the answer, and asks again. A write that was acknowledged is
remembered, so that what was lost can be told afterwards.
"""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from scripts.bench.report import Row

SEARCHES: Final = ("by id", "by text", "by id, filtered")
KINDS: Final = {
    "by id": 40,
    "by text": 12,
    "by id, filtered": 12,
    "names completed": 8,
    "a list": 5,
    "a prediction": 5,
    "history": 9,
    "a rating": 9,
}
"""What is asked for, and how often in a hundred."""

_WORDS: Final = (
    *("space", "war", "love", "heist", "detective", "robot", "ghost", "island", "school"),
    *("winter", "family", "revenge", "music", "chess", "pirate", "desert", "train", "vampire"),
)
_GOOD: Final = 200
_FULL: Final = 503


@dataclass
class Seen:
    """Seconds of each good answer by kind, refusals, faults, and the ratings acknowledged."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    refused: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    promised: dict[tuple[str, int], int] = field(default_factory=dict)

    @property
    def of_searches(self) -> list[float]:
        """Those of all three kinds of search."""
        return [each for kind in SEARCHES for each in self.seconds[kind]]

    def rows(self, name: str) -> list[Row]:
        """A row for all searches together, then one for each kind."""
        kinds = {"all searches": self.of_searches} | self.seconds
        return [
            {
                "name": f"{name}: {kind}",
                "answers": len(seconds),
                "p50 ms": _percentile(seconds, 50),
                "p95 ms": _percentile(seconds, 95),
                "p99 ms": _percentile(seconds, 99),
                "503 with Retry-After": self.refused.get(kind, 0),
                "errors": sum(n for what, n in self.faults.items() if what.startswith(kind)),
            }
            for kind, seconds in kinds.items()
        ]


@dataclass(frozen=True)
class Household:
    """Whom the load is about: profiles, and titles of the catalogue."""

    people: Sequence[str]
    films: Sequence[int]


class Connection:
    """One connection that is kept open; it says what an answer's status and headers are."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        content_type: str = "application/json",
        token: str = "",
    ) -> tuple[int, bytes, bytes]:
        """Status, head and body. Raises `OSError`, `asyncio.IncompleteReadError`."""
        if self._streams is None or self._streams[0].at_eof():
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n"
            f"{f'Authorization: Bearer {token}' + chr(13) + chr(10) if token else ''}\r\n"
        )
        writer.write(head.encode() + body)
        told = (await reader.readuntil(b"\r\n\r\n")).lower()
        _, _, length = told.partition(b"content-length:")
        size = int(length.split(b"\r\n", 1)[0]) if length else 0
        return int(told.split()[1]), told, await reader.readexactly(size)

    def close(self) -> None:
        """End it."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def closed_loop(
    port: int, household: Household, seconds: float, connections: int, seed: int
) -> Seen:
    """So many connections, each with one question at a time, for so long."""
    seen, until = Seen(), time.monotonic() + seconds
    await asyncio.gather(
        *(
            _asking(port, household, until, seen, random.Random(f"{seed}:{n}"), (n, connections))
            for n in range(connections)
        )
    )
    return seen


async def _asking(
    port: int,
    household: Household,
    until: float,
    seen: Seen,
    rng: random.Random,
    place: tuple[int, int],
) -> None:
    """One connection, the n-th of so many."""
    (number, connections), connection = place, Connection(port)
    person = household.people[number % len(household.people)]
    # A film is rated over one connection alone, so that the last promise about it is known.
    mine = household.films[number::connections]
    while time.monotonic() < until:
        kind = rng.choices(list(KINDS), list(KINDS.values()))[0]
        method, path, body = _question(kind, rng, person, household, mine)
        started = time.perf_counter()
        try:
            status, head, text = await connection.ask(
                method, path, b"" if body is None else json.dumps(body).encode()
            )
        except (OSError, asyncio.IncompleteReadError) as error:
            seen.faults[f"{kind}: {type(error).__name__}"] += 1
            connection.close()
            if body is not None and "rating" in body:  # nobody knows whether that was written
                seen.promised.pop((person, body["tmdb_id"]), None)
            continue
        if status == _GOOD:
            seen.seconds[kind].append(time.perf_counter() - started)
            if kind == "a rating" and body is not None:
                seen.promised[person, body["tmdb_id"]] = body["rating"]
        elif status == _FULL and b"retry-after:" in head:
            seen.refused[kind] += 1
        else:
            seen.faults[f"{kind}: {status} {text[:120].decode(errors='replace')}"] += 1
    connection.close()


def _question(
    kind: str, rng: random.Random, person: str, household: Household, mine: Sequence[int]
) -> tuple[str, str, dict[str, Any] | None]:
    asked: tuple[str, str, dict[str, Any] | None]
    film = rng.choice(household.films)
    by_id: dict[str, Any] = {"tmdb_id": film, "input_media_type": "movie"}
    match kind:
        case "by id":
            asked = "POST", "/mcp/knn", by_id
        case "by text":
            asked = "POST", "/mcp/knn", {"text": " ".join(rng.sample(_WORDS, 4))}
        case "by id, filtered":
            years = {"year_from": 1950, "year_to": 1975}
            asked = "POST", "/mcp/knn", by_id | {"filters": years}
        case "names completed":
            asked = "GET", f"/titles/search?q={rng.choice(_WORDS)[:4]}", None
        case "a list":
            wanted = {"profile": person, "count": 10, "seed": rng.randrange(100)}
            asked = "POST", "/recommend/all", wanted
        case "a prediction":
            asked = "GET", f"/predict/movie/{film}?profile={person}", None
        case "history":
            asked = "GET", f"/history?profile={person}&offset={rng.randrange(100)}", None
        case _:
            rated = {"tmdb_id": rng.choice(mine), "media_type": "movie"}
            rating = rated | {"rating": rng.randrange(1, 11)}
            asked = "POST", f"/ratings?profile={person}", rating
    return asked


def lost(promised: Mapping[tuple[str, int], int], told: Mapping[str, Sequence[Any]]) -> list[str]:
    """What was acknowledged and isn't there exactly once; `told` holds each person's events."""
    wrong = []
    for person, events in told.items():
        found: dict[int, list[int]] = {}
        for event in events:
            about = event["about"]
            if event["kind"] == "rated" and event["source"] == "hand" and about["kind"] == "movie":
                found.setdefault(about["tmdb_id"], []).append(event["rating"])
        wrong += [
            f"{person} film {film}: {rating} was acknowledged, {found.get(film, [])} is there"
            for (whose, film), rating in promised.items()
            if whose == person and found.get(film) != [rating]
        ]
    return wrong


def _percentile(seconds: Sequence[float], percent: int) -> float | None:
    return float(np.percentile(seconds, percent)) * 1000 if seconds else None
