"""A person's ledger, kept in memory until it changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from itertools import count
from typing import Final

from app.domain.people.ledger import FEEDBACK, Event
from app.domain.ports.people import Ledger

_PEOPLE_KEPT: Final = 8


@dataclass(frozen=True, slots=True)
class LedgerView:
    """A ledger as it was read, each part by ascending (`at`, `key`).

    `told` is the person's history, `feedback` what became of lists (`FEEDBACK`). `mark` is another
    number as soon as `told` is another: what is worked out of `told` alone holds while it stays,
    though lists are shown all the time.
    """

    version: int
    mark: int
    told: tuple[Event, ...]
    feedback: tuple[Event, ...]

    def changed_since(self, before: LedgerView) -> list[Event]:
        """Events of `told`, then or now, that the other doesn't have, or has otherwise."""
        if self.mark == before.mark:
            return []
        now = {event.key: event for event in self.told}
        then = {event.key: event for event in before.told}
        # Most are the same objects: only of the others is everything compared.
        differing = [key for key, one in now.items() if then.get(key) is not one]
        differing = [key for key in differing if then.get(key) != now[key]]
        gone = [one for key, one in then.items() if key not in now]
        before_that = [then[key] for key in differing if key in then]
        return [*gone, *before_that, *(now[key] for key in differing)]


class LedgerReader:
    """Reads ledgers, those of the latest few people from memory. Safe for several threads."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._kept: OrderedDict[str, LedgerView] = OrderedDict()
        self._marks = count(1)
        self._lock = threading.Lock()

    def read(self, profile_id: str) -> LedgerView:
        """The ledger as it is now. Raises `NotFound`, and what the store raises."""
        version = self._ledger.version(profile_id)
        with self._lock:
            kept = self._kept.get(profile_id)
            if kept is not None and kept.version == version:
                self._kept.move_to_end(profile_id)
                return kept
        events = self._ledger.events(profile_id)
        feedback = tuple(event for event in events if event.kind in FEEDBACK)
        told = tuple(event for event in events if event.kind not in FEEDBACK)
        with self._lock:
            kept = self._kept.get(profile_id)
            if kept is not None and kept.told == told:
                view = LedgerView(version, kept.mark, kept.told, feedback)
            else:
                view = LedgerView(version, next(self._marks), told, feedback)
            self._kept[profile_id] = view
            self._kept.move_to_end(profile_id)
            while len(self._kept) > _PEOPLE_KEPT:
                self._kept.popitem(last=False)
        return view
