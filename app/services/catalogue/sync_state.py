"""Where the catalogue's synchronisation stands, per kind: kept as one value, so never torn."""

import json
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Final, Self

from app.domain.catalogue.titles import MediaKind
from app.domain.errors import Damaged
from app.domain.ports.work import StateStore

_NAME: Final = "sync:"
_WAYS: Final = ("full", "changes")


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that was begun and hasn't been completed: what goes on from it skips what it fetched.

    `way` is ``full`` or ``changes``; `began` is in Unix seconds, `first` and `last` are the ISO
    dates of a window of changes, empty for a full run.
    """

    way: str
    began: int
    first: str = ""
    last: str = ""
    forced: bool = False


@dataclass(frozen=True, slots=True)
class SyncState:
    """`cursor` is the ISO date up to which changes are in; empty before the first full run.

    `partial`: the last full run had no export to go by, so titles may be missing. `exported` and
    `listed` tell the date of the last export read, and how many titles it listed (without those for
    adults where they weren't wanted). `adult`: the last full run wanted those, too, so later runs
    do. Times are Unix seconds, 0 where never.
    """

    cursor: str = ""
    partial: bool = False
    exported: str = ""
    listed: int = 0
    adult: bool = False
    open: OpenRun | None = None
    synced_at: float = 0.0
    followed_at: float = 0.0
    refreshed_at: float = 0.0

    def opened(self, run: OpenRun) -> Self:
        """With this run begun."""
        return replace(self, open=run)


def read_state(store: StateStore, kind: MediaKind) -> SyncState:
    """The state of a kind; a new one where none was written. Raises `Damaged`."""
    text = store.read(_NAME + kind.value)
    if text is None:
        return SyncState()
    try:
        found = json.loads(text)
        run = found.pop("open", None)
        state = SyncState(**found, open=None if run is None else OpenRun(**run))
        _check(state)
    except (ValueError, TypeError, AttributeError) as error:
        raise Damaged(f"The state '{_NAME}{kind.value}' can't be read: {error}") from error
    return state


def write_state(store: StateStore, kind: MediaKind, state: SyncState) -> None:
    """Keep it, durable on return."""
    store.write(_NAME + kind.value, json.dumps(asdict(state)))


def _check(state: SyncState) -> None:
    """Raise `TypeError` or `ValueError` where a field holds what it can't."""
    _check_kinds(replace(state, open=None), SyncState())
    days = [day for day in (state.cursor, state.exported) if day]
    if state.open is not None:
        _check_kinds(state.open, OpenRun("", 0))
        if state.open.way not in _WAYS:
            raise ValueError(f"there is no run by {state.open.way!r}")
        if state.open.way == "changes":
            days += [state.open.first, state.open.last]
    for day in days:
        date.fromisoformat(day)


def _check_kinds(found: SyncState | OpenRun, like: SyncState | OpenRun) -> None:
    for one in fields(like):
        value, kind = getattr(found, one.name), type(getattr(like, one.name))
        if type(value) is not kind and not (kind is float and type(value) is int):
            raise TypeError(f"{one.name} is {value!r}")
