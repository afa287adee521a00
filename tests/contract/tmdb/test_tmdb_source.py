"""What TMDB's export, lists and details give, and what they give when something is wrong."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import chain, islice

import pytest

from app.adapters.facts import Facts
from app.adapters.tmdb import source
from app.adapters.tmdb.access import TmdbAccess
from app.adapters.tmdb.details import title_of
from app.adapters.tmdb.source import TmdbSource
from app.adapters.upstream import retry
from app.adapters.upstream.connections import Timeouts
from app.domain.catalogue.source_answers import Failed, Fetched, Gone
from app.domain.catalogue.titles import MediaKind, Source, TitleId
from app.domain.errors import Cancelled, Damaged, InvalidInput, UpstreamUnavailable
from app.domain.ports.catalogue import CatalogueSource
from stand_ins.http.faults import Effect
from stand_ins.tmdb.serving import (
    DROPPED_MIDWAY,
    EMPTY_BODY,
    HALF_BODY,
    HTML_PAGE,
    INVALID_JSON,
    LIST_FOR_OBJECT,
    FakeTmdb,
    Hang,
    Status,
    tmdb_server,
)
from tests.answers import answered
from tests.fakes.clock import MovedClock

Open = Callable[..., TmdbSource]
MOVIE, TV = MediaKind.MOVIE, MediaKind.TV
TODAY = date(2026, 6, 15)


@pytest.fixture
def fake() -> Iterator[FakeTmdb]:
    with tmdb_server(movies=120, series=60) as running:
        running.today = TODAY
        running.exports = {TODAY - timedelta(days=1)}
        yield running


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock(datetime(2026, 6, 15, 7, 59, tzinfo=UTC).timestamp())


@pytest.fixture
def opened(fake: FakeTmdb, clock: MovedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setattr(retry, "_FIRST_WAIT", 0.01)
    made: list[TmdbSource] = []

    def with_settings(
        *, read: float = 2.0, patience: float = 10.0, lookback_days: int = 7, max_pages: int = 500
    ) -> TmdbSource:
        access = TmdbAccess(
            api_url=fake.api_url + "/",  # a slash more must do no harm
            export_url=fake.export_url,
            key=fake.key,
            requests_per_second=500,
            lookback_days=lookback_days,
            discover_max_pages=max_pages,
            patience=patience,
            timeouts=Timeouts(connect=2, read=read, whole=5, download=5),
        )
        made.append(TmdbSource(access, clock))
        return made[-1]

    yield with_settings
    for one in made:
        one.close()


def ids(fake: FakeTmdb, kind: MediaKind) -> list[TitleId]:
    return [TitleId(kind, number) for number in fake.ids(kind)]


def test_it_is_a_catalogue_source(opened: Open) -> None:
    made: CatalogueSource = opened()
    assert made is not None


def test_every_title_arrives_once_as_it_is(fake: FakeTmdb, opened: Open, clock: MovedClock) -> None:
    wanted = ids(fake, MOVIE) + ids(fake, TV)
    missing = [TitleId(MOVIE, 4), TitleId(TV, 5)]
    answers = {answer.id: answer for answer in answered(opened().details([*wanted, *missing]))}
    assert len(answers) == len(wanted) + 2
    for one in wanted:
        body, at = fake.body(one.kind, one.tmdb_id), int(clock.now())
        title = title_of(body, one.kind, Facts(), source=Source.TMDB, fetched_at=at)
        assert answers[one] == Fetched(title)
    assert [answers[one] for one in missing] == [Gone(one) for one in missing]
    assert set(fake.detail_counts().values()) == {1}


def test_all_parts_are_asked_for_in_the_one_request(fake: FakeTmdb, opened: Open) -> None:
    answered(opened().details([TitleId(MOVIE, 5), TitleId(TV, 6)]))
    parts = {r.path: set(r.query["append_to_response"].split(",")) for r in fake.requests}
    both = {"keywords", "external_ids", "recommendations", "watch/providers", "alternative_titles"}
    assert parts["/3/movie/5"] == both | {"credits", "release_dates"}
    assert parts["/3/tv/6"] == both | {"aggregate_credits", "content_ratings"}


@pytest.mark.parametrize("kind", [MOVIE, TV])
def test_an_answer_that_can_not_be_used_is_a_failure(
    fake: FakeTmdb, opened: Open, kind: MediaKind
) -> None:
    names = ("title", "original_title", "name", "original_name")
    fake.spoil(kind, 1, missing=names)
    fake.spoil(kind, 2, wrong={"id": 3})
    fake.spoil(kind, 3, null=["id"])
    fake.fault(LIST_FOR_OBJECT, f"/3/{kind}/6")
    asked = [TitleId(kind, number) for number in (1, 2, 3, 6, 7)]
    answers = {answer.id.tmdb_id: answer for answer in answered(opened().details(asked))}
    assert isinstance(answers.pop(7), Fetched)
    reasons = {n: a.reason for n, a in answers.items() if isinstance(a, Failed)}
    assert {n: why.split(":")[0] for n, why in reasons.items()} == {
        1: "an answer that can't be used",
        2: "an answer about another id than 2",
        3: "an answer about another id than 3",
        6: reasons[6],
    }
    assert "no name" in reasons[1]
    assert "another shape" in reasons[6]
    paths = [f"/3/{one.kind}/{one.tmdb_id}" for one in asked]
    assert sorted(r.path for r in fake.requests if r.path in paths) == sorted(paths)


def test_nonsense_about_everything_is_a_dead_source(fake: FakeTmdb, opened: Open) -> None:
    fake.fault(LIST_FOR_OBJECT)
    with pytest.raises(UpstreamUnavailable, match="another shape"):
        answered(opened(patience=0.5).details(ids(fake, MOVIE)))


@pytest.mark.parametrize("way", ["close", "interrupt", "another thread"])
def test_it_ends_at_once_though_requests_hang(fake: FakeTmdb, opened: Open, way: str) -> None:
    fake.fault(Hang(0.3), "/3/movie/1")
    fake.fault(Hang())
    before = set(threading.enumerate())
    made = opened(read=30)
    answers = made.details(ids(fake, MOVIE))
    next(answers)
    fake.wait_for(lambda: sum(not request.status for request in fake.requests) > 20)
    begun = time.monotonic()
    if way == "close":
        answers.close()
    elif way == "interrupt":
        with pytest.raises(KeyboardInterrupt):
            answers.throw(KeyboardInterrupt())
    else:
        threading.Timer(0.1, made.close).start()
        with pytest.raises(Cancelled):
            list(answers)
    assert time.monotonic() - begun < 1.5
    for thread in set(threading.enumerate()) - before:
        if "connections" not in thread.name:  # that one looks once a second
            thread.join(2)
            assert not thread.is_alive()


def export(made: TmdbSource, kind: MediaKind = MOVIE) -> tuple[str, list[int]] | None:
    found = made.export(kind)
    return None if found is None else (found.date, [line.id.tmdb_id for line in found.lines])


@pytest.mark.parametrize("kind", [MOVIE, TV])
def test_the_export_lists_every_title(fake: FakeTmdb, opened: Open, kind: MediaKind) -> None:
    fake.change(kind, 2, popularity=321.5)
    found = opened().export(kind)
    assert found is not None
    assert (found.kind, found.date) == (kind, "2026-06-14")
    lines = {line.id: line for line in found.lines}
    assert list(lines) == ids(fake, kind)
    assert lines[TitleId(kind, 2)].popularity == 321.5
    adult = {line.id.tmdb_id for line in lines.values() if line.adult}
    assert adult == {n for n in fake.ids(kind) if kind is MOVIE and fake.body(kind, n)["adult"]}


@pytest.mark.parametrize("status", [404, 403])
def test_the_newest_export_within_the_look_back(
    fake: FakeTmdb, opened: Open, clock: MovedClock, status: int
) -> None:
    fake.missing_export_status = status
    fake.exports = {TODAY, *(TODAY - timedelta(days=days) for days in (3, 5))}
    made = opened(lookback_days=3)
    assert made.export(TV).date == "2026-06-12"  # type: ignore[union-attr]
    clock.forward(120)  # 08:01: today's is there
    assert made.export(TV).date == "2026-06-15"  # type: ignore[union-attr]
    fake.exports = {TODAY - timedelta(days=4), TODAY + timedelta(days=1)}
    assert made.export(TV) is None
    assert fake.requests[-1].path.endswith("/tv_series_ids_06_12_2026.json.gz")


@pytest.mark.parametrize("effect", [HALF_BODY, DROPPED_MIDWAY, INVALID_JSON])
def test_an_export_that_breaks_off_is_damaged(fake: FakeTmdb, opened: Open, effect: Effect) -> None:
    fake.fault(effect)
    with pytest.raises(Damaged, match="movie_ids_06_14_2026"):
        export(opened())


@pytest.mark.parametrize("effect", [Status(500), Status(429, 0), HTML_PAGE, EMPTY_BODY, Hang()])
def test_an_export_that_comes_late_is_waited_for(
    fake: FakeTmdb, opened: Open, effect: Effect
) -> None:
    fake.fault(effect, times=2)
    assert export(opened(read=0.3)) == ("2026-06-14", fake.ids(MOVIE))


@pytest.mark.parametrize("effect", [Status(500), Status(429, 3600), HTML_PAGE, Hang(), Status(418)])
def test_an_export_that_never_comes_is_not_an_empty_one(
    fake: FakeTmdb, opened: Open, effect: Effect
) -> None:
    fake.fault(effect)
    with pytest.raises(UpstreamUnavailable, match=r"export host.*TMDB_EXPORT_URL"):
        opened(read=0.2, patience=0.3).export(MOVIE)


def test_an_export_that_is_not_read_leaves_nothing_open(opened: Open) -> None:
    made = opened()
    unread, begun = made.export(MOVIE), made.export(TV)
    assert unread is not None
    assert begun is not None
    next(begun.lines)
    del unread, begun
    assert export(made) is not None


def test_every_page_of_changes(fake: FakeTmdb, opened: Open) -> None:
    days = [TODAY - timedelta(days=back) for back in (15, 14, 7, 0)]
    for at, number in enumerate(fake.ids(MOVIE)):
        fake.change("movie", number, on=days[at % 4])
    fake.remove("movie", 2, on=TODAY)
    pages = list(opened().changed(MOVIE, days[1], TODAY))
    assert [len(page) for page in pages] == [90]
    for number in fake.ids(MOVIE):
        fake.change("movie", number, on=TODAY)
    pages = list(opened().changed(MOVIE, TODAY, TODAY))
    assert [len(page) for page in pages] == [100, 20]
    assert sorted(chain(*pages)) == sorted([*fake.ids(MOVIE), 2])
    assert list(opened().changed(TV, TODAY, TODAY)) == [[]]


def test_days_with_too_many_pages_are_asked_in_parts(
    fake: FakeTmdb, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "MOST_PAGES", 1)
    days = [TODAY - timedelta(days=back) for back in range(9)]
    for at, number in enumerate(fake.ids(MOVIE)):
        fake.change("movie", number, on=days[at % 9])
    pages = list(opened().changed(MOVIE, days[-1], TODAY))
    windows = {(r.query["start_date"], r.query["end_date"]) for r in fake.requests}
    assert windows >= {("2026-06-07", "2026-06-11"), ("2026-06-12", "2026-06-15")}
    assert len(pages) == 2
    assert sorted(chain(*pages)) == fake.ids(MOVIE)


@pytest.mark.parametrize("days", [15, -1])
def test_other_windows_are_refused_before_asking(fake: FakeTmdb, opened: Open, days: int) -> None:
    with pytest.raises(InvalidInput, match="14 days"):
        opened().changed(MOVIE, TODAY, TODAY + timedelta(days=days))
    assert fake.requests == []


def test_discover_goes_by_popularity_up_to_the_limit(fake: FakeTmdb, opened: Open) -> None:
    everything = [i for page in opened().discover(MOVIE, include_adult=True) for i in page]
    assert sorted(everything) == fake.ids(MOVIE)
    exported = opened().export(MOVIE)
    assert exported is not None
    fame = {line.id.tmdb_id: line.popularity for line in exported.lines}
    assert everything == sorted(everything, key=lambda number: fame[number], reverse=True)
    adult = {number for number in everything if fake.body("movie", number)["adult"]}
    proper = [i for page in opened().discover(MOVIE, include_adult=False) for i in page]
    assert adult
    assert proper == [number for number in everything if number not in adult]
    two = list(opened(max_pages=2).discover(TV, include_adult=True))
    assert [len(page) for page in two] == [20, 20]


def test_a_list_that_breaks_off_is_an_error(fake: FakeTmdb, opened: Open) -> None:
    pages = opened(patience=0.3).discover(MOVIE, include_adult=True)
    assert len(list(islice(pages, 2))) == 2
    fake.fault(Status(500), "/3/discover/*")
    with pytest.raises(UpstreamUnavailable, match="/discover/movie"):
        next(pages)
