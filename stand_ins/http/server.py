"""HTTP/1.1 with keep-alive for a stand-in: one event loop in a thread of its own."""

import asyncio
import math
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from threading import Event, Thread
from typing import Final, NoReturn, Protocol
from urllib.parse import parse_qsl, urlsplit

import msgspec

from stand_ins.http.faults import Drop, Fault, Hang, Instead, Status
from stand_ins.http.messages import Answer, Asked
from stand_ins.http.request_log import Request
from stand_ins.http.stand_in import StandIn

STATS_PATH: Final = "/_stats"
_CHUNK: Final = 256 * 1024
_LOOK_SECONDS: Final = 0.02
_BACKLOG: Final = 1024
_LONGEST_BODY: Final = 10 * 1024 * 1024


class Site(Protocol):
    """What a stand-in answers. Called in the server's thread; `answer` in another one, too."""

    @property
    def stand_in(self) -> StandIn:
        """The state that it answers from."""
        ...

    def arrived(self, asked: Asked) -> tuple[Request, Answer | None]:
        """Note a request; gives its entry, and what it is refused with where there are too many."""
        ...

    def takes_long(self, asked: Asked) -> bool:
        """Whether the answer is made in a thread, so that it holds nobody up."""
        ...

    def answer(self, asked: Asked) -> Answer:
        """The true answer; what was asked for is done."""
        ...

    def answered(self, request: Request, answer: Answer, *, whole: bool) -> None:
        """Note what is about to be sent, or half of it."""
        ...

    def error(self, status: Status) -> Answer:
        """The error of an HTTP status in the service's own shape."""
        ...

    def stats(self) -> object:
        """What ``GET /_stats`` tells, for JSON."""
        ...


class _Gone(Exception):
    """The connection is over."""


class Server:
    """Serves a stand-in on 127.0.0.1 from `start` to `stop`."""

    def __init__(self, site: Site, port: int) -> None:
        self._site, self._port = site, port
        self._ready = Event()
        self._failure: BaseException | None = None
        self._thread = Thread(target=self._run, name="stand-in", daemon=True)
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
        self._site.stand_in.origin = f"http://127.0.0.1:{port}"
        self._ready.set()
        await self._stopping.wait()
        # What was accepted at the last moment is attached first: else its socket would leak.
        for listening in server.sockets:
            asyncio.get_running_loop().remove_reader(listening.fileno())
        for _ in range(10):
            await asyncio.sleep(0)
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
            await _Connection(self._site, reader, writer).serve()
        except asyncio.CancelledError:
            pass  # the server stops
        finally:
            self._connections.discard(task)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


class _Connection:
    def __init__(
        self, site: Site, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._site, self._reader, self._writer = site, reader, writer

    async def serve(self) -> None:
        """Answer one request after the other until either side has had enough."""
        with suppress(_Gone, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            while True:
                asked = _parsed(await self._reader.readuntil(b"\r\n\r\n"))
                await self._answer(await self._with_body(asked))
                if asked.fields.get("connection", "").lower() == "close":
                    return

    async def _with_body(self, asked: Asked) -> Asked:
        length = asked.fields.get("content-length", "0")
        if "transfer-encoding" in asked.fields or not length.isdecimal():
            _leave()  # what comes next can't be told from the next request
        if int(length) > _LONGEST_BODY:
            _leave()
        if length == "0":
            return asked
        return replace(asked, body=await self._reader.readexactly(int(length)))

    async def _answer(self, asked: Asked) -> None:
        stand_in = self._site.stand_in
        if asked.path == STATS_PATH:
            await self._send(asked, Answer(200, msgspec.json.encode(self._site.stats())))
            return
        request, refusal = self._site.arrived(asked)
        fault = stand_in.faults.take(asked.method, asked.path)
        if stand_in.latency:
            await asyncio.sleep(stand_in.latency)
        if fault is not None:
            await self._faulty(asked, request, fault)
        elif refusal is not None:
            await self._finish(asked, request, refusal)
        else:
            await self._finish(asked, request, await self._true_answer(asked))

    async def _true_answer(self, asked: Asked) -> Answer:
        if self._site.takes_long(asked):
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(None, self._site.answer, asked)
        return self._site.answer(asked)

    async def _faulty(self, asked: Asked, request: Request, fault: Fault) -> None:
        effect = fault.effect
        if isinstance(effect, Status):
            await self._finish(asked, request, self._site.error(effect))
        elif isinstance(effect, Instead):
            other = Answer(effect.status, effect.content, effect.content_type, effect.headers)
            await self._finish(asked, request, other)
        elif isinstance(effect, Hang):
            await self._hang(fault, effect.seconds)
            await self._finish(asked, request, await self._true_answer(asked))
        elif isinstance(effect, Drop):
            if effect.midway:
                answer = await self._true_answer(asked)
                await self._send(asked, answer, sent=answer.length // 2)
            _leave()
        else:
            await self._half(asked, request, await self._true_answer(asked))

    async def _half(self, asked: Asked, request: Request, answer: Answer) -> None:
        half = answer.length // 2
        self._site.answered(request, answer, whole=False)
        await self._send(asked, answer, announced=half, sent=half)

    async def _hang(self, fault: Fault, seconds: float | None) -> None:
        end = math.inf if seconds is None else asyncio.get_running_loop().time() + seconds
        # Looked at now and then: three things can end it, and none of them is urgent.
        while asyncio.get_running_loop().time() < end and not fault.cleared:
            if self._client_left():
                _leave()
            await asyncio.sleep(_LOOK_SECONDS)

    async def _finish(self, asked: Asked, request: Request, answer: Answer) -> None:
        if self._client_left():
            _leave()
        # First, so that whoever has the answer finds it counted.
        self._site.answered(request, answer, whole=True)
        await self._send(asked, answer)

    def _client_left(self) -> bool:
        return self._reader.at_eof() or self._reader.exception() is not None

    async def _send(
        self, asked: Asked, answer: Answer, *, announced: int | None = None, sent: int | None = None
    ) -> None:
        """`sent` bytes of the body (all of it) under a head that has `announced` as its length."""
        whole = answer.length
        lines = [
            f"HTTP/1.1 {answer.status} {_reason(answer.status)}",
            f"Content-Type: {answer.content_type}",
            f"Content-Length: {whole if announced is None else announced}",
            *(f"{name}: {value}" for name, value in answer.headers),
        ]
        start = "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"
        left = 0 if asked.method == "HEAD" else whole if sent is None else sent
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


def _leave() -> NoReturn:
    raise _Gone


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"


def _parsed(head: bytes) -> Asked:
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    try:
        method, target, _version = first.split(" ")
    except ValueError as error:
        raise _Gone from error
    named = (line.partition(":") for line in lines)
    fields = {name.strip().lower(): value.strip() for name, _, value in named}
    parts = urlsplit(target)
    return Asked(method, parts.path, dict(parse_qsl(parts.query)), fields)
