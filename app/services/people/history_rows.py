"""A person's titles with where they stand, kept and brought up to date with each change.

A change concerns a few titles: only these are put together anew, the others stay as they are.
"""

from __future__ import annotations

import threading
import time
from bisect import insort
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.people.ledger import About
from app.domain.people.standing import Identity, Standing, concerning, latest_first, standings
from app.domain.ports.catalogue import TitleStore
from app.services.people.ledger_reader import LedgerReader, LedgerView

_PEOPLE_KEPT: Final = 8
_KEPT_FOR: Final = 60.0
"""Seconds after which titles are looked up again: the catalogue grows without the ledger."""

_FEW: Final = 200
"""Events; where more have changed at once, all is put together anew."""


@dataclass(frozen=True, slots=True)
class Row:
    """One title of a history; `title` is None where the catalogue lacks it."""

    standing: Standing
    name: str
    year: int | None
    title: Title | None

    @property
    def title_id(self) -> TitleId | None:
        """The title's id; None where neither the catalogue nor the ledger knows TMDB's."""
        return self.title.id if self.title else self.standing.title_id


@dataclass(frozen=True, slots=True)
class _Kept:
    """`rows` as of `view`, the latest first, and by title; their titles were looked up lately."""

    view: LedgerView
    until: float
    rows: tuple[Row, ...]
    by_id: Mapping[TitleId | None, tuple[Row, ...]]


class HistoryRows:
    """Puts ledgers together, those of the latest few people from memory. For several threads."""

    def __init__(self, reader: LedgerReader, titles: TitleStore) -> None:
        self._reader = reader
        self._titles = titles
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def all(self, profile_id: str) -> tuple[Row, ...]:
        """All of a person's titles, the latest first. Raises `NotFound`."""
        return self._now(profile_id).rows

    def of(self, profile_id: str, wanted: Collection[TitleId]) -> list[Row]:
        """The rows of those titles that the person has any of, the latest first."""
        if self._is_fresh(profile_id):
            by_id = self._now(profile_id).by_id
            return sorted((row for one in set(wanted) for row in by_id.get(one, ())), key=_order)
        known = self._titles.get_many(wanted)
        abouts = [About(kind=one.kind, tmdb_id=one.tmdb_id) for one in wanted]
        abouts += [_about(title) for title in known.values()]
        return [row for row in self._concerning(profile_id, abouts) if row.title_id in wanted]

    def near(self, profile_id: str, about: About) -> Sequence[Row]:
        """All rows that may be of what is told so, perhaps with others, the latest first."""
        if not self._is_fresh(profile_id):
            return self._concerning(profile_id, [about])
        kept = self._now(profile_id)
        if about.tmdb_id is None:
            return kept.rows
        own = kept.by_id.get(TitleId(about.kind, about.tmdb_id), ())
        # Those without an id may bear its name.
        return sorted((*own, *kept.by_id.get(None, ())), key=_order)

    def _concerning(self, profile_id: str, abouts: Iterable[About]) -> tuple[Row, ...]:
        """The rows of these titles, perhaps with others, where nothing is kept to begin from."""
        return self._titled(standings(concerning(self._reader.read(profile_id).told, abouts)))

    def _is_fresh(self, profile_id: str) -> bool:
        with self._lock:
            kept = self._kept.get(profile_id)
        return kept is not None and time.monotonic() < kept.until

    def _now(self, profile_id: str) -> _Kept:
        view = self._reader.read(profile_id)
        with self._lock:
            kept = self._kept.get(profile_id)
        now = time.monotonic()
        if kept is not None and kept.view.mark == view.mark and now < kept.until:
            with self._lock:
                if profile_id in self._kept:
                    self._kept.move_to_end(profile_id)
            return kept
        found = self._followed(kept, view) if kept else None
        if found is None:
            found = _kept(view, now + _KEPT_FOR, self._titled(standings(view.told)))
        elif now >= found.until:
            rows = self._titled([row.standing for row in found.rows])
            found = _kept(view, now + _KEPT_FOR, rows)
        with self._lock:
            self._kept[profile_id] = found
            self._kept.move_to_end(profile_id)
            while len(self._kept) > _PEOPLE_KEPT:
                self._kept.popitem(last=False)
        return found

    def _followed(self, kept: _Kept, view: LedgerView) -> _Kept | None:
        """As of a later view (or an earlier one); None where too much has changed."""
        changed = view.changed_since(kept.view)
        if len(changed) > _FEW:
            return None
        if not changed:
            return replace(kept, view=view)
        concerned = concerning(view.told, [event.about for event in changed])
        moved = {event.key for event in (*changed, *concerned)}
        rows, by_id = [], dict(kept.by_id)
        for row in kept.rows:
            # All events of a title are concerned, or none of them.
            if row.standing.events[0].key not in moved:
                rows.append(row)
                continue
            others = by_id[row.title_id]
            by_id[row.title_id] = tuple(one for one in others if one is not row)
        for row in self._titled(standings(concerned)):
            insort(rows, row, key=_order)
            by_id[row.title_id] = (*by_id.get(row.title_id, ()), row)
        return _Kept(view, kept.until, tuple(rows), by_id)

    def _titled(self, found: Sequence[Standing]) -> tuple[Row, ...]:
        """With the catalogue's titles, over all families of ids."""
        ids = {standing.title_id for standing in found} - {None}
        titles = self._titles.get_many([i for i in ids if i is not None])
        by_imdb = self._titles.by_imdb(
            [s.about.imdb_id for s in found if s.title_id not in titles and s.about.imdb_id]
        )
        by_tvdb = self._titles.by_tvdb(
            [number for s in found if (number := _tvdb_id(s)) and s.title_id not in titles]
        )
        titles |= self._titles.get_many({*by_imdb.values(), *by_tvdb.values()})
        rows = []
        for standing in found:
            title_id = standing.title_id or by_imdb.get(standing.about.imdb_id)
            title_id = title_id or by_tvdb.get(_tvdb_id(standing) or 0)
            title = titles.get(title_id) if title_id is not None else None
            name = title.name if title else standing.about.name
            year = title.year if title else standing.about.year
            rows.append(Row(standing, name, year, title))
        return tuple(rows)


def _kept(view: LedgerView, until: float, rows: tuple[Row, ...]) -> _Kept:
    by_id: defaultdict[TitleId | None, list[Row]] = defaultdict(list)
    for row in rows:
        by_id[row.title_id].append(row)
    return _Kept(view, until, rows, {one: tuple(some) for one, some in by_id.items()})


def _order(row: Row) -> tuple[int, Identity]:
    return latest_first(row.standing)


def _about(title: Title) -> About:
    return About(
        kind=title.id.kind,
        tmdb_id=title.id.tmdb_id,
        imdb_id=title.imdb_id,
        tvdb_id=title.tvdb_id,
    )


def _tvdb_id(standing: Standing) -> int | None:
    """TVDB numbers films for themselves, and the ledger's ids of it are series'."""
    return standing.about.tvdb_id if standing.about.kind is MediaKind.TV else None
