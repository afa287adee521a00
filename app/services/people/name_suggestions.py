"""Which titles a bare name may mean."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cachetools import LRUCache

from app.domain.catalogue.names import fold
from app.domain.catalogue.titles import Title
from app.domain.people.ledger import About
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.index import Match, VectorIndex, WordIndex
from app.domain.search.filters import EVERYTHING

SURE: Final = 0.9
"""Score of a match by name from which nobody is asked."""

MOST_SUGGESTED: Final = 5
_NAMES_LOOKED_UP: Final = 10
_RESEMBLING: Final = 0.7
"""Score of a name that is only like it, in the same year: never sure."""

_KEPT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title that a name may mean; `score` from 0 to 1."""

    title: Title
    score: float


class NameSuggestions:
    """Finds titles by names; each raises `NotReady` where nothing is published.

    What a name may mean takes milliseconds to find, and is kept until the index changes.
    """

    def __init__(self, titles: TitleStore, words: WordIndex, index: VectorIndex) -> None:
        self._titles = titles
        self._words = words
        self._index = index
        self._kept: LRUCache[tuple[str, int, About], tuple[Suggestion, ...]] = LRUCache(_KEPT)
        self._lock = threading.Lock()

    def sure(self, about: About) -> Title | None:
        """The one title that surely bears the name: by it and the year, or far better known."""
        suggestions = self._scored(about, self._named(about), 1.0)
        if suggestions and suggestions[0].score >= SURE and _is_clear(suggestions):
            return suggestions[0].title
        return None

    def of(self, about: About) -> tuple[Suggestion, ...]:
        """Titles that the name may mean, the likeliest first, at most `MOST_SUGGESTED`."""
        status = self._index.status()
        key = (status.version, status.seq, about)
        with self._lock:
            kept = self._kept.get(key)
        if kept is None:
            kept = self._found(about)
            with self._lock:
                self._kept[key] = kept
        return kept

    def _found(self, about: About) -> tuple[Suggestion, ...]:
        found, best = self._named(about), 1.0
        name = fold(about.name)
        if name and not found:
            found = self._words.resembling(name, _NAMES_LOOKED_UP, (about.kind,), EVERYTHING)
            best = _RESEMBLING
        return tuple(self._scored(about, found, best)[:MOST_SUGGESTED])

    def _named(self, about: About) -> Sequence[Match]:
        name = fold(about.name)
        if not name:
            return ()
        return self._words.named(name, _NAMES_LOOKED_UP, (about.kind,), EVERYTHING)

    def _scored(self, about: About, found: Sequence[Match], best: float) -> list[Suggestion]:
        titles = self._titles.get_many([match.id for match in found])
        suggestions = [
            Suggestion(titles[match.id], best * _share(about, titles[match.id]))
            for match in found
            if match.id in titles
        ]
        suggestions.sort(key=lambda one: (-one.score, -one.title.votes, one.title.id.key))
        return suggestions


def _share(about: About, title: Title) -> float:
    """1 for the same year; a year off costs a little, two or more nearly all."""
    if about.year is None or title.year is None:
        return 0.85
    off = abs(about.year - title.year)
    return (1.0, 0.92)[off] if off <= 1 else 0.3


def _is_clear(suggestions: Sequence[Suggestion]) -> bool:
    """Whether the first stands out: of two equally likely ones a person decides."""
    if len(suggestions) == 1:
        return True
    first, second = suggestions[0], suggestions[1]
    return first.score > second.score or first.title.votes >= 10 * max(second.title.votes, 1)
