"""Which ids a run asks for, and what its completion means."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId
from app.domain.ports.catalogue import CatalogueSource, TitleStore
from app.domain.progress import Progress, Report
from app.services.catalogue import catalogue_scan
from app.services.catalogue.export_snapshot import ExportSnapshot, read_export
from app.services.catalogue.fetching import Keep
from app.services.catalogue.rejected_ids import ASK_FOR_ALL, Since
from app.services.catalogue.sync_state import OpenRun, SyncState

FULL: Final = "full"
CHANGES: Final = "changes"

DAY: Final = 86_400
LONGEST_AGE: Final = 180 * DAY
"""Seconds after which a stored answer is no longer fresh: TMDB's terms say six months."""

WINDOW: Final = timedelta(days=14)
"""TMDB's longest window of changes."""

_AT_ONCE: Final = 2000


@dataclass(frozen=True, slots=True)
class Plan:
    """What one kind's run asks for: ids in order, which stored ones are kept, and the states.

    `opened` is written before the first id is asked for, `closed` once all are done. `way` says for
    people by what the ids were found; `spare`, since when an answer without a title needs no other;
    `resumed`, that an earlier run was left open.
    """

    kind: MediaKind
    ids: "Ids"
    keep: Keep
    opened: SyncState
    closed: SyncState
    way: str
    spare: Since = ASK_FOR_ALL
    also_set_aside: bool = False
    resumed: bool = False


class Ids:
    """Ids of one kind as an array of numbers: 8 bytes each, however many."""

    def __init__(self, kind: MediaKind, numbers: NDArray[np.int64]) -> None:
        self._kind = kind
        self.numbers = numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[TitleId]:
        for start in range(0, len(self.numbers), _AT_ONCE):
            for number in self.numbers[start : start + _AT_ONCE].tolist():
                yield TitleId(self._kind, number)


def fetched_since(moment: int) -> Keep:
    """Keep what the source was asked for at that Unix time or later."""

    def keep(title: Title) -> bool:
        return title.source is Source.TMDB and title.fetched_at >= moment

    return keep


def today(now: float) -> date:
    """The day in UTC, by which TMDB's days go."""
    return datetime.fromtimestamp(now, UTC).date()


def full(
    source: CatalogueSource,
    kind: MediaKind,
    state: SyncState,
    now: float,
    report: Report,
    *,
    force: bool,
    include_adult: bool,
) -> Plan:
    """Everything that the newest export lists; without an export, what `discover` tells.

    What is stored and fresh is kept, so an interrupted run goes on where it was; with `force` only
    what the same forced run has fetched already.
    """
    began = int(now)
    if state.open is not None and state.open.way == FULL and (state.open.forced or not force):
        began = state.open.began
    snapshot = read_export(source, kind, report, include_adult=include_adult)
    if snapshot is None:
        ids = _discovered(source, kind, report, include_adult=include_adult)
        closed = replace(state, partial=True)
        way = f"{len(ids):,} titles of discover, for there is no export: coverage is partial"
    else:
        ids = Ids(kind, snapshot.numbers)
        # Noted at once: during a first crawl of hours people want to see how far it is.
        state = _noted(state, snapshot)
        closed = replace(state, partial=False)
        way = f"the export of {snapshot.date}"
    # What was kept may have changed since an earlier cursor, so only a first run sets it anew.
    cursor = state.cursor if state.cursor and not force else today(began).isoformat()
    fresh = began if force else int(now) - LONGEST_AGE
    return Plan(
        kind=kind,
        ids=ids,
        keep=fetched_since(fresh),
        opened=replace(state, open=OpenRun(FULL, began, forced=force), adult=include_adult),
        closed=replace(
            closed, adult=include_adult, cursor=cursor, open=None, synced_at=now, followed_at=now
        ),
        way=way,
        # What the source didn't know it may know by the next run.
        spare=Since(adult=fresh, gone=began),
        resumed=state.open is not None,
    )


def changes(
    source: CatalogueSource,
    titles: TitleStore,
    kind: MediaKind,
    state: SyncState,
    now: float,
    report: Report,
    *,
    include_adult: bool,
) -> Plan:
    """What changed since the cursor; an interrupted window is completed as it was begun.

    Over a gap that is longer than TMDB's window: what the export has and the store lacks, what the
    store has and the export lacks, and the changes of the last window.
    """
    run = state.open
    if run is None or run.way != CHANGES:
        run = OpenRun(CHANGES, int(now), state.cursor, max(today(now).isoformat(), state.cursor))
    first, last = date.fromisoformat(run.first), date.fromisoformat(run.last)
    closed = replace(state, cursor=run.last, open=None, synced_at=now)
    way = f"changes from {first} to {last}"
    numbers = [np.empty(0, np.int64)]
    if last - first > WINDOW:
        first = last - WINDOW
        way = f"changes from {first} to {last}"
        snapshot = read_export(source, kind, report, include_adult=include_adult)
        if snapshot is not None:
            numbers = _difference(snapshot, catalogue_scan.numbers(titles, kind, report))
            closed = _noted(closed, snapshot)
            way = f"what the export of {snapshot.date} shows missing or gone, and {way}"
    for page in source.changed(kind, first, last):
        numbers.append(np.array(page, np.int64))
        report(Progress(0, None, f"Asking for {way}"))
    return Plan(
        kind=kind,
        ids=Ids(kind, _once(np.concatenate(numbers))),
        keep=fetched_since(run.began),
        opened=replace(state, open=run),
        closed=closed,
        way=way,
        spare=Since(adult=run.began, gone=run.began),
        also_set_aside=True,
        resumed=state.open is not None,
    )


def difference(
    kind: MediaKind,
    snapshot: ExportSnapshot,
    known: catalogue_scan.Numbers,
    state: SyncState,
    now: float,
) -> Plan:
    """What the export has and the store lacks, and what only the store has (`known`)."""
    if not state.cursor and state.open is None:
        # The first full run will keep what this one fetches, so it begins here.
        state = state.opened(OpenRun(FULL, int(now)))
    return Plan(
        kind=kind,
        ids=Ids(kind, _once(np.concatenate(_difference(snapshot, known)))),
        keep=fetched_since(int(now) - DAY),
        opened=state,
        closed=replace(_noted(state, snapshot), followed_at=now),
        way=f"what the export of {snapshot.date} shows missing or gone",
        # The export of series doesn't tell which are for adults: it shows those missing each time.
        spare=Since(adult=int(now) - LONGEST_AGE, gone=int(now) - DAY),
    )


def _difference(snapshot: ExportSnapshot, known: catalogue_scan.Numbers) -> list[NDArray[np.int64]]:
    missing = snapshot.numbers[~np.isin(snapshot.numbers, known)]
    return [missing, known[~np.isin(known, snapshot.numbers)]]


def _discovered(
    source: CatalogueSource, kind: MediaKind, report: Report, *, include_adult: bool
) -> Ids:
    numbers = array("q")
    for page in source.discover(kind, include_adult=include_adult):
        numbers.extend(page)
        report(Progress(len(numbers), None, f"There is no export: asking discover ({kind.value})"))
    return Ids(kind, _once(np.frombuffer(numbers, np.int64)))


def _noted(state: SyncState, snapshot: ExportSnapshot) -> SyncState:
    return replace(state, exported=snapshot.date, listed=len(snapshot.numbers))


def _once(numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each number once, where it came first."""
    _, first = np.unique(numbers, return_index=True)
    found: NDArray[np.int64] = numbers[np.sort(first)]
    return found
