"""What a person's history means: resolved once, kept, and read by everything that is personal."""

import threading
import time
from bisect import insort
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, TypeVar, cast

from cachetools import LRUCache

from app.domain.catalogue.names import fold
from app.domain.catalogue.titles import Title, TitleId
from app.domain.people.ledger import FEEDBACK, About, Event
from app.domain.people.resolution import (
    Catalogued,
    LeftOut,
    Name,
    Row,
    bears,
    by_latest,
    is_named_only,
    joined,
    left_out,
    name_of,
    resolved,
    tvdb_id_of,
)
from app.domain.people.standing import Standing, concerning, standings
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.index import VectorIndex, WordIndex
from app.domain.ports.people import Ledger
from app.domain.search.filters import TitleFilter

PEOPLE_KEPT: Final = 100
"""As many as a household may have: going round them all works nothing out twice."""

_IDS_KEPT_FOR: Final = 60.0
"""Seconds after which ids are looked up again: the catalogue grows without ledger and index."""

_TITLES_KEPT_FOR: Final = 60.0
"""Seconds after which another index has all put together anew: titles may have changed with it."""

_TITLES_KEPT_AT_MOST: Final = 600.0
"""Seconds after which that is done though nothing tells of a change."""

_FEW: Final = 200
"""Events; where more have changed at once, all is put together anew."""

_OF_ONE_NAME: Final = 20
_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class PersonView:
    """A person's history with what it means: the same object for as long as that stays.

    `history` is by ascending (`at`, `key`), without what became of lists; `rows` are its titles,
    the latest first.
    """

    history: tuple[Event, ...]
    rows: tuple[Row, ...]
    names: "NameLookup" = field(repr=False)

    @cached_property
    def by_title(self) -> Mapping[TitleId, Row]:
        """The row of each title that there is one of."""
        return {row.title_ids[0]: row for row in self.rows if row.title_ids}

    @cached_property
    def by_name(self) -> Mapping[Name, Row]:
        """Rows of what only a name tells of."""
        return {name_of(row.standing.about): row for row in self.rows if is_named_only(row)}

    @cached_property
    def left_out(self) -> LeftOut:
        """What no list may show. Raises `NotReady` where names can't be looked up."""
        return left_out(self.rows, self.by_title, self.names.bearing)

    def of_titles(self, wanted: Iterable[TitleId]) -> list[Row]:
        """The rows of those titles that there are any of, the latest first."""
        rows = (self.by_title.get(title_id) for title_id in set(wanted))
        return sorted((row for row in rows if row is not None), key=by_latest)

    def entries_of(self, about: About) -> list[Event]:
        """All events of a title, those under its bare name with them; `about` has TMDB's id."""
        own = self.by_title.get(TitleId(about.kind, about.tmdb_id)) if about.tmdb_id else None
        named = self.by_name.get(name_of(about))
        return [event for row in (own, named) if row for event in row.standing.events]


class NameLookup:
    """Finds the titles that bear a name in an index as it is now, each name once."""

    def __init__(self, words: WordIndex, titles: TitleStore) -> None:
        self._words = words
        self._titles = titles
        self._bearing: dict[About, frozenset[TitleId]] = {}

    def bearing(self, abouts: Iterable[About]) -> Mapping[About, frozenset[TitleId]]:
        """The titles that bear the names of entries without an id. Raises `NotReady`."""
        matches = {
            about: self._words.named(
                fold(about.name), _OF_ONE_NAME, (about.kind,), _around(about.year)
            )
            for about in abouts
            if about not in self._bearing
        }
        titles = self._titles.get_many({match.id for some in matches.values() for match in some})
        for about, some in matches.items():
            found = (titles.get(match.id) for match in some)
            self._bearing[about] = frozenset(
                title.id for title in found if title is not None and bears(title, about)
            )
        return self._bearing


@dataclass(frozen=True, slots=True)
class _Kept:
    """A ledger as of `version`; ids and titles of its view as of an index and a moment each."""

    version: int
    feedback: tuple[Event, ...]
    view: PersonView
    index: tuple[str, int]
    ids_at: float
    titles_index: tuple[str, int]
    titles_at: float

    def has_old_titles(self, index: tuple[str, int], now: float) -> bool:
        """Whether titles should be read again."""
        is_current = self.titles_index == index
        return now >= self.titles_at + (_TITLES_KEPT_AT_MOST if is_current else _TITLES_KEPT_FOR)


@dataclass(slots=True)
class _Person:
    """All that is kept of one person; `derived` holds by name what was made, and for which key."""

    kept: _Kept | None = None
    derived: dict[str, tuple[object, object]] = field(default_factory=dict)


