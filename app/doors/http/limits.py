"""What every request meets before a route: an id, a limit on its body, a log line, a count."""

import logging
import re
import secrets
import time
from typing import Final

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.errors import TooLarge
from app.doors.http.errors import answer, logged_path
from app.doors.http.metrics import HttpFigures

LARGEST_BODY: Final = 64 * 1024
LARGEST_IMPORT: Final = 20 * 1024 * 1024
IMPORTS: Final = frozenset({"/history/import", "/profiles/import", "/history/undo"})
"""Paths whose body may be as large as `LARGEST_IMPORT`: they take what people bring with them."""

_ID_HEADER: Final = b"x-request-id"
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log = logging.getLogger("watcher.requests")


class _BodyTooLarge(Exception):
    pass


class RequestLimits:
    """Pure ASGI, for it costs each request a few microseconds only.

    A caller's `X-Request-ID` is kept where it is harmless. A body over 64 KB (20 MB on a path of
    `IMPORTS`) is refused with 413, by its announced length, which the server holds the caller to,
    or else once so much came in.
    """

    def __init__(self, app: ASGIApp, figures: HttpFigures) -> None:
        self._app, self._figures = app, figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        scope["request_id"] = request_id
        started, status = time.perf_counter(), 500

        async def marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *(one for one in message["headers"] if one[0] != _ID_HEADER),
                    (_ID_HEADER, request_id.encode()),
                ]
            await send(message)

        most = LARGEST_IMPORT if scope["path"] in IMPORTS else LARGEST_BODY
        announced = headers.get(b"content-length", b"")
        try:
            if announced.isdigit():
                fits, body = int(announced) <= most, receive
            else:
                fits, body = await _taken_in(receive, most)
            if fits:
                await self._app(scope, body, marked)
            else:
                detail = f"The body is over the limit of {most // 1024} KB."
                refusal = answer(Request(scope), 413, TooLarge.code, detail)
                await refusal(scope, receive, marked)
        finally:
            seconds = time.perf_counter() - started
            self._figures.note(scope, status, seconds)
            _log.debug(
                "%s %s %d %.1f ms",
                scope["method"],
                logged_path(scope),
                status,
                1000 * seconds,
                extra={"request_id": request_id},
            )


async def _taken_in(receive: Receive, most: int) -> tuple[bool, Receive]:
    """Take in a body of no announced length: whether it fits, and a way to receive it again."""
    messages: list[Message] = []
    size, more = 0, True
    while more and size <= most:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    waiting = iter(messages)

    async def again() -> Message:
        message = next(waiting, None)
        return await receive() if message is None else message

    return size <= most, again
