"""Similar titles: by a title, or by words."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from app.domain.errors import NotFound, NotReady
from app.domain.filters import TitleFilter
from app.domain.ports import Embedder, Neighbour, TitleStore, Vector, VectorIndex
from app.domain.titles import MediaKind, Title, TitleId

BOTH: Final = (MediaKind.MOVIE, MediaKind.TV)
_TEXTS_KEPT: Final = 2048
_AT_ONCE: Final = 4
_LONGEST_WAIT: Final = 2.0
_ROUNDS: Final = 6
_MOST_AT_ONCE: Final = 4096


@dataclass(frozen=True, slots=True)
class Hit:
    """A title found, and its score: the cosine of its vector with the query's, -1 to 1."""

    title: Title
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, best first, ties by key; the generation they come from; the title asked for, if any."""

    hits: tuple[Hit, ...]
    index_version: str
    asked: Title | None = None


class Search:
    """Similarity search over the index, with titles from the store."""

    def __init__(self, titles: TitleStore, index: VectorIndex, embedder: Embedder) -> None:
        self._titles = titles
        self._index = index
        self._embedder = embedder
        # Never all threads of a server: while the model loads, other questions go on.
        self._embedding = threading.BoundedSemaphore(_AT_ONCE)
        # The same words come again: a page is reloaded, a filter is moved.
        self._vector_of = lru_cache(_TEXTS_KEPT)(self._embedded)

    def by_text(
        self,
        text: str,
        k: int,
        kinds: Sequence[MediaKind],
        where: TitleFilter,
        exclude: Collection[TitleId] = (),
    ) -> Found:
        """The k titles nearest in meaning. Raises `NotReady`, `ModelUnusable`."""
        status = self._index.status()
        if not status.ready:
            raise NotReady(status.reason)
        return self._found(self._vector_of(text), k, kinds, where, exclude)

    def by_id(
        self,
        title_id: TitleId,
        k: int,
        kinds: Sequence[MediaKind],
        where: TitleFilter,
        exclude: Collection[TitleId] = (),
    ) -> Found:
        """The k titles nearest to one, itself left out. Raises `NotFound`, `NotReady`."""
        vector = self._index.vector(title_id)
        asked = self._titles.get(title_id)
        if asked is None:
            raise self._unknown(title_id)
        if vector is None:
            raise NotReady(
                f"{asked.name} ({title_id}) is in the catalogue but not embedded yet: "
                "run python -m scripts.embed, or start the worker."
            )
        return self._found(vector, k, kinds, where, {title_id, *exclude}, asked)

    def title(self, title_id: TitleId) -> Title:
        """The title. Raises `NotFound`, which says so where the number is of the other kind."""
        title = self._titles.get(title_id)
        if title is None:
            raise self._unknown(title_id)
        return title

    def _unknown(self, title_id: TitleId) -> NotFound:
        other_kind = BOTH[title_id.kind is MediaKind.MOVIE]
        other = self._titles.get(TitleId(other_kind, title_id.tmdb_id))
        if other is None:
            return NotFound(f"There is no {title_id} in the catalogue.")
        return NotFound(
            f"There is no {title_id} in the catalogue, but {title_id.tmdb_id} exists as "
            f"{other_kind.value}: {other.name} ({other.year or 'year unknown'})."
        )

    def _found(
        self,
        vector: Vector,
        k: int,
        kinds: Sequence[MediaKind],
        where: TitleFilter,
        exclude: Collection[TitleId],
        asked: Title | None = None,
    ) -> Found:
        hits: list[Hit] = []
        left_out = set(exclude)
        wanted = k
        # The index may be behind the store: titles that left it, or no longer pass, are dropped
        # here and more are asked for, ever more, so that a store emptied below costs few rounds.
        for _ in range(_ROUNDS):
            neighbours = self._index.search(vector, wanted, kinds, where, left_out)
            hits += self._standing(neighbours, where)
            left_out |= {neighbour.id for neighbour in neighbours}
            if len(neighbours) < wanted or len(hits) >= k:
                break
            wanted = min(4 * wanted, _MOST_AT_ONCE)
        del hits[k:]
        hits.sort(key=lambda hit: (-hit.score, hit.title.id.key))
        return Found(tuple(hits), self._index.status().version, asked)

    def _standing(self, neighbours: Sequence[Neighbour], where: TitleFilter) -> list[Hit]:
        titles = self._titles.get_many([neighbour.id for neighbour in neighbours])
        found = [Hit(titles[n.id], n.score) for n in neighbours if n.id in titles]
        return [hit for hit in found if where.passes(hit.title)]

    def _embedded(self, text: str) -> Vector:
        if not self._embedding.acquire(timeout=_LONGEST_WAIT):
            raise NotReady("The embedding model is busy or still loading: try again in a moment.")
        try:
            return _frozen(self._embedder.embed([text])[0])
        finally:
            self._embedding.release()


def _frozen(vector: Vector) -> Vector:
    """A copy of its own that nobody can change, so that it can be kept."""
    own = np.array(vector)
    own.flags.writeable = False
    return own
