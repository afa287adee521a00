"""Manners towards TMDB: rate, pauses, retries, patience, and a key that nobody sees."""

import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import msgspec
import pytest

from app.adapters.clock import SystemClock
from app.adapters.tmdb.access import TmdbAccess
from app.adapters.tmdb.source import TmdbSource
from app.adapters.upstream import retry
from app.adapters.upstream.connections import Timeouts
from app.domain.catalogue.source_answers import Answer, Failed, Fetched
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import NotConfigured, UpstreamUnavailable, WatcherError
from stand_ins.http.faults import Effect
from stand_ins.tmdb.serving import (
    DROPPED,
    DROPPED_MIDWAY,
    EMPTY_BODY,
    HALF_BODY,
    HTML_PAGE,
    INVALID_JSON,
    FakeTmdb,
    Hang,
    Instead,
    Status,
    tmdb_server,
)
from tests.answers import answered

Open = Callable[..., TmdbSource]

CANARY = "canary0123456789abcdef"
MOST_TRIES = 4
QUICK = Timeouts(connect=2, read=0.5, whole=2, download=2)
EVERY_TITLE = "/3/*/[0-9]*"


@pytest.fixture
def fake() -> Iterator[FakeTmdb]:
    with tmdb_server(movies=600, series=50) as running:
        yield running


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "_FIRST_WAIT", 0.01)


@pytest.fixture
def opened(fake: FakeTmdb) -> Iterator[Open]:
    made: list[TmdbSource] = []

    def source(
        *,
        rate: float = 500,
        patience: float = 10,
        key: str | None = None,
        timeouts: Timeouts = QUICK,
    ) -> TmdbSource:
        access = TmdbAccess(
            api_url=fake.api_url,
            export_url=fake.export_url,
            key=fake.key if key is None else key,
            requests_per_second=rate,
            patience=patience,
            timeouts=timeouts,
        )
        made.append(TmdbSource(access, SystemClock()))
        return made[-1]

    yield source
    for one in made:
        one.close()


def films(fake: FakeTmdb, count: int) -> list[TitleId]:
    return [TitleId(MediaKind.MOVIE, number) for number in fake.ids("movie")[:count]]


def asked(fake: FakeTmdb, path: str) -> int:
    return sum(request.path == path for request in fake.requests)


def test_nearly_all_of_the_rate_is_used_and_never_more(fake: FakeTmdb, opened: Open) -> None:
    # The stand-in shares this process, and so its stalls: it may see a few more at once.
    fake.limits.burst = 20
    fake.rate, fake.latency = 80, 0.05
    begun = time.monotonic()
    answers = answered(opened(rate=80, timeouts=Timeouts()).details(films(fake, 400)))
    seconds = time.monotonic() - begun
    assert all(isinstance(answer, Fetched) for answer in answers)
    assert not [request for request in fake.requests if request.status == 429]
    assert fake.busiest_second() <= 80 + fake.limits.burst
    assert len(answers) / seconds >= 0.85 * 80  # a short run, its first and last answer counted


def test_all_calls_share_the_rate(fake: FakeTmdb, opened: Open) -> None:
    fake.limits.burst = 15
    source = opened(rate=50, timeouts=Timeouts())
    for number in fake.ids("tv"):
        fake.change("tv", number)
    work: list[Callable[[], object]] = [
        lambda: answered(source.details(films(fake, 60))),
        lambda: answered(source.details(films(fake, 60))),
        lambda: list(source.discover(MediaKind.MOVIE, include_adult=True)),
        lambda: [list(source.changed(MediaKind.TV, fake.today, fake.today)) for _ in range(20)],
    ]
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fake.arrivals()) >= 150
    assert fake.busiest_second() <= 50 + fake.limits.burst


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_everybody_pauses_for_as_long_as_asked(fake: FakeTmdb, opened: Open, form: str) -> None:
    in_three = format_datetime(datetime.now(UTC) + timedelta(seconds=3.9), usegmt=True)
    fake.fault(Status(429, retry_after=3 if form == "seconds" else in_three), times=1)
    # A busy machine may take longer over one than the time others test silence with; and what was
    # under way arrives within the pause, so that few are.
    answers = answered(opened(rate=50, timeouts=Timeouts()).details(films(fake, 100)))
    assert all(isinstance(answer, Fetched) for answer in answers)
    longest = max(later - sooner for sooner, later in pairwise(fake.arrivals()))
    assert 1.8 <= longest <= 8


