"""A varied list out of ranked candidates."""

from collections import Counter
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.catalogue.vocabulary import genre_bits
from app.domain.recommend.rules import ListWeights
from app.domain.recommend.variety import (
    EXPLORED,
    RankedPool,
    diversified,
    explored,
    interleaved,
    unfit,
)
from tests.builders import make_title, random_vectors


def ranked(some: list[Title], seed: int = 0, tastes: int = 0) -> RankedPool:
    random = np.random.default_rng(seed)
    n = len(some)
    shares = random.dirichlet(np.ones(tastes)).tolist() if tastes else []
    return RankedPool(
        titles=tuple(some),
        scores=np.sort(random.normal(size=n))[::-1],
        known=np.zeros(n),
        vectors=random_vectors(n, 8, seed) if n else np.empty((0, 8), np.float32),
        tastes=random.integers(0, max(tastes, 1), n),
        shares=tuple(shares),
        usual=random.random(n) < 0.7,
        unfit=["" if fit else "unfit" for fit in random.random(n) < 0.7],
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
    places, _ = diversified(given_titles, 10, ListWeights(variety=0.0, balance=3.0))
    assert 3 <= sum(place >= 20 for place in places) <= 5


def test_one_place_in_ten_is_for_something_else_but_none_of_the_first_three() -> None:
    some = [make_title(n) for n in range(1, 41)]
    usual = np.arange(40) < 30
    unfit = ["" if place >= 35 else "unfit" for place in range(40)]
    given_titles = replace(ranked(some), usual=usual, unfit=unfit, scores=np.linspace(5, -5, 40))
    for count in (9, EXPLORED, 2 * EXPLORED):
        chosen, _ = diversified(given_titles, count)
        places = explored(given_titles, chosen, count, count // EXPLORED)
        assert len(set(places)) == count
        assert [place for place in places if not usual[place]] == list(range(35, 35 + count // 10))
        assert usual[places[:3]].all()


def test_films_for_children_are_no_discovery_for_who_likes_none() -> None:
    kinds = [("Animation", "Comedy"), ("Horror",), ("Kids",), ("Family", "Western")]
    bits = np.array([genre_bits(one) for one in kinds], np.uint32)
    nobody = np.array([genre_bits(["Drama"])], np.uint32)
    fine = np.zeros(4, bool)
    assert [bool(why) for why in unfit(bits, nobody, fine)] == [True, False, True, True]
    assert not any(unfit(bits, bits[:1], fine))


def test_somebody_to_whom_only_what_is_for_children_is_liked_explores_among_that() -> None:
    kinds = [("Animation", "Family"), ("Family",), ("Animation", "Family"), ("Crime",)]
    bits = np.array([genre_bits(one) for one in kinds], np.uint32)
    fine = np.zeros(4, bool)
    why = unfit(bits, bits[:3], fine)
    assert why[:3] == ("", "", "")
    assert "not made for children" in why[3]
    assert not any(unfit(bits, bits, fine))
    anime = np.array([genre_bits(["Animation", "Action"])] * 5, np.uint32)
    assert not any(unfit(bits, anime, fine))


def test_what_is_near_to_a_disappointment_is_no_discovery_and_the_reason_says_so() -> None:
    bits = np.array([genre_bits(["Horror"]), genre_bits(["Kids"])], np.uint32)
    near, childish = unfit(bits, bits[:1], np.array([True, True]))
    assert "did not like" in near
    assert "children" in childish
    assert unfit(bits, bits, np.array([True, False])) == (near, "")


def test_of_a_list_that_is_cut_the_part_shown_explores() -> None:
    some = [make_title(n) for n in range(1, 41)]
    usual = np.arange(40) < 30
    given_titles = replace(
        ranked(some), usual=usual, unfit=[""] * 40, scores=np.linspace(5, -5, 40)
    )
    chosen, _ = diversified(given_titles, 10)
    assert usual[chosen].all()
    places = explored(given_titles, chosen, 5, 1)
    assert [bool(usual[place]) for place in places[:5]] == [True] * 4 + [False]
    assert len(set(places)) == 10


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
