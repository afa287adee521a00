"""Similar titles: by a title, or by words."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

import numpy as np

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.errors import NotReady
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.index import Embedder, VectorIndex, WordIndex
from app.domain.ports.vectors import Vector
from app.domain.search.filters import EVERYTHING, TitleFilter
from app.domain.search.ranking import LikedTitle, RankedTitle, shared_out
from app.services.catalogue.lookup import title_of
from app.services.search.text_search import Mode, Scope, TextSearch

BOTH: Final = (MediaKind.MOVIE, MediaKind.TV)
_TEXTS_KEPT: Final = 2048
_AT_ONCE: Final = 4
_LONGEST_WAIT: Final = 2.0
_ROUNDS: Final = 6
_MOST_AT_ONCE: Final = 4096
_SPARE: Final = 2
"""Times k titles are ranked, for those that left the store since the index followed it."""

_FROM_EACH: Final = 50
_WISH: Final = 0.6
"""What a text weighs beside a liked title, whose vector has length 1."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A title found, its score, and the parts that the score is the sum of, where it has some.

    By a title or by meaning the score is the cosine with the query, -1 to 1; else it compares hits
    of one answer only.
    """

    title: Title
    score: float
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first, ties by key; the generation they come from; the title asked for, if any."""

    hits: tuple[Hit, ...]
    index_version: str
    asked: Title | None = None


