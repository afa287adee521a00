"""Scores from features, and what each feature does in them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.recommend.features import ALL, CONTENT
from app.domain.recommend.ranker import (
    CONTENT_RANKER,
    Ranker,
    arrays_of,
    linear,
    ranker_of,
    samples_from,
)


def made(seed: int, hidden: int) -> Ranker:
    random = np.random.default_rng(seed)
    names = tuple(random.permutation(ALL)[:7].tolist())
    n = len(names)
    return Ranker(
        names=names,
        mean=random.normal(size=n),
        scale=random.uniform(0.1, 2, n),
        outer=random.normal(size=hidden or n),
        inner=random.normal(size=(n, hidden)) if hidden else None,
        bias=random.normal(size=hidden) if hidden else None,
    )


def rows(seed: int, n: int = 20) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    return np.random.default_rng(seed).normal(size=(n, len(ALL))).astype(np.float32)


@given(st.integers(0, 50), st.sampled_from([0, 4]))
def test_kept_arrays_give_the_same_scores(seed: int, hidden: int) -> None:
    ranker = made(seed, hidden)
    again = ranker_of(ranker.names, arrays_of(ranker))
    assert (again.inner is None) == (hidden == 0)
    assert np.array_equal(again.scores(rows(seed)), ranker.scores(rows(seed)))


@given(st.integers(0, 50), st.sampled_from([0, 4]))
def test_a_score_hangs_on_its_own_row_alone(seed: int, hidden: int) -> None:
    ranker, given_rows = made(seed, hidden), rows(seed)
    whole = ranker.scores(given_rows)
    alone = [ranker.scores(row[None])[0] for row in given_rows]
    assert alone == pytest.approx(whole)
    assert np.isfinite(ranker.scores(given_rows * 1e30)).all()


def test_parts_of_a_linear_score_add_up_to_it() -> None:
    given_rows = rows(3)
    parts = CONTENT_RANKER.parts(given_rows)
    sums = [sum(one.values()) for one in parts]
    assert sums == pytest.approx(CONTENT_RANKER.scores(given_rows), abs=1e-3)
    assert set(parts[0]) == set(CONTENT_RANKER.names) <= set(CONTENT)


def test_an_average_feature_does_nothing() -> None:
    ranker = made(1, 4)
    row = np.zeros((1, len(ALL)), np.float32)
    for name, mean in zip(ranker.names, ranker.mean, strict=True):
        row[0, ALL.index(name)] = mean
    row[0, ALL.index(ranker.names[0])] += 1
    parts = ranker.parts(row)[0]
    assert [round(part, 3) for part in list(parts.values())[1:]] == [0.0] * 6
    assert parts[ranker.names[0]] != 0


def test_without_a_rating_set_what_is_near_known_and_good_stands_first() -> None:
    better = {"near", "nearest", "latest", "genres", "years", "known", "quality"}
    plain = np.zeros((2, len(ALL)), np.float32)
    plain[:, [ALL.index(name) for name in CONTENT_RANKER.names]] = CONTENT_RANKER.mean
    for name in (*better, "unlike"):
        given_rows = plain.copy()
        given_rows[1, ALL.index(name)] += 0.1
        low, high = CONTENT_RANKER.scores(given_rows)
        assert (high > low) == (name in better), name


def test_weights_are_per_deviation() -> None:
    ranker = linear({"known": (5.0, 2.0, 3.0)})
    row = np.zeros((1, len(ALL)), np.float32)
    row[0, ALL.index("known")] = 9.0
    assert ranker.scores(row)[0] == pytest.approx((9 - 5) / 2 * 3)


def test_a_kept_ranker_that_lacks_an_array_is_refused() -> None:
    arrays = arrays_of(made(1, 4))
    del arrays["ranker_outer"]
    with pytest.raises(KeyError):
        ranker_of(made(1, 4).names, arrays)


def test_lists_of_unlike_length_stand_side_by_side() -> None:
    examples = [(rows(1, 3), np.array([True, False, True])), (rows(2, 1), np.array([True]))]
    samples = samples_from(examples)
    assert samples.rows.shape == (2, 3, len(ALL))
    assert samples.real.tolist() == [[True] * 3, [True, False, False]]
    assert samples.targets.tolist() == [[True, False, True], [True, False, False]]
    assert np.array_equal(samples.rows[0], examples[0][0])
    assert not samples.rows[1, 1:].any()
