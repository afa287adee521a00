"""Later runs take over what changed, all of it and nothing else; and what only an export tells."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.adapters.tmdb import source
from app.domain.catalogue.titles import Source, TitleId
from app.domain.errors import Cancelled, Damaged
from app.domain.progress import Progress, silent
from stand_ins.tmdb.serving import HALF_BODY, Instead
from tests.builders import make_title, movie, series
from tests.contract.conftest import Place
from tests.ingest_world import BOTH, MOVIE, START, TV, IngestWorld, at, ingest_world, stop

SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


@pytest.fixture
def world(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[IngestWorld]:
    """All of TMDB is stored, as it was on the first day."""
    with ingest_world(place, monkeypatch, movies=130, series=20) as made:
        made.ingest().sync(BOTH, silent)
        made.forget()
        yield made


def days(count: int) -> date:
    return START + timedelta(days=count)


def change(world: IngestWorld, *ids: TitleId, on: date | None = None) -> None:
    for one in ids:
        world.fake.change(one.kind.value, one.tmdb_id, on=on, vote_count=12345)


def test_what_changed_is_fetched_and_nothing_else(world: IngestWorld) -> None:
    before = world.stored()
    world.forward(3)
    film, show = world.proper([MOVIE])[5], world.proper([TV])[3]
    change(world, film, on=days(1))
    change(world, show, on=days(3))
    world.fake.add("movie", 9001, on=days(2), adult=False)
    gone = world.proper([MOVIE])[9]
    world.fake.remove("movie", gone.tmdb_id, on=days(2))
    report = world.ingest().sync(BOTH, silent)
    assert sorted(world.asked()) == sorted([film, show, movie(9001), gone])
    fresh = {one: world.title(one) for one in (film, show, movie(9001))}
    kept = {one: title for one, title in before.items() if one != gone}
    assert world.stored() == kept | fresh
    assert (report.tally.written, report.tally.gone) == (3, 1)
    for kind in BOTH:
        assert world.windows(kind) == [(START, days(3), 1)]
        assert world.state(kind).cursor == days(3).isoformat()


def test_each_id_of_every_page_is_asked_for_once(world: IngestWorld) -> None:
    world.forward(14)
    films = world.proper([MOVIE])
    change(world, *films, on=days(4))
    world.ingest().sync([MOVIE], silent)
    assert world.windows() == [(START, days(14), page) for page in (1, 2)]
    assert sorted(world.asked()) == films


@SQLITE
def test_an_id_that_comes_twice_is_asked_for_once(world: IngestWorld) -> None:
    world.forward(1)
    rows = [{"id": number, "adult": False} for number in (2, 1, 2, 3, 1)]
    page = {"results": rows, "page": 1, "total_pages": 1, "total_results": 5}
    world.fake.fault(Instead(json.dumps(page).encode()), "/3/movie/changes", times=1)
    report = world.ingest().sync([MOVIE], silent)
    assert sorted(world.asked()) == [movie(number) for number in (1, 2, 3)]
    assert report.tally.listed == 3


@SQLITE
def test_the_same_day_is_asked_for_again(world: IngestWorld) -> None:
    change(world, movie(1))
    world.clock.forward(60)
    world.ingest().sync([MOVIE], silent)
    assert world.windows() == [(START, START, 1)]
    assert world.stored()[movie(1)].votes == 12345


def test_over_a_longer_gap_the_export_tells_what_came_and_went(world: IngestWorld) -> None:
    fate = {"unlisted": 9001, "new": 9002, "gone": 1, "changed": 2, "unchanged": 3}
    # Stored, unknown to the exports, and in no list of changes; but TMDB has it.
    world.fake.add("movie", fate["unlisted"], on=START + timedelta(days=900), adult=False)
    world.stores.titles.upsert(
        [make_title(fate["unlisted"], source=Source.TMDB, fetched_at=world.now)]
    )
    world.fake.add("movie", fate["new"], on=days(10), adult=False)
    world.fake.remove("movie", fate["gone"], on=days(10))
    world.forward(40)
    change(world, movie(fate["changed"]), on=days(26))
    report = world.ingest().sync([MOVIE], silent)
    assert world.windows() == [(days(26), days(40), 1)]
    wanted = [movie(fate[name]) for name in ("unlisted", "new", "changed")]
    assert sorted(world.asked()) == sorted([*wanted, movie(fate["gone"])])
    stored = world.stored()
    assert [stored[one] for one in wanted] == [world.title(one) for one in wanted]
    assert movie(fate["gone"]) not in stored
    assert stored[movie(fate["unchanged"])].fetched_at < world.now
    assert report.tally.gone == 1
    assert world.state().cursor == days(40).isoformat()
    assert world.state().exported == days(39).isoformat()


@SQLITE
def test_a_broken_export_over_a_longer_gap_leaves_all_as_it_was(world: IngestWorld) -> None:
    before = world.stored()
    world.forward(40)
    world.fake.fault(HALF_BODY, "/p/exports/*")
    with pytest.raises(Damaged):
        world.ingest().sync(BOTH, silent)
    assert world.stored() == before
    assert world.state().cursor == START.isoformat()


@SQLITE
def test_a_longer_gap_without_an_export_is_closed_as_far_as_can_be(world: IngestWorld) -> None:
    world.forward(40)
    world.fake.exports = set()
    change(world, movie(1), on=days(30))
    world.ingest().sync([MOVIE], silent)
    assert world.windows() == [(days(26), days(40), 1)]
    assert world.asked() == [movie(1)]


def test_the_cursor_moves_last(world: IngestWorld) -> None:
    world.forward(2)
    change(world, *world.proper([MOVIE])[:30])
    seen: set[str] = set()

    def look(_progress: Progress) -> None:
        seen.add(world.state().cursor)

    world.ingest().sync([MOVIE], look)
    assert seen == {START.isoformat()}
    assert world.state().cursor == days(2).isoformat()


@SQLITE
def test_a_list_that_breaks_off_moves_no_cursor(world: IngestWorld) -> None:
    world.forward(2)
    change(world, *world.proper([MOVIE]))
    nonsense = Instead(b'{"page": 7, "results": [], "total_pages": 7}')
    world.fake.fault(nonsense, "/3/movie/changes")
    with pytest.raises(Exception, match="/movie/changes"):
        world.ingest().sync(BOTH, silent)
    assert world.state().cursor == START.isoformat()
    assert world.asked() == []


def test_an_interrupted_window_is_completed_as_begun_then_the_rest(world: IngestWorld) -> None:
    world.forward(3)
    films = world.proper([MOVIE])[:90]
    change(world, *films, on=days(2))
    with pytest.raises(Cancelled):
        world.ingest().sync(BOTH, at(30, stop))
    had = {one for one, title in world.stored().items() if title.fetched_at == world.now}
    assert 30 <= len(had) < 90
    assert world.state().cursor == START.isoformat()
    world.forward(2)
    again = next(iter(had))
    change(world, again)
    world.forget()
    tally = world.ingest().sync(BOTH, silent).tally
    assert (tally.listed, tally.kept, tally.written) == (91, len(had), 91 - len(had))
    for kind in BOTH:
        assert world.windows(kind) == [(START, days(3), 1), (days(3), days(5), 1)]
        assert world.state(kind).cursor == days(5).isoformat()
    assert {*world.asked()} & had == {again}
    stored = world.stored()
    assert [stored[one].votes for one in films] == [12345] * 90


@SQLITE
def test_an_interrupted_window_of_one_kind_keeps_neither_behind(world: IngestWorld) -> None:
    world.forward(3)
    change(world, *world.proper([MOVIE])[:90])
    with pytest.raises(Cancelled):
        world.ingest().sync([MOVIE], at(30, stop))
    world.forward(2)
    world.forget()
    world.ingest().sync(BOTH, silent)
    assert world.windows(MOVIE) == [(START, days(3), 1), (days(3), days(5), 1)]
    assert world.windows(TV) == [(START, days(5), 1)]
    assert {world.state(kind).cursor for kind in BOTH} == {days(5).isoformat()}


def test_the_export_brings_popularity_and_what_came_and_went(world: IngestWorld) -> None:
    far, near, gone, kept = (movie(number) for number in (1, 2, 3, 9003))
    before = world.stored()
    world.forward(7)
    for one, times in ((far, 1.2), (near, 1.05)):
        fame = before[one].popularity * times
        world.fake.change("movie", one.tmdb_id, popularity=fame)
    world.fake.remove("movie", gone.tmdb_id, on=days(1))
    world.fake.add("tv", 9001, on=days(1), adult=False)
    world.fake.add("movie", kept.tmdb_id, on=START + timedelta(days=900), adult=False)
    world.stores.titles.upsert([make_title(kept.tmdb_id)])
    report = world.ingest().follow_export(BOTH, silent)
    stored = world.stored()
    assert set(world.asked()) == {gone, series(9001), kept}
    assert stored[far].popularity == pytest.approx(before[far].popularity * 1.2, rel=1e-6)
    assert stored[far] == replace(before[far], popularity=stored[far].popularity)
    assert stored[near] == before[near]
    assert gone not in stored
    assert stored[series(9001)] == world.title(series(9001))
    assert stored[kept] == world.title(kept)
    assert report.tally.gone == 1
    assert "1 popularities taken over" in str(report)
    state = world.state()
    assert (state.followed_at, state.cursor) == (world.clock.now(), START.isoformat())


@SQLITE
def test_following_before_the_first_run_hides_no_change_from_it(world: IngestWorld) -> None:
    world.stores.state.write("sync:movie", "{}")
    world.stores.titles.delete(world.proper([MOVIE]))
    world.ingest().follow_export([MOVIE], silent)
    world.forward(2)
    change(world, movie(1), on=days(1))
    world.ingest().sync([MOVIE], silent)
    assert world.stored()[movie(1)].votes == 12345


@SQLITE
def test_following_tells_where_there_is_no_export(world: IngestWorld) -> None:
    world.fake.exports = set()
    before, state = world.stored(), world.state()
    report = world.ingest().follow_export(BOTH, silent)
    assert "no export" in str(report)
    assert (world.stored(), world.state()) == (before, state)
    assert world.asked() == []


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_what_grew_old_is_renewed_the_oldest_first(
    world: IngestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "threads_for", lambda _rate: 1)
    world.forward(100)
    films = world.proper([MOVIE])
    ages = {films[at]: age for at, age in ((7, 99), (2, 95), (9, 98), (4, 80))}
    for one, age in ages.items():
        was = replace(world.stored()[one], fetched_at=world.now - age * 86_400)
        world.stores.titles.upsert([was])
    others = [
        replace(title, fetched_at=world.now)
        for title in world.stored().values()
        if title.id not in ages
    ]
    world.stores.titles.upsert(others)
    world.stores.titles.upsert([make_title(9009, source=Source.DUMP, fetched_at=1)])
    report = world.ingest().refresh(BOTH, silent, stale_after=90 * 86_400)
    assert world.asked() == [films[7], films[9], films[2]]
    assert report.tally.written == 3
    assert all(world.stored()[one] == world.title(one) for one in world.asked())
    assert world.state().refreshed_at == world.clock.now()
    assert world.state().cursor == START.isoformat()
