"""The titles that a person has watched, loves or put aside: what no list for them may show."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from app.domain.catalogue.names import fold
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.people.entries import Entries, has_no_id
from app.domain.people.ledger import About, Event, EventKind
from app.domain.people.watched import Watched, tells_watched
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.index import VectorIndex, WordIndex
from app.domain.ports.people import Ledger
from app.domain.search.filters import TitleFilter
from app.services.people.ledger_reader import LedgerReader, LedgerView

_PEOPLE_KEPT: Final = 16
_KEPT_FOR: Final = 60.0
"""Seconds after which a change looks all titles up again: their ids may have become known."""

_FEW: Final = 200
"""Events; where more have changed at once, all is resolved anew."""

_OF_ONE_NAME: Final = 20
_ANYTHING: Final = TitleFilter(include_adult=True)
_MARKS: Final = (EventKind.DISMISSED, EventKind.LOVED)

_Bearing = dict[About, frozenset[TitleId]]
"""The titles that bear the name of an entry without an id."""


@dataclass(frozen=True, slots=True)
class _Resolved:
    watched: frozenset[TitleId]
    loved: frozenset[TitleId]
    dismissed: frozenset[TitleId]
    left_out: frozenset[TitleId]


@dataclass(frozen=True, slots=True)
class _Kept:
    """`found` as of `view` and `index`.

    `titles` are those that were looked at, with what an entry may know them by; `bearing` is what
    the index said.
    """

    view: LedgerView
    index: tuple[str, int]
    until: float
    titles: Mapping[TitleId, Title]
    bearing: _Bearing
    found: _Resolved


class Seen:
    """Resolves a ledger to titles of the catalogue, over all families of ids.

    What was resolved is kept until the person's history or the published index changes; lists that
    were shown change nothing of it. A change of a few entries resolves the titles that it concerns.
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
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
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
        index = (status.version, status.seq)
        view = self._reader.read(profile_id)
        with self._lock:
            kept = self._kept.get(profile_id)
            if kept is not None and kept.index == index and kept.view.mark == view.mark:
                self._kept.move_to_end(profile_id)
                return kept.found
        found = None
        if kept is not None and kept.index == index and time.monotonic() < kept.until:
            found = self._followed(kept, view)
        if found is None:
            found = self._resolved(view, index)
        with self._lock:
            self._kept[profile_id] = found
            self._kept.move_to_end(profile_id)
            while len(self._kept) > _PEOPLE_KEPT:
                self._kept.popitem(last=False)
        return found.found

    def _resolved(self, view: LedgerView, index: tuple[str, int]) -> _Kept:
        until = time.monotonic() + _KEPT_FOR
        telling = [event for event in view.told if _tells(event)]
        bearing: _Bearing = {}
        titles = {title.id: _known_by(title) for title in self._named(Entries(telling), bearing)}
        return _Kept(view, index, until, titles, bearing, _sorted_out(telling, titles.values()))

    def _followed(self, kept: _Kept, view: LedgerView) -> _Kept | None:
        """As of a later view (or an earlier one); None where too much has changed."""
        changed = [event for event in view.changed_since(kept.view) if _tells(event)]
        if len(changed) > _FEW:
            return None
        bearing = dict(kept.bearing)
        entries = Entries(changed)
        concerned = {one.id: one for one in kept.titles.values() if entries.of(one)}
        concerned |= {one.id: _known_by(one) for one in self._named(entries, bearing)}
        telling = _about_any(view.told, concerned.values())
        # Another entry than the changed one may name a title, or none any more.
        named = {one.id for one in self._named(Entries(telling), bearing)}
        looked_at = [one for one in concerned.values() if one.id in named]
        titles = dict(kept.titles)
        for one in concerned:
            titles.pop(one, None)
        titles |= {title.id: title for title in looked_at}
        found = _with(kept.found, concerned.keys(), _sorted_out(telling, looked_at))
        return _Kept(view, kept.index, kept.until, titles, bearing, found)

    def _named(self, entries: Entries, bearing: _Bearing) -> Iterator[Title]:
        """The titles that entries name, some more than once; what names lead to, in `bearing`."""
        numbers = entries.tmdb_ids()
        titles = self._titles.get_many({*numbers, *self._of_other_ids(entries)})
        yield from titles.values()
        # A title that the catalogue lacks now may come into it before the ledger changes.
        yield from (Title(id=one, name="") for one in numbers if one not in titles)
        yield from self._bearing(entries.names(), bearing)

    def _of_other_ids(self, entries: Entries) -> set[TitleId]:
        by_imdb = self._titles.by_imdb(entries.imdb_ids())
        by_tvdb = self._titles.by_tvdb(entries.tvdb_ids())
        return {*by_imdb.values(), *by_tvdb.values()}

    def _bearing(self, abouts: Sequence[About], known: _Bearing) -> Iterator[Title]:
        """Titles that bear the names of entries which have no id."""
        for about in abouts:
            if about not in known:
                matches = self._words.named(
                    fold(about.name), _OF_ONE_NAME, (about.kind,), _around(about.year)
                )
                known[about] = frozenset(match.id for match in matches)
        ids = {one for about in abouts for one in known[about]}
        yield from self._titles.get_many(ids).values()


def _tells(event: Event) -> bool:
    return event.kind in _MARKS or tells_watched(event)


def _sorted_out(telling: Sequence[Event], titles: Iterable[Title]) -> _Resolved:
    """Which of the titles were watched, loved, put aside."""
    watched = Watched(telling)
    marked = {mark: Entries(e for e in telling if e.kind is mark) for mark in _MARKS}
    seen: set[TitleId] = set()
    found: dict[EventKind, set[TitleId]] = {mark: set() for mark in _MARKS}
    for title in titles:
        if watched.of(title).seen:
            seen.add(title.id)
        for mark in _MARKS:
            if marked[mark].of(title):
                found[mark].add(title.id)
    dismissed, loved = (frozenset(found[mark]) for mark in _MARKS)
    watched_ids = frozenset(seen)
    return _Resolved(watched_ids, loved, dismissed, watched_ids | loved | dismissed)


def _with(before: _Resolved, concerned: AbstractSet[TitleId], now: _Resolved) -> _Resolved:
    watched = before.watched - concerned | now.watched
    loved = before.loved - concerned | now.loved
    dismissed = before.dismissed - concerned | now.dismissed
    return _Resolved(watched, loved, dismissed, watched | loved | dismissed)


def _known_by(title: Title) -> Title:
    """No more of it than `Entries` asks for."""
    return Title(
        id=title.id,
        name=title.name,
        original_name=title.original_name,
        year=title.year,
        imdb_id=title.imdb_id,
        tvdb_id=title.tvdb_id,
    )


def _about_any(told: Iterable[Event], titles: Collection[Title]) -> list[Event]:
    """All entries that may be of these titles, with others: those without an id may be of any."""
    numbers = {(title.id.kind, title.id.tmdb_id) for title in titles}
    imdb_ids = {title.imdb_id for title in titles} - {""}
    tvdb_ids = {title.tvdb_id for title in titles if title.id.kind is MediaKind.TV} - {None}

    def may_be(about: About) -> bool:
        return (
            (about.kind, about.tmdb_id) in numbers
            or about.imdb_id in imdb_ids
            or about.tvdb_id in tvdb_ids
            or has_no_id(about)
        )

    return [event for event in told if may_be(event.about) and _tells(event)]


def _around(year: int | None) -> TitleFilter:
    if year is None:
        return _ANYTHING
    return TitleFilter(include_adult=True, year_from=year, year_to=year)
