"""HTTP/1.1 with keep-alive for the stand-in: one event loop in a thread of its own."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from threading import Event, Thread
from typing import Final, NoReturn
from urllib.parse import parse_qsl, urlsplit

import msgspec

from tests.fakes import tmdb_answers as answers
from tests.fakes import tmdb_routes as routes
from tests.fakes.tmdb_answers import Answer
from tests.fakes.tmdb_counters import Request
from tests.fakes.tmdb_faults import Drop, Fault, Hang, Instead, Status
from tests.fakes.tmdb_service import FakeTmdb

STATS_PATH: Final = "/_stats"
_CHUNK: Final = 256 * 1024
_LOOK_SECONDS: Final = 0.02
_BACKLOG: Final = 1024


@dataclass(frozen=True)
class _Head:
    method: str
    path: str
    query: Mapping[str, str]
    fields: Mapping[str, str]
    """Header fields by lower-case name."""


class _Gone(Exception):
    """The connection is over."""


class Server:
    """Serves a `FakeTmdb` on 127.0.0.1 from `start` to `stop`."""

    def __init__(self, fake: FakeTmdb, port: int) -> None:
        self._fake, self._port = fake, port
        self._ready = Event()
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._run, name="fake-tmdb", daemon=True)
        self._connections: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Return when it listens. Raises `OSError` where the port is taken."""
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure

    def stop(self) -> None:
        """Close every connection and return when the thread has ended."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as failure:
            self._failure = failure
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        server = await asyncio.start_server(
            self._connected, "127.0.0.1", self._port, backlog=_BACKLOG
        )
        port = server.sockets[0].getsockname()[1]
        self._fake.origin = f"http://127.0.0.1:{port}"
        self._ready.set()
        await self._stopping.wait()
        server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        await server.wait_closed()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            await _Connection(self._fake, reader, writer).serve()
        except asyncio.CancelledError:
            pass  # the server stops
        finally:
            self._connections.discard(task)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


class _Connection:
    def __init__(
        self, fake: FakeTmdb, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._fake, self._reader, self._writer = fake, reader, writer

    async def serve(self) -> None:
        """Answer one request after the other until either side has had enough."""
        with suppress(_Gone, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            while True:
                head = _parsed(await self._reader.readuntil(b"\r\n\r\n"))
                await self._answer(head)
                if head.fields.get("connection", "").lower() == "close":
                    return

    async def _answer(self, head: _Head) -> None:
        if head.path == STATS_PATH:
            stats = msgspec.json.encode(self._fake.counters.stats())
            await self._send(head, Answer(200, stats))
            return
        api = routes.is_api(head.path)
        request, in_second = self._fake.counters.arrived(head.path, head.query, api=api)
        fault = self._fake.faults.take(head.path)
        if self._fake.latency:
            await asyncio.sleep(self._fake.latency)
        if fault is not None:
            await self._faulty(head, request, fault)
            return
        limits = self._fake.limits
        if api and limits.rate is not None and in_second > limits.rate + limits.burst:
            await self._finish(
                head, request, answers.error(answers.TOO_MANY_REQUESTS, retry_after=1)
            )
            return
        await self._finish(head, request, await self._true_answer(head))

    async def _true_answer(self, head: _Head) -> Answer:
        if head.method not in ("GET", "HEAD"):
            return answers.error(answers.METHOD)
        asked = (self._fake, head.path, head.query, head.fields.get("authorization"))
        if routes.takes_long(head.path):
            return await asyncio.get_running_loop().run_in_executor(None, routes.answer, *asked)
        return routes.answer(*asked)

    async def _faulty(self, head: _Head, request: Request, fault: Fault) -> None:
        effect = fault.effect
        if isinstance(effect, Status):
            refusal = answers.error_of_status(effect.code, effect.retry_after)
            await self._finish(head, request, refusal)
        elif isinstance(effect, Instead):
            other = Answer(effect.status, effect.content, effect.content_type)
            await self._finish(head, request, other)
        elif isinstance(effect, Hang):
            await self._hang(fault, effect.seconds)
            await self._finish(head, request, await self._true_answer(head))
        elif isinstance(effect, Drop):
            if effect.midway:
                answer = await self._true_answer(head)
                await self._send(head, answer, sent=answer.length // 2)
            _leave()
        else:
            await self._half(head, request, await self._true_answer(head))

    async def _half(self, head: _Head, request: Request, answer: Answer) -> None:
        half = answer.length // 2
        self._fake.counters.answered(request, answer.status, None)
        await self._send(head, answer, announced=half, sent=half)

    async def _hang(self, fault: Fault, seconds: float | None) -> None:
        end = math.inf if seconds is None else asyncio.get_running_loop().time() + seconds
        # Looked at now and then: three things can end it, and none of them is urgent.
        while asyncio.get_running_loop().time() < end and not fault.cleared:
            if self._client_left():
                _leave()
            await asyncio.sleep(_LOOK_SECONDS)

    async def _finish(self, head: _Head, request: Request, answer: Answer) -> None:
        if self._client_left():
            _leave()
        # First, so that whoever has the answer finds it counted.
        self._fake.counters.answered(request, answer.status, answer.detail)
        await self._send(head, answer)

    def _client_left(self) -> bool:
        return self._reader.at_eof() or self._reader.exception() is not None

    async def _send(
        self, head: _Head, answer: Answer, *, announced: int | None = None, sent: int | None = None
    ) -> None:
        """`sent` bytes of the body (all of it) under a head that has `announced` as its length."""
        whole = answer.length
        lines = [
            f"HTTP/1.1 {answer.status} {_reason(answer.status)}",
            f"Content-Type: {answer.content_type}",
            f"Content-Length: {whole if announced is None else announced}",
            *(f"{name}: {value}" for name, value in answer.headers),
        ]
        if head.method not in ("GET", "HEAD"):
            lines.append("Connection: close")  # its body is not read
        start = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        left = 0 if head.method == "HEAD" else whole if sent is None else sent
        if isinstance(answer.content, bytes):
            self._writer.write(start + answer.content[:left])
            await self._writer.drain()
        else:
            self._writer.write(start)
            with answer.content.open("rb") as file:
                while left > 0 and (chunk := file.read(min(_CHUNK, left))):
                    self._writer.write(chunk)
                    await self._writer.drain()
                    left -= len(chunk)
        if head.method not in ("GET", "HEAD"):
            _leave()


def _leave() -> NoReturn:
    raise _Gone


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _parsed(head: bytes) -> _Head:
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    try:
        method, target, _version = first.split(" ")
    except ValueError as error:
        raise _Gone from error
    named = (line.partition(":") for line in lines)
    fields = {name.strip().lower(): value.strip() for name, _, value in named}
    parts = urlsplit(target)
    return _Head(method, parts.path, dict(parse_qsl(parts.query)), fields)
