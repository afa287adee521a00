import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.stores.common.stores import Stores
from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId
from app.domain.errors import InvalidInput, StoreUnavailable
from app.domain.ports.catalogue import TitleStore
from tests.builders import make_title, make_titles, movie, series
from tests.contract.conftest import Place


def test_a_full_title_comes_back_as_it_was(titles: TitleStore) -> None:
    title = Title(
        id=series(2**62 - 1),
        name="Nul \0 inside, 🎬🏴‍☠️ and مرحبا بالعالم",
        original_name="القطار",
        alternative_names=("Der Zug", "列車"),
        year=1895,
        released="1895-12-28",
        genres=("Drama",),
        keywords=("train",),
        cast=("Ann Other",),
        makers=("Some One",),
        companies=("Old Films",),
        networks=("Channel 1",),
        countries=("FR",),
        original_language="fr",
        spoken_languages=("fr", "ar"),
        runtime=1,
        certification="U",
        certifications=(("KR", "15세 이상 관람가"), ("US", "U")),
        providers=(("AU", ("Canal+ & more", "Stan")), ("FR", ("Canal+",))),
        status="Ended",
        votes=12,
        rating=7.25,
        popularity=0.1,
        imdb_id="tt0000001",
        tvdb_id=7,
        collection_id=8,
        collection_name="Trains",
        recommended=(5, 2**61),
        poster_path="/a.jpg",
        overview="A train arrives.\n\tIt stops.",
        tagline="'; DROP TABLE titles; --",
        adult=True,
        source=Source.TMDB,
        fetched_at=1_700_000_000,
    )
    bare = Title(id=movie(1), name="")
    titles.upsert([title, bare])
    assert titles.get(title.id) == title
    assert titles.get(bare.id) == bare


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(
    max_examples=60,
    deadline=None,
    # The store is shared by the examples on purpose: each one replaces the title before.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=text, overview=text, cast=st.lists(text, max_size=3), rating=st.floats(0, 10))
def test_any_text_comes_back(
    titles: TitleStore, name: str, overview: str, cast: list[str], rating: float
) -> None:
    title = make_title(5, name=name, overview=overview, cast=tuple(cast), rating=rating)
    titles.upsert([title])
    assert titles.get(title.id) == title


def test_an_unknown_title_is_none(titles: TitleStore) -> None:
    titles.upsert([make_title(1)])
    assert titles.get(movie(2)) is None
    assert titles.get(movie(2**80)) is None
    assert titles.get(movie(-1)) is None
    assert titles.get_many([]) == {}
    assert titles.get_many([movie(2), movie(2**70)]) == {}


def test_a_film_and_a_series_of_one_number_stay_apart(titles: TitleStore) -> None:
    film, show = make_title(69557), make_title(69557, MediaKind.TV)
    titles.upsert([film, show])
    assert titles.get(film.id) == film
    assert titles.get(show.id) == show
    assert titles.count() == {MediaKind.MOVIE: 1, MediaKind.TV: 1}
    assert titles.delete([film.id]) == 1
    assert titles.get(film.id) is None
    assert titles.get(show.id) == show


def test_upsert_replaces_and_the_last_of_equal_ids_wins(titles: TitleStore) -> None:
    first, second, third = (make_title(1, name=name) for name in ("one", "two", "three"))
    titles.upsert([first])
    titles.upsert([second, make_title(2), third])
    assert titles.get(third.id) == third
    assert titles.count() == {MediaKind.MOVIE: 2, MediaKind.TV: 0}
    titles.upsert([])
    assert titles.count()[MediaKind.MOVIE] == 2


@pytest.mark.parametrize(
    "wrong",
    [
        make_title(2, name="half \ud83d a character"),
        make_title(2, rating=float("nan")),
        make_title(2, popularity=float("inf")),
        make_title(2, votes=2**63),
        make_title(0),
        make_title(2**62),
    ],
    ids=["surrogate", "nan", "infinite", "large number", "id 0", "id too large"],
)
def test_a_title_that_would_not_come_back_is_refused_with_its_batch(
    titles: TitleStore, wrong: Title
) -> None:
    kept = make_title(1, name="kept")
    titles.upsert([kept])
    with pytest.raises(InvalidInput):
        titles.upsert([make_title(1, name="new"), wrong, make_title(3)])
    assert titles.get(kept.id) == kept
    assert titles.count() == {MediaKind.MOVIE: 1, MediaKind.TV: 0}


def test_get_many_takes_any_number_of_ids(titles: TitleStore) -> None:
    stored = make_titles(2500)
    titles.upsert(stored)
    found = titles.get_many([t.id for t in stored] + [movie(n) for n in range(5000, 8000)])
    assert found == {t.id: t for t in stored}
    assert titles.get_many({stored[0].id, stored[0].id}) == {stored[0].id: stored[0]}


def test_delete_tells_how_many_there_were(titles: TitleStore) -> None:
    titles.upsert(make_titles(1200))
    assert titles.delete([movie(1), movie(1), movie(9999), movie(2**70)]) == 1
    assert titles.delete([movie(n) for n in range(1, 1201)]) == 1199
    assert titles.delete([]) == 0
    assert titles.count() == {MediaKind.MOVIE: 0, MediaKind.TV: 0}


def test_scan_goes_by_key_whatever_the_order_of_writing(titles: TitleStore) -> None:
    # Numbers of different length, so that an order by text would show.
    ids = [TitleId(kind, n) for kind in MediaKind for n in (1, 2, 9, 10, 99, 1000, 2**40, 2**61)]
    random.Random(1).shuffle(ids)
    titles.upsert([make_title(i.tmdb_id, i.kind) for i in ids])
    seen = [title.id for batch in titles.scan(batch_size=3) for title in batch]
    assert seen == sorted(ids, key=lambda i: i.key)


def test_scan_keeps_to_the_batch_size_and_starts_behind_after(titles: TitleStore) -> None:
    stored = make_titles(10)
    titles.upsert(stored)
    assert [len(batch) for batch in titles.scan(batch_size=4)] == [4, 4, 2]
    assert [t for batch in titles.scan(3, after=movie(7)) for t in batch] == stored[7:]
    # A series comes right behind the film of its number.
    assert [t for batch in titles.scan(3, after=series(7)) for t in batch] == stored[7:]
    assert list(titles.scan(after=movie(10))) == []
    with pytest.raises(InvalidInput):
        titles.scan(batch_size=0)


def test_a_title_that_stays_is_seen_once_while_others_change(titles: TitleStore) -> None:
    stored = make_titles(30)
    titles.upsert(stored)
    seen: list[Title] = []
    for number, batch in enumerate(titles.scan(batch_size=5)):
        seen += batch
        # A write between two batches would hang here if the scan held a lock.
        titles.upsert([replace(title, name=f"changed {number}") for title in stored])
        titles.delete([movie(3)])
    assert [t.id.tmdb_id for t in seen] == list(range(1, 31))
    assert seen[-1].name.startswith("changed")


def test_what_was_written_is_there_after_opening_again(place: Place) -> None:
    first = place.open()
    first.titles.upsert(make_titles(3))
    first.close()
    assert place.open().titles.count()[MediaKind.MOVIE] == 3


def test_a_closed_store_says_so(stores: Stores) -> None:
    stores.titles.upsert(make_titles(1))
    stores.close()
    with pytest.raises(StoreUnavailable, match="close"):
        stores.titles.get(movie(1))
    with pytest.raises(StoreUnavailable, match="close"):
        stores.titles.upsert(make_titles(1))
