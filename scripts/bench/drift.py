"""How well the index answers once a tenth of its catalogue has changed and nothing was rebuilt.

The catalogue is made (`scripts.bench.mixed`): titles and vectors go into the real store, and the
real rebuild makes the index. Then a tenth of the titles change through the store, as embedding them
anew does: of ten, eight get another vector, one is new, one is gone. The index follows the log of
changes, and is compared with brute force over what there is now. One query at a time on one core;
the queries are no title's vector.
"""

import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.adapters.clock import SystemClock
from app.adapters.faiss_index.build import FaissPublisher
from app.adapters.faiss_index.index import FaissIndex
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.ports.vectors import VectorRow, Vectors
from app.domain.search.filters import EVERYTHING
from app.services.index.rebuild import rebuild
from scripts.bench import index as bench
from scripts.bench import mixed

SHARE: Final = 0.1
GONE: Final = 10
NEW: Final = 10
"""Of so many changes one is a title gone, and one a new title."""

_BATCH: Final = 1000


def measured(
    folder: Path, count: int, queries: int, cache: Path | None, said: Callable[[str], None]
) -> list[dict[str, object]]:
    """The rows: as built, and with the changes on top."""
    folder.mkdir(parents=True)
    if cache is not None:
        cache.mkdir(parents=True, exist_ok=True)
    real = mixed.real_vectors(cache)
    said("Mixing vectors")
    changes = round(count * SHARE)
    new = changes // NEW
    vectors = mixed.mixed(real, count + new, seed=0)
    stores = open_sqlite(folder / "watcher.sqlite3", SystemClock())
    try:
        world = _World(stores, vectors, mixed.mixed(real, queries, seed=9), count, folder / "index")
        said("Writing titles and vectors, building the index")
        world.build()
        before = world.asked("as built")
        said(f"Changing {changes:,} titles")
        world.change(mixed.mixed(real, changes, seed=11), gone=changes // GONE)
        after = world.asked(f"{changes:,} titles changed since")
    finally:
        stores.close()
    return [before, after]


class _World:
    """Store and index, and the vectors that a right answer is told by: row n is film n + 1."""

    def __init__(
        self, stores: Stores, vectors: Vectors, queries: Vectors, count: int, root: Path
    ) -> None:
        self._stores = stores
        self._vectors = vectors
        self._queries = queries
        self._there = np.arange(len(vectors)) < count
        self._root = root
        self._index = FaissIndex(root, mixed.MODEL, stores.vectors, stores.titles)

    def build(self) -> None:
        """Write what is there and publish its index."""
        rows = np.flatnonzero(self._there)
        for titles in mixed.titles(len(rows)):
            self._stores.titles.upsert(titles)
        self._write(rows)
        rebuild(
            self._stores.titles,
            self._stores.vectors,
            FaissPublisher(self._root, SystemClock()),
            model=mixed.MODEL,
            factory="auto",
            recall_target=0.99,
        )

    def change(self, other: Vectors, *, gone: int) -> None:
        """Let `gone` titles go, bring in those that are left to come, and change others.

        `other` are vectors for all of them; those of titles that go aren't used.
        """
        coming = np.flatnonzero(~self._there)
        kept = len(other) - gone - len(coming)
        drawn = np.random.default_rng(12).permutation(np.flatnonzero(self._there))
        leaving, changed = drawn[:gone], drawn[gone : gone + kept]
        touched = np.concatenate([changed, coming])
        self._vectors[touched] = other[: len(touched)]
        self._there[coming], self._there[leaving] = True, False
        titles = islice(mixed.titles(len(self._vectors)), int(coming[0]) // _BATCH, None)
        for some in titles:
            self._stores.titles.upsert([one for one in some if one.id.tmdb_id > coming[0]])
        self._write(np.random.default_rng(13).permutation(touched))
        ids = [_id(row) for row in leaving.tolist()]
        self._stores.titles.delete(ids)
        self._stores.vectors.delete(ids)

    def asked(self, name: str) -> dict[str, object]:
        """Recall and speed against what is there now, once the index has followed."""
        started = time.perf_counter()
        self._index.refresh()
        followed = time.perf_counter() - started
        rows = np.flatnonzero(self._there)
        truth = rows[bench.nearest(self._queries, self._vectors[rows])]

        def ask(query: NDArray[np.float32]) -> list[int]:
            found = self._index.search(query, bench.K, [MediaKind.MOVIE], EVERYTHING)
            return [one.id.tmdb_id - 1 for one in found]

        status = self._index.status()
        return bench.measured(name, ask, self._queries, truth) | {
            "new or changed": status.delta,
            "gone": status.removed,
            "followed s": followed,
        }

    def _write(self, rows: NDArray[np.int64]) -> None:
        for some in _parts(rows):
            written = [VectorRow(_id(row), bytes(16), self._vectors[row]) for row in some.tolist()]
            self._stores.vectors.upsert(mixed.MODEL, written)


def _id(row: int) -> TitleId:
    return TitleId(MediaKind.MOVIE, row + 1)


def _parts(rows: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    return (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))
