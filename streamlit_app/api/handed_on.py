"""Answers that were got a moment ago for a page's first look, for the page that follows."""

from __future__ import annotations

import time
from threading import Lock
from typing import Final, NamedTuple

SECONDS: Final = 5.0
"""How long an answer waits for the page: longer than a browser takes to start its program."""

_MOST: Final = 500


class _Kept(NamedTuple):
    since: float
    body: bytes


class HandedOn:
    """Bodies of good answers by their questions, each given out once; safe for several threads.

    A change of anything lets all of them go: none tells how it was before somebody acted.
    """

    def __init__(self) -> None:
        self._kept: dict[object, _Kept] = {}
        self._lock = Lock()

    def keep(self, question: object, body: bytes) -> None:
        """Keep the answer to a question, which is hashable and says who asks."""
        now = time.monotonic()
        with self._lock:
            for old in [one for one, kept in self._kept.items() if now - kept.since > SECONDS]:
                del self._kept[old]
            if len(self._kept) < _MOST:
                self._kept[question] = _Kept(now, body)

    def take(self, question: object) -> bytes | None:
        """The answer to a question, once; None where there is none that is fresh."""
        with self._lock:
            kept = self._kept.pop(question, None)
        return kept.body if kept and time.monotonic() - kept.since <= SECONDS else None

    def forget(self) -> None:
        """Let all go."""
        with self._lock:
            self._kept.clear()


HANDED_ON: Final = HandedOn()
"""The one of this process: kept by the first looks, taken by the pages."""
