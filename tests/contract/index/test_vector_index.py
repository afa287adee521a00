"""The index against brute force: whatever it is made of, and whatever changed since."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.faiss_index.factory import chosen, made
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.catalogue.vocabulary import GENRES
from app.domain.errors import DimensionMismatch, InvalidInput, NotReady
from app.domain.search.filters import EVERYTHING, TitleFilter
from app.services.search.search import BOTH
from tests.builders import make_title, movie, random_vectors, series
from tests.index_world import DIMENSION, IndexWorld, passes

CODES = "IVF64(PQ16x4fs,RFlat),PQ16x4fs"
"""The form that `auto` takes from 100,000 titles on."""

FACTORIES = (
    "auto",
    "Flat",
    "IDMap,IVF100,Flat",
    CODES,
    "IVF64,RaBitQfs",
    "IVF32,SQ8",
    "IVF32,PQ16",
    "HNSW32",
    "PCA16,IVF32,Flat",
)
QUERIES = random_vectors(40, DIMENSION, seed=99)

filters = st.builds(
    TitleFilter,
    year_from=st.none() | st.integers(1930, 2025),
    year_to=st.none() | st.integers(1930, 2025),
    runtime_from=st.none() | st.integers(0, 220),
    runtime_to=st.none() | st.integers(0, 220),
    genres=st.frozensets(st.sampled_from(GENRES), max_size=4),
    without_genres=st.frozensets(st.sampled_from(GENRES), max_size=3),
    languages=st.frozensets(st.sampled_from(("en", "fr", "ja", "ko")), max_size=2),
    min_votes=st.sampled_from((0, 100, 5000, 19_000)),
    min_rating=st.sampled_from((0.0, 5.0, 9.5)),
    include_adult=st.booleans(),
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexWorld]:
    world = IndexWorld(tmp_path_factory.mktemp("index"))
    world.fill(movies=3000, series=60)
    adult = [make_title(n, adult=True, year=None, rating=None) for n in range(5001, 5021)]
    world.put(adult, seed=7)
    yield world
    world.stores.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[IndexWorld]:
    made = IndexWorld(tmp_path)
    yield made
    made.stores.close()


@pytest.mark.parametrize("factory", FACTORIES)
def test_finds_what_brute_force_finds(filled: IndexWorld, factory: str) -> None:
    filled.build(factory)
    index = filled.opened()
    hits = 0
    for query in QUERIES:
        found = index.search(query, 10, BOTH, EVERYTHING)
        scores = [n.score for n in found]
        assert len(found) == 10
        assert scores == sorted(scores, reverse=True)
        for n in found:
            assert n.score == pytest.approx(float(filled.truth[n.id][1] @ query), abs=2e-5)
        hits += len({n.id for n in found} & set(filled.nearest(query, 10)))
    assert hits / (10 * len(QUERIES)) >= (1.0 if factory in {"auto", "Flat"} else 0.96)


@pytest.mark.parametrize("factory", FACTORIES)
def test_a_filter_acts_inside_the_search(filled: IndexWorld, factory: str) -> None:
    filled.build(factory)
    index = filled.opened()
    for where in (
        TitleFilter(year_from=1990, year_to=1999),
        TitleFilter(genres=frozenset({"Horror"}), min_votes=15_000),
        TitleFilter(languages=frozenset({"ja"}), min_rating=9.0),
    ):
        fitting = sum(passes(title, where) for title, _ in filled.truth.values())
        for query in QUERIES[:5]:
            found = index.search(query, 50, BOTH, where)
            assert len(found) == min(50, fitting)
            assert all(passes(filled.truth[n.id][0], where) for n in found)
            expected = filled.nearest(query, 50, where=where)
            assert len({n.id for n in found} & set(expected)) >= 0.95 * len(expected)


@settings(max_examples=60, deadline=None)
@given(
    where=filters,
    k=st.integers(1, 60),
    kinds=st.sampled_from((BOTH, (MediaKind.MOVIE,), (MediaKind.TV,))),
    number=st.integers(0, len(QUERIES) - 1),
    left_out=st.integers(0, 200),
)
def test_exact_search_with_any_filter(
    filled: IndexWorld,
    where: TitleFilter,
    k: int,
    kinds: tuple[MediaKind, ...],
    number: int,
    left_out: int,
) -> None:
    if filled.publisher.current() is None:
        filled.build("Flat")
    index = filled.opened()
    query = QUERIES[number]
    exclude = {movie(n) for n in range(1, left_out + 1)} | {series(3)}
    found = [n.id for n in index.search(query, k, kinds, where, exclude)]
    best = filled.nearest(query, k, kinds, where, exclude)
    if len(best) < k:
        assert set(found) == set(best)
    else:
        assert len(set(found) & set(best)) >= 0.95 * k
    assert not exclude & set(found)


def test_more_results_than_titles(filled: IndexWorld) -> None:
    filled.build(CODES)
    found = filled.opened().search(QUERIES[0], 200, [MediaKind.TV], EVERYTHING)
    assert {n.id for n in found} == {t for t in filled.truth if t.kind is MediaKind.TV}


def test_equal_scores_come_in_order_of_key(world: IndexWorld) -> None:
    vector = random_vectors(1, DIMENSION, seed=42)[0]
    world.fill(5, 0)
    twins = [make_title(n) for n in (30, 20, 40, 10)]
    world.put(twins, seed=1)
    from app.domain.ports.vectors import VectorRow  # noqa: PLC0415  # only here are rows made by hand

    world.stores.vectors.upsert("test", [VectorRow(t.id, bytes(16), vector) for t in twins])
    world.build()
    found = world.opened().search(vector, 4, BOTH, EVERYTHING)
    assert [n.id.tmdb_id for n in found] == [10, 20, 30, 40]


def test_a_film_and_a_series_of_one_number_stay_apart(world: IndexWorld) -> None:
    world.fill(20, 20)
    world.build()
    index = world.opened()
    film, show = index.vector(movie(7)), index.vector(series(7))
    assert film is not None
    assert show is not None
    assert index.search(film, 1, BOTH, EVERYTHING)[0].id == movie(7)
    assert index.search(show, 1, BOTH, EVERYTHING)[0].id == series(7)
    assert all(n.id != movie(7) for n in index.search(film, 40, BOTH, EVERYTHING, [movie(7)]))


def test_new_changed_and_removed_titles_before_any_rebuild(world: IndexWorld) -> None:
    world.fill(300, 10)
    world.build()
    index = world.opened()
    assert not index.refresh()
    world.put([make_title(9000), make_title(5), make_title(77, MediaKind.TV)], seed=3)
    world.remove([movie(1), movie(2), series(4)])
    assert index.refresh()
    assert_like_brute_force(world, index_world=world)
    for title_id in (movie(9000), movie(5), series(77)):
        vector = index.vector(title_id)
        assert vector is not None
        assert index.search(vector, 1, BOTH, EVERYTHING)[0].id == title_id
    assert index.vector(movie(1)) is None
    status = index.status()
    assert (status.delta, status.removed) == (3, 3)
    world.build()
    assert index.refresh()
    assert (index.status().delta, index.status().removed) == (0, 0)
    assert_like_brute_force(world, index_world=world)


def assert_like_brute_force(world: IndexWorld, index_world: IndexWorld) -> None:
    index = index_world.opened()
    for query in QUERIES[:10]:
        found = [n.id for n in index.search(query, 20, BOTH, EVERYTHING)]
        assert found == world.nearest(query, 20)


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.booleans(), st.integers(1, 40), st.booleans()), min_size=1, max_size=25
    ),
    rebuild_at=st.integers(0, 25),
)
def test_any_history_of_changes_ends_where_brute_force_does(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[bool, int, bool]],
    rebuild_at: int,
) -> None:
    world = IndexWorld(tmp_path_factory.mktemp("history"))
    world.fill(30, 5)
    world.build()
    index = world.opened()
    for place, (adds, number, is_series) in enumerate(steps):
        title_id = TitleId(MediaKind.TV if is_series else MediaKind.MOVIE, number)
        if adds:
            world.put([make_title(number, title_id.kind)], seed=place + 10)
        else:
            world.remove([title_id])
        if place == rebuild_at and world.truth:
            world.build()
        if place % 3 == 0:
            index.refresh()
    index.refresh()
    found = [n.id for n in index.search(QUERIES[0], 50, BOTH, EVERYTHING)]
    world.stores.close()
    assert found == world.nearest(QUERIES[0], 50)


def test_before_any_index_it_says_what_to_run(world: IndexWorld) -> None:
    index = world.opened()
    with pytest.raises(NotReady, match=r"scripts\.rebuild_index"):
        index.search(QUERIES[0], 1, BOTH, EVERYTHING)
    with pytest.raises(NotReady, match=r"scripts\.embed"):
        world.build()


def test_another_model_is_not_ready_rather_than_wrong(world: IndexWorld) -> None:
    world.fill(20, 2)
    world.build()
    with pytest.raises(NotReady, match=r"model test, but EMBEDDING_MODEL is other"):
        world.opened("other").search(QUERIES[0], 1, BOTH, EVERYTHING)


def test_a_query_of_another_dimension_is_refused(world: IndexWorld) -> None:
    world.fill(20, 2)
    world.build()
    with pytest.raises(DimensionMismatch, match="8 dimensions, the index 32"):
        world.opened().search(random_vectors(1, 8)[0], 1, BOTH, EVERYTHING)


@pytest.mark.parametrize("factory", ["nonsense", "IVF100", "IVF64,PQ7", ""])
def test_a_factory_that_cannot_be_changes_nothing(world: IndexWorld, factory: str) -> None:
    world.fill(200, 2)
    before = world.build()
    with pytest.raises(InvalidInput, match="VECTOR_INDEX_FACTORY"):
        world.build(factory)
    assert world.publisher.current() == before
    assert sorted(p.name for p in world.root.iterdir()) == sorted(["CURRENT", before.name])


def test_dim_that_contradicts_the_vectors(world: IndexWorld) -> None:
    from app.services.index.rebuild import rebuild  # noqa: PLC0415  # the world's own call has no dim

    world.fill(20, 0)
    with pytest.raises(DimensionMismatch, match=r"dim=768 contradicts .* 32 dimensions"):
        rebuild(
            world.stores.titles,
            world.stores.vectors,
            world.publisher,
            model="test",
            factory="auto",
            recall_target=0.99,
            dimension=768,
        )
    assert world.publisher.current() is None


def test_the_manifest_publishes_what_was_measured(filled: IndexWorld) -> None:
    manifest = filled.build(CODES)
    films = next(part for part in manifest.parts if part.kind == "movie")
    assert films.factory == CODES
    assert films.calibration[0].recall >= 0.99
    assert 1 <= films.calibration[0].nprobe <= 64
    shows = next(part for part in manifest.parts if part.kind == "tv")
    assert shows.factory == "Flat"  # 60 vectors train no 64 lists
    assert manifest.recall == films.calibration[0].recall
    assert manifest.count == len(filled.truth)


@pytest.mark.parametrize(
    ("count", "dimension", "factory"),
    [
        (19_999, 384, "Flat"),
        (40_000, 384, "IVF1000,Flat"),
        (160_000, 384, "IVF2000(PQ192x4fs,RFlat),PQ128x4fs"),
        (160_000, 1024, "IVF2000(PQ512x4fs,RFlat),PQ256x4fs"),
        (160_000, 35, "IVF2000(PQ35x4fs,RFlat),PQ35x4fs"),
    ],
)
def test_auto_fits_the_index_to_the_catalogue(count: int, dimension: int, factory: str) -> None:
    assert chosen("auto", count, dimension) == factory
    assert made(factory, dimension).d == dimension


def test_vectors_without_a_title_are_left_out(world: IndexWorld) -> None:
    world.fill(30, 3)
    world.stores.titles.delete([movie(4)])
    world.build()
    index = world.opened()
    assert index.vector(movie(4)) is None
    assert replace(world.publisher.current() or pytest.fail("published")).count == 32


def test_vectors_keep_their_cosine(world: IndexWorld) -> None:
    world.fill(500, 0)
    world.build()
    index = world.opened()
    for number in (1, 250, 500):
        kept = index.vector(movie(number))
        assert kept is not None
        np.testing.assert_allclose(kept, world.truth[movie(number)][1], atol=2e-5)
