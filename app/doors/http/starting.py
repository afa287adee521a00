"""A start that can't be: its sentence is said, and no trace of our own code after it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.errors import WatcherError

CANT_START: Final = 3
"""The exit code: the same that uvicorn has for an application that fails to start."""


class CantStart(SystemExit):
    """What is wrong has been said."""


@contextmanager
def saying_why() -> Iterator[None]:
    """Turn what watcher raises on purpose into a sentence in the log, and `CantStart`."""
    try:
        yield
    except WatcherError as error:
        logging.getLogger("watcher").critical("watcher can't start: %s", error.detail)
        raise CantStart(CANT_START) from None


class QuietStart:
    """Pure ASGI: keeps the trace of a `CantStart` from the server, which would print it.

    The framework makes one of whatever ends a start; a fault of ours keeps its own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, or start."""
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return

        async def quiet(message: Message) -> None:
            trace = str(message.get("message", "")).rstrip()
            if trace.endswith(f"{CantStart.__module__}.{CantStart.__name__}: {CANT_START}"):
                message = {**message, "message": ""}
            await send(message)

        await self._app(scope, receive, quiet)
