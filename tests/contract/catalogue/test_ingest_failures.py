"""What goes wrong with a title is noted and stops nothing; a dead source stops all, unharmed."""

from collections.abc import Callable, Iterator

import pytest

from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import Cancelled, NotConfigured, UpstreamUnavailable
from app.domain.progress import Progress, silent
from app.services.catalogue.fetching import ATTEMPTS
from stand_ins.http.faults import Effect
from stand_ins.tmdb.serving import (
    DROPPED,
    DROPPED_MIDWAY,
    EMPTY_BODY,
    HTML_PAGE,
    INVALID_JSON,
    LIST_FOR_OBJECT,
    Fault,
    Hang,
    Instead,
    Status,
)
from tests.builders import make_title, movie, series
from tests.contract.conftest import Place
from tests.ingest_world import BOTH, MOVIE, START, TV, IngestWorld, at, ingest_world, stop

SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)
BAD = movie(17)


@pytest.fixture
def world(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[IngestWorld]:
    with ingest_world(place, monkeypatch, movies=60, series=15) as made:
        yield made


def spoil(world: IngestWorld, one: TitleId = BAD, effect: Effect = LIST_FOR_OBJECT) -> Fault:
    return world.fake.fault(effect, f"/3/{one.kind.value}/{one.tmdb_id}")


def attempts(world: IngestWorld) -> dict[TitleId, int]:
    return {failure.id: failure.attempts for failure in world.failed()}


def test_an_id_is_tried_three_times_then_set_aside_and_the_run_ends_well(
    world: IngestWorld,
) -> None:
    spoil(world)
    world.stores.titles.upsert([make_title(BAD.tmdb_id)])
    report = world.ingest().sync(BOTH, silent)
    assert world.asked().count(BAD) == ATTEMPTS == 3
    assert world.stored().keys() == set(world.proper())  # the bad one as it was before
    (failure,) = world.failed()
    assert (failure.id, failure.attempts) == (BAD, 3)
    assert "another shape" in failure.reason
    assert failure.last_at == world.now
    assert report.tally.set_aside == 1
    assert "1 set aside" in str(report)
    assert {world.state(kind).cursor for kind in BOTH} == {START.isoformat()}


@SQLITE
def test_a_title_that_hangs_holds_up_no_other(world: IngestWorld) -> None:
    hanging = spoil(world, effect=Hang())
    stored: list[int] = []

    def all_but_one(_progress: Progress) -> None:
        stored.append(len(world.stored()))
        if stored[-1] == len(world.proper()) - 1:
            hanging.clear()

    world.ingest(read=30).sync(BOTH, all_but_one)
    assert len(world.proper()) - 1 in stored
    assert len(world.stored()) == len(world.proper())


def test_full_runs_leave_it_out_and_changes_try_it_once_more(world: IngestWorld) -> None:
    spoil(world)
    world.ingest().sync([MOVIE], silent)
    world.forget()
    report = world.ingest().sync([MOVIE], silent, full=True)
    assert world.asked() == []
    assert report.tally.set_aside == 1
    world.forward(1)
    world.fake.change("movie", BAD.tmdb_id, vote_count=5)
    world.forget()
    world.ingest().sync([MOVIE], silent)
    assert world.asked() == [BAD]
    assert attempts(world) == {BAD: 4}
    assert world.state().cursor == world.today.isoformat()


def test_what_failed_is_tried_again_on_request_and_forgotten_once_it_answers(
    world: IngestWorld,
) -> None:
    show = world.proper([TV])[0]
    gone = movie(18)
    for one in (BAD, gone, show):
        spoil(world, one)
    world.ingest().sync(BOTH, silent)
    assert attempts(world) == {BAD: 3, gone: 3, show: 3}
    world.fake.clear_faults()
    spoil(world, show)
    world.fake.remove("movie", gone.tmdb_id)
    world.forget()
    report = world.ingest().retry_failed(BOTH, silent)
    assert sorted(world.asked()) == sorted([BAD, gone, show])
    assert attempts(world) == {show: 4}
    assert world.stored()[BAD] == world.title(BAD)
    assert (report.tally.written, report.tally.gone, report.tally.set_aside) == (1, 1, 1)
    assert "by earlier failure (movie); earlier failure (tv):" in str(report)


@SQLITE
def test_attempts_are_counted_on_after_an_interruption(world: IngestWorld) -> None:
    famous = max(world.proper([MOVIE]), key=world.popularity)
    spoil(world, famous)
    with pytest.raises(Cancelled):
        world.ingest().sync([MOVIE], at(30, stop))
    assert attempts(world) == {famous: 1}
    world.ingest().sync([MOVIE], silent)
    assert attempts(world) == {famous: 3}
    assert world.asked().count(famous) == 3


@SQLITE
@pytest.mark.parametrize(
    ("effect", "reason"),
    [
        (Status(500), "HTTP 500"),
        (Status(422), "HTTP 422"),
        (HTML_PAGE, "a web page"),
        (INVALID_JSON, "no JSON"),
        (EMPTY_BODY, "an empty answer"),
        (Instead(b'{"id": 18, "title": "Another"}'), "another id"),
        (DROPPED, "broke off"),
        (DROPPED_MIDWAY, "broke off"),
        (Hang(), "nothing came for 0.15 s"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_the_reason_is_told(world: IngestWorld, effect: Effect, reason: str) -> None:
    spoil(world, effect=effect)
    world.ingest(read=0.15).sync([MOVIE], silent)
    (failure,) = world.failed()
    assert (failure.id, failure.attempts) == (BAD, 3)
    assert reason in failure.reason
    assert world.stored().keys() == {*world.proper([MOVIE])} - {BAD}
    assert world.state().cursor == START.isoformat()


@SQLITE
def test_a_fault_that_passes_is_no_failure(world: IngestWorld) -> None:
    for effect in (Status(502), HTML_PAGE, DROPPED):
        world.fake.fault(effect, "/3/movie/*", times=2)
    world.ingest().sync([MOVIE], silent)
    assert world.stored().keys() == set(world.proper([MOVIE]))
    assert world.failed() == []


OPTIONAL = ("overview", "genres", "credits", "keywords", "recommendations", "vote_count", "imdb_id")


def test_missing_and_null_fields_are_unknown_and_no_failure(world: IngestWorld) -> None:
    lacking, null = movie(1), movie(2)
    world.fake.spoil("movie", 1, missing=(*OPTIONAL, "release_dates", "watch/providers"))
    world.fake.spoil("movie", 2, null=(*OPTIONAL, "runtime", "popularity"))
    world.ingest().sync([MOVIE], silent)
    assert world.failed() == []
    for one in (lacking, null):
        title = world.stored()[one]
        assert title == world.title(one)
        assert title.name
        assert (title.overview, title.genres, title.cast, title.keywords) == ("", (), (), ())
        assert (title.recommended, title.votes, title.rating) == ((), 0, None)


@SQLITE
@pytest.mark.parametrize("how", ["missing", "null"])
def test_a_title_without_a_name_is_set_aside(world: IngestWorld, how: str) -> None:
    world.fake.spoil("movie", BAD.tmdb_id, **{how: ("title", "original_title")})  # type: ignore[arg-type]  # both take names
    world.ingest().sync([MOVIE], silent)
    assert attempts(world) == {BAD: 3}
    assert world.stored().keys() == {*world.proper([MOVIE])} - {BAD}


UNKNOWN_ADDRESS = Instead(b"<h1>Not Found</h1>", "text/html", status=404)


@pytest.mark.parametrize(
    "effect",
    [Status(503), DROPPED, HTML_PAGE, INVALID_JSON, UNKNOWN_ADDRESS],
    ids=["503", "dropped", "a page", "no JSON", "a proxy's 404"],
)
def test_a_dead_source_harms_nothing(world: IngestWorld, effect: Effect) -> None:
    world.stores.titles.upsert([make_title(1), make_title(9001, MediaKind.TV)])
    before = world.stored()
    world.fake.fault(effect, "/3/*")
    with pytest.raises(UpstreamUnavailable, match="TMDB"):
        world.ingest().sync(BOTH, silent)
    assert world.failed() == []
    assert world.stored() == before
    assert world.state().cursor == ""
    world.fake.clear_faults()
    world.ingest().sync(BOTH, silent)
    assert world.stored().keys() == {*world.proper(), series(9001)}
    assert world.failed() == []


def test_a_source_that_dies_midway_marks_nothing_and_keeps_what_came(world: IngestWorld) -> None:
    world.ingest().sync(BOTH, silent)
    before = world.stored()
    world.forward(200)
    world.forget()
    with pytest.raises(UpstreamUnavailable):
        world.ingest().refresh(BOTH, at(10, world.die), stale_after=180 * 86_400)
    assert world.failed() == []
    after = world.stored()
    assert after.keys() == before.keys()
    fresh = {(one.kind.value, one.tmdb_id) for one in after if after[one] != before[one]}
    assert fresh == set(world.fake.detail_counts())
    assert 10 <= len(fresh) < len(after)
    assert world.state().refreshed_at == 0


@SQLITE
@pytest.mark.parametrize("key", ["a-key-that-tmdb-refuses", " "], ids=["refused", "none"])
@pytest.mark.parametrize("exports", [True, False], ids=["by the export", "by discover"])
def test_without_a_key_that_works_the_setting_is_named(
    world: IngestWorld, key: str, *, exports: bool
) -> None:
    if not exports:
        world.fake.exports = set()
    with pytest.raises(NotConfigured, match="TMDB_API_KEY") as refused:
        world.ingest(key=key).sync(BOTH, silent)
    assert key.strip() == "" or key not in refused.value.detail
    assert world.failed() == []
    assert world.stored() == {}
    assert world.state().cursor == ""


VERBS: dict[str, Callable[[IngestWorld], object]] = {
    "changes": lambda world: world.ingest().sync(BOTH, silent),
    "force": lambda world: world.ingest().sync(BOTH, silent, force=True),
    "refresh": lambda world: world.ingest().refresh(BOTH, silent, stale_after=60),
    "retry": lambda world: world.ingest().retry_failed(BOTH, silent),
}


@SQLITE
@pytest.mark.parametrize("verb", VERBS)
def test_no_way_of_fetching_takes_a_dead_source_for_an_empty_one(
    world: IngestWorld, verb: str
) -> None:
    spoil(world)
    world.ingest().sync(BOTH, silent)
    before, known = world.stored(), world.failed()
    world.forward(1)
    world.fake.change("movie", 1)
    states = [world.state(kind).cursor for kind in BOTH]
    world.fake.clear_faults()
    world.fake.fault(UNKNOWN_ADDRESS, "/3/*")
    with pytest.raises(UpstreamUnavailable):
        VERBS[verb](world)
    assert world.stored() == before
    assert world.failed() == known
    assert [world.state(kind).cursor for kind in BOTH] == states


@SQLITE
def test_a_source_that_knows_nothing_at_all_removes_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ingest_world(place, monkeypatch, movies=150, series=5) as world:
        world.ingest().sync(BOTH, silent)
        before = world.stored()
        body = b'{"success":false,"status_code":34,"status_message":"none"}'
        for kind in BOTH:
            for number in world.numbers(kind):
                world.fake.fault(Instead(body, "application/json", 404), f"/3/{kind}/{number}")
        world.forward(1)
        with pytest.raises(UpstreamUnavailable, match="TMDB_API_URL"):
            world.ingest().refresh(BOTH, silent, stale_after=0)
        assert world.stored() == before
