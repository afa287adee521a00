"""One Tantivy index, opened for searching: a generation's, or that of what changed since."""

import errno
import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from tantivy import Index, IndexWriter, Occur, Query, Searcher

from app.adapters.word_index import queries
from app.adapters.word_index.queries import Clauses
from app.adapters.word_index.schema import SCHEMA, document_of, new_index
from app.domain.catalogue.titles import MediaKind, Title
from app.domain.errors import Damaged
from app.domain.search.filters import EVERYTHING, TitleFilter
from app.domain.search.ranking import KNOWN_FROM

FOLDER: Final = "words"
"""Where a generation keeps its words: those of all titles, and beside them of the known ones."""

_ALL: Final = "all"
_KNOWN: Final = "known"

Order = Literal["score", "votes"]
_SPARE: Final = 50
"""Found beyond those wanted, where some may be of the other kind or for adults."""

_MOST: Final = 100_000
_HEAP: Final = 256 * 2**20
_SMALL_HEAP: Final = 16 * 2**20


@dataclass(frozen=True, slots=True)
class IndexedTitle:
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
    ) -> list[IndexedTitle]:
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
        tokens: Sequence[str],
        wanted: int,
        kinds: Collection[MediaKind],
        where: TitleFilter,
        skipped: Collection[int],
    ) -> list[IndexedTitle]:
        """The best for a description's terms; none where it has none."""
        if not tokens:
            return []
        query = queries.mentioning(queries.rarest(tokens, self._searcher))
        found = self._wide(query, wanted, kinds, skipped) if where == EVERYTHING else None
        if found is None:
            found = self.top(query, wanted, queries.passing(kinds, where), "score", skipped)
        return found

    def _wide(
        self, query: Query, wanted: int, kinds: Collection[MediaKind], skipped: Collection[int]
    ) -> list[IndexedTitle] | None:
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

    def _rows(self, query: Query, asked: int, order: Order) -> list[IndexedTitle]:
        if order == "votes":
            found = self._searcher.search(query, asked, count=False, order_by_field="votes")
        else:
            found = self._searcher.search(query, asked, count=False)
        addresses = [address for _, address in found.hits]
        keys = self._searcher.fast_field_values("key", addresses)
        votes = self._searcher.fast_field_values("votes", addresses)
        adult = self._searcher.fast_field_values("adult", addresses)
        return [
            IndexedTitle(int(key or 0), float(score), int(known or 0), bool(flag))
            for (score, _), key, known, flag in zip(found.hits, keys, votes, adult, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class WordParts:
    """The words of all titles, and once more those of the known ones (`KNOWN_FROM` votes).

    The known are few: what is looked for among them alone is found in a fraction of the time.
    """

    all: WordPart
    known: WordPart


class WordWriter:
    """Writes a generation's words into a folder of its own. Raises `OSError` on a full disk."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        with self._clear_errors():
            self._all = _writer(folder / _ALL, _HEAP)
            self._known = _writer(folder / _KNOWN, _SMALL_HEAP)

    def add(self, titles: Sequence[Title]) -> None:
        """Add titles, each once in all."""
        with self._clear_errors():
            for title in titles:
                document = document_of(title)
                self._all.add_document(document)
                if title.votes >= KNOWN_FROM:
                    self._known.add_document(document)

    def close(self) -> None:
        """Make it readable and lasting."""
        with self._clear_errors():
            for writer in (self._all, self._known):
                writer.commit()
                writer.wait_merging_threads()
        for lock in self._folder.rglob(".*.lock"):
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
        self._all = _InMemory()
        self._known = _InMemory()
        self.parts = WordParts(self._all.part, self._known.part)

    def replace(self, gone: Collection[int], titles: Sequence[Title]) -> None:
        """Take out these keys and put in these titles; later searches see it."""
        known = [title for title in titles if title.votes >= KNOWN_FROM]
        self.parts = WordParts(self._all.replaced(gone, titles), self._known.replaced(gone, known))


class _InMemory:
    def __init__(self) -> None:
        self._index = new_index()
        self._index.config_reader("manual")
        self._writer = self._index.writer(_SMALL_HEAP, 1)
        self.part = WordPart(self._index.searcher())

    def replaced(self, gone: Collection[int], titles: Sequence[Title]) -> WordPart:
        if gone:
            stale = Query.term_set_query(SCHEMA, "key", sorted(gone))
            self._writer.delete_documents_by_query(stale)
        for title in titles:
            self._writer.add_document(document_of(title))
        self._writer.commit()
        self._index.reload()
        self.part = WordPart(self._index.searcher())
        return self.part


def open_words(folder: Path, count: int) -> WordParts:
    """Open what `WordWriter` wrote. Raises `Damaged`."""
    try:
        parts = WordParts(_opened(folder / FOLDER / _ALL), _opened(folder / FOLDER / _KNOWN))
    except (ValueError, OSError) as error:
        raise Damaged(f"{folder.name}: the words can't be opened ({error})") from error
    if parts.all.count != count:
        raise Damaged(f"{folder.name}: {parts.all.count} titles have words, not {count}")
    return parts


def _opened(folder: Path) -> WordPart:
    index = Index.open(str(folder))
    index.config_reader("manual")
    return WordPart(index.searcher())


def _writer(folder: Path, heap: int) -> IndexWriter:
    folder.mkdir()
    # One thread writes few segments, and a search walks through each of them.
    return new_index(folder).writer(heap, 1)
