"""A person's own history: listed, added to, taken back, rated, marked, and each of it undone."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from app.domain.entries import has_no_id
from app.domain.errors import InvalidInput
from app.domain.ledger import About, Event, EventKind
from app.domain.names import fold
from app.domain.people_ports import Ledger
from app.domain.ports import Clock, TitleStore
from app.domain.standing import HAND, Standing, concerning, standings
from app.domain.titles import MediaKind, Title, TitleId
from app.services.ledger_reader import LedgerReader

MARKS: Final = (EventKind.LOVED, EventKind.WATCHLISTED, EventKind.DISMISSED)
MOST_AT_ONCE: Final = 1000
_PEOPLE_KEPT: Final = 8
_KEPT_FOR: Final = 60.0
"""Seconds after which titles are looked up again: the catalogue grows without the ledger."""

_TOMORROW: Final = 86_400

Sort = Literal["latest", "oldest", "name", "year", "rating", "plays"]
Show = Literal["all", "watched", "rated", "loved", "watchlisted", "dismissed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """Which entries, in what order, which page. Empty and None ask for all."""

    show: Show = "all"
    kind: MediaKind | None = None
    genre: str = ""
    year_from: int | None = None
    year_to: int | None = None
    text: str = ""
    sort: Sort = "latest"
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One title of a history; `title` is None where the catalogue lacks it."""

    standing: Standing
    name: str
    year: int | None
    title: Title | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, and how many there are in all."""

    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Undo:
    """What brings back what was before a change: these keys out, these events in."""

    remove: tuple[str, ...] = ()
    put: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    mark: int
    until: float
    rows: tuple[Row, ...]


class History:
    """The verbs on one person's ledger. Each raises `NotFound` for an unknown profile."""

    def __init__(
        self, ledger: Ledger, titles: TitleStore, clock: Clock, reader: LedgerReader | None = None
    ) -> None:
        self._ledger = ledger
        self._reader = reader or LedgerReader(ledger)
        self._titles = titles
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def listed(self, profile_id: str, query: HistoryQuery) -> Page:
        """The entries that pass, sorted, one page of them."""
        wanted = fold(query.text)
        rows = [row for row in self.rows(profile_id) if _passes(row, query, wanted)]
        rows = _sorted(rows, query.sort)
        return Page(tuple(rows[query.offset : query.offset + query.limit]), len(rows))

    def of(self, profile_id: str, wanted: Collection[TitleId]) -> list[Row]:
        """The rows of those titles that the person has any of."""
        known = self._titles.get_many(wanted)
        titles = [About(kind=one.kind, tmdb_id=one.tmdb_id) for one in wanted]
        titles += [_about(title) for title in known.values()]
        return [
            row
            for row in self._concerning(profile_id, titles)
            if (row.title.id if row.title else row.standing.title_id) in wanted
        ]

    def rows(self, profile_id: str) -> tuple[Row, ...]:
        """All of a person's titles, the latest first."""
        view = self._reader.read(profile_id)
        kept = self._kept_rows(profile_id, view.mark)
        if kept is not None:
            return kept
        until = time.monotonic() + _KEPT_FOR
        rows = self._read(view.told)
        with self._lock:
            self._kept[profile_id] = _Kept(view.mark, until, rows)
            while len(self._kept) > _PEOPLE_KEPT:
                self._kept.popitem(last=False)
        return rows

    def add(
        self,
        profile_id: str,
        about: About,
        at: int | None = None,
        episodes: Collection[tuple[int, int]] = (),
    ) -> Undo:
        """Note that it was watched, now or at a moment (Unix seconds); a series by its episodes.

        Raises `InvalidInput` for a moment in the future or before films.
        """
        now = int(self._clock.now())
        moment = now if at is None else at
        if not 0 <= moment <= now + _TOMORROW:
            raise InvalidInput("at: a moment between 1970 and now, in Unix seconds.")
        places: list[tuple[int, int] | None] = [*sorted(episodes)]
        events = [
            Event(
                key=_key(EventKind.WATCHED, about, moment, place),
                kind=EventKind.WATCHED,
                about=about,
                at=moment,
                source=HAND,
                season=place[0] if place else None,
                episode=place[1] if place else None,
            )
            for place in places or [None]
        ]
        # Who says that it was watched then no longer says that it wasn't.
        taken_back = [
            event
            for event in self._events_of(profile_id, about)
            if event.kind is EventKind.UNWATCHED and event.at >= moment
        ]
        return self._change(profile_id, put=events, remove=taken_back)

    def take_back(self, profile_id: str, about: About) -> Undo:
        """Note that it wasn't watched, whatever any source told until now."""
        events = self._events_of(profile_id, about)
        watched = [event for event in events if event.kind is EventKind.WATCHED]
        own = [event for event in watched if event.source == HAND]
        put = []
        if len(own) < len(watched):
            put.append(self._marking(EventKind.UNWATCHED, about))
        return self._change(profile_id, put=put, remove=own)

    def rate(self, profile_id: str, about: About, rating: int | None) -> Undo:
        """Give 1 to 10, or take the rating back. Raises `InvalidInput`."""
        if rating is not None and not 1 <= rating <= 10:  # noqa: PLR2004 -- the scale
            raise InvalidInput("rating: 1 to 10, or null to take it back.")
        return self._change(
            profile_id, put=[replace(self._marking(EventKind.RATED, about), rating=rating)]
        )

    def mark(self, profile_id: str, about: About, mark: EventKind, *, on: bool) -> Undo:
        """Love, put on the watchlist or dismiss, or take that back."""
        if mark not in MARKS:
            raise InvalidInput(f"mark: one of {', '.join(MARKS)}.")
        if on:
            return self._change(profile_id, put=[self._marking(mark, about)])
        events = self._events_of(profile_id, about)
        return self._change(profile_id, remove=[event for event in events if event.kind is mark])

    def undo(self, profile_id: str, undo: Undo) -> Undo:
        """Bring back what was before; returns what undoes that in turn."""
        keys = set(undo.remove)
        present = [event for event in self._reader.read(profile_id).told if event.key in keys]
        return self._change(profile_id, put=undo.put, remove=present)

    def _change(
        self, profile_id: str, *, put: Sequence[Event] = (), remove: Sequence[Event] = ()
    ) -> Undo:
        keys = {event.key for event in put}
        replaced = [e for e in self._reader.read(profile_id).told if e.key in keys]
        gone = [event for event in remove if event.key not in keys]
        if put:
            self._ledger.put(profile_id, put)
        if gone:
            self._ledger.remove(profile_id, [event.key for event in gone])
        new = keys - {event.key for event in replaced}
        return Undo(tuple(sorted(new)), (*replaced, *gone))

    def _marking(self, kind: EventKind, about: About) -> Event:
        key = _key(kind, about)
        return Event(key=key, kind=kind, about=about, at=int(self._clock.now()), source=HAND)

    def _events_of(self, profile_id: str, about: About) -> tuple[Event, ...]:
        """All events of the title, those of other families of ids among them."""
        rows = self._concerning(profile_id, [about])
        return tuple(event for row in rows if _same(row, about) for event in row.standing.events)

    def _concerning(self, profile_id: str, titles: Sequence[About]) -> tuple[Row, ...]:
        """The rows of these titles, perhaps with others: quick right after a change, too."""
        view = self._reader.read(profile_id)
        kept = self._kept_rows(profile_id, view.mark)
        return kept if kept is not None else self._read(concerning(view.told, titles))

    def _kept_rows(self, profile_id: str, mark: int) -> tuple[Row, ...] | None:
        with self._lock:
            kept = self._kept.get(profile_id)
            if kept is None or kept.mark != mark or time.monotonic() >= kept.until:
                return None
            self._kept.move_to_end(profile_id)
            return kept.rows

    def _read(self, told: Sequence[Event]) -> tuple[Row, ...]:
        found = standings(told)
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


