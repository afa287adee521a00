"""Facts and vectors of given titles, from a generation's parts and what changed since."""

from collections.abc import Collection, Sequence
from itertools import compress
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.adapters.faiss_index.columns import ROW, Columns, Languages
from app.domain.catalogue.keys import keys_of
from app.domain.catalogue.titles import TitleId
from app.domain.ports.index import Gathered
from app.domain.ports.vectors import Keys, Vectors


class Layer(Protocol):
    """A part of a generation, or the delta."""

    @property
    def columns(self) -> Columns:
        """Each fact of `columns.ROW`, shape (rows,)."""
        ...

    @property
    def languages(self) -> Languages:
        """What the numbers of the column of languages mean."""
        ...

    def rows_at(self, keys: Keys) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Rows (n,) of the keys (n,), and which of them are here."""
        ...

    def take(self, rows: NDArray[np.int64]) -> Vectors:
        """Vectors (m, d) of the rows (m,)."""
        ...


def gathered(
    ids: Sequence[TitleId], layers: Sequence[Layer], removed: Collection[int], dimension: int
) -> Gathered:
    """What the layers hold of those titles whose keys aren't removed; a later layer counts more."""
    ids = [title_id for title_id in ids if title_id.key not in removed] if removed else ids
    keys = keys_of(ids)
    here = np.zeros(len(keys), np.bool_)
    facts = np.empty(len(keys), ROW)
    vectors = np.empty((len(keys), dimension), np.float32)
    languages = np.full(len(keys), "", object)
    for layer in layers:
        rows, held = layer.rows_at(keys)
        rows = rows[held]
        for name, column in layer.columns.items():
            facts[name][held] = column[rows]
        vectors[held] = layer.take(rows)
        codes = np.array(layer.languages.codes, object)
        languages[held] = codes[layer.columns["language"][rows]]
        here |= held
    facts, kept = facts[here], list(compress(ids, here.tolist()))
    return Gathered(
        ids=tuple(kept),
        vectors=vectors[here],
        years=np.ascontiguousarray(facts["year"]),
        runtimes=np.ascontiguousarray(facts["runtime"]),
        votes=np.ascontiguousarray(facts["votes"]),
        ratings=np.ascontiguousarray(facts["rating"]),
        genres=np.ascontiguousarray(facts["genres"]),
        languages=tuple(languages[here]),
        adult=np.ascontiguousarray(facts["adult"]),
    )
