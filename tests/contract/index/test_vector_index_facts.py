"""What the index tells beside neighbours: facts of given titles, the best known, many at once.

Against brute force over a catalogue that changed since its index was built.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.faiss_index.index import FaissIndex
from app.adapters.faiss_index.part import OpenPart
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.catalogue.vocabulary import GENRES, genre_bits
from app.domain.errors import DimensionMismatch, NotReady
from app.domain.ports.index import Gathered
from app.domain.search.filters import EVERYTHING, TitleFilter
from app.services.search.search import BOTH
from tests.builders import make_title, movie, random_vectors, series
from tests.index_world import DIMENSION, IndexWorld

QUERIES = random_vectors(6, DIMENSION, seed=31)
LISTS = "IVF32,SQ8"
ALL = TitleFilter(include_adult=True)
"""What every title passes: then lists are probed; else so few titles are compared whole."""

UNKNOWN: dict[str, Any] = {
    "year": None,
    "runtime": None,
    "rating": None,
    "genres": (),
    "original_language": "",
}

kinds = st.sampled_from((BOTH, (MediaKind.MOVIE,), (MediaKind.TV,), ()))
filters = st.builds(
    TitleFilter,
    year_from=st.none() | st.integers(1930, 2025),
    runtime_from=st.none() | st.integers(0, 210),
    runtime_to=st.none() | st.integers(0, 210),
    genres=st.frozensets(st.sampled_from(GENRES), max_size=3),
    languages=st.frozensets(st.sampled_from(("en", "ja", "ko")), max_size=2),
    min_votes=st.sampled_from((0, 7, 15_000)),
    include_adult=st.booleans(),
)
title_ids = st.builds(TitleId, st.sampled_from(BOTH), st.integers(1, 1210))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IndexWorld]:
    """Titles of a generation, some of them changed or gone since, and new ones.

    A third has equal votes, so that ties are common.
    """
    made = IndexWorld(tmp_path_factory.mktemp("facts"))
    made.put([_tied(n, MediaKind.MOVIE) for n in range(1, 1101)], seed=1)
    made.put([_tied(n, MediaKind.TV) for n in range(1, 101)], seed=2)
    made.put([make_title(n, **UNKNOWN) for n in range(1101, 1111)], seed=3)
    made.build(LISTS)
    changed = [_tied(n, kind, original_language="ko") for n in range(20, 40) for kind in BOTH]
    made.put([*changed, *(_tied(n, MediaKind.MOVIE) for n in range(1150, 1200))], seed=4)
    made.put([make_title(1201, runtime=95, adult=True, votes=30_000, **_PLAIN)], seed=5)
    made.remove([movie(n) for n in range(30, 60)] + [series(n) for n in range(30, 35)])
    yield made
    made.stores.close()


_PLAIN: dict[str, Any] = {"year": 2001, "rating": 7.25, "genres": ("Horror", "War")}


def _tied(number: int, kind: MediaKind, **changes: object) -> Title:
    votes = {"votes": 7} if number % 3 == 0 else {}
    return make_title(number, kind, adult=number % 50 == 0, **votes | changes)


@pytest.fixture(scope="module")
def index(world: IndexWorld) -> FaissIndex:
    return world.opened()


def test_facts_are_those_of_the_title_as_it_is_now(index: FaissIndex, world: IndexWorld) -> None:
    found = index.gathered([movie(1201), movie(1105), movie(25), movie(45), series(7), movie(7)])
    assert found.ids == (movie(1201), movie(1105), movie(25), series(7), movie(7))
    assert (found.years[0], found.runtimes[0], found.votes[0]) == (2001, 95, 30_000)
    assert (found.ratings[0], found.adult[0]) == (7.25, True)
    assert found.genres[0] == genre_bits(("War", "Horror"))
    assert (found.years[1], found.runtimes[1], found.ratings[1]) == (0, 0, -1)
    assert (found.genres[1], found.languages[1]) == (0, "")
    assert found.languages[2] == "ko"
    for row, title_id in enumerate(found.ids):
        np.testing.assert_allclose(found.vectors[row], world.truth[title_id][1], atol=2e-5)


@settings(max_examples=60, deadline=None)
@given(ids=st.lists(title_ids, max_size=60))
def test_gathered_in_the_order_asked_and_nothing_that_is_gone(
    index: FaissIndex, world: IndexWorld, ids: list[TitleId]
) -> None:
    found = index.gathered(ids)
    assert found.ids == tuple(i for i in ids if i in world.truth)
    titles = [world.truth[i][0] for i in found.ids]
    assert found.years.tolist() == [t.year or 0 for t in titles]
    assert found.runtimes.tolist() == [t.runtime or 0 for t in titles]
    assert found.votes.tolist() == [t.votes for t in titles]
    rating = [np.float32(-1 if t.rating is None else t.rating) for t in titles]
    assert found.ratings.tolist() == [float(one) for one in rating]
    assert found.genres.tolist() == [genre_bits(t.genres) for t in titles]
    assert found.languages == tuple(t.original_language for t in titles)
    assert found.adult.tolist() == [t.adult for t in titles]
    vectors = np.array([world.truth[i][1] for i in found.ids], np.float32)
    np.testing.assert_allclose(found.vectors, vectors.reshape(-1, DIMENSION), atol=2e-5)
    assert dtypes(found) == ["float32", "int16", "int32", "int32", "float32", "uint32", "bool"]


def dtypes(found: Gathered) -> list[str]:
    columns = (found.vectors, found.years, found.runtimes, found.votes, found.ratings)
    return [str(column.dtype) for column in (*columns, found.genres, found.adult)]


@settings(max_examples=120, deadline=None)
@given(k=st.integers(0, 1400), kinds=kinds, where=filters, exclude=st.sets(title_ids, max_size=120))
def test_the_best_known_that_pass(
    index: FaissIndex,
    world: IndexWorld,
    k: int,
    kinds: tuple[MediaKind, ...],
    where: TitleFilter,
    exclude: set[TitleId],
) -> None:
    fit = [
        (-title.votes, title_id.key)
        for title_id, (title, _) in world.truth.items()
        if title_id.kind in kinds and title_id not in exclude and where.passes(title)
    ]
    expected = [TitleId.from_key(key) for _, key in sorted(fit)[:k]]
    assert index.best_known(k, kinds, where, exclude) == expected
    # What a search has worked out for the filter must not change the answer.
    index.search(QUERIES[0], 5, kinds, where, exclude)
    assert index.best_known(k, kinds, where, exclude) == expected


@settings(max_examples=60, deadline=None)
@given(
    count=st.integers(0, len(QUERIES)),
    k=st.integers(1, 40),
    kinds=kinds,
    where=filters | st.just(ALL),
    exclude=st.sets(title_ids, max_size=120),
)
def test_many_searches_at_once_find_what_each_finds(
    index: FaissIndex,
    count: int,
    k: int,
    kinds: tuple[MediaKind, ...],
    where: TitleFilter,
    exclude: set[TitleId],
) -> None:
    found = index.search_many(QUERIES[:count], k, kinds, where, exclude)
    alone = [index.search(query, k, kinds, where, exclude) for query in QUERIES[:count]]
    assert [[n.id for n in some] for some in found] == [[n.id for n in some] for some in alone]
    for some, one in zip(found, alone, strict=True):
        assert [n.votes for n in some] == [n.votes for n in one]
        np.testing.assert_allclose([n.score for n in some], [n.score for n in one], atol=1e-6)
        assert exclude.isdisjoint(n.id for n in some)


def test_k_results_are_owed_to_each_of_many(
    index: FaissIndex, world: IndexWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Few random vectors need nearly all lists at once; a large index visits few of them at first.
    monkeypatch.setattr(OpenPart, "_effort", lambda _self, _share, k, **_: (1, 2 * k))
    for k in (10, 30, 60):  # some lists hold so many, others don't
        near = index.search_many(QUERIES, k, (MediaKind.MOVIE,), ALL)
        assert [len(some) for some in near] == [k] * len(QUERIES)
        for some, query in zip(near, QUERIES, strict=True):
            alone = index.search(query, k, (MediaKind.MOVIE,), ALL)
            assert [n.id for n in some] == [n.id for n in alone]
    films = {title_id for title_id in world.truth if title_id.kind is MediaKind.MOVIE}
    left = {title_id for title_id in films if title_id.tmdb_id % 60 == 0}
    for some in index.search_many(QUERIES, 30, (MediaKind.MOVIE,), ALL, films - left):
        assert {n.id for n in some} == left


def test_the_first_may_be_new(index: FaissIndex, world: IndexWorld) -> None:
    best = movie(1201)
    assert index.best_known(1, BOTH, ALL) == [best]
    assert index.search(world.truth[best][1], 1, BOTH, ALL)[0].id == best


def test_a_matrix_of_another_width_is_refused(index: FaissIndex) -> None:
    with pytest.raises(DimensionMismatch, match="8 dimensions, the index 32"):
        index.search_many(random_vectors(3, 8), 1, BOTH, EVERYTHING)


def test_before_any_index_nothing_is_told(tmp_path: Path) -> None:
    empty = IndexWorld(tmp_path)
    for ask in (
        lambda: empty.opened().gathered([movie(1)]),
        lambda: empty.opened().best_known(5, BOTH, EVERYTHING),
        lambda: empty.opened().search_many(QUERIES, 5, BOTH, EVERYTHING),
    ):
        with pytest.raises(NotReady, match=r"scripts\.rebuild_index"):
            ask()
    empty.stores.close()


def test_a_rough_search_finds_nearly_the_same_and_as_many(index: FaissIndex) -> None:
    for where in (ALL, TitleFilter(year_from=1990)):
        films = (MediaKind.MOVIE,)
        exact = index.search_many(QUERIES, 20, films, where)
        rough = index.search_many(QUERIES, 20, films, where, thorough=False)
        assert [len(some) for some in rough] == [len(some) for some in exact]
        shared = [
            len({one.id for one in some} & {one.id for one in others})
            for some, others in zip(exact, rough, strict=True)
        ]
        assert np.mean(shared) >= 10
