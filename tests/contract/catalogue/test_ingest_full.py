"""A full sync brings in all there is, once, whatever comes between."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from app.adapters.tmdb import source
from app.domain.catalogue.titles import Source, TitleId
from app.domain.errors import Cancelled, Damaged, UpstreamUnavailable
from app.domain.progress import Progress, silent
from app.services.catalogue.sync_plan import DAY, LONGEST_AGE
from stand_ins.http.faults import Effect
from stand_ins.tmdb.serving import DROPPED_MIDWAY, HALF_BODY
from tests.builders import make_title, movie, series
from tests.contract.conftest import Place
from tests.ingest_world import BOTH, MOVIE, START, TV, IngestWorld, at, ingest_world, stop

SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


@pytest.fixture
def world(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[IngestWorld]:
    with ingest_world(place, monkeypatch) as made:
        yield made


def adult_series(world: IngestWorld) -> list[TitleId]:
    """What exports of series don't tell apart, so that only the details do."""
    return [one for one in world.listed([TV]) if world.is_adult(one)]


def test_everything_is_stored_as_tmdb_tells_it(world: IngestWorld) -> None:
    report = world.ingest().sync(BOTH, silent)
    assert world.stored() == {one: world.title(one) for one in world.proper()}
    assert report.tally.written == len(world.proper())
    assert report.tally.adult == len(adult_series(world)) > 0
    assert not report.partial
    assert set(world.fake.detail_counts().values()) == {1}
    for kind in BOTH:
        state = world.state(kind)
        assert state.cursor == START.isoformat()
        assert state.exported == (START - timedelta(days=1)).isoformat()
        assert state.open is None
        assert not state.partial
    assert world.state(MOVIE).listed == len(world.proper([MOVIE]))


def test_adult_films_are_not_even_asked_for(world: IngestWorld) -> None:
    world.ingest().sync([MOVIE], silent)
    assert sorted(world.asked()) == world.proper([MOVIE])
    assert len(world.proper([MOVIE])) < len(world.listed([MOVIE]))


@SQLITE
def test_adult_titles_are_stored_where_asked_for_and_stay(world: IngestWorld) -> None:
    world.ingest().sync(BOTH, silent, include_adult=True)
    assert world.stored() == {one: world.title(one) for one in world.listed()}
    (adult, *_) = (one for one in world.listed([MOVIE]) if world.is_adult(one))
    world.forward(1)
    world.fake.change("movie", adult.tmdb_id, title="Retitled")
    world.ingest().sync(BOTH, silent)
    world.forward(2)
    world.forget()
    world.ingest().follow_export(BOTH, silent)
    assert world.asked() == []
    assert world.stored()[adult].name == "Retitled"
    assert world.stored().keys() == set(world.listed())


@SQLITE
def test_the_most_popular_come_first_and_both_kinds_end_together(
    world: IngestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "threads_for", lambda _rate: 1)
    world.ingest().sync(BOTH, silent)
    asked = world.asked()
    listed = {MOVIE: world.proper([MOVIE]), TV: world.listed([TV])}
    for kind, ids in listed.items():
        by_fame = sorted(ids, key=lambda one: -world.popularity(one))
        assert [one for one in asked if one.kind is kind] == by_fame
    for count in range(len(asked)):
        films = sum(one.kind is MOVIE for one in asked[:count])
        behind = films / len(listed[MOVIE]) - (count - films) / len(listed[TV])
        assert abs(behind) <= 1 / len(listed[TV]) + 1e-9


@SQLITE
def test_the_newest_export_within_the_look_back_counts(world: IngestWorld) -> None:
    world.fake.exports = {START - timedelta(days=3), START - timedelta(days=5)}
    for number, days in ((9001, 4), (9002, 1)):
        world.fake.add("movie", number, on=START - timedelta(days=days), adult=False)
    assert world.ingest(lookback_days=2).sync([MOVIE], silent).partial
    assert not world.ingest(lookback_days=3).sync([MOVIE], silent, full=True).partial
    assert world.state().exported == (START - timedelta(days=3)).isoformat()
    assert movie(9001) in world.stored()


