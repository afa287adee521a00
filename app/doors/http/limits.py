"""What every request meets before all else: an id, a log line, a count.

And what every answer bears: no site can show it in a frame.
"""

import logging
import re
import secrets
import time
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.doors.http.errors import logged_path
from app.doors.http.lanes import Lanes
from app.doors.http.metrics import HttpFigures

_UNFRAMED: Final = (
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
)
"""Nobody shows a page of ours in a frame, to have it clicked unseen."""

_ID_HEADER: Final = b"x-request-id"
_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log = logging.getLogger("watcher.requests")


class RequestLimits:
    """Pure ASGI, for it costs each request a few microseconds only.

    A caller's `X-Request-ID` is kept where it is harmless. What a route may be sent, and when it
    is its turn, is seen to by the gate before it, for which the lanes are put into the scope.
    """

    def __init__(self, app: ASGIApp, figures: HttpFigures, lanes: Lanes) -> None:
        self._app, self._figures, self._lanes = app, figures, lanes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"").decode("latin-1")
        request_id = given if _ID.fullmatch(given) else secrets.token_hex(8)
        scope["request_id"], scope["lanes"] = request_id, self._lanes
        started, status = time.perf_counter(), 500

        async def marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *(one for one in message["headers"] if one[0] != _ID_HEADER),
                    (_ID_HEADER, request_id.encode()),
                    *_UNFRAMED,
                ]
            await send(message)

        try:
            await self._app(scope, receive, marked)
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
