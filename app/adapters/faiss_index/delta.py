"""Titles embedded or removed since the generation was built: compared exactly."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.adapters.faiss_index.columns import (
    ROW,
    Columns,
    Languages,
    as_columns,
    mask_of,
    rows_of,
)
from app.adapters.faiss_index.part import Scored
from app.domain.catalogue.keys import ByKey, located
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.ports.index import Compared
from app.domain.ports.vectors import Keys, Vector, VectorChange, Vectors
from app.domain.search.filters import TitleFilter


@dataclass(frozen=True)
class Delta(ByKey):
    """Keys (m,) ascending, vectors (m, d) and columns of what is new; keys of what is gone."""

    keys: Keys
    vectors: Vectors
    rows: NDArray[np.void]
    languages: Languages
    removed: frozenset[int]

    @cached_property
    def columns(self) -> Columns:
        """Each fact of the rows."""
        return as_columns(self.rows)

    @classmethod
    def empty(cls, dimension: int) -> "Delta":
        """Nothing has changed."""
        return cls(
            np.empty(0, np.int64),
            np.empty((0, dimension), np.float32),
            np.empty(0, ROW),
            Languages(),
            frozenset(),
        )

    def after(self, changes: Sequence[VectorChange], titles: dict[TitleId, Title]) -> "Delta":
        """The delta once these changes (ascending by seq) came on top.

        A title that the store no longer has counts as removed: its removal is on its way.
        """
        last = {change.id.key: change for change in changes}
        fresh = [
            (key, change.vector, titles[change.id])
            for key, change in last.items()
            if change.vector is not None and change.id in titles
        ]
        gone = {
            key for key, change in last.items() if change.vector is None or change.id not in titles
        }
        stays = ~np.isin(self.keys, np.fromiter(last, np.int64, len(last)))
        keys = np.concatenate(
            [self.keys[stays], np.fromiter((k for k, _, _ in fresh), np.int64, len(fresh))]
        )
        vectors = np.concatenate(
            [
                self.vectors[stays],
                np.array([v for _, v, _ in fresh], np.float32).reshape(
                    len(fresh), self.vectors.shape[1]
                ),
            ]
        )
        rows = np.concatenate([self.rows[stays], rows_of([t for _, _, t in fresh], self.languages)])
        order = np.argsort(keys)
        removed = (self.removed - last.keys()) | gone
        return Delta(keys[order], vectors[order], rows[order], self.languages, frozenset(removed))

    def stale_keys(self) -> frozenset[int]:
        """Keys whose rows in the generation no longer count."""
        return self.removed | frozenset(self.keys.tolist())

    def take(self, rows: NDArray[np.int64]) -> Vectors:
        """Vectors (m, d) of the rows (m,)."""
        taken: Vectors = self.vectors[rows]
        return taken

    def compared(self, query: Vector, key: int) -> Compared | None:
        """Cosine and votes of a title, or None."""
        row = self.row_of(key)
        if row is None:
            return None
        return Compared(float(self.vectors[row] @ query), int(self.rows["votes"][row]))

    def search(
        self,
        queries: Vectors,
        k: int,
        kinds: Collection[MediaKind],
        where: TitleFilter,
        exclude: Keys,
    ) -> list[Scored]:
        """For each query (m, d) the k nearest of these kinds, exactly."""
        rows = self._passing(kinds, where, exclude)
        # Together, for the vectors are then read once; those that don't pass cost little beside.
        scores = (queries @ self.vectors.T)[:, rows]
        found = []
        for some in scores:
            high = _highest(some, k)
            votes = self.columns["votes"][rows[high]]
            found.append(Scored(self.keys[rows[high]], some[high], votes).first(k))
        return found

    def best_known(
        self, k: int, kinds: Collection[MediaKind], where: TitleFilter, exclude: Keys
    ) -> tuple[Keys, NDArray[np.int32]]:
        """Keys (m,) and votes (m,) of the k with most votes that pass, ties by key."""
        rows = self._passing(kinds, where, exclude)
        votes = self.columns["votes"][rows]
        high = _highest(votes, k)
        rows, votes = rows[high], votes[high]
        order = np.lexsort((self.keys[rows], -votes))[:k]
        return self.keys[rows[order]], votes[order]

    def _passing(
        self, kinds: Collection[MediaKind], where: TitleFilter, exclude: Keys
    ) -> NDArray[np.int64]:
        passed = mask_of(self.columns, where, self.languages)
        if len(set(kinds)) < len(MediaKind):
            passed &= np.isin(self.keys & 1, [kind is MediaKind.TV for kind in kinds])
        out, here = located(self.keys, exclude)
        passed[out[here]] = False
        return np.flatnonzero(passed)


def _highest(values: NDArray[Any], k: int) -> NDArray[np.int64]:
    """Places of the k highest values (m,), in no order, and of all that equal the last of them."""
    if not 0 < k < len(values):
        return np.arange(len(values))
    return np.flatnonzero(values >= np.partition(values, -k)[-k])
