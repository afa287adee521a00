"""What TMDB's titles are asked by ids of other services, and what errors there are."""

from collections.abc import Callable, Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.tmdb.access import TmdbAccess
from app.adapters.tmdb.finding import found_in
from app.adapters.tmdb.source import TmdbSource
from app.adapters.upstream import retry
from app.adapters.upstream.answers import Unanswered
from app.adapters.upstream.connections import Timeouts
from app.domain.catalogue.source_answers import ExternalId, Family, Found, Lookup, NotLookedUp
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import NotConfigured, UpstreamUnavailable
from stand_ins.http.faults import Effect
from stand_ins.tmdb.bodies import EPISODES
from stand_ins.tmdb.serving import (
    DROPPED_MIDWAY,
    EMPTY_BODY,
    HALF_BODY,
    HTML_PAGE,
    LIST_FOR_OBJECT,
    FakeTmdb,
    Instead,
    Status,
    tmdb_server,
)
from tests.fakes.clock import MovedClock

MOVIE, TV = MediaKind.MOVIE, MediaKind.TV
SHARED = "tt7777777"
Open = Callable[..., TmdbSource]


@pytest.fixture
def fake() -> Iterator[FakeTmdb]:
    with tmdb_server(movies=120, series=60) as running:
        yield running


@pytest.fixture
def opened(fake: FakeTmdb, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setattr(retry, "_FIRST_WAIT", 0.01)
    made: list[TmdbSource] = []

    def with_settings(*, key: str | None = None, rate: float = 500.0) -> TmdbSource:
        access = TmdbAccess(
            api_url=fake.api_url,
            export_url=fake.export_url,
            key=fake.key if key is None else key,
            requests_per_second=rate,
            patience=0.5,
            timeouts=Timeouts(connect=2, read=2, whole=5, download=5),
        )
        made.append(TmdbSource(access, MovedClock(1.8e9)))
        return made[-1]

    yield with_settings
    for one in made:
        one.close()


def imdb(value: str, kind: MediaKind = MOVIE) -> ExternalId:
    return ExternalId(Family.IMDB, value, kind)


def tvdb(number: int) -> ExternalId:
    return ExternalId(Family.TVDB, str(number), TV)


def found(source: TmdbSource, *asked: ExternalId) -> list[Lookup]:
    return [one for one in source.find(asked) if one is not None]


def borne(fake: FakeTmdb, kind: MediaKind, name: str) -> dict[str, TitleId]:
    """What bears ids of a family, as the external ids tell it."""
    told = {number: fake.body(kind, number)["external_ids"][name] for number in fake.ids(kind)}
    return {str(value): TitleId(kind, number) for number, value in told.items() if value}


def test_each_id_leads_to_the_title_that_bears_it(fake: FakeTmdb, opened: Open) -> None:
    films, shows = borne(fake, MOVIE, "imdb_id"), borne(fake, TV, "imdb_id")
    numbers = borne(fake, TV, "tvdb_id")
    asked = {imdb(value): title for value, title in (films | shows).items()}
    asked |= {tvdb(int(value)): title for value, title in numbers.items()}
    assert len(films) > 90
    assert len(numbers) > 30
    answers = found(opened(), *asked)
    assert len(answers) == len(asked)
    assert set(answers) == {Found(one, title) for one, title in asked.items()}
    assert len(fake.requests) == len(asked)


def test_an_unknown_id_and_those_of_episodes_are_no_title_s(fake: FakeTmdb, opened: Open) -> None:
    show = next(iter(borne(fake, TV, "tvdb_id").values())).tmdb_id
    asked = [
        imdb("tt8888888"),
        tvdb(88_888_888),
        imdb(f"tt{EPISODES['imdb_id'] + show}", TV),
        tvdb(EPISODES["tvdb_id"] + show),
    ]
    assert set(found(opened(), *asked)) == {Found(one, None) for one in asked}


def test_of_a_film_and_a_series_that_share_an_id_the_kind_decides(
    fake: FakeTmdb, opened: Open
) -> None:
    for kind, number in ((MOVIE, 7), (MOVIE, 5), (TV, 6)):
        fake.change(kind, number, external_ids={"imdb_id": SHARED}, imdb_id=SHARED)
    films, shows = imdb(SHARED, MOVIE), imdb(SHARED, TV)
    expected = {Found(films, TitleId(MOVIE, 5)), Found(shows, TitleId(TV, 6))}
    assert set(found(opened(), films, shows)) == expected
    fake.remove(TV, 6)
    assert found(opened(), shows) == [Found(shows, TitleId(MOVIE, 5))]


@pytest.mark.parametrize(
    "effect",
    [Status(500), Status(429, retry_after=0), DROPPED_MIDWAY, HALF_BODY, EMPTY_BODY],
    ids=repr,
)
def test_what_passes_is_tried_again(fake: FakeTmdb, opened: Open, effect: Effect) -> None:
    fake.fault(effect, "/3/find/tt0000001", times=2)
    (answer,) = found(opened(), imdb("tt0000001"))
    assert isinstance(answer, Found)
    assert len(fake.requests) == 3


NO_TITLE = b'{"movie_results": [{"id": "17"}], "tv_results": []}'
HALF_THE_LISTS = b'{"movie_results": []}'


@pytest.mark.parametrize(
    "effect",
    [
        Status(404),
        Status(422),
        HTML_PAGE,
        LIST_FOR_OBJECT,
        Instead(NO_TITLE),
        Instead(HALF_THE_LISTS),
    ],
    ids=repr,
)
def test_an_error_is_no_answer(fake: FakeTmdb, opened: Open, effect: Effect) -> None:
    fake.fault(effect, "/3/find/tt8888888")
    bad, good = found(opened(), imdb("tt8888888"), imdb("tt8888889"))[::-1]
    assert isinstance(bad, NotLookedUp)
    assert (bad.id, bool(bad.reason)) == (imdb("tt8888888"), True)
    assert good == Found(imdb("tt8888889"), None)


def test_a_dead_source_and_a_refused_key_are_told(fake: FakeTmdb, opened: Open) -> None:
    with pytest.raises(NotConfigured, match="TMDB_API_KEY"):
        found(opened(key="wrong"), imdb("tt0000001"))
    fake.fault(Status(503), "/3/*")
    with pytest.raises(UpstreamUnavailable, match="given no usable answer"):
        found(opened(), *(imdb(f"tt{number:07d}") for number in range(1, 30)))


def test_the_rate_is_kept_together_with_details(fake: FakeTmdb, opened: Open) -> None:
    fake.rate = 40
    fake.limits.burst = 15
    source = opened(rate=40)
    details = source.details([TitleId(MOVIE, number) for number in fake.ids(MOVIE)[:30]])
    assert next(details) is not None
    assert len(found(source, *(tvdb(number) for number in range(1, 31)))) == 30
    assert len([one for one in details if one is not None]) == 29
    assert fake.busiest_second() <= 40 + fake.limits.burst


def test_a_number_of_tvdb_is_no_film_s() -> None:
    body = b'{"movie_results": [{"id": 17}], "tv_results": []}'
    assert found_in(tvdb(5), body) == Found(tvdb(5), None)
    assert found_in(imdb("tt0000005", TV), body).title == TitleId(MOVIE, 17)


ROWS = st.lists(
    st.fixed_dictionaries(
        {}, optional={"id": st.integers(-1, 9) | st.none() | st.text(max_size=2)}
    ),
    max_size=2,
)


@given(
    st.fixed_dictionaries({}, optional={"movie_results": ROWS, "tv_results": ROWS | st.none()})
    | st.lists(ROWS, max_size=1)
)
def test_empty_lists_alone_say_that_there_is_none(told: object) -> None:
    try:
        answer = found_in(imdb("tt0000001"), msgspec.json.encode(told))
    except Unanswered:
        return
    assert isinstance(told, dict)
    films, shows = told["movie_results"], told["tv_results"]
    assert (answer.title is None) == (films == shows == [])
    if answer.title is not None:
        rows = films if answer.title.kind is MOVIE else shows
        assert {"id": answer.title.tmdb_id} in rows
