"""Which ids a run asks for, and what its end means for the next one."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.catalogue.source_answers import Export, ExportLine
from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId
from app.domain.errors import Damaged
from app.domain.ports.catalogue import CatalogueSource, TitleStore
from app.domain.progress import silent
from app.services.catalogue import catalogue_scan, ingest, sync_plan
from app.services.catalogue.export_snapshot import read_export
from app.services.catalogue.sync_plan import CHANGES, DAY, FULL, LONGEST_AGE, WINDOW, Ids, Plan
from app.services.catalogue.sync_state import OpenRun, SyncState
from tests.builders import make_title, make_titles, movie, series

MOVIE, TV = MediaKind.MOVIE, MediaKind.TV
FIRST = date(2026, 6, 15)
Line = tuple[int, float, bool]


class Listing:
    """The lists of a `CatalogueSource`: an export, or none, and changes that note what is asked."""

    def __init__(self, lines: Collection[Line] | None = (), broken: int = 0) -> None:
        self.lines = lines
        self.broken = broken
        self.windows: list[tuple[date, date]] = []

    def export(self, kind: MediaKind) -> Export | None:
        return None if self.lines is None else Export(kind, "2026-06-14", self._lines(kind))

    def discover(self, _kind: MediaKind, *, include_adult: bool) -> Iterator[list[int]]:
        assert not include_adult
        yield [3, 1]
        yield [1, 2]

    def changed(self, _kind: MediaKind, first: date, last: date) -> Iterator[list[int]]:
        self.windows.append((first, last))
        yield [7, 5]
        yield [5, 6]

    def _lines(self, kind: MediaKind) -> Iterator[ExportLine]:
        for number, popularity, adult in self.lines or ():
            yield ExportLine(TitleId(kind, number), popularity, adult)
        if self.broken:
            self.broken -= 1
            raise Damaged("movie_ids.json.gz breaks off")

    @property
    def port(self) -> CatalogueSource:
        return cast(CatalogueSource, self)


class Stored:
    """A `TitleStore` that can only be read through."""

    def __init__(self, titles: Sequence[Title] = ()) -> None:
        self.titles = titles

    def scan(self, _size: int) -> Iterator[list[Title]]:
        yield list(self.titles)

    @property
    def port(self) -> TitleStore:
        return cast(TitleStore, self)


def moment(day: date, hour: float = 12) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() + hour * 3600


def full(listing: Listing, state: SyncState, now: float, *, force: bool = False) -> Plan:
    return sync_plan.full(listing.port, MOVIE, state, now, silent, force=force, include_adult=False)


def changes(listing: Listing, state: SyncState, now: float, titles: Sequence[Title] = ()) -> Plan:
    return sync_plan.changes(
        listing.port, Stored(titles).port, MOVIE, state, now, silent, include_adult=False
    )


def of_tmdb(fetched_at: float) -> Title:
    return make_title(1, source=Source.TMDB, fetched_at=int(fetched_at))


days = st.dates(date(2020, 1, 1), date(2035, 1, 1))
hours = st.floats(0, 23.99)


@given(cursor=days, today=days, hour=hours)
@example(cursor=FIRST, today=FIRST + WINDOW, hour=0)
@example(cursor=FIRST, today=FIRST + WINDOW + timedelta(1), hour=0)
def test_a_window_is_short_goes_forward_and_ends_today(
    cursor: date, today: date, hour: float
) -> None:
    listing = Listing(lines=None)
    plan = changes(listing, SyncState(cursor=cursor.isoformat()), moment(today, hour))
    ((first, last),) = listing.windows
    assert timedelta(0) <= last - first <= WINDOW == timedelta(days=14)
    # Where a clock was wrong and the cursor is ahead, it stays there.
    assert last == max(today, cursor)
    assert plan.closed.cursor == last.isoformat()
    if last - cursor <= WINDOW:
        assert first == cursor
    assert not plan.resumed
    assert plan.opened == SyncState(
        cursor=cursor.isoformat(),
        open=OpenRun(CHANGES, int(moment(today, hour)), cursor.isoformat(), last.isoformat()),
    )


@given(st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=12), hours)
def test_each_window_begins_where_the_last_one_ended_however_often_it_is_interrupted(
    runs: list[tuple[int, bool]], hour: float
) -> None:
    state, today = SyncState(cursor=FIRST.isoformat()), FIRST
    for forward, completed in runs:
        today += timedelta(days=forward)
        listing = Listing(lines=None)
        before = date.fromisoformat(state.cursor)
        plan = changes(listing, state, moment(today, hour))
        state = plan.closed if completed else plan.opened
        ((first, last),) = listing.windows
        assert before <= last <= today
        assert first == max(before, last - WINDOW)
        # The cursor moves only with a completed run.
        assert state.cursor == (last if completed else before).isoformat()


def test_an_interrupted_window_is_asked_for_as_it_was_begun() -> None:
    begun = changes(Listing(), SyncState(cursor=FIRST.isoformat()), moment(FIRST + timedelta(3)))
    listing = Listing()
    later = moment(FIRST + timedelta(8))
    plan = changes(listing, begun.opened, later)
    assert listing.windows == [(FIRST, FIRST + timedelta(3))]
    assert plan.resumed
    assert plan.opened == begun.opened
    assert plan.closed.cursor == "2026-06-18"
    assert plan.closed.synced_at == later
    # What the first attempt fetched is kept.
    assert plan.keep(of_tmdb(moment(FIRST + timedelta(3))))
    assert not plan.keep(of_tmdb(moment(FIRST + timedelta(3)) - 1))


@pytest.mark.parametrize("lines", [None, [(5, 1.0, False), (9, 2.0, False), (8, 3.0, True)]])
def test_changes_list_each_id_once(lines: list[Line] | None) -> None:
    state = SyncState(cursor=FIRST.isoformat())
    listing = Listing(lines)
    plan = changes(listing, state, moment(FIRST + timedelta(20)), make_titles(2))
    missing_and_vanished = [] if lines is None else [9, 5, 1, 2]
    rest = [7, 5, 6] if lines is None else [7, 6]
    assert plan.ids.numbers.tolist() == [*missing_and_vanished, *rest]
    assert listing.windows == [(FIRST + timedelta(6), FIRST + timedelta(20))]
    assert plan.closed.exported == ("" if lines is None else "2026-06-14")


@given(
    state=st.sampled_from(["", "2026-06-10"]),
    began=st.none() | st.integers(0, 400),
    forced=st.booleans(),
    force=st.booleans(),
)
def test_the_cursor_of_a_full_run_is_the_day_on_which_it_was_begun(
    state: str, began: int | None, *, forced: bool, force: bool
) -> None:
    now = moment(FIRST)
    run = None if began is None else OpenRun(FULL, int(now) - began * DAY, forced=forced)
    plan = full(Listing([(1, 1.0, False)]), SyncState(cursor=state, open=run), now, force=force)
    goes_on = run is not None and (forced or not force)
    start = FIRST - timedelta(days=began if goes_on and began is not None else 0)
    assert plan.closed.cursor == (state if state and not force else start.isoformat())
    assert plan.opened.cursor == state
    assert plan.opened.open == OpenRun(FULL, int(moment(start)), forced=force)
    assert plan.closed.open is None
    assert plan.resumed == (run is not None)


@given(age=st.integers(0, 2 * LONGEST_AGE), attempt=st.integers(0, 5 * DAY))
def test_what_is_kept_of_what_is_stored(age: int, attempt: int) -> None:
    now = moment(FIRST)
    begun = SyncState(open=OpenRun(FULL, int(now) - attempt, forced=True))
    title = of_tmdb(now - age)
    assert full(Listing(), SyncState(), now).keep(title) == (age <= LONGEST_AGE)
    assert full(Listing(), begun, now, force=True).keep(title) == (age <= attempt)
    other = replace(title, source=Source.DUMP, fetched_at=int(now))
    assert not full(Listing(), SyncState(), now).keep(other)


lines = st.lists(
    st.tuples(st.integers(1, 40), st.floats(0, 1000, width=32), st.booleans()), max_size=60
)


@given(lines, st.booleans())
def test_an_export_is_read_by_falling_popularity_each_title_once(
    told: list[Line],
    adult: bool,  # noqa: FBT001 -- drawn by position
) -> None:
    found = read_export(Listing(told).port, MOVIE, silent, include_adult=adult)
    assert found is not None
    best: dict[int, float] = {}
    for number, popularity, for_adults in told:
        if adult or not for_adults:
            best[number] = max(best.get(number, 0.0), popularity)
    wanted = sorted(best, key=lambda number: (-best[number], number))
    assert found.numbers.tolist() == wanted
    assert found.popularity.tolist() == [best[number] for number in wanted]


@pytest.mark.parametrize("broken", [0, 1, 2])
def test_an_export_that_breaks_off_is_read_again_from_its_start(broken: int) -> None:
    listing = Listing([(1, 1.0, False), (2, 2.0, False)], broken=broken)
    found = read_export(listing.port, MOVIE, silent, include_adult=False)
    assert found is not None
    assert found.numbers.tolist() == [2, 1]


def test_an_export_that_breaks_off_every_time_is_damaged() -> None:
    with pytest.raises(Damaged):
        full(Listing([(1, 1.0, False)], broken=9), SyncState(), moment(FIRST))


def test_without_an_export_discover_is_partial_until_there_is_one() -> None:
    state = full(Listing(lines=None), SyncState(), moment(FIRST)).closed
    assert state.partial
    assert (state.exported, state.listed) == ("", 0)
    plan = full(Listing([(1, 1.0, False)]), state, moment(FIRST + timedelta(1)))
    assert not plan.closed.partial
    assert (plan.closed.exported, plan.closed.listed) == ("2026-06-14", 1)
    # What discover brought may have changed since.
    assert plan.closed.cursor == FIRST.isoformat()
    assert full(Listing(None), SyncState(), moment(FIRST)).ids.numbers.tolist() == [3, 1, 2]


@given(st.sets(st.integers(1, 30)), st.sets(st.integers(1, 30)))
def test_a_difference_is_what_either_side_lacks(exported: set[int], had: set[int]) -> None:
    listing = Listing([(number, 1.0, False) for number in exported])
    export = read_export(listing.port, MOVIE, silent, include_adult=False)
    assert export is not None
    titles = [make_title(n) for n in sorted(had)] + make_titles(3, kind=TV)
    state = SyncState(cursor="2026-06-10", partial=True)
    now = moment(FIRST)
    known = catalogue_scan.numbers(Stored(titles).port, MOVIE, silent)
    plan = sync_plan.difference(MOVIE, export, known, state, now)
    assert sorted(plan.ids.numbers.tolist()) == sorted(exported ^ had)
    assert plan.opened == state
    listed = len(exported)
    noted = replace(state, followed_at=now, exported="2026-06-14", listed=listed)
    assert plan.closed == noted


@given(st.integers(0, 60), st.integers(0, 60))
def test_both_kinds_end_together(films: int, shows: int) -> None:
    def plan(kind: MediaKind, count: int) -> Plan:
        ids = Ids(kind, np.arange(1, count + 1, dtype=np.int64))
        unused = cast(Any, None)
        return Plan(kind=kind, ids=ids, keep=unused, opened=unused, closed=unused, way="")

    given_out = list(ingest._mixed([plan(MOVIE, films), plan(TV, shows)]))
    assert sorted(given_out) == [movie(n + 1) for n in range(films)] + [
        series(n + 1) for n in range(shows)
    ]
    for count in range(len(given_out)):
        some = sum(one.kind is MOVIE for one in given_out[:count])
        if films and shows:
            assert abs(some / films - (count - some) / shows) <= 1 / min(films, shows) + 1e-9
