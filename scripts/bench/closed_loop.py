"""A closed loop: so many connections, each of which asks again as soon as it is answered."""

import asyncio
import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self

import numpy as np

PATIENCE: Final = 600.0
"""Seconds after which an answer counts as missing."""

_LONGEST_WAIT: Final = 1.0
"""A refused client comes back after `Retry-After`, or this: the load must not fall asleep."""

_UNAVAILABLE: Final = 503


class Answer(NamedTuple):
    """A status, headers by their names in lower case, and the body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Request(NamedTuple):
    """What is asked, by whom; `body` is JSON, or bytes as they are."""

    kind: str
    method: str
    path: str
    token: str = ""
    body: object = None


@dataclass
class Seen:
    """Seconds per good answer, by kind; refusals that said when to come back; other failures."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    waits: Counter[str] = field(default_factory=Counter)
    errors: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, other: Self) -> None:
        """Count another turn's in."""
        for kind, seconds in other.seconds.items():
            self.seconds[kind] += seconds
        self.waits += other.waits
        self.errors += other.errors

    def row(self, build: str, kind: str) -> dict[str, object]:
        """Percentiles in milliseconds of what was answered well."""
        seconds = self.seconds[kind]
        median, p95, p99 = (np.percentile(seconds or [np.nan], (50, 95, 99)) * 1000).tolist()
        return {
            "name": f"{build}: {kind}",
            "answered": len(seconds),
            "p50 ms": median,
            "p95 ms": p95,
            "p99 ms": p99,
            "told to wait": self.waits[kind],
            "errors": sum(n for (of, _), n in self.errors.items() if of == kind),
        }


class Client:
    """One connection, made anew where it was lost."""

    def __init__(self, port: int, seen: Seen) -> None:
        self._port, self._seen = port, seen
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: Request) -> Answer | None:
        """Ask and count it; None where it was no 2xx."""
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._answer(request)
        except (OSError, EOFError, TimeoutError, ValueError) as error:
            self.close()
            self._seen.errors[request.kind, type(error).__name__] += 1
            await asyncio.sleep(0.1)
            return None
        if answer.status // 100 == 2:  # noqa: PLR2004 -- any success
            self._seen.seconds[request.kind].append(time.perf_counter() - begun)
            return answer
        after = answer.headers.get("retry-after", "")
        if answer.status == _UNAVAILABLE and after:
            self._seen.waits[request.kind] += 1
        else:
            self._seen.errors[request.kind, f"{answer.status} {_code(answer.body)}"] += 1
        if after.isdigit():
            await asyncio.sleep(min(float(after), _LONGEST_WAIT))
        return None

    def close(self) -> None:
        """End the connection."""
        if self._open is not None:
            self._open[1].close()
            self._open = None

    async def _answer(self, request: Request) -> Answer:
        if self._open is None or self._open[0].at_eof():  # the server closes what idles
            self.close()
            self._open = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._open
        writer.write(_written(request))
        await writer.drain()
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in lines if line)
        if "chunked" in headers.get("transfer-encoding", ""):
            body = await _chunks(reader)
        else:
            body = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection") == "close":
            self.close()
        return Answer(int(first.split(" ")[1]), headers, body)


def _written(request: Request) -> bytes:
    raw = isinstance(request.body, bytes)
    body = request.body if isinstance(request.body, bytes) else json.dumps(request.body).encode()
    if request.body is None:
        body = b""
    sort = "application/octet-stream" if raw else "application/json"
    lines = [f"{request.method} {request.path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"Content-Type: {sort}"] if body else []
    lines += [f"Authorization: Bearer {request.token}"] if request.token else []
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    found = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        found += await reader.readexactly(size)
        await reader.readline()
    await reader.readuntil(b"\r\n")
    return found


def _code(body: bytes) -> str:
    try:
        return str(json.loads(body)["error"])
    except (ValueError, KeyError, TypeError):
        return "(no error of ours)"
