"""The steps from scored candidates to a list."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.filters import TitleFilter
from app.domain.index_ports import Gathered
from app.domain.recommending import (
    EXPLORED,
    Ranked,
    Weights,
    diversified,
    explorable,
    interleaved,
    order_of,
    passing,
    saga_rule,
    shaken,
    standardised,
)
from app.domain.titles import MediaKind, Title, TitleId
from app.domain.vocabulary import GENRES, genre_bits
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


def test_equal_ones_change_places_with_the_seed() -> None:
    ids = [movie(n) for n in range(1, 30)]
    orders = {tuple(order_of(np.zeros(29), ids, seed)) for seed in range(4)}
    assert len(orders) == 4


def test_a_seed_shakes_and_seed_0_does_not() -> None:
    ids = [movie(n) for n in range(1, 200)]
    scores = np.linspace(0, 1, 199)
    assert shaken(scores, ids, 0, 0.5) is scores
    one, other = shaken(scores, ids, 1, 0.5), shaken(scores, ids, 2, 0.5)
    assert not np.allclose(one, other)
    assert np.array_equal(one, shaken(scores, ids, 1, 0.5))
    assert np.corrcoef(one, scores)[0, 1] > 0.3
    assert len(standardised(np.empty(0))) == 0
    best = np.sort(standardised(scores))[-100:]
    assert (best.mean(), best.std()) == pytest.approx((0, 1), abs=1e-6)


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


def ranked(some: list[Title], seed: int = 0, tastes: int = 0) -> Ranked:
    random = np.random.default_rng(seed)
    n = len(some)
    shares = random.dirichlet(np.ones(tastes)).tolist() if tastes else []
    return Ranked(
        titles=tuple(some),
        scores=np.sort(random.normal(size=n))[::-1],
        known=np.zeros(n),
        vectors=random_vectors(n, 8, seed) if n else np.empty((0, 8), np.float32),
        tastes=random.integers(0, max(tastes, 1), n),
        shares=tuple(shares),
        usual=random.random(n) < 0.7,
        explorable=random.random(n) < 0.7,
    )


@given(st.integers(0, 60), st.integers(1, 20), st.integers(0, 30), st.integers(0, 4))
def test_a_list_is_as_long_as_can_be_and_has_nothing_twice(
    n: int, count: int, seed: int, tastes: int
) -> None:
    some = [
        make_title(number, collection_id=number % 5 or None, makers=(f"m{number % 3}",))
        for number in range(1, n + 1)
    ]
    given_titles = ranked(some, seed, tastes)
    places, why = diversified(given_titles, count)
    assert len(places) == len(set(places)) == min(count, n)
    assert set(places) <= set(range(n))
    assert diversified(given_titles, count) == (places, why)


def test_no_more_than_three_of_a_maker_and_one_of_a_saga_where_there_are_others() -> None:
    some = [make_title(n, makers=("one",), collection_id=None) for n in range(1, 11)]
    some += [make_title(n, makers=(f"m{n}",), collection_id=7) for n in range(11, 16)]
    some += [make_title(n, makers=(f"m{n}",)) for n in range(16, 40)]
    plain = replace(ranked(some), usual=np.ones(39, bool))
    places, why = diversified(plain, 10)
    chosen = [some[place] for place in places]
    assert sum(title.makers == ("one",) for title in chosen) == 3
    assert sum(title.collection_id == 7 for title in chosen) == 1
    assert any("maker" in reason for reason in why.values())


def test_each_taste_gets_about_its_share_though_one_scores_better() -> None:
    some = [make_title(n) for n in range(1, 41)]
    given_titles = replace(
        ranked(some),
        tastes=np.repeat([0, 1], 20),
        shares=(0.6, 0.4),
        scores=np.linspace(1, -0.5, 40),
        usual=np.ones(40, bool),
    )
    places, _ = diversified(given_titles, 10, Weights(variety=0.0, balance=3.0))
    assert 3 <= sum(place >= 20 for place in places) <= 5


def test_one_place_in_ten_is_for_something_else_but_none_of_the_first_three() -> None:
    some = [make_title(n) for n in range(1, 41)]
    usual = np.arange(40) < 30
    given_titles = replace(
        ranked(some), usual=usual, explorable=np.arange(40) >= 35, scores=np.linspace(5, -5, 40)
    )
    for count in (9, EXPLORED, 2 * EXPLORED):
        places, _ = diversified(given_titles, count)
        assert [place for place in places if not usual[place]] == list(range(35, 35 + count // 10))
        assert usual[places[:3]].all()


def test_films_for_children_are_no_discovery_for_who_likes_none() -> None:
    kinds = [("Animation", "Comedy"), ("Horror",), ("Kids",), ("Family", "Western")]
    bits = np.array([genre_bits(one) for one in kinds], np.uint32)
    nobody = np.array([genre_bits(["Drama"])], np.uint32)
    assert explorable(bits, nobody).tolist() == [False, True, False, False]
    assert explorable(bits, bits[:1]).all()


@given(st.lists(st.lists(st.integers(), max_size=15), min_size=1, max_size=3), st.integers(0, 20))
def test_lists_are_mixed_by_their_shares_each_in_its_order(
    some: list[list[int]], count: int
) -> None:
    lists = [[(number, place) for place in range(len(one))] for number, one in enumerate(some)]
    shares = [1 / len(some)] * len(some)
    found = interleaved(lists, shares, count)
    assert len(found) == min(count, sum(map(len, lists)))
    for number, one in enumerate(lists):
        mine = [item for item in found if item[0] == number]
        assert mine == one[: len(mine)]
        if len(one) >= count:
            assert len(mine) >= count // len(some)


def test_a_share_of_a_fifth_gets_two_of_ten() -> None:
    kinds = [MediaKind.MOVIE] * 20, [MediaKind.TV] * 20
    ids = [[TitleId(kind, n + 1) for n, kind in enumerate(some)] for some in kinds]
    found = interleaved(ids, [0.8, 0.2], 10)
    assert Counter(one.kind for one in found) == {MediaKind.MOVIE: 8, MediaKind.TV: 2}
