"""The titles that a person has watched, loves or put aside: what no list for them may show."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.entries import Entries
from app.domain.filters import TitleFilter
from app.domain.index_ports import VectorIndex, WordIndex
from app.domain.ledger import About, Event, EventKind
from app.domain.names import fold
from app.domain.people_ports import Ledger
from app.domain.ports import TitleStore
from app.domain.titles import Title, TitleId
from app.domain.watched import Watched, tells_watched
from app.services.ledger_reader import LedgerReader

_PEOPLE_KEPT: Final = 16
_OF_ONE_NAME: Final = 20
_ANYTHING: Final = TitleFilter(include_adult=True)


@dataclass(frozen=True, slots=True)
class _Resolved:
    watched: frozenset[TitleId]
    loved: frozenset[TitleId]
    dismissed: frozenset[TitleId]
    left_out: frozenset[TitleId]


class Seen:
    """Resolves a ledger to titles of the catalogue, over all families of ids.

    What was resolved is kept until the person's history or the published index changes; lists that
    were shown change nothing of it.
    """

    def __init__(
        self,
        ledger: Ledger,
        titles: TitleStore,
        words: WordIndex,
        index: VectorIndex,
        reader: LedgerReader | None = None,
    ) -> None:
        self._reader = reader or LedgerReader(ledger)
        self._titles = titles
        self._words = words
        self._index = index
        self._kept: OrderedDict[str, tuple[tuple[int, str, int], _Resolved]] = OrderedDict()
        self._lock = threading.Lock()

    def ids(self, profile_id: str) -> frozenset[TitleId]:
        """All that were watched, and are in the catalogue or are told of by TMDB's number.

        Raises `NotFound` for an unknown profile; `NotReady` where names can't be looked up, and
        what the stores raise: a history that can't be read is never an empty one.
        """
        return self._of(profile_id).watched

    def loved(self, profile_id: str) -> frozenset[TitleId]:
        """As `ids`, of those marked as loved: known, whether or not a source told of a viewing."""
        return self._of(profile_id).loved

    def dismissed(self, profile_id: str) -> frozenset[TitleId]:
        """As `ids`, of those that were put aside."""
        return self._of(profile_id).dismissed

    def left_out(self, profile_id: str) -> frozenset[TitleId]:
        """What is never to be recommended: watched, loved or dismissed."""
        return self._of(profile_id).left_out

    def _of(self, profile_id: str) -> _Resolved:
        # Before the ledger is read: what was resolved by a former index is then never kept as new.
        status = self._index.status()
        view = self._reader.read(profile_id)
        version = (view.mark, status.version, status.seq)
        with self._lock:
            kept = self._kept.get(profile_id)
            if kept is not None and kept[0] == version:
                self._kept.move_to_end(profile_id)
                return kept[1]
        found = self._resolved(view.told)
        with self._lock:
            self._kept[profile_id] = (version, found)
            self._kept.move_to_end(profile_id)
            while len(self._kept) > _PEOPLE_KEPT:
                self._kept.popitem(last=False)
        return found

    def _resolved(self, told: Iterable[Event]) -> _Resolved:
        marks = (EventKind.DISMISSED, EventKind.LOVED)
        telling = [e for e in told if tells_watched(e) or e.kind in marks]
        watched = Watched(telling)
        marked = {mark: Entries(e for e in telling if e.kind is mark) for mark in marks}
        seen: set[TitleId] = set()
        found: dict[EventKind, set[TitleId]] = {mark: set() for mark in marks}
        for title in self._named(Entries(telling)):
            if watched.of(title).seen:
                seen.add(title.id)
            for mark in marks:
                if marked[mark].of(title):
                    found[mark].add(title.id)
        dismissed, loved = (frozenset(found[mark]) for mark in marks)
        watched_ids = frozenset(seen)
        left_out = watched_ids | loved | dismissed
        return _Resolved(watched_ids, loved, dismissed, left_out)

    def _named(self, entries: Entries) -> Iterator[Title]:
        """The titles that entries name, some more than once."""
        numbers = entries.tmdb_ids()
        titles = self._titles.get_many({*numbers, *self._of_other_ids(entries)})
        yield from titles.values()
        # A title that the catalogue lacks now may come into it before the ledger changes.
        yield from (Title(id=one, name="") for one in numbers if one not in titles)
        yield from self._bearing(entries.names())

    def _of_other_ids(self, entries: Entries) -> set[TitleId]:
        by_imdb = self._titles.by_imdb(entries.imdb_ids())
        by_tvdb = self._titles.by_tvdb(entries.tvdb_ids())
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
