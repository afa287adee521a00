"""One Tantivy index, opened for searching: a generation's, or that of what changed since."""

from __future__ import annotations

import errno
import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from tantivy import Index, Occur, Query, Searcher

from app.adapters.word_index import queries
from app.adapters.word_index.queries import Clauses
from app.adapters.word_index.schema import KNOWN, SCHEMA, document_of, new_index
from app.domain.errors import Damaged
from app.domain.filters import EVERYTHING, TitleFilter
from app.domain.ranking import KNOWN_FROM
from app.domain.titles import MediaKind, Title

FOLDER: Final = "words"
"""Where a generation keeps its words."""

Order = Literal["score", "votes"]
_SPARE: Final = 50
"""Found beyond those wanted, where some may be of the other kind or for adults."""

_MOST: Final = 100_000
_HEAP: Final = 64 * 2**20
_SMALL_HEAP: Final = 16 * 2**20


@dataclass(frozen=True, slots=True)
class Row:
    """A document found: the title's key, its score (votes, where ordered by them), its votes."""

    key: int
    score: float
    votes: int
    adult: bool


class WordPart:
    """A point in time of one index. Immutable, so threads share it without a lock."""

    def __init__(self, searcher: Searcher) -> None:
        self._searcher = searcher

    @property
    def count(self) -> int:
        """How many titles."""
        return int(self._searcher.num_docs)

    def top(
        self,
        query: Query,
        wanted: int,
        clauses: Clauses,
        order: Order,
        skipped: Collection[int],
    ) -> list[Row]:
        """The best `wanted` that meet the clauses and aren't skipped."""
        whole = Query.boolean_query([(Occur.Must, query), *clauses]) if clauses else query
        asked = wanted + min(len(skipped), wanted)
        while True:
            found = self._rows(whole, asked, order)
            kept = [row for row in found if row.key not in skipped] if skipped else found
            if len(kept) >= wanted or len(found) < asked or asked >= _MOST:
                return kept[:wanted]
            asked = min(4 * asked, _MOST)

    def described(
        self,
        text: str,
        wanted: int,
        kinds: Collection[MediaKind],
        where: TitleFilter,
        skipped: Collection[int],
    ) -> list[Row]:
        """The best for a description; none where it has no word that tells anything."""
        tokens = queries.rarest(queries.tokens_of(text), self._searcher)
        if not tokens:
            return []
        known = where.min_votes >= KNOWN_FROM
        if where.min_votes == KNOWN_FROM:
            where = replace(where, min_votes=0)  # the field has no others
        query = queries.mentioning(tokens, KNOWN if known else "")
        found = self._wide(query, wanted, kinds, skipped) if where == EVERYTHING else None
        if found is None:
            found = self.top(query, wanted, queries.passing(kinds, where), "score", skipped)
        if not known or not found:
            return found
        # A field that few titles have makes BM25 think that all texts are long.
        keys = [row.key for row in found]
        return self._rows(queries.mentioning_among(tokens, keys), len(keys), "score")

    def _wide(
        self, query: Query, wanted: int, kinds: Collection[MediaKind], skipped: Collection[int]
    ) -> list[Row] | None:
        """The best of all; None where so many are of another kind or for adults that some miss.

        A condition costs more than the search itself, for with it nothing can be skipped.
        """
        asked = wanted + _SPARE
        found = self.top(query, asked, [], "score", skipped)
        wished = (MediaKind.MOVIE in kinds, MediaKind.TV in kinds)
        kept = [row for row in found if not row.adult and wished[row.key & 1]]
        return kept[:wanted] if len(kept) >= wanted or len(found) < asked else None

    def rarity(self, tokens: Sequence[str]) -> dict[str, float]:
        """BM25's inverse document frequency of each term that occurs."""
        found = {}
        for token in tokens:
            held = self._searcher.doc_freq("text", token)
            if held:
                # What was deleted counts in `held` until segments merge.
                count = max(self.count, held)
                found[token] = math.log(1 + (count - held + 0.5) / (held + 0.5))
        return found

    def _rows(self, query: Query, asked: int, order: Order) -> list[Row]:
        if order == "votes":
            found = self._searcher.search(query, asked, count=False, order_by_field="votes")
        else:
            found = self._searcher.search(query, asked, count=False)
        addresses = [address for _, address in found.hits]
        keys = self._searcher.fast_field_values("key", addresses)
        votes = self._searcher.fast_field_values("votes", addresses)
        adult = self._searcher.fast_field_values("adult", addresses)
        return [
            Row(int(key or 0), float(score), int(known or 0), bool(flag))
            for (score, _), key, known, flag in zip(found.hits, keys, votes, adult, strict=True)
        ]


class WordWriter:
    """Writes a generation's words into a folder of its own. Raises `OSError` on a full disk."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        # One thread writes few segments, and a search walks through each of them.
        with self._clear_errors():
            self._writer = new_index(folder).writer(4 * _HEAP, 1)

    def add(self, titles: Sequence[Title]) -> None:
        """Add titles, each once in all."""
        with self._clear_errors():
            for title in titles:
                self._writer.add_document(document_of(title))

    def close(self) -> None:
        """Make it readable and lasting."""
        with self._clear_errors():
            self._writer.commit()
            self._writer.wait_merging_threads()
        for lock in self._folder.glob(".*.lock"):
            lock.unlink()

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except ValueError as error:
            # Tantivy tells all its troubles so; on a sound title it is the disk's.
            raise OSError(errno.ENOSPC, f"{self._folder} can't be written ({error})") from error


class WordDelta:
    """Titles that changed since the generation, in memory, and keys that no longer count."""

    def __init__(self) -> None:
        self._index = new_index()
        self._index.config_reader("manual")
        self._writer = self._index.writer(_SMALL_HEAP, 1)
        self.part = WordPart(self._index.searcher())

    def replace(self, gone: Collection[int], titles: Sequence[Title]) -> None:
        """Take out these keys and put in these titles; later searches see it."""
        if gone:
            stale = Query.term_set_query(SCHEMA, "key", sorted(gone))
            self._writer.delete_documents_by_query(stale)
        for title in titles:
            self._writer.add_document(document_of(title))
        self._writer.commit()
        self._index.reload()
        self.part = WordPart(self._index.searcher())


def open_words(folder: Path, count: int) -> WordPart:
    """Open what `WordWriter` wrote. Raises `Damaged`."""
    try:
        index = Index.open(str(folder / FOLDER))
        index.config_reader("manual")
        part = WordPart(index.searcher())
    except (ValueError, OSError) as error:
        raise Damaged(f"{folder.name}: the words can't be opened ({error})") from error
    if part.count != count:
        raise Damaged(f"{folder.name}: {part.count} titles have words, not {count}")
    return part