class Search:
    """Similarity search over the index, with titles from the store."""

    def __init__(
        self, titles: TitleStore, index: VectorIndex, words: WordIndex, embedder: Embedder
    ) -> None:
        self._titles = titles
        self._texts = TextSearch(titles, index, words)
        self._index = index
        self._embedder = embedder
        # Never all threads of a server: while the model loads, other questions go on.
        self._embedding = threading.BoundedSemaphore(_AT_ONCE)
        # The same words come again: a page is reloaded, a filter is moved.
        self._vector_of = lru_cache(_TEXTS_KEPT)(self._embedded)

    def by_text(self, text: str, k: int, scope: Scope, mode: Mode = Mode.HYBRID) -> SearchResult:
        """The k titles that fit the text best. Raises `NotReady`, `ModelUnusable`."""
        status = self._index.status()
        if not status.ready:
            raise NotReady(status.reason)
        if mode is Mode.MEANING:
            return self._found(self._vector_of(text), k, scope)
        if mode is Mode.WORDS:
            ranked = self._texts.by_words(text, _SPARE * k, scope)
        else:
            ranked = self._texts.ranked(text, self._vector_of(text), _SPARE * k, scope)
        return self._first(ranked, k, scope.where)

    def by_several(
        self,
        liked: Sequence[TitleId],
        unliked: Sequence[TitleId],
        text: str,
        k: int,
        scope: Scope,
    ) -> SearchResult:
        """The k titles most like those liked, each of them with its share, and not like the others.

        A text, where there is one, draws the results towards it. Raises `NotFound` for a title that
        the catalogue lacks, `NotReady` for one that isn't embedded.
        """
        vectors = {one: self._asked(one)[1] for one in dict.fromkeys((*liked, *unliked))}
        wish = self._vector_of(text) if text else None
        left_out = {*scope.exclude, *vectors}
        tastes = []
        for one in dict.fromkeys(liked):
            asked = vectors[one] if wish is None else _unit(vectors[one] + _WISH * wish)
            pool = max(_FROM_EACH, _SPARE * k)
            near = self._index.search(asked, pool, scope.kinds, scope.where, left_out)
            tastes.append(LikedTitle(one, {n.id: n.score for n in near}))
        candidates = list({i: None for taste in tastes for i in taste.cosines})
        disliked: dict[TitleId, float] = {}
        for one in dict.fromkeys(unliked):
            for i, compared in self._index.compared(vectors[one], candidates).items():
                disliked[i] = max(compared.cosine, disliked.get(i, -1.0))
        return SearchResult(
            tuple(self._shared(tastes, disliked, k, scope.where)), self._index.status().version
        )

    def by_id(self, title_id: TitleId, k: int, scope: Scope) -> SearchResult:
        """The k titles nearest to one, itself left out. Raises `NotFound`, `NotReady`."""
        asked, vector = self._asked(title_id)
        others = replace(scope, exclude={title_id, *scope.exclude})
        return self._found(vector, k, others, asked)

    def completed(self, text: str, wanted: int, kinds: Sequence[MediaKind] = BOTH) -> list[Title]:
        """Titles whose names go on from what was typed, best known first. Raises `NotReady`."""
        return self._texts.completed(text, wanted, Scope(kinds, EVERYTHING))

    def title(self, title_id: TitleId) -> Title:
        """The title. Raises `NotFound`, which says so where the number is of the other kind."""
        return title_of(self._titles, title_id)

    def _asked(self, title_id: TitleId) -> tuple[Title, Vector]:
        vector = self._index.vector(title_id)
        asked = title_of(self._titles, title_id)
        if vector is None:
            raise NotReady(
                f"{asked.name} ({title_id}) is in the catalogue but not embedded yet: "
                "run python -m scripts.embed, or start the worker."
            )
        return asked, vector

    def _shared(
        self,
        tastes: Sequence[LikedTitle],
        disliked: Mapping[TitleId, float],
        k: int,
        where: TitleFilter,
    ) -> list[Hit]:
        """What the tastes give, less what left the store: shared out anew, for shares to hold."""
        for _ in range(_ROUNDS):
            ranked = shared_out(tastes, disliked, k)
            hits = self._standing_of(ranked, where)
            if len(hits) == len(ranked):
                break
            gone = {one.id for one in ranked} - {hit.title.id for hit in hits}
            tastes = [
                LikedTitle(taste.liked, {i: c for i, c in taste.cosines.items() if i not in gone})
                for taste in tastes
            ]
        return hits

    def _standing_of(self, ranked: Sequence[RankedTitle], where: TitleFilter) -> list[Hit]:
        titles = self._titles.get_many([one.id for one in ranked])
        return [
            Hit(titles[one.id], one.score, one.parts)
            for one in ranked
            if one.id in titles and where.passes(titles[one.id])
        ]

    def _first(self, ranked: Sequence[RankedTitle], k: int, where: TitleFilter) -> SearchResult:
        """The first k that the store still has and that still pass."""
        hits: list[Hit] = []
        for start in range(0, len(ranked), k):
            hits += self._standing_of(ranked[start : start + k], where)
            if len(hits) >= k:
                break
        return SearchResult(tuple(hits[:k]), self._index.status().version)

    def _found(
        self, vector: Vector, k: int, scope: Scope, asked: Title | None = None
    ) -> SearchResult:
        hits: list[Hit] = []
        left_out = set(scope.exclude)
        wanted = k
        # The index may be behind the store: titles that left it, or no longer pass, are dropped
        # here and more are asked for, ever more, so that a store emptied below costs few rounds.
        for _ in range(_ROUNDS):
            neighbours = self._index.search(vector, wanted, scope.kinds, scope.where, left_out)
            hits += self._standing_of(
                [RankedTitle(one.id, one.score, {}) for one in neighbours], scope.where
            )
            left_out |= {neighbour.id for neighbour in neighbours}
            if len(neighbours) < wanted or len(hits) >= k:
                break
            wanted = min(4 * wanted, _MOST_AT_ONCE)
        del hits[k:]
        hits.sort(key=lambda hit: (-hit.score, hit.title.id.key))
        return SearchResult(tuple(hits), self._index.status().version, asked)

    def _embedded(self, text: str) -> Vector:
        if not self._embedding.acquire(timeout=_LONGEST_WAIT):
            raise NotReady("The embedding model is busy or still loading: try again in a moment.")
        try:
            return _frozen(self._embedder.embed([text])[0])
        finally:
            self._embedding.release()


def _unit(vector: Vector) -> Vector:
    """The same direction at length 1."""
    scaled: Vector = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return scaled


def _frozen(vector: Vector) -> Vector:
    """A copy of its own that nobody can change, so that it can be kept."""
    own = np.array(vector)
    own.flags.writeable = False
    return own
