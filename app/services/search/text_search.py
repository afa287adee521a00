"""What a text finds: names first, then words and meaning together."""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, Self

from app.domain.catalogue.names import NameQuery, read_as_names
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.index import Compared, Match, VectorIndex, WordIndex
from app.domain.ports.vectors import Vector
from app.domain.search.filters import TitleFilter
from app.domain.search.ranking import (
    EXACT,
    KNOWN_FROM,
    RankedTitle,
    SearchCandidate,
    fused,
    likeness,
)

_CANDIDATES: Final = 60
_KNOWN_CANDIDATES: Final = 150
_NAMES: Final = 20
_RESEMBLING: Final = 30
_COMPLETED: Final = 3
_MOST_WORDS_IN_NAME: Final = 10
"""Longer texts are no mistyped names; they may well be a name typed without a fault."""

_FEW_WORDS: Final = 4
_PART_OF_NAME: Final = 0.05
"""Likeness of a name that goes on from the few words typed, or holds all of them."""

_PREMIERE_AND_RELEASE: Final = 1
"""Years that a film's year may be off: people remember the one it came to them."""


class Mode(StrEnum):
    """By what a text search ranks."""

    HYBRID = "hybrid"
    MEANING = "meaning"
    WORDS = "words"


@dataclass(frozen=True, slots=True)
class Scope:
    """Which titles a search may return."""

    kinds: Sequence[MediaKind]
    where: TitleFilter
    exclude: Collection[TitleId] = ()

    def of_the_known(self) -> Self:
        """The same, narrowed to titles that some people voted on."""
        votes = max(self.where.min_votes, KNOWN_FROM)
        return replace(self, where=replace(self.where, min_votes=votes))

    def of_year(self, year: int | None) -> Self:
        """The same, narrowed to about a year."""
        if year is None:
            return self
        lowest = max(self.where.year_from or 0, year - _PREMIERE_AND_RELEASE)
        highest = min(self.where.year_to or 9999, year + _PREMIERE_AND_RELEASE)
        return replace(self, where=replace(self.where, year_from=lowest, year_to=highest))


class TextSearch:
    """Ranks titles for a text, over both indexes."""

    def __init__(self, titles: TitleStore, index: VectorIndex, words: WordIndex) -> None:
        self._titles = titles
        self._index = index
        self._words = words

    def ranked(self, text: str, vector: Vector, wanted: int, scope: Scope) -> list[RankedTitle]:
        """The best `wanted` titles; fewer only where fewer pass."""
        bm25: dict[TitleId, float] = {}
        near: dict[TitleId, Compared] = {}
        for some, fewest in ((scope, _CANDIDATES), (scope.of_the_known(), _KNOWN_CANDIDATES)):
            kinds, where, exclude = some.kinds, some.where, some.exclude
            pool = max(fewest, wanted)
            for match in self._words.described(text, pool, kinds, where, exclude):
                bm25[match.id] = match.score
            for one in self._index.search(vector, pool, kinds, where, exclude):
                near[one.id] = Compared(one.score, one.votes)
        names = self._names(text, scope)
        others = [i for i in dict.fromkeys((*bm25, *names)) if i not in near]
        near |= self._index.compared(vector, others)
        return fused(
            [
                SearchCandidate(i, one.cosine, bm25.get(i, 0.0), one.votes, names.get(i, 0.0))
                for i, one in near.items()
            ],
            wanted,
        )

    def by_words(self, text: str, wanted: int, scope: Scope) -> list[RankedTitle]:
        """By words alone: the score is BM25's."""
        kinds, where, exclude = scope.kinds, scope.where, scope.exclude
        found = self._words.described(text, wanted, kinds, where, exclude)
        return [RankedTitle(match.id, match.score, {"words": match.score}) for match in found]

    def completed(self, text: str, wanted: int, scope: Scope) -> list[Title]:
        """Titles whose names go on from what was typed, typing errors allowed; best known first.

        Equal names stand before names that begin so, these before names that contain the words,
        and all of them before those that only resemble.
        """
        scores: dict[TitleId, float] = {}
        kinds = scope.kinds
        readings = [(r, scope.of_year(r.year).where) for r in read_as_names(text)]
        for reading, narrowed in reversed(readings):
            equal = self._words.named(reading.folded, wanted, kinds, narrowed)
            going_on = self._words.completing(reading.folded, wanted, kinds, narrowed)
            _count(scores, going_on, 0.0)
            _count(scores, equal, 1.5)
        if len(scores) < min(wanted, _COMPLETED):
            for reading, narrowed in readings:
                near = self._words.nearly_completing(reading.folded, wanted, kinds, narrowed)
                _count(scores, near, -10.0)
        best = sorted(scores, key=lambda i: (-scores[i], i.key))[:wanted]
        found = self._titles.get_many(best)
        return [found[i] for i in best if i in found and scope.where.passes(found[i])]

    def _names(self, text: str, scope: Scope) -> dict[TitleId, float]:
        """Titles whose name the text may be, with the likeness of the two."""
        readings = read_as_names(text)
        left_out = set(scope.exclude)
        found: dict[TitleId, float] = {}
        for reading in readings:
            where = scope.of_year(reading.year).where
            for match in self._words.named(reading.folded, _NAMES, scope.kinds, where):
                found[match.id] = EXACT
        if not found and len(text.split()) <= _MOST_WORDS_IN_NAME:
            for reading in readings:
                found |= self._resembling(reading, scope)
        if readings and len(readings[0].folded.split()) <= _FEW_WORDS:
            name, kinds = readings[0].folded, scope.kinds
            for match in self._words.completing(name, _NAMES, kinds, scope.where):
                found.setdefault(match.id, _PART_OF_NAME)
        return {i: like for i, like in found.items() if like > 0 and i not in left_out}

    def _resembling(self, reading: NameQuery, scope: Scope) -> dict[TitleId, float]:
        where = scope.of_year(reading.year).where
        near = self._words.resembling(reading.folded, _RESEMBLING, scope.kinds, where)
        titles = self._titles.get_many([match.id for match in near])
        # Below 1 even where folding hides every difference: an equal name was not found.
        return {i: min(likeness(reading.folded, t), 0.999) for i, t in titles.items()}


def _count(scores: dict[TitleId, float], matches: Sequence[Match], bonus: float) -> None:
    """Give each match its bonus and the logarithm of its votes, where that is more than it has."""
    for match in matches:
        score = bonus + math.log10(1 + match.votes)
        scores[match.id] = max(scores.get(match.id, score), score)
