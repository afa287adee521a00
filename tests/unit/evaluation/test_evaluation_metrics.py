"""What a list is worth, against cases worked out by hand and laws that always hold."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.evaluation.intervals import drawn_means, interval, ratio
from scripts.evaluation.metrics import (
    METRICS,
    NOBODY,
    coverage,
    diversity,
    judged,
    ndcg,
    novelty,
    rated_shares,
)
from tests.builders import random_vectors

VECTORS = random_vectors(100, 8)
SHARES = np.full(100, 0.5)
LISTS = st.lists(st.integers(0, 99), max_size=20, unique=True)
TARGETS = st.sets(st.integers(0, 99), min_size=1, max_size=30)


def named(rows: list[int], targets: set[int]) -> dict[str, float]:
    return dict(zip(METRICS, judged(rows, targets, SHARES, VECTORS), strict=True))


def test_a_hit_at_the_third_place_of_two_targets() -> None:
    found = named([5, 6, 7, 8], {7, 50})
    assert found["hr@10"] == 1
    assert found["ndcg@10"] == pytest.approx(0.5 / (1 + 1 / math.log2(3)))
    assert found["recall@20"] == 0.5


def test_the_eleventh_place_counts_for_recall_only() -> None:
    found = named(list(range(20)), {10, 19, 90, 91})
    assert (found["hr@10"], found["ndcg@10"], found["recall@20"]) == (0, 0, 0.5)


def test_more_than_ten_targets_can_be_met_by_ten() -> None:
    assert named(list(range(20)), set(range(30)))["ndcg@10"] == pytest.approx(1)


def test_an_empty_list_is_worth_nothing() -> None:
    assert named([], {1}) == dict.fromkeys(METRICS, 0.0)


@given(LISTS, TARGETS)
def test_figures_stay_in_their_ranges_and_agree(rows: list[int], targets: set[int]) -> None:
    found = named(rows, targets)
    assert 0 <= found["ndcg@10"] <= 1 + 1e-9
    assert (found["ndcg@10"] > 0) == (found["hr@10"] == 1) == bool(set(rows[:10]) & targets)
    assert found["recall@20"] == pytest.approx(len(set(rows) & targets) / len(targets))


@given(st.lists(st.booleans(), min_size=2, max_size=10), st.integers(0, 8), st.integers(1, 30))
def test_a_hit_further_up_is_worth_more(hits: list[bool], place: int, targets: int) -> None:
    place %= len(hits) - 1
    hits[place : place + 2] = [False, True]
    before = ndcg(hits, targets)
    hits[place : place + 2] = [True, False]
    assert ndcg(hits, targets) > before


def test_novelty_is_the_information_of_a_rating() -> None:
    assert novelty(np.array([0.5, 0.125])) == pytest.approx(2)
    shares = rated_shares(np.array([0, 3, 7]), 7)
    assert shares.tolist() == [1 / 8, 4 / 8, 1]


@given(st.integers(2, 10), st.integers(0, 1000))
def test_diversity_is_one_less_the_mean_cosine_of_pairs(count: int, seed: int) -> None:
    vectors = random_vectors(count, 5, seed)
    cosines = [float(a @ b) for a, b in combinations(vectors, 2)]
    assert diversity(vectors) == pytest.approx(1 - sum(cosines) / len(cosines), abs=1e-5)


def test_coverage_counts_titles_once_and_no_gaps() -> None:
    tops = np.array([[1, 2, NOBODY], [2, 3, 4], [2, 1, NOBODY]], np.int32)
    titles, error = coverage(tops)
    assert titles == 4
    # Without the second list two titles are lost, without the others none.
    lost = np.array([0, 2, 0])
    assert error == pytest.approx(math.sqrt(2 / 3 * ((lost - lost.mean()) ** 2).sum()))


def test_intervals_hold_the_mean_narrow_with_people_and_repeat() -> None:
    values = np.random.default_rng(0).random((400, 2))
    few, many = drawn_means(values[:40], seed=1), drawn_means(values, seed=1)
    for column in range(2):
        narrow, wide = interval(many[:, column]), interval(few[:, column])
        assert narrow is not None
        assert wide is not None
        assert narrow[0] < values[:, column].mean() < narrow[1]
        assert narrow[1] - narrow[0] < 0.6 * (wide[1] - wide[0])
    # 95 % of a mean of 400 uniform numbers lie within 1.96 standard errors.
    first = interval(many[:, 0])
    assert first is not None
    assert first[1] - first[0] == pytest.approx(2 * 1.96 * math.sqrt(1 / 12 / 400), rel=0.15)
    assert np.array_equal(many, drawn_means(values, seed=1))
    assert not np.array_equal(many, drawn_means(values, seed=2))


def test_ratios_are_of_the_same_people() -> None:
    values = np.random.default_rng(0).random((50, 1))
    ours, theirs = drawn_means(values * 1.5, seed=1), drawn_means(values, seed=1)
    assert ratio(ours, theirs)[:, 0] == pytest.approx(1.5)
    assert interval(ratio(ours, theirs * 0)[:, 0]) is None
