"""The titles that a person has watched: what no list for them may show."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from typing import Final

from app.domain.filters import TitleFilter
from app.domain.index_ports import VectorIndex, WordIndex
from app.domain.ledger import About
from app.domain.names import fold
from app.domain.people_ports import Ledger
from app.domain.ports import TitleStore
from app.domain.titles import Title, TitleId
from app.domain.watched import Watched

_PEOPLE_KEPT: Final = 16
_OF_ONE_NAME: Final = 20
_ANYTHING: Final = TitleFilter(include_adult=True)


class Seen:
    """Resolves a ledger to titles of the catalogue, over all families of ids.

    What was resolved is kept until the ledger or the published index changes.
    """

    def __init__(
        self, ledger: Ledger, titles: TitleStore, words: WordIndex, index: VectorIndex
    ) -> None:
        self._ledger = ledger
        self._titles = titles
        self._words = words
        self._index = index
        self._kept: OrderedDict[str, tuple[tuple[int, str, int], frozenset[TitleId]]] = (
            OrderedDict()
        )
        self._lock = threading.Lock()

    def ids(self, profile_id: str) -> frozenset[TitleId]:
        """All that were watched, and are in the catalogue or are told of by TMDB's number.

        Raises `NotFound` for an unknown profile; `NotReady` where names can't be looked up, and
        what the stores raise: a history that can't be read is never an empty one.
        """
        status = self._index.status()
        version = (self._ledger.version(profile_id), status.version, status.seq)
        with self._lock:
            kept = self._kept.get(profile_id)
            if kept is not None and kept[0] == version:
                self._kept.move_to_end(profile_id)
                return kept[1]
        found = self._resolved(profile_id)
        with self._lock:
            self._kept[profile_id] = (version, found)
            while len(self._kept) > _PEOPLE_KEPT:
                self._kept.popitem(last=False)
        return found

    def _resolved(self, profile_id: str) -> frozenset[TitleId]:
        watched = Watched(self._ledger.events(profile_id))
        titles = self._titles.get_many({*watched.tmdb_ids(), *self._of_other_ids(watched)})
        found = {i for i, title in titles.items() if watched.of(title).seen}
        # A title that the catalogue lacks now may come into it before the ledger changes.
        missing = [i for i in watched.tmdb_ids() if i not in titles]
        found |= {i for i in missing if watched.of(Title(id=i, name="")).seen}
        for title in self._bearing(watched.names()):
            if watched.of(title).seen:
                found.add(title.id)
        return frozenset(found)

    def _of_other_ids(self, watched: Watched) -> set[TitleId]:
        by_imdb = self._titles.by_imdb(watched.imdb_ids())
        by_tvdb = self._titles.by_tvdb(watched.tvdb_ids())
        return {*by_imdb.values(), *by_tvdb.values()}

    def _bearing(self, abouts: Sequence[About]) -> Iterator[Title]:
        """Titles that bear the names of entries which have no id."""
        ids: set[TitleId] = set()
        for about in abouts:
            matches = self._words.named(
                fold(about.name), _OF_ONE_NAME, (about.kind,), _around(about.year)
            )
            ids |= {match.id for match in matches}
        yield from self._titles.get_many(ids).values()


def _around(year: int | None) -> TitleFilter:
    if year is None:
        return _ANYTHING
    return TitleFilter(include_adult=True, year_from=year, year_to=year)
