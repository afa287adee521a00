"""The steps from scored candidates to a list."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.titles import Title
from app.domain.catalogue.vocabulary import GENRES, genre_bits
from app.domain.ports.index import Gathered
from app.domain.recommend.rules import (
    chances,
    order_of,
    passing,
    perturbed,
    saga_rule,
    standardised,
)
from app.domain.search.filters import TitleFilter
from tests.builders import make_title, movie, random_vectors

titles = st.builds(
    lambda number, changes: make_title(number, **changes),
    st.integers(1, 40),
    st.fixed_dictionaries(
        {
            "year": st.none() | st.integers(1900, 2030),
            "runtime": st.none() | st.integers(0, 240),
            "genres": st.lists(st.sampled_from(GENRES), max_size=3, unique=True).map(tuple),
            "original_language": st.sampled_from(["", "en", "fr", "ja"]),
            "votes": st.integers(0, 300),
            "rating": st.none() | st.integers(0, 100).map(lambda n: n / 10),
            "adult": st.booleans(),
        }
    ),
)
genres = st.frozensets(st.sampled_from(GENRES), max_size=3)
filters = st.builds(
    TitleFilter,
    year_from=st.none() | st.integers(1890, 2030),
    year_to=st.none() | st.integers(1890, 2030),
    runtime_from=st.none() | st.integers(0, 240),
    runtime_to=st.none() | st.integers(0, 240),
    genres=genres,
    without_genres=genres,
    languages=st.frozensets(st.sampled_from(["en", "fr", "is"]), max_size=2),
    min_votes=st.integers(0, 300),
    min_rating=st.integers(0, 100).map(lambda n: n / 10),
    include_adult=st.booleans(),
)


def gathered(some: list[Title]) -> Gathered:
    return Gathered(
        ids=tuple(title.id for title in some),
        vectors=random_vectors(len(some), 4) if some else np.empty((0, 4), np.float32),
        years=np.array([title.year or 0 for title in some], np.int16),
        runtimes=np.array([title.runtime or 0 for title in some], np.int32),
        votes=np.array([title.votes for title in some], np.int32),
        ratings=np.array([-1 if t.rating is None else t.rating for t in some], np.float32),
        genres=np.array([genre_bits(title.genres) for title in some], np.uint32),
        languages=tuple(title.original_language for title in some),
        adult=np.array([title.adult for title in some], bool),
    )


@given(st.lists(titles, max_size=20), filters)
def test_what_passes_by_the_index_is_what_passes(some: list[Title], where: TitleFilter) -> None:
    expected = [where.passes(title) for title in some]
    assert passing(gathered(some), where).tolist() == expected


scored = st.lists(st.integers(-3, 3).map(float), max_size=30)


@given(scored, st.integers(0, 2**31 - 1), st.randoms(use_true_random=False))
def test_the_order_hangs_on_scores_and_seed_alone(
    scores: list[float], seed: int, random: object
) -> None:
    ids = [movie(n + 1) for n in range(len(scores))]
    found = [ids[place] for place in order_of(np.array(scores), ids, seed)]
    by_id = dict(zip(ids, scores, strict=True))
    falling = [by_id[one] for one in found]
    assert falling == sorted(falling, reverse=True)
    mixed = list(ids)
    random.shuffle(mixed)  # type: ignore[attr-defined]  # a Random
    again = order_of(np.array([by_id[one] + 1e-9 for one in mixed]), mixed, seed)
    assert [mixed[place] for place in again] == found


def test_chances_are_spread_evenly_and_hang_on_nothing_else() -> None:
    ids = [movie(n) for n in range(1, 4001)]
    some = chances(7, ids)
    assert np.array_equal(some[::-1], chances(7, ids[::-1]))
    assert np.histogram(some, 10, (0, 1))[0].tolist() == pytest.approx([400] * 10, rel=0.2)
    assert abs(np.corrcoef(some, chances(8, ids))[0, 1]) < 0.05
    assert abs(np.corrcoef(some[:-1], some[1:])[0, 1]) < 0.05
    assert len(set(some.tolist())) == 4000


def test_equal_ones_change_places_with_the_seed() -> None:
    ids = [movie(n) for n in range(1, 30)]
    orders = {tuple(order_of(np.zeros(29), ids, seed)) for seed in range(4)}
    assert len(orders) == 4


def test_a_seed_shakes_and_seed_0_does_not() -> None:
    ids = [movie(n) for n in range(1, 200)]
    scores = np.linspace(0, 1, 199)
    assert perturbed(scores, ids, 0, 0.5) is scores
    one, other = perturbed(scores, ids, 1, 0.5), perturbed(scores, ids, 2, 0.5)
    assert not np.allclose(one, other)
    assert np.array_equal(one, perturbed(scores, ids, 1, 0.5))
    assert np.corrcoef(one, scores)[0, 1] > 0.3
    assert len(standardised(np.empty(0))) == 0


@pytest.mark.parametrize(("titles", "best"), [(4, 4), (20, 10), (200, 40), (2000, 100)])
def test_scores_are_measured_by_the_best_ones_however_many_there_are(
    titles: int, best: int
) -> None:
    found = np.sort(standardised(np.linspace(0, 1, titles)))[-best:]
    assert (found.mean(), found.std()) == pytest.approx((0, 1), abs=1e-6)


def part(number: int, saga: int | None, year: int) -> Title:
    released = f"{year}-01-01" if year else ""
    return make_title(number, collection_id=saga, released=released)


def test_a_saga_is_told_from_the_part_after_what_was_seen() -> None:
    some = [
        part(4, 9, 2004),
        part(1, None, 1990),
        part(2, 9, 2002),
        part(3, 9, 2003),
        part(5, 8, 0),
    ]
    for seen, chosen in (({}, 2), ({9: "2002-01-01"}, 3), ({9: "2003-01-01"}, 4)):
        places, why = saga_rule(some, seen)
        assert [some[place].id.tmdb_id for place in places] == [chosen, 1, 5]
        assert set(why) == {movie(n) for n in (2, 3, 4)} - {movie(chosen)}
    everything_seen, _ = saga_rule(some, {9: "2010-01-01"})
    assert some[everything_seen[0]].id == movie(2)


@given(
    st.lists(st.tuples(st.none() | st.integers(1, 3), st.integers(1990, 1996)), max_size=12),
    st.dictionaries(st.integers(1, 3), st.integers(1990, 1996).map(lambda y: f"{y}-01-01")),
)
def test_of_each_saga_one_stays_and_no_other_title_goes(
    given_parts: list[tuple[int | None, int]], seen: dict[int, str]
) -> None:
    some = [part(n, saga, year) for n, (saga, year) in enumerate(given_parts, 1)]
    places, why = saga_rule(some, seen)
    stay = [some[place] for place in places]
    assert len({title.id for title in stay}) == len(stay)
    assert {title.id for title in stay} | set(why) == {title.id for title in some}
    assert {t.id for t in some if t.collection_id is None} <= {t.id for t in stay}
    sagas = Counter(t.collection_id for t in stay if t.collection_id is not None)
    assert set(sagas) == {t.collection_id for t in some} - {None}
    assert set(sagas.values()) <= {1}