def test_too_many_requests_is_nobody_s_failure(fake: FakeTmdb, opened: Open) -> None:
    fake.fault(Status(429, retry_after=0), "/3/movie/5", times=MOST_TRIES + 2)
    (answer,) = answered(opened().details([TitleId(MediaKind.MOVIE, 5)]))
    assert isinstance(answer, Fetched)


def test_a_pause_of_an_hour_is_not_waited_for(fake: FakeTmdb, opened: Open) -> None:
    fake.fault(Status(429, retry_after=3600))
    with pytest.raises(UpstreamUnavailable, match="a pause of 3600 s"):
        answered(opened().details(films(fake, 3)))


def test_one_title_refused_for_ever_is_not_waited_for(fake: FakeTmdb, opened: Open) -> None:
    fake.fault(Status(429, retry_after=0), "/3/movie/5")
    answers = answered(opened(rate=20, patience=0.6).details(films(fake, 60)))
    (refused,) = [answer for answer in answers if not isinstance(answer, Fetched)]
    assert isinstance(refused, Failed)
    assert "429" in refused.reason


def test_refusals_without_end_are_told(fake: FakeTmdb, opened: Open) -> None:
    fake.fault(Status(429, retry_after=1))
    with pytest.raises(UpstreamUnavailable, match="lower TMDB_REQUESTS_PER_SECOND"):
        answered(opened(patience=0.5).details(films(fake, 3)))


TRANSIENT: list[Effect] = [Status(500), Status(503), Status(504), Hang(), DROPPED, DROPPED_MIDWAY]
TRANSIENT += [HALF_BODY, EMPTY_BODY, HTML_PAGE, INVALID_JSON, Instead(b"", status=302)]


@pytest.mark.parametrize("effect", TRANSIENT, ids=repr)
def test_what_passes_is_tried_again(fake: FakeTmdb, opened: Open, effect: Effect) -> None:
    fake.fault(effect, "/3/movie/5", times=2)
    (answer,) = answered(opened().details([TitleId(MediaKind.MOVIE, 5)]))
    assert isinstance(answer, Fetched)
    assert asked(fake, "/3/movie/5") == 3
    fake.fault(effect, "/3/tv/changes", times=2)
    assert list(opened().changed(MediaKind.TV, fake.today, fake.today)) == [[]]


@pytest.mark.parametrize("status", [400, 403, 405, 422])
def test_what_is_refused_is_not_asked_again(fake: FakeTmdb, opened: Open, status: int) -> None:
    fake.fault(Status(status), "/3/movie/5")
    fake.fault(Status(status), "/3/tv/changes")
    (answer,) = answered(opened().details([TitleId(MediaKind.MOVIE, 5)]))
    assert isinstance(answer, Failed)
    assert f"HTTP {status}" in answer.reason
    assert asked(fake, "/3/movie/5") == 1
    with pytest.raises(UpstreamUnavailable, match=f"HTTP {status}"):
        list(opened().changed(MediaKind.TV, fake.today, fake.today))
    assert asked(fake, "/3/tv/changes") == 1


def test_a_wrong_key_is_told_at_once(fake: FakeTmdb, opened: Open) -> None:
    source = opened(key="wrong")
    with pytest.raises(NotConfigured, match="TMDB_API_KEY"):
        answered(source.details([TitleId(MediaKind.MOVIE, 5)]))
    with pytest.raises(NotConfigured, match="TMDB_API_KEY"):
        list(source.discover(MediaKind.TV, include_adult=False))
    assert len(fake.requests) == 2


@pytest.mark.parametrize("key", ["", "  ", "with space", "sécret", "two\nlines"])
def test_a_key_that_is_none_is_told_before_asking(fake: FakeTmdb, opened: Open, key: str) -> None:
    with pytest.raises(NotConfigured, match="TMDB_API_KEY"):
        answered(opened(key=key).details([TitleId(MediaKind.MOVIE, 5)]))
    assert fake.requests == []


@pytest.mark.parametrize("url", ["", "api.themoviedb.org/3", "ftp://x/3", "http://", "http://x/?a"])
def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(NotConfigured, match="TMDB_API_URL"):
        TmdbSource(TmdbAccess(api_url=url, key="k"), SystemClock())


