"""What a walk through the stored catalogue tells a run: numbers, popularities, ages."""

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import MediaKind, Source, Title
from app.domain.ports.catalogue import TitleStore
from app.domain.progress import Progress, Report
from app.services.catalogue.export_snapshot import ExportSnapshot

Numbers = NDArray[np.int64]
"""Shape (n,): TMDB's numbers of one kind."""

_SCAN: Final = 2000
_POPULARITY_MOVED: Final = 0.1
"""Share by which a popularity must differ to be worth a write."""


def numbers(titles: TitleStore, kind: MediaKind, report: Report) -> Numbers:
    """Of all stored titles of a kind, ascending."""
    found = array("q")
    for some in titles.scan(_SCAN):
        found.extend(title.id.tmdb_id for title in some if title.id.kind is kind)
        report(Progress(len(found), None, "Comparing with what is stored"))
    return np.frombuffer(found, np.int64)


def take_popularity(
    titles: TitleStore, exports: Mapping[MediaKind, ExportSnapshot], report: Report
) -> tuple[int, dict[MediaKind, Numbers]]:
    """Write the popularities that moved; how many did, and the numbers stored of each kind."""
    found = {kind: array("q") for kind in exports}
    sorted_ = {kind: _by_number(snapshot) for kind, snapshot in exports.items()}
    moved = checked = 0
    for some in titles.scan(_SCAN) if exports else ():
        changed: list[Title] = []
        for kind, (listed, popularity) in sorted_.items():
            mine = [title for title in some if title.id.kind is kind]
            found[kind].extend(title.id.tmdb_id for title in mine)
            changed += _moved(mine, listed, popularity)
        if changed:
            titles.upsert(changed)
        moved += len(changed)
        checked += len(some)
        report(Progress(checked, None, "Taking over popularity"))
    return moved, {kind: np.frombuffer(some, np.int64) for kind, some in found.items()}


def fetched_before(
    titles: TitleStore, before: int, kinds: Collection[MediaKind], report: Report
) -> dict[MediaKind, Numbers]:
    """The source's titles that were fetched before that Unix time, the oldest first."""
    found = {kind: array("q") for kind in kinds}
    times = {kind: array("q") for kind in kinds}
    checked = 0
    for some in titles.scan(_SCAN):
        for title in some:
            kind = title.id.kind
            if title.source is Source.TMDB and title.fetched_at < before and kind in found:
                found[kind].append(title.id.tmdb_id)
                times[kind].append(title.fetched_at)
        checked += len(some)
        report(Progress(checked, None, "Looking for what grew old"))
    return {
        kind: np.frombuffer(some, np.int64)[
            np.argsort(np.frombuffer(times[kind], np.int64), kind="stable")
        ]
        for kind, some in found.items()
    }


def _by_number(snapshot: ExportSnapshot) -> tuple[Numbers, NDArray[np.float32]]:
    order = np.argsort(snapshot.numbers)
    return snapshot.numbers[order], snapshot.popularity[order]


def _moved(
    titles: Sequence[Title], listed: Numbers, popularity: NDArray[np.float32]
) -> Iterator[Title]:
    """Titles with the popularity that the export (ascending numbers) tells, where it moved."""
    if not titles or not len(listed):
        return
    asked = np.array([title.id.tmdb_id for title in titles], np.int64)
    rows = np.minimum(np.searchsorted(listed, asked), len(listed) - 1)
    for title, row, here in zip(titles, rows.tolist(), listed[rows] == asked, strict=True):
        fresh = float(popularity[row])
        if here and abs(fresh - title.popularity) > _POPULARITY_MOVED * title.popularity:
            yield replace(title, popularity=fresh)