class PersonViews:
    """Reads and resolves ledgers, from memory while they stay. Safe for several threads.

    A change of a few entries puts the titles together anew that it concerns. Another index, or a
    while, has all ids looked up again, for they may have become known, but few titles read again.
    """

    def __init__(
        self, ledger: Ledger, titles: TitleStore, words: WordIndex, index: VectorIndex
    ) -> None:
        self._ledger = ledger
        self._titles = titles
        self._words = words
        self._index = index
        self._people: LRUCache[str, _Person] = LRUCache(PEOPLE_KEPT)
        self._lock = threading.Lock()

    def of(self, profile_id: str) -> PersonView:
        """The person's history as it is now.

        Raises `NotFound` for an unknown profile, and what the stores raise: a history that can't be
        read is never an empty one.
        """
        return self._now(profile_id).view

    def feedback(self, profile_id: str) -> tuple[Event, ...]:
        """What became of lists (`FEEDBACK`), by ascending (`at`, `key`). Raises as `of`."""
        return self._now(profile_id).feedback

    def derived(self, profile_id: str, name: str, key: object, make: Callable[[], _T]) -> _T:
        """What was made of a person under that name, kept for as long as the key is equal."""
        person = self._person(profile_id)
        kept = person.derived.get(name)
        if kept is not None and kept[0] == key:
            return cast(_T, kept[1])
        made = make()
        person.derived[name] = (key, made)
        return made

    def _person(self, profile_id: str) -> _Person:
        with self._lock:
            person = self._people.get(profile_id)
            if person is None:
                person = self._people[profile_id] = _Person()
            return person

    def _now(self, profile_id: str) -> _Kept:
        # Before the ledger is read: what was resolved by a former index is then never kept as new.
        status = self._index.status()
        index = (status.version, status.seq)
        version = self._ledger.version(profile_id)
        person = self._person(profile_id)
        kept, now = person.kept, time.monotonic()
        if (
            kept is None
            or (kept.version, kept.index) != (version, index)
            or now >= kept.ids_at + _IDS_KEPT_FOR
        ):
            kept = person.kept = self._read(profile_id, version, index, kept)
        return kept

    def _read(
        self, profile_id: str, version: int, index: tuple[str, int], before: _Kept | None
    ) -> _Kept:
        now = time.monotonic()
        history, feedback = self._events(profile_id, version, before)
        if (
            before is None
            or before.has_old_titles(index, now)
            or len(changed := _changed(before.view.history, history)) > _FEW
        ):
            view = self._put_together(history)
            return _Kept(version, feedback, view, index, now, index, now)
        view, ids_at = before.view, before.ids_at
        if before.index != index or now >= ids_at + _IDS_KEPT_FOR:
            view, ids_at = self._looked_up_again(view, is_new_index=before.index != index), now
        if changed:
            view = self._followed(view, history, changed)
        return _Kept(version, feedback, view, index, ids_at, before.titles_index, before.titles_at)

    def _events(
        self, profile_id: str, version: int, before: _Kept | None
    ) -> tuple[tuple[Event, ...], tuple[Event, ...]]:
        """History and feedback; the history is the one before for as long as it is equal."""
        if before is not None and before.version == version:
            return before.view.history, before.feedback
        events = self._ledger.events(profile_id)
        feedback = tuple(event for event in events if event.kind in FEEDBACK)
        history = tuple(event for event in events if event.kind not in FEEDBACK)
        if before is not None and before.view.history == history:
            return before.view.history, feedback
        return history, feedback

    def _put_together(self, history: tuple[Event, ...]) -> PersonView:
        rows = sorted(self._resolved(standings(history), {}), key=by_latest)
        return PersonView(history, tuple(rows), NameLookup(self._words, self._titles))

    def _looked_up_again(self, view: PersonView, *, is_new_index: bool) -> PersonView:
        """The same history with ids as they are known now; titles that were read stay."""
        titles = {row.title.id: row.title for row in view.rows if row.title is not None}
        rows = sorted(self._resolved([row.standing for row in view.rows], titles), key=by_latest)
        if is_new_index:
            return PersonView(view.history, tuple(rows), NameLookup(self._words, self._titles))
        return view if view.rows == tuple(rows) else replace(view, rows=tuple(rows))

    def _followed(
        self, view: PersonView, history: tuple[Event, ...], changed: Sequence[Event]
    ) -> PersonView:
        """As of a later history (or an earlier one): only titles that it concerns change."""
        concerned = concerning(history, [event.about for event in changed])
        moved = {event.key for event in (*changed, *concerned)}
        rows: list[Row] = []
        left: list[Event] = []
        for row in view.rows:
            if moved.isdisjoint(event.key for event in row.standing.events):
                rows.append(row)
            else:
                # By other ids, that only the catalogue joins to those that changed.
                left += (event for event in row.standing.events if event.key not in moved)
        fresh = self._resolved(standings([*concerned, *left]), {})
        ids = {row.title_id for row in fresh} - {None}
        others = [row for row in rows if row.title_id in ids]
        if others:
            rows = [row for row in rows if row.title_id not in ids]
        for row in joined([*fresh, *others]):
            insort(rows, row, key=by_latest)
        return PersonView(history, tuple(rows), view.names)

    def _resolved(self, found: Sequence[Standing], titles: Mapping[TitleId, Title]) -> list[Row]:
        """Looks up what the catalogue knows of their ids, but for titles that are known."""
        abouts = [event.about for standing in found for event in standing.events]
        by_imdb = self._titles.by_imdb({about.imdb_id for about in abouts} - {""})
        numbers = {number for about in abouts if (number := tvdb_id_of(about)) is not None}
        by_tvdb = self._titles.by_tvdb(numbers)
        ids = {standing.title_id for standing in found} | {*by_imdb.values(), *by_tvdb.values()}
        lacking = [one for one in ids if one is not None and one not in titles]
        return resolved(
            found, Catalogued({**titles, **self._titles.get_many(lacking)}, by_imdb, by_tvdb)
        )


def _changed(before: tuple[Event, ...], after: tuple[Event, ...]) -> list[Event]:
    """Events of either history that the other doesn't have, or has otherwise."""
    if before is after:
        return []
    then = {event.key: event for event in before}
    now = {event.key: event for event in after}
    # Most are the same objects: only of the others is everything compared.
    differing = [key for key, event in now.items() if then.get(key) is not event]
    differing = [key for key in differing if then.get(key) != now[key]]
    gone = [event for key, event in then.items() if key not in now]
    before_that = [then[key] for key in differing if key in then]
    return [*gone, *before_that, *(now[key] for key in differing)]


def _around(year: int | None) -> TitleFilter:
    return TitleFilter(include_adult=True, year_from=year, year_to=year)
