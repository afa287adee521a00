"""The word index that is served: the generation's words, and those that changed since."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Final

from tantivy import Query

from app.adapters.word_index import queries
from app.adapters.word_index.part import IndexedTitle, Order, WordPart, WordParts
from app.adapters.word_index.queries import tokens_of
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.ports.index import Match
from app.domain.search.filters import TitleFilter
from app.domain.search.ranking import KNOWN_FROM

_WORDS_OF_LITTLE_KNOWN: Final = 5
"""Words from which a text is no mistyped name of a little known title, but a description: the look
through all names would cost more than the rest of the search."""


@dataclass(frozen=True, slots=True)
class WordView:
    """What one search sees; `stale` are keys whose words in the generation no longer count."""

    generation: WordParts
    delta: WordParts
    stale: frozenset[int]

    def layers(self, *, known: bool) -> tuple[WordPart, WordPart]:
        """Of all titles, or of the known ones: the generation's and those that changed since."""
        if known:
            return self.generation.known, self.delta.known
        return self.generation.all, self.delta.all


class TantivyWords:
    """See `app.domain.ports.index.WordIndex`. `view` raises `NotReady` where nothing is served."""

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
        tokens = tokens_of(text)
        known = where.min_votes >= KNOWN_FROM
        if where.min_votes == KNOWN_FROM:
            where = replace(where, min_votes=0)  # the known are all that pass
        out = frozenset(title_id.key for title_id in exclude)
        generation, delta = view.layers(known=known)
        rows = _scaled(
            generation.described(tokens, k, kinds, where, view.stale | out),
            tokens,
            generation,
            view,
        )
        if delta.count:
            fresh = delta.described(tokens, _spare(k), kinds, where, out)
            rows += _scaled(fresh, tokens, delta, view)
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
        found = self._of(queries.resembling(name), k, kinds, where, known=True)
        if found or name.count(" ") >= _WORDS_OF_LITTLE_KNOWN:
            return found
        return self._of(queries.resembling(name), k, kinds, where)

    def completing(
        self, name: str, k: int, kinds: Collection[MediaKind], where: TitleFilter
    ) -> list[Match]:
        """Titles one of whose names begins with what was typed, or has all its words."""
        if not queries.a_name(name):
            return []
        found = self._best_known(queries.beginning(name), k, kinds, where)
        found += self._best_known(queries.containing(name), k, kinds, where)
        return found

    def nearly_completing(
        self, name: str, k: int, kinds: Collection[MediaKind], where: TitleFilter
    ) -> list[Match]:
        """As `completing`, with typing errors."""
        if not queries.a_name(name):
            return []
        query = queries.nearly_containing(name)
        return self._of(query, k, kinds, where, known=True) or self._of(query, k, kinds, where)

    def _best_known(
        self, query: Query | None, k: int, kinds: Collection[MediaKind], where: TitleFilter
    ) -> list[Match]:
        """As `_of`; where k known titles match they are the answer, and the others aren't read."""
        found = self._of(query, k, kinds, where, known=True)
        return found if len(found) >= k else self._of(query, k, kinds, where)

    def _of(
        self,
        query: Query | None,
        k: int,
        kinds: Collection[MediaKind],
        where: TitleFilter,
        *,
        known: bool = False,
    ) -> list[Match]:
        if query is None:
            return []
        view = self._view()
        generation, delta = view.layers(known=known)
        clauses = queries.passing(kinds, where)
        order: Order = "votes"
        rows = generation.top(query, k, clauses, order, view.stale)
        if delta.count:
            rows += delta.top(query, _spare(k), clauses, order, ())
        return _best(rows, k)


def _spare(k: int) -> int:
    """How many to ask of the delta, where equal scores come in the order they were written."""
    return 4 * k + 100


def _scaled(
    rows: list[IndexedTitle], tokens: list[str], part: WordPart, view: WordView
) -> list[IndexedTitle]:
    """The rows with their scores brought to the measure of all of the generation's titles.

    BM25 is linear in each term's rarity, and a term is never rare in an index of few titles.
    """
    if part is view.generation.all or not rows:
        return rows
    here = part.rarity(tokens)
    there = view.generation.all.rarity(tokens)
    ours = sum(here.values())
    highest = max(there.values(), default=1.0)
    scale = sum(there.get(term, highest) for term in here) / ours if ours else 1.0
    return [replace(row, score=row.score * scale) for row in rows]


def _best(rows: list[IndexedTitle], k: int) -> list[Match]:
    rows.sort(key=lambda row: (-row.score, row.key))
    return [Match(TitleId.from_key(row.key), row.score, row.votes) for row in rows[:k]]