def _key(
    kind: EventKind, about: About, at: int | None = None, place: tuple[int, int] | None = None
) -> str:
    """One per title and kind of mark, so that marking twice is marking once."""
    number = about.tmdb_id or about.imdb_id or about.tvdb_id or f"{fold(about.name)}:{about.year}"
    parts = [HAND, kind.value, about.kind.value, str(number)]
    parts += [] if at is None else [str(at)]
    parts += [] if place is None else [f"s{place[0]}e{place[1]}"]
    return ":".join(parts)


def _same(row: Row, about: About) -> bool:
    mine = row.standing.about
    if has_no_id(mine) or has_no_id(about):
        named = (about.kind, fold(about.name), about.year)
        return named == (mine.kind, fold(mine.name), mine.year)
    if about.tmdb_id is not None:
        wanted = TitleId(about.kind, about.tmdb_id)
        return wanted in (row.standing.title_id, row.title.id if row.title else None)
    if about.imdb_id:
        return about.imdb_id == mine.imdb_id
    return (about.kind, about.tvdb_id) == (mine.kind, mine.tvdb_id)


def _passes(row: Row, query: HistoryQuery, wanted: str) -> bool:
    standing = row.standing
    shown = {
        "all": standing.watched.seen
        or standing.rating is not None
        or standing.loved
        or standing.watchlisted
        or standing.dismissed,
        "watched": standing.watched.seen,
        "rated": standing.rating is not None,
        "loved": standing.loved,
        "watchlisted": standing.watchlisted,
        "dismissed": standing.dismissed,
    }
    year = row.year or 0
    return (
        shown[query.show]
        and (query.kind is None or standing.about.kind is query.kind)
        and (not query.genre or (row.title is not None and query.genre in row.title.genres))
        and (query.year_from is None or year >= query.year_from)
        and (query.year_to is None or 0 < year <= query.year_to)
        and (not wanted or wanted in fold(row.name))
    )


def _sorted(rows: list[Row], sort: Sort) -> list[Row]:
    """By the wish; what it leaves equal stays the latest first."""
    if sort == "oldest":
        return sorted(rows, key=lambda row: row.standing.last_at)
    if sort == "name":
        return sorted(rows, key=lambda row: fold(row.name))
    if sort == "year":
        return sorted(rows, key=lambda row: -(row.year or 0))
    if sort == "rating":
        return sorted(rows, key=lambda row: -(row.standing.rating or 0))
    if sort == "plays":
        return sorted(rows, key=lambda row: -row.standing.watched.plays)
    return rows
