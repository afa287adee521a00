"""Titles that a history names and the catalogue lacks are fetched, once, and joined."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from app.domain.catalogue.source_answers import ExternalId, Family
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import UpstreamUnavailable
from app.domain.people.ledger import About, Event, EventKind, Profile
from app.domain.progress import silent
from app.services.catalogue import missing_titles
from app.services.catalogue.fetching import ATTEMPTS
from app.services.catalogue.ingest import SyncReport
from app.services.people.history import History, HistoryQuery
from app.services.people.person_view import PersonViews
from stand_ins.tmdb.bodies import EPISODES
from stand_ins.tmdb.serving import EMPTY_BODY, HTML_PAGE, LIST_FOR_OBJECT, Instead, Status
from tests.builders import movie, series
from tests.contract.conftest import Place
from tests.fakes.person_views import views_over
from tests.ingest_world import IngestWorld, ingest_world

ADA = Profile(id="a" * 16, name="Ada", created_at=1.0, token_hash="0" * 64)
MOVIE, TV = MediaKind.MOVIE, MediaKind.TV
NAME = "As the source calls it"
NOBODY_S = "tt8888888"


@pytest.fixture
def world(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[IngestWorld]:
    with ingest_world(place, monkeypatch, movies=60, series=15) as made:
        made.stores.profiles.create(ADA)
        yield made


def watched(about: About) -> Event:
    return Event(
        key=f"trakt:history:{about}", kind=EventKind.WATCHED, about=about, at=1000, source="trakt"
    )


def tell(world: IngestWorld, *abouts: About) -> None:
    world.stores.ledger.put(ADA.id, [watched(about) for about in abouts])


def by_number(number: int, kind: MediaKind) -> About:
    return About(kind, tmdb_id=number, name=NAME)


def by_imdb(imdb_id: str, kind: MediaKind = MOVIE) -> About:
    return About(kind, imdb_id=imdb_id, name=NAME)


def missing(world: IngestWorld) -> list[missing_titles.MissingTitle]:
    stores = world.stores
    parts = stores.profiles, stores.ledger, stores.titles, stores.failures, stores.state
    return missing_titles.missing(*parts)


def fetch(world: IngestWorld, *, embed: bool = False) -> SyncReport:
    return missing_titles.fetch(
        world.ingest(), missing(world), world.stores.state, silent, embed=embed
    )


def imdb_id(world: IngestWorld, title_id: TitleId) -> str:
    found = world.title(title_id).imdb_id
    assert found
    return found


def views(world: IngestWorld) -> PersonViews:
    return views_over(world.stores.ledger, world.stores.titles)


def joined(world: IngestWorld) -> set[TitleId | None]:
    """The titles of Ada's history; None for what has none."""
    rows = views(world).of(ADA.id).rows
    return {row.title.id if row.title else None for row in rows}


def looked_up(world: IngestWorld) -> list[tuple[str, str]]:
    """The ids and the families that were asked for since `forget`."""
    return [
        (one.path.removeprefix("/3/find/"), one.query["external_source"])
        for one in world.fake.requests
        if one.path.startswith("/3/find/")
    ]


def with_ids(world: IngestWorld, kind: MediaKind, count: int) -> Sequence[TitleId]:
    """Titles that bear an id of IMDb, and of TVDB where they are series."""
    some = [one for one in world.proper([kind]) if world.title(one).imdb_id]
    if kind is TV:
        some = [one for one in some if world.title(one).tvdb_id]
    assert len(some) >= count
    return some[:count]


def test_they_are_fetched_and_joined(world: IngestWorld) -> None:
    adult = next(one for one in world.listed() if world.is_adult(one))
    told = [(17, MOVIE), (7, TV), (4, MOVIE)]  # TMDB has no film 4
    told.append((adult.tmdb_id, adult.kind))
    tell(world, *(by_number(*one) for one in told))
    assert joined(world) == {None}

    assert set(missing(world)) == {movie(17), series(7), movie(4), adult}
    done = fetch(world, embed=True)
    assert (done.tally.written, done.tally.gone, done.tally.embedded) == (3, 1, 3)
    assert world.stored().keys() == {movie(17), series(7), adult}
    assert missing(world) == []
    rows = views(world).of(ADA.id).rows
    assert {row.title.id for row in rows if row.title} == {movie(17), series(7), adult}
    assert [row.name for row in rows if row.title is None] == [NAME]


def test_what_fails_is_tried_again_and_then_left(world: IngestWorld) -> None:
    tell(world, by_number(17, MOVIE))
    world.fake.spoil("movie", 17, missing=("title", "original_title"))
    fetch(world)
    assert missing(world) == []
    assert [failure.id for failure in world.failed()] == [movie(17)]


def test_ids_of_other_families_lead_to_titles_that_are_joined(world: IngestWorld) -> None:
    film, taken_for_a_film = *with_ids(world, MOVIE, 1), *with_ids(world, TV, 1)
    other = with_ids(world, TV, 2)[1]
    tvdb_id = world.title(other).tvdb_id
    tell(
        world,
        by_imdb(imdb_id(world, film)),
        by_imdb(imdb_id(world, taken_for_a_film)),
        About(TV, tvdb_id=tvdb_id, name=NAME),
        by_number(17, MOVIE),
    )
    assert ExternalId(Family.TVDB, str(tvdb_id), TV) in missing(world)
    done = fetch(world, embed=True)
    wanted = {film, taken_for_a_film, other, movie(17)}
    assert (done.tally.written, done.tally.embedded) == (4, 4)
    assert "3 of 3 ids of IMDb and TVDB" in str(done)
    assert world.stored().keys() == joined(world) == wanted
    assert views(world).of(ADA.id).left_out.watched == world.stored().keys()
    history = History(world.stores.ledger, views(world), world.clock)
    assert history.listed(ADA.id, HistoryQuery(show="watched")).total == 4
    world.forget()
    assert missing(world) == []
    assert looked_up(world) == []


