"""What a filter leaves of a part, worked out once and kept while it is asked for."""

import threading
from dataclasses import dataclass
from typing import Any, Final

import faiss
import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from app.adapters.faiss_index.vectors_file import VectorsFile
from app.domain.search.filters import TitleFilter

COMPACT_UP_TO: Final = 50_000
"""Survivors up to which a filtered search compares all of them (about 1.2 ms at this size)."""

_BUDGET_BYTES: Final = 96 * 2**20
_SLAB: Final = 8192


@dataclass(frozen=True, slots=True)
class Survivors:
    """Rows that pass a filter.

    `bitmap` is over all rows of the part, None where every row passes. `rows` (ascending) and
    `compact`, an 8-bit copy of their vectors in that order, exist where they are few.
    """

    count: int
    bitmap: NDArray[np.uint8] | None
    rows: NDArray[np.int64] | None = None
    compact: Any = None

    def mask(self, rows: int) -> NDArray[np.bool_]:
        """Which of all the part's rows pass, shape (rows,); the caller's own."""
        if self.bitmap is None:
            return np.ones(rows, np.bool_)
        passed: NDArray[np.bool_] = np.unpackbits(self.bitmap, count=rows, bitorder="little").view(
            np.bool_
        )
        return passed

    @property
    def size(self) -> int:
        """Bytes held."""
        held = 0 if self.bitmap is None else self.bitmap.nbytes
        if self.rows is not None:
            held += self.rows.nbytes
        if self.compact is not None:
            held += self.compact.ntotal * self.compact.d
        return held


def survivors_of(passed: NDArray[np.bool_], vectors: VectorsFile) -> Survivors:
    """Prepare the rows that passed, shape (n,)."""
    count = int(np.count_nonzero(passed))
    if count == len(passed):
        return Survivors(count, None)
    bitmap = np.packbits(passed, bitorder="little")
    if count == 0 or count > COMPACT_UP_TO:
        return Survivors(count, bitmap)
    rows = np.flatnonzero(passed)
    compact = faiss.IndexScalarQuantizer(
        vectors.dimension, faiss.ScalarQuantizer.QT_8bit_uniform, faiss.METRIC_INNER_PRODUCT
    )
    compact.train(vectors.take(rows[:: max(1, count // 4096)]))
    for start in range(0, count, _SLAB):
        compact.add(vectors.take(rows[start : start + _SLAB]))
    return Survivors(count, bitmap, rows, compact)


class SurvivorsCache:
    """The filters used last, up to 96 MB. Safe for threads: two may work one out at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept = LRUCache[TitleFilter, Survivors](_BUDGET_BYTES, lambda kept: kept.size)

    def get(self, where: TitleFilter) -> Survivors | None:
        """What is kept for the filter, or None."""
        with self._lock:
            return self._kept.get(where)

    def put(self, where: TitleFilter, survivors: Survivors) -> None:
        """Keep it, and drop what was not used for longest until all fits."""
        with self._lock:
            self._kept[where] = survivors
