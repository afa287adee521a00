"""A fault of ours at the start keeps its trace; only what was said in a sentence has none."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import Message

from app.domain.errors import StoreUnavailable
from app.doors.http.starting import CantStart, QuietStart, saying_why


def told_the_server(fault: Exception) -> Message:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        with saying_why():
            raise fault
        yield

    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "lifespan.startup"}

    async def send(message: Message) -> None:
        told.append(message)

    app = Starlette(lifespan=lifespan, middleware=[Middleware(QuietStart)])
    with pytest.raises((CantStart, ZeroDivisionError)):
        asyncio.run(app({"type": "lifespan"}, receive, send))
    assert [one["type"] for one in told] == ["lifespan.startup.failed"]
    return told[0]


def test_what_was_said_has_no_trace(caplog: pytest.LogCaptureFixture) -> None:
    assert told_the_server(StoreUnavailable("The disk is full"))["message"] == ""
    assert [record.getMessage() for record in caplog.records] == [
        "watcher can't start: The disk is full"
    ]


def test_a_fault_of_ours_has_its_trace() -> None:
    assert "ZeroDivisionError" in told_the_server(ZeroDivisionError())["message"]
