"""Ids that the source answered without a title to keep: not stored, so remembered beside."""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.ports.work import StateStore

_NAME: Final = "unkept:"
_ADULT: Final = "adult"
_GONE: Final = "gone"
_UNSAVED: Final = 500
"""Answers after which they are written: what is asked for again after a kill."""

_MOST: Final = 50_000
"""The newest so many of each kind and reason are remembered."""


@dataclass(frozen=True, slots=True)
class Since:
    """Unix times: answers given from then on need no other.

    `adult`: the title was for adults and not wanted; `gone`: the source knew no such title.
    """

    adult: float = math.inf
    gone: float = math.inf


ASK_FOR_ALL: Final = Since()


class RejectedIds:
    """For one run, begun at the Unix time `now`; a kind that isn't in `since` is asked for."""

    def __init__(self, state: StateStore, now: float, since: Mapping[MediaKind, Since]) -> None:
        self._state = state
        self._now = int(now)
        self._since = since
        self._known: dict[MediaKind, dict[str, dict[int, int]]] = {}
        self._changed: defaultdict[MediaKind, int] = defaultdict(int)

    def spares(self, title_id: TitleId) -> bool:
        """Whether an answer is known that makes asking for it needless."""
        since = self._since.get(title_id.kind)
        if since is None:
            return False
        known, number = self._of(title_id.kind), title_id.tmdb_id
        adult, gone = known[_ADULT].get(number), known[_GONE].get(number)
        return (adult is not None and adult >= since.adult) or (
            gone is not None and gone >= since.gone
        )

    def note_adult(self, ids: Iterable[TitleId]) -> None:
        """These titles are for adults, and weren't wanted."""
        self._note(_ADULT, ids)

    def note_gone(self, ids: Iterable[TitleId]) -> None:
        """The source doesn't know these."""
        self._note(_GONE, ids)

    def forget(self, ids: Iterable[TitleId]) -> None:
        """These are stored now."""
        for one in ids:
            for numbers in self._of(one.kind).values():
                if numbers.pop(one.tmdb_id, None) is not None:
                    self._changed[one.kind] += 1

    def save(self) -> None:
        """Keep what was noted, durable on return."""
        for kind in list(self._changed):
            self._write(kind)

    def _note(self, reason: str, ids: Iterable[TitleId]) -> None:
        for one in ids:
            numbers = self._of(one.kind)[reason]
            numbers.pop(one.tmdb_id, None)  # so that the newest come last
            numbers[one.tmdb_id] = self._now
            self._changed[one.kind] += 1
            if self._changed[one.kind] >= _UNSAVED:
                self._write(one.kind)

    def _write(self, kind: MediaKind) -> None:
        known = {
            reason: dict(list(numbers.items())[-_MOST:])
            for reason, numbers in self._of(kind).items()
        }
        self._state.write(_NAME + kind.value, json.dumps(known, separators=(",", ":")))
        self._changed.pop(kind, None)

    def _of(self, kind: MediaKind) -> dict[str, dict[int, int]]:
        if kind not in self._known:
            self._known[kind] = _read(self._state, kind)
        return self._known[kind]


def _read(state: StateStore, kind: MediaKind) -> dict[str, dict[int, int]]:
    try:
        found = json.loads(state.read(_NAME + kind.value) or "{}")
        return {
            reason: {int(number): int(at) for number, at in found.get(reason, {}).items()}
            for reason in (_ADULT, _GONE)
        }
    except (ValueError, TypeError, AttributeError):
        # Without it they are asked for once more, and remembered anew.
        return {_ADULT: {}, _GONE: {}}
