"""What the source answered without a title to keep is not asked for at every turn."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.tmdb import source
from app.domain.catalogue.titles import TitleId
from app.domain.errors import Cancelled
from app.domain.ports.work import StateStore
from app.domain.progress import silent
from app.services.catalogue import rejected_ids
from app.services.catalogue.rejected_ids import RejectedIds, Since
from app.services.catalogue.sync_plan import DAY, LONGEST_AGE
from tests.builders import movie, series
from tests.contract.conftest import Place
from tests.ingest_world import BOTH, MOVIE, TV, IngestWorld, at, ingest_world, stop

SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


@pytest.fixture
def world(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[IngestWorld]:
    with ingest_world(place, monkeypatch, movies=60, series=30) as made:
        yield made


@pytest.fixture
def adult(world: IngestWorld) -> TitleId:
    """A series that only its details tell to be for adults; they are fetched once."""
    found = next(one for one in world.listed([TV]) if world.is_adult(one))
    world.ingest().sync(BOTH, silent)
    assert world.asked().count(found) == 1
    assert found not in world.stored()
    world.forget()
    return found


def test_a_series_for_adults_is_not_fetched_by_later_runs(
    world: IngestWorld, adult: TitleId
) -> None:
    for days in (2, 7, 7):
        world.forward(days)
        full = world.ingest().sync(BOTH, silent, full=True)
        weekly = world.ingest().follow_export(BOTH, silent)
        assert (full.tally.spared, weekly.tally.spared) == (1, 1)
        assert full.tally.done == full.tally.listed
        assert "1 left out before" in str(full)
    assert world.asked() == []
    assert adult not in world.stored()


@SQLITE
@pytest.mark.parametrize(
    ("age", "again"), [(LONGEST_AGE // DAY - 1, False), (LONGEST_AGE // DAY + 1, True)]
)
def test_it_is_asked_for_again_after_six_months(
    world: IngestWorld, adult: TitleId, age: int, *, again: bool
) -> None:
    world.forward(age)
    world.ingest().follow_export([TV], silent)
    assert world.asked() == ([adult] if again else [])


@SQLITE
def test_it_comes_in_once_it_is_for_adults_no_more_and_goes_again(
    world: IngestWorld, adult: TitleId
) -> None:
    for for_adults in (False, True):
        world.forward(1)
        world.fake.change("tv", adult.tmdb_id, adult=for_adults)
        world.ingest().sync(BOTH, silent)
        assert (adult in world.stored()) is not for_adults
    assert world.asked() == [adult, adult]
    world.ingest().sync(BOTH, silent, full=True)
    assert world.asked() == [adult, adult]


@SQLITE
def test_a_title_that_was_stored_since_is_missed_when_it_is_lost(
    world: IngestWorld, adult: TitleId
) -> None:
    world.forward(1)
    world.fake.change("tv", adult.tmdb_id, adult=False)
    world.ingest().sync([TV], silent)
    world.stores.titles.delete([adult])
    world.ingest().follow_export([TV], silent)
    assert adult in world.stored()


@SQLITE
@pytest.mark.parametrize("verb", ["full", "force", "follow", "fetch"])
def test_it_is_fetched_where_it_is_wanted(world: IngestWorld, adult: TitleId, verb: str) -> None:
    ingest = world.ingest()
    if verb == "follow":
        ingest.follow_export([TV], silent, include_adult=True)
    elif verb == "fetch":
        ingest.fetch([adult], silent, include_adult=True)
    else:
        force = verb == "force"
        ingest.sync([TV], silent, full=True, force=force, include_adult=True)
    assert adult in world.stored()


def test_what_tmdb_does_not_know_is_asked_for_once_in_a_run(
    world: IngestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "threads_for", lambda _rate: 1)
    films = sorted(world.proper([MOVIE]), key=lambda one: -world.popularity(one))
    gone = films[5]
    world.fake.remove("movie", gone.tmdb_id)  # today, so the export of yesterday lists it
    with pytest.raises(Cancelled):
        world.ingest().sync([MOVIE], at(30, stop))
    assert world.asked().count(gone) == 1
    world.ingest().sync([MOVIE], silent)
    assert world.asked().count(gone) == 1
    assert world.stored().keys() == {*films} - {gone}
    # TMDB may know it again.
    world.clock.forward(60)
    world.ingest().sync([MOVIE], silent, full=True)
    assert world.asked().count(gone) == 2


@SQLITE
def test_what_an_export_lists_a_week_after_it_was_unknown_is_asked_for(world: IngestWorld) -> None:
    body = world.fake.body("movie", 1)
    world.fake.remove("movie", 1)
    world.ingest().sync([MOVIE], silent)
    assert movie(1) not in world.stored()
    world.forward(7)
    told = {name: body[name] for name in ("title", "adult", "popularity")}
    world.fake.add("movie", 1, on=world.today - timedelta(days=1), **told)
    world.ingest().follow_export([MOVIE], silent)
    assert movie(1) in world.stored()


@SQLITE
@pytest.mark.parametrize("text", ['{"adult": {"1', "[]", '{"adult": [1]}', '{"gone": {"x": 1}}'])
def test_a_memory_that_cannot_be_read_only_costs_a_request(
    world: IngestWorld, adult: TitleId, text: str
) -> None:
    world.stores.state.write("unkept:tv", text)
    for _ in range(2):
        world.ingest().sync([TV], silent, full=True)
    assert world.asked() == [adult]


def test_it_is_kept_while_a_run_goes_on(state: StateStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejected_ids, "_UNSAVED", 3)
    always = dict.fromkeys(BOTH, Since(adult=0, gone=0))
    killed = RejectedIds(state, 100, always)
    killed.note_gone([movie(1), series(1)])
    killed.note_adult([movie(2), movie(3), movie(4)])
    later = RejectedIds(state, 200, always)
    films = [movie(number) for number in range(1, 5)]
    assert [later.spares(one) for one in films] == [True, True, True, False]
    assert not later.spares(series(1))


@SQLITE
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(1, 8), st.booleans()), max_size=20), st.integers(0, 20))
def test_an_answer_counts_from_its_moment_until_the_title_is_stored(
    state: StateStore, told: list[tuple[int, bool]], since: int
) -> None:
    for kind in BOTH:
        state.write(f"unkept:{kind.value}", "{}")
    last: dict[int, int] = {}
    for moment, (number, gone) in enumerate(told):
        run = RejectedIds(state, moment, {})
        if gone:
            run.note_gone([movie(number)])
            last[number] = moment
        else:
            run.forget([movie(number)])
            last.pop(number, None)
        run.save()
    asked = RejectedIds(state, 100, {MOVIE: Since(gone=since)})
    wanted = {number for number, moment in last.items() if moment >= since}
    assert {number for number in range(1, 9) if asked.spares(movie(number))} == wanted
    assert not any(RejectedIds(state, 100, {}).spares(movie(number)) for number in last)


@SQLITE
def test_the_newest_are_remembered(state: StateStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rejected_ids, "_MOST", 2)
    for moment, number in enumerate((1, 2, 3, 1)):
        run = RejectedIds(state, moment, {})
        run.note_adult([movie(number)])
        run.save()
    later = RejectedIds(state, 100, {MOVIE: Since(adult=0)})
    assert [later.spares(movie(number)) for number in (1, 2, 3)] == [True, False, True]