def test_a_second_full_run_fetches_nothing(world: IngestWorld) -> None:
    world.ingest().sync(BOTH, silent)
    before = world.stored()
    world.forward(2)
    world.forget()
    report = world.ingest().sync(BOTH, silent, full=True)
    assert world.asked() == []
    assert report.tally.kept == len(before)
    assert report.tally.spared == len(adult_series(world))
    assert world.stored() == before
    # What was kept may have changed since the first run.
    assert world.state().cursor == START.isoformat()


def test_force_fetches_all_again(world: IngestWorld) -> None:
    world.ingest().sync(BOTH, silent)
    world.forward(2)
    world.forget()
    world.ingest().sync(BOTH, silent, force=True)
    assert world.stored() == {one: world.title(one) for one in world.proper()}
    assert sorted(world.asked()) == sorted([*world.proper(), *adult_series(world)])
    assert world.state().cursor == world.today.isoformat()


@SQLITE
@pytest.mark.parametrize(("age", "again"), [(LONGEST_AGE - DAY, False), (LONGEST_AGE + DAY, True)])
def test_what_is_older_than_six_months_is_fetched_again(
    world: IngestWorld, age: int, *, again: bool
) -> None:
    world.ingest().sync([MOVIE], silent)
    world.forward(age / DAY)
    world.forget()
    world.ingest().sync([MOVIE], silent, full=True)
    assert sorted(world.asked()) == (world.proper([MOVIE]) if again else [])


def test_titles_of_other_sources_are_fetched(world: IngestWorld) -> None:
    other = [
        replace(make_title(one.tmdb_id, one.kind), source=origin, fetched_at=world.now)
        for one, origin in ((movie(1), Source.SAMPLE), (movie(2), Source.DUMP))
    ]
    world.stores.titles.upsert(other)
    world.ingest().sync([MOVIE], silent)
    assert {world.stored()[one] for one in (movie(1), movie(2))} == {
        world.title(movie(1)),
        world.title(movie(2)),
    }


def test_after_an_error_midway_nothing_stored_is_fetched_twice(world: IngestWorld) -> None:
    with pytest.raises(UpstreamUnavailable):
        world.ingest().sync(BOTH, at(60, world.die), full=True)
    before = world.stored()
    assert 60 <= len(before) < len(world.proper())
    assert [world.state(kind).cursor for kind in BOTH] == ["", ""]
    world.fake.clear_faults()
    world.forward(2 / 24)
    world.ingest().sync(BOTH, silent, full=True)
    assert world.stored().keys() == set(world.proper())
    counts = world.fake.detail_counts()
    assert {counts[one.kind.value, one.tmdb_id] for one in before} == {1}
    # Whatever changed since the first attempt is still to be asked for.
    assert world.today > START
    assert [world.state(kind).cursor for kind in BOTH] == [START.isoformat()] * 2


def test_a_first_run_resumed_days_later_ends_with_what_changed_meanwhile(
    world: IngestWorld,
) -> None:
    with pytest.raises(Cancelled):
        world.ingest().sync(BOTH, at(60, stop))
    world.forward(2)
    changed = next(iter(world.stored()))
    world.fake.change(changed.kind.value, changed.tmdb_id, vote_count=77)
    world.forward(1)
    world.forget()
    world.ingest().sync(BOTH, silent)
    assert world.stored()[changed].votes == 77
    assert world.windows() == [(START, world.today, 1)]
    assert [world.state(kind).cursor for kind in BOTH] == [world.today.isoformat()] * 2


@SQLITE
def test_the_cursor_stands_nowhere_before_the_end(world: IngestWorld) -> None:
    seen: set[tuple[str, bool]] = set()

    def look(progress: Progress) -> None:
        if progress.total is not None:
            seen.update((world.state(kind).cursor, world.state(kind).open is None) for kind in BOTH)

    world.ingest().sync(BOTH, look)
    assert seen == {("", False)}
    assert world.state().cursor


