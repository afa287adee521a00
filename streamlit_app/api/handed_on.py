"""Answers that were got a moment ago for a page's first look, for the page that follows."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final, NamedTuple

SECONDS: Final = 5.0
"""How long an answer waits for the page: longer than a browser takes to start its program."""

_MOST: Final = 200


class _Kept(NamedTuple):
    since: float
    body: bytes


class HandedOn:
    """Bodies of good answers by their questions, each given out once; safe for several threads.

    A change of anything lets all of them go, and those as well that were asked before or while it
    was made: none tells how it was before somebody acted.
    """

    def __init__(self) -> None:
        self.turn = 0
        """How many changes began or ended: an answer is of the turn in which it was asked for."""

        self._kept: dict[object, _Kept] = {}
        self._lock = Lock()

    def keep(self, question: object, body: bytes, turn: int) -> None:
        """Keep the answer to a question, which is hashable and says who asks."""
        now = time.monotonic()
        with self._lock:
            for old in [one for one, kept in self._kept.items() if now - kept.since > SECONDS]:
                del self._kept[old]
            if turn == self.turn and len(self._kept) < _MOST:
                self._kept[question] = _Kept(now, body)

    def take(self, question: object) -> bytes | None:
        """The answer to a question, once; None where there is none that is fresh."""
        with self._lock:
            kept = self._kept.pop(question, None)
        return kept.body if kept and time.monotonic() - kept.since <= SECONDS else None

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Around a change, made or failed."""
        self.forget()
        try:
            yield
        finally:
            self.forget()

    def forget(self) -> None:
        """Let all go."""
        with self._lock:
            self.turn += 1
            self._kept.clear()


HANDED_ON: Final = HandedOn()
"""The one of this process: kept by the first looks, taken by the pages."""
