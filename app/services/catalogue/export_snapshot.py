"""An export in memory."""

from array import array
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import MediaKind
from app.domain.errors import Damaged
from app.domain.ports.catalogue import CatalogueSource
from app.domain.progress import Progress, Report

_TRIES: Final = 3
_REPORTED: Final = 50_000


@dataclass(frozen=True, slots=True)
class ExportSnapshot:
    """Numbers (n,) by falling popularity, and the popularity (n,) of each; `date` in ISO."""

    date: str
    numbers: NDArray[np.int64]
    popularity: NDArray[np.float32]


def read_export(
    source: CatalogueSource, kind: MediaKind, report: Report, *, include_adult: bool
) -> ExportSnapshot | None:
    """The newest export, most popular first; None where there is none.

    A file that breaks off is read again from its start. Raises `Damaged` where that doesn't help.
    """
    for attempt in range(1, _TRIES + 1):
        try:
            return _read_export(source, kind, report, include_adult=include_adult)
        except Damaged:
            if attempt == _TRIES:
                raise
    return None


def _read_export(
    source: CatalogueSource, kind: MediaKind, report: Report, *, include_adult: bool
) -> ExportSnapshot | None:
    export = source.export(kind)
    if export is None:
        return None
    message = f"Reading the export of {export.date} ({kind.value})"
    numbers, popularity = array("q"), array("f")
    for line in export.lines:
        if line.adult and not include_adult:
            continue
        numbers.append(line.id.tmdb_id)
        popularity.append(line.popularity)
        if len(numbers) % _REPORTED == 0:
            report(Progress(len(numbers), None, message))
    found = np.frombuffer(numbers, np.int64)
    popularities = np.frombuffer(popularity, np.float32)
    # Of equal popularity the lower number comes first, so that every run has the same order.
    order = np.lexsort((found, -popularities))
    _, first = np.unique(found[order], return_index=True)
    order = order[np.sort(first)]
    return ExportSnapshot(export.date, found[order], popularities[order])
