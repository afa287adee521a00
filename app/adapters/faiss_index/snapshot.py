"""What one question sees from its first to its last step: a generation, and what changed since."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from app.adapters.faiss_index.delta import Delta
from app.adapters.faiss_index.gathering import Layer, gathered
from app.adapters.faiss_index.part import OpenPart, Scored, Stale
from app.adapters.word_index.index import WordView
from app.adapters.word_index.part import WordDelta, WordParts
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.index.generations import Manifest
from app.domain.ports.index import Compared, Gathered, Neighbour
from app.domain.ports.vectors import Keys, Vector, VectorChange, Vectors
from app.domain.search.filters import TitleFilter


@dataclass(frozen=True)
class Snapshot:
    """Immutable, and replaced as a whole. `stale` is to be skipped, per kind."""

    manifest: Manifest
    parts: dict[MediaKind, OpenPart]
    words: WordParts
    delta: Delta
    seq: int
    word_delta: WordDelta
    words_seen: WordView
    stale: dict[MediaKind, Stale | None] = field(default_factory=dict)

    def after(self, changes: Sequence[VectorChange], titles: dict[TitleId, Title]) -> Self:
        """The same generation with these changes on top."""
        delta = self.delta.after(changes, titles)
        gone = delta.stale_keys()
        stale = {kind: part.stale_of(gone) for kind, part in self.parts.items()}
        touched = {change.id for change in changes}
        fresh = [titles[i] for i in sorted(touched) if i in titles and i.key not in delta.removed]
        self.word_delta.replace({i.key for i in touched}, fresh)
        seen = WordView(self.words, self.word_delta.parts, gone)
        seq = changes[-1].seq
        return replace(self, delta=delta, seq=seq, stale=stale, words_seen=seen)

    def search(
        self,
        queries: Vectors,
        k: int,
        kinds: Collection[MediaKind],
        where: TitleFilter,
        exclude: Keys,
        *,
        thorough: bool = True,
    ) -> list[list[Neighbour]]:
        """For each query (m, d) the k nearest that pass, best first, ties by key."""
        layers: list[list[Scored]] = []
        for kind, part in self._parts_of(kinds):
            banned = part.rows_of(exclude)
            stale = self.stale.get(kind)
            layers.append(part.search(queries, k, where, banned, stale, thorough=thorough))
        if len(self.delta.keys):
            layers.append(self.delta.search(queries, k, kinds, where, exclude))
        if not layers:
            return [[] for _ in queries]
        return [_neighbours(found, k) for found in zip(*layers, strict=True)]

    def best_known(
        self, k: int, kinds: Collection[MediaKind], where: TitleFilter, exclude: Keys
    ) -> list[TitleId]:
        """The k with most votes that pass, ties by key."""
        found = [
            part.best_known(k, where, part.rows_of(exclude), self.stale.get(kind))
            for kind, part in self._parts_of(kinds)
        ]
        if len(self.delta.keys):
            found.append(self.delta.best_known(k, kinds, where, exclude))
        keys = np.concatenate([np.empty(0, np.int64), *(keys for keys, _ in found)])
        votes = np.concatenate([np.empty(0, np.int32), *(votes for _, votes in found)])
        order = np.lexsort((keys, -votes))[:k]
        return [TitleId.from_key(key) for key in keys[order].tolist()]

    def gathered(self, ids: Sequence[TitleId]) -> Gathered:
        """Vectors and facts of those that are here, in the order asked."""
        layers: list[Layer] = [*self.parts.values(), self.delta]
        return gathered(ids, layers, self.delta.removed, self.manifest.dimension)

    def vector(self, title_id: TitleId) -> Vector | None:
        """The title's vector, or None."""
        key = title_id.key
        row = self.delta.row_of(key)
        if row is not None:
            fresh: Vector = self.delta.vectors[row]
            return fresh
        part = self.parts.get(title_id.kind)
        if part is None or key in self.delta.removed:
            return None
        row = part.row_of(key)
        return None if row is None else part.take(np.array([row]))[0]

    def compared(self, vector: Vector, ids: Sequence[TitleId]) -> dict[TitleId, Compared]:
        """Exact cosines and votes of those that are here."""
        found: dict[TitleId, Compared] = {}
        old: dict[MediaKind, list[TitleId]] = {kind: [] for kind in self.parts}
        changed = len(self.delta.keys) > 0
        for title_id in ids:
            fresh = self.delta.compared(vector, title_id.key) if changed else None
            if fresh is not None:
                found[title_id] = fresh
            elif title_id.kind in old and title_id.key not in self.delta.removed:
                old[title_id.kind].append(title_id)
        for kind, some in old.items():
            known = {one.key: one for one in some}
            compared = self.parts[kind].compared(vector, list(known))
            found |= {known[key]: one for key, one in compared.items()}
        return found

    def _parts_of(self, kinds: Collection[MediaKind]) -> list[tuple[MediaKind, OpenPart]]:
        return [(kind, self.parts[kind]) for kind in kinds if kind in self.parts]


def _neighbours(found: Sequence[Scored], k: int) -> list[Neighbour]:
    """The k best of what the layers found for one query."""
    best = found[0]
    if len(found) > 1:
        keys, scores, votes = (np.concatenate(columns) for columns in zip(*found, strict=True))
        best = Scored(keys, scores, votes).first(k)
    return [
        Neighbour(TitleId.from_key(key), score, known)
        for key, score, known in zip(*(column.tolist() for column in best), strict=True)
    ]