@pytest.mark.parametrize("first", [False, True], ids=["a later run", "the first run"])
def test_a_forced_run_goes_on_where_it_was(world: IngestWorld, *, first: bool) -> None:
    if not first:
        world.ingest().sync(BOTH, silent)
        world.forward(3)
    began, day = world.now, world.today
    world.forget()
    with pytest.raises(Cancelled):
        world.ingest().sync(BOTH, at(60, stop), force=True)
    had = {one: title for one, title in world.stored().items() if title.fetched_at == began}
    assert len(had) >= 60
    world.forward(2 / 24)
    assert world.today > day
    world.forget()
    report = world.ingest().sync(BOTH, silent, force=True)
    assert not had.keys() & set(world.asked())
    assert report.tally.written == len(world.proper()) - len(had)
    assert world.stored() == {one: world.title(one) for one in world.proper()} | had
    # The day on which the forced run was begun.
    assert [world.state(kind).cursor for kind in BOTH] == [day.isoformat()] * 2


@SQLITE
def test_a_forced_first_run_may_be_ended_by_a_plain_one(world: IngestWorld) -> None:
    with pytest.raises(Cancelled):
        world.ingest().sync(BOTH, at(60, stop), force=True)
    world.forward(2)
    world.ingest().sync(BOTH, silent, full=True)
    # What the forced run fetched was kept, and may have changed since.
    assert world.state().cursor == START.isoformat()


def test_without_an_export_discover_is_asked_and_told_as_partial(world: IngestWorld) -> None:
    world.fake.exports = set()
    report = world.ingest(max_pages=3).sync([MOVIE], silent)
    famous = sorted(world.proper([MOVIE]), key=lambda one: -world.popularity(one))[:60]
    assert world.stored().keys() == set(famous)
    assert report.partial
    assert "partial" in str(report)
    assert "discover" in str(report)
    assert world.state().partial
    world.forward(1)
    second = world.ingest().sync([MOVIE], silent)
    assert not second.partial
    assert world.stored().keys() == set(world.proper([MOVIE]))
    assert set(world.fake.detail_counts().values()) == {1}
    state = world.state()
    assert not state.partial
    # What was kept may have changed since it was fetched.
    assert state.cursor == START.isoformat()


@SQLITE
def test_changes_are_followed_though_there_is_no_export(world: IngestWorld) -> None:
    world.fake.exports = set()
    world.ingest(max_pages=1).sync([MOVIE], silent)
    world.forward(1)
    world.fake.exports = set()
    changed = next(iter(world.stored()))
    world.fake.change("movie", changed.tmdb_id, vote_count=77)
    report = world.ingest(max_pages=1).sync([MOVIE], silent)
    assert world.stored()[changed].votes == 77
    assert world.state().cursor == world.today.isoformat()
    assert report.partial
    assert world.state().partial


@SQLITE
@pytest.mark.parametrize("effect", [HALF_BODY, DROPPED_MIDWAY])
def test_an_export_that_breaks_off_is_read_again(world: IngestWorld, effect: Effect) -> None:
    yesterday = START - timedelta(days=1)
    path = f"/p/exports/movie_ids_{yesterday:%m_%d_%Y}.json.gz"
    fault = world.fake.fault(effect, path, times=1)
    world.ingest().sync([MOVIE], silent)
    assert fault.used == 1
    assert world.numbers(MOVIE) == [one.tmdb_id for one in world.proper([MOVIE])]


@SQLITE
@pytest.mark.parametrize("full", [False, True])
def test_an_export_that_stays_broken_is_an_error_and_changes_nothing(
    world: IngestWorld, *, full: bool
) -> None:
    world.stores.titles.upsert([make_title(9001), make_title(9002, TV)])
    world.fake.fault(HALF_BODY, "/p/exports/*")
    with pytest.raises(Damaged, match="movie_ids"):
        world.ingest().sync(BOTH, silent, full=full)
    assert world.stored().keys() == {movie(9001), series(9002)}
    assert world.state().cursor == ""
    assert world.asked() == []
