"""The word index that is served: the generation's words, and those that changed since."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final

from tantivy import Query

from app.adapters.word_index import queries
from app.adapters.word_index.part import Order, Row, WordPart
from app.adapters.word_index.queries import tokens_of
from app.adapters.word_index.schema import KNOWN
from app.domain.filters import TitleFilter
from app.domain.ports import Match
from app.domain.titles import MediaKind, TitleId

_WORDS_OF_LITTLE_KNOWN: Final = 5
"""Words from which a text is no mistyped name of a little known title, but a description: the look
through all names would cost more than the rest of the search."""


@dataclass(frozen=True, slots=True)
class WordView:
    """What one search sees; `stale` are keys whose words in the generation no longer count."""

    generation: WordPart
    delta: WordPart
    stale: frozenset[int]


class TantivyWords:
    """See `app.domain.ports.WordIndex`. `view` raises `NotReady` where nothing is served."""

    def __init__(self, view: Callable[[], WordView]) -> None:
        self._view = view

    def described(
        self,
        text: str,
        k: int,
        kinds: Collection[MediaKind],
        where: TitleFilter,
        exclude: Collection[TitleId] = (),
    ) -> list[Match]:
        """The k titles that share most with the text."""
        view = self._view()
        out = frozenset(title_id.key for title_id in exclude)
        rows = view.generation.described(text, k, kinds, where, view.stale | out)
        if view.delta.count:
            scale = _scale(view, text)
            fresh = view.delta.described(text, _spare(k), kinds, where, out)
            rows += [replace(row, score=row.score * scale) for row in fresh]
        return _best(rows, k)

    def named(
        self, name: str, k: int, kinds: Collection[MediaKind], where: TitleFilter
    ) -> list[Match]:
        """Titles that bear the folded name."""
        return self._of(queries.named(name), k, kinds, where)

    def resembling(
        self, name: str, k: int, kinds: Collection[MediaKind], where: TitleFilter
    ) -> list[Match]:
        """Titles whose name is a few typing errors away."""
        if not queries.a_name(name):
            return []
        found = self._of(queries.resembling(name, KNOWN), k, kinds, where)
        if found or name.count(" ") >= _WORDS_OF_LITTLE_KNOWN:
            return found
        return self._of(queries.resembling(name, ""), k, kinds, where)

    def completing(
        self, name: str, k: int, kinds: Collection[MediaKind], where: TitleFilter
    ) -> list[Match]:
        """Titles one of whose names begins with what was typed, or has all its words."""
        if not queries.a_name(name):
            return []
        found = self._of(queries.beginning(name), k, kinds, where)
        found += self._of(queries.containing(name), k, kinds, where)
        return found

    def nearly_completing(
        self, name: str, k: int, kinds: Collection[MediaKind], where: TitleFilter
    ) -> list[Match]:
        """As `completing`, with typing errors."""
        if not queries.a_name(name):
            return []
        found = self._of(queries.nearly_containing(name, KNOWN), k, kinds, where)
        return found or self._of(queries.nearly_containing(name, ""), k, kinds, where)

    def _of(
        self, query: Query | None, k: int, kinds: Collection[MediaKind], where: TitleFilter
    ) -> list[Match]:
        if query is None:
            return []
        view = self._view()
        clauses = queries.passing(kinds, where)
        order: Order = "votes"
        rows = view.generation.top(query, k, clauses, order, view.stale)
        if view.delta.count:
            rows += view.delta.top(query, _spare(k), clauses, order, ())
        return _best(rows, k)


def _spare(k: int) -> int:
    """How many to ask of the delta, where equal scores come in the order they were written."""
    return 4 * k + 100


def _scale(view: WordView, text: str) -> float:
    """What brings the delta's scores to the generation's measure.

    BM25 is linear in each term's rarity, and a term is never rare in an index of few titles.
    """
    tokens = tokens_of(text)
    here = view.delta.rarity(tokens)
    there = view.generation.rarity(tokens)
    ours = sum(here.values())
    highest = max(there.values(), default=1.0)
    return sum(there.get(term, highest) for term in here) / ours if ours else 1.0


def _best(rows: list[Row], k: int) -> list[Match]:
    rows.sort(key=lambda row: (-row.score, row.key))
    return [Match(TitleId.from_key(row.key), row.score, row.votes) for row in rows[:k]]
