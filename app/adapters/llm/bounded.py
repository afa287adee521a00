"""Answers that end in time and size, whatever the service sends: the bound that timeouts lack."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Final

import httpx2

MOST_BYTES: Final = 4 * 1024 * 1024

due: ContextVar[float] = ContextVar("due")
"""When the answer to what this thread sends must be complete (`time.monotonic`)."""


class _Stream(httpx2.SyncByteStream):
    def __init__(self, inner: httpx2.SyncByteStream, until: float) -> None:
        self._inner, self._until = inner, until

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for piece in self._inner:
            size += len(piece)
            if size > MOST_BYTES or time.monotonic() > self._until:
                raise httpx2.ReadTimeout("an answer without an end")
            yield piece

    def close(self) -> None:
        self._inner.close()


def bound(response: httpx2.Response) -> None:
    """A hook for a client: reading the answer fails after `due`, and from `MOST_BYTES` on."""
    assert isinstance(response.stream, httpx2.SyncByteStream)  # noqa: S101 -- of a sync client
    response.stream = _Stream(response.stream, due.get())