def test_a_dead_source_is_probed_then_given_up(fake: FakeTmdb, opened: Open) -> None:
    fake.fault(Status(500))
    begun = time.monotonic()
    answers: list[Answer] = []
    with pytest.raises(UpstreamUnavailable, match=r"no usable answer.*HTTP 500") as error:
        answers.extend(filter(None, opened(rate=20, patience=2).details(films(fake, 600))))
    assert 2 <= time.monotonic() - begun <= 6
    assert answers == []
    assert "network" in error.value.detail
    # Who was under way when it died, and a handful of probes: not 2 s of the rate.
    assert len(fake.requests) <= 35


def test_nobody_there_is_told() -> None:
    with tmdb_server(movies=1, series=1) as gone:
        url = gone.api_url
    access = TmdbAccess(api_url=url, key="k", requests_per_second=100, patience=0.5)
    source = TmdbSource(access, SystemClock())
    with pytest.raises(UpstreamUnavailable, match="no connection"):
        answered(source.details([TitleId(MediaKind.MOVIE, 5)]))
    with pytest.raises(UpstreamUnavailable, match="no connection"):
        list(source.changed(MediaKind.MOVIE, date(2026, 1, 1), date(2026, 1, 2)))
    source.close()


@pytest.mark.parametrize("effect", [Status(503), DROPPED, HTML_PAGE], ids=repr)
def test_an_outage_costs_nobody_an_attempt(fake: FakeTmdb, opened: Open, effect: Effect) -> None:
    outage = fake.fault(effect)
    threading.Timer(1.5, outage.clear).start()
    # The stand-in shares this process: where all ask again at once, a stall is no lost attempt.
    source = opened(patience=20, timeouts=Timeouts())
    answers = answered(source.details(films(fake, 200)))
    assert len(answers) == 200
    assert all(isinstance(answer, Fetched) for answer in answers)


def test_titles_that_always_fail_are_told_from_a_dead_source(fake: FakeTmdb, opened: Open) -> None:
    fake.fault(Status(500), EVERY_TITLE.replace("[0-9]*", "[0-9]"))
    bad = [one for one in films(fake, 20) if one.tmdb_id < 10]
    assert len(bad) * MOST_TRIES > 20
    answers = answered(opened().details(bad))
    assert {answer.id for answer in answers if isinstance(answer, Failed)} == set(bad)
    assert all(
        "HTTP 500" in a.reason and "4 times" in a.reason for a in answers if type(a) is Failed
    )


def told(source: TmdbSource, *, export: bool = False) -> list[str]:
    """Every text that comes out of a failing source."""
    texts = [repr(source), str(source), *map(repr, vars(source).values())]
    for call in (
        lambda: answered(source.details([TitleId(MediaKind.MOVIE, 5)])),
        lambda: list(source.changed(MediaKind.TV, date(2026, 1, 1), date(2026, 1, 2))),
        lambda: source.export(MediaKind.TV) if export else None,
    ):
        try:
            texts.append(repr(call()))
        except WatcherError as error:
            texts += [repr(error), error.detail, *traceback.format_exception(error)]
    return texts


@pytest.mark.parametrize("key", [CANARY, f"eyJ{CANARY}.x.y"])
def test_the_key_is_seen_nowhere(
    fake: FakeTmdb, opened: Open, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    caplog.set_level(logging.DEBUG)
    fake.key = key
    echo = msgspec.json.encode({"status_code": 7, "status_message": f"What is {key}?"})
    effects: list[Effect] = [Instead(echo, status=status) for status in (401, 404, 422, 500)]
    effects += [Instead(b"", status=302), Status(429, 3600), DROPPED, HTML_PAGE]
    texts = told(opened(patience=0.2))
    for effect in effects:
        fake.fault(effect)
        texts += told(opened(patience=0.2), export=True)
        fake.clear_faults()
    assert len(caplog.text) > 1000
    assert CANARY not in caplog.text
    assert CANARY not in "\n".join(texts)


def test_a_token_goes_into_a_header_and_a_key_to_the_api_only(fake: FakeTmdb, opened: Open) -> None:
    source = opened()
    source.export(MediaKind.TV)
    assert fake.requests[-1].path.startswith("/p/exports/")
    assert "api_key" not in fake.requests[-1].query
    answered(source.details(films(fake, 1)))
    assert fake.requests[-1].query["api_key"] == fake.key
    fake.key = "eyJmade.token.here"
    (answer,) = answered(opened().details(films(fake, 1)))
    assert isinstance(answer, Fetched)
    assert "api_key" not in fake.requests[-1].query
