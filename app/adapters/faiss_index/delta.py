"""Titles embedded or removed since the generation was built: compared exactly."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.adapters.faiss_index.columns import ROW, Languages, as_columns, mask_of, rows_of
from app.adapters.faiss_index.part import Scored
from app.domain.filters import TitleFilter
from app.domain.index_ports import Compared
from app.domain.ports import Keys, Vector, VectorChange, Vectors
from app.domain.titles import MediaKind, Title, TitleId


@dataclass(frozen=True)
class Delta:
    """Keys (m,) ascending, vectors (m, d) and columns of what is new; keys of what is gone."""

    keys: Keys
    vectors: Vectors
    rows: NDArray[np.void]
    languages: Languages
    removed: frozenset[int]

    @cached_property
    def _columns(self) -> dict[str, NDArray[Any]]:
        return as_columns(self.rows)

    @classmethod
    def empty(cls, dimension: int) -> Delta:
        """Nothing has changed."""
        return cls(
            np.empty(0, np.int64),
            np.empty((0, dimension), np.float32),
            np.empty(0, ROW),
            Languages(),
            frozenset(),
        )

    def after(self, changes: Sequence[VectorChange], titles: dict[TitleId, Title]) -> Delta:
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

    def row_of(self, key: int) -> int | None:
        """The row of a key, or None."""
        row = int(np.searchsorted(self.keys, key))
        return row if row < len(self.keys) and self.keys[row] == key else None

    def rows_at(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Which of the keys (n,) are here, as a mask (n,), and the rows (m,) of those."""
        rows = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        here = self.keys[rows] == keys
        return rows[here], here

    def compared(self, query: Vector, key: int) -> Compared | None:
        """Cosine and votes of a title, or None."""
        row = self.row_of(key)
        if row is None:
            return None
        return Compared(float(self.vectors[row] @ query), int(self.rows["votes"][row]))

    def search(
        self,
        query: Vector,
        k: int,
        kind: MediaKind,
        where: TitleFilter,
        exclude: Collection[int],
    ) -> Scored:
        """The k nearest of a kind, exactly."""
        passed = mask_of(self._columns, where, self.languages)
        passed &= (self.keys & 1) == (kind is MediaKind.TV)
        if exclude:
            passed &= ~np.isin(self.keys, np.fromiter(exclude, np.int64, len(exclude)))
        rows = np.flatnonzero(passed)
        scores = (self.vectors @ query)[rows]
        order = np.lexsort((self.keys[rows], -scores))[:k]
        return self.keys[rows[order]], scores[order]