def test_what_the_catalogue_has_is_not_looked_up(world: IngestWorld) -> None:
    film, show = *with_ids(world, MOVIE, 1), *with_ids(world, TV, 1)
    world.stores.titles.upsert([world.title(film), world.title(show)])
    tvdb_id = world.title(show).tvdb_id
    tell(world, by_imdb(imdb_id(world, film)), About(TV, tvdb_id=tvdb_id, imdb_id=NOBODY_S))
    assert missing(world) == []


def test_an_unknown_id_is_asked_for_once(world: IngestWorld) -> None:
    tell(world, by_imdb(NOBODY_S), by_imdb(NOBODY_S, TV))
    assert "0 of 1" in str(fetch(world))
    assert looked_up(world) == [(NOBODY_S, "imdb_id")]
    assert missing(world) == []
    assert joined(world) == {None}
    assert world.stored() == {}


def test_a_second_family_is_asked_where_the_first_one_knows_nothing(world: IngestWorld) -> None:
    (show,) = with_ids(world, TV, 1)
    tvdb_id = world.title(show).tvdb_id
    tell(world, About(TV, imdb_id=NOBODY_S, tvdb_id=tvdb_id))
    fetch(world)
    assert world.stored() == {}
    fetch(world)
    assert looked_up(world) == [(NOBODY_S, "imdb_id"), (str(tvdb_id), "tvdb_id")]
    assert joined(world) == {show}


def test_an_episode_s_id_marks_no_series(world: IngestWorld) -> None:
    (show,) = with_ids(world, TV, 1)
    tell(world, by_imdb(f"tt{EPISODES['imdb_id'] + show.tmdb_id}", TV))
    tell(world, About(TV, tvdb_id=EPISODES["tvdb_id"] + show.tmdb_id))
    fetch(world)
    assert len(looked_up(world)) == 2
    assert (world.stored(), missing(world)) == ({}, [])


def test_a_title_that_does_not_bear_the_id_itself_is_not_joined(world: IngestWorld) -> None:
    row = f'{{"movie_results": [{{"id": {movie(17).tmdb_id}}}], "tv_results": []}}'
    world.fake.fault(Instead(row.encode()), f"/3/find/{NOBODY_S}")
    tell(world, by_imdb(NOBODY_S))
    fetch(world)
    assert world.stored().keys() == {movie(17)}
    assert joined(world) == {None}
    assert missing(world) == []


def test_a_stored_title_that_lacked_its_id_gets_it(world: IngestWorld) -> None:
    (film,) = with_ids(world, MOVIE, 1)
    told = imdb_id(world, film)
    world.stores.titles.upsert([replace(world.title(film), imdb_id="")])
    tell(world, by_imdb(told))
    fetch(world)
    assert world.stored()[film].imdb_id == told
    assert joined(world) == {film}


@pytest.mark.parametrize(
    "fault", [LIST_FOR_OBJECT, HTML_PAGE, EMPTY_BODY, Status(404), Status(500)]
)
def test_an_error_is_never_unknown(world: IngestWorld, fault: Instead | Status) -> None:
    film, other = with_ids(world, MOVIE, 2)
    bad = imdb_id(world, film)
    world.fake.fault(fault, f"/3/find/{bad}")
    tell(world, by_imdb(bad), by_imdb(imdb_id(world, other)))
    fetch(world)
    assert joined(world) == {None, other}
    assert [str(one) for one in missing(world)] == [f"imdb/{bad}"]
    world.fake.clear_faults()
    fetch(world)
    assert joined(world) == {film, other}


def test_an_id_that_fails_again_and_again_is_left(world: IngestWorld) -> None:
    world.fake.fault(LIST_FOR_OBJECT, f"/3/find/{NOBODY_S}")
    tell(world, by_imdb(NOBODY_S))
    for _ in range(ATTEMPTS):
        assert len(missing(world)) == 1
        fetch(world)
    assert missing(world) == []


def test_a_dead_source_settles_nothing(world: IngestWorld) -> None:
    (film,) = with_ids(world, MOVIE, 1)
    tell(world, by_imdb(imdb_id(world, film)), by_imdb(NOBODY_S))
    before = missing(world)
    assert len(before) == 2
    world.die()
    with pytest.raises(UpstreamUnavailable):
        fetch(world)
    assert missing(world) == before
    world.fake.clear_faults()
    fetch(world)
    assert joined(world) == {film, None}
    assert missing(world) == []


def test_the_run_goes_on_from_a_state_that_can_not_be_read(world: IngestWorld) -> None:
    (film,) = with_ids(world, MOVIE, 1)
    tell(world, by_imdb(imdb_id(world, film)), by_number(4, MOVIE))
    for name in ("named:unknown", "named:vain"):
        world.stores.state.write(name, "[1, ")
    assert len(missing(world)) == 2
    fetch(world)
    assert joined(world) == {film, None}
    assert missing(world) == []
