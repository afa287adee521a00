"""What a ledger says of a person, and the tastes that it falls into."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.taste.tastes import LIKED, MOST_TASTES, Interaction, preferences_of, tastes_of
from tests.builders import movie, random_vectors, series

told = st.builds(
    Interaction,
    id=st.builds(movie, st.integers(1, 1000)),
    at=st.integers(0, 50),
    rating=st.none() | st.integers(1, 10).map(float),
    plays=st.integers(1, 4),
    loved=st.booleans(),
    dismissed=st.booleans(),
)
ledgers = st.lists(told, max_size=40, unique_by=lambda one: one.id)


@given(ledgers)
def test_each_title_once_the_latest_first_and_never_worth_less_than_nothing(
    ledger: list[Interaction],
) -> None:
    preferences = preferences_of(ledger)
    at = {one.id: one.at for one in ledger}
    assert sorted(preferences.ids) == sorted(at)
    times = [at[one] for one in preferences.ids]
    assert times == sorted(times, reverse=True)
    assert (np.diff(preferences.recency) < 0).all()
    assert ((preferences.recency > 0.29) & (preferences.recency <= 1)).all()
    assert (preferences.weights >= 0).all()
    assert (preferences.lately >= 0).all()
    assert ((preferences.ratings >= 1) & (preferences.ratings <= 10)).all()


@given(ledgers)
def test_nothing_put_aside_is_liked(ledger: list[Interaction]) -> None:
    preferences = preferences_of(ledger)
    aside = {one.id for one in ledger if one.dismissed}
    liked = {preferences.ids[row] for row in preferences.liked.tolist()}
    assert not liked & aside
    loved = {one.id for one in ledger if one.loved and not one.dismissed}
    assert loved <= liked


def test_of_one_moment_the_later_told_is_the_later() -> None:
    ledger = [Interaction(id=movie(n), at=5) for n in (1, 2, 3)]
    assert preferences_of(ledger).ids == (movie(3), movie(2), movie(1))


def test_who_rates_low_likes_their_best_third() -> None:
    ledger = [
        Interaction(id=movie(n), at=n, rating=r)
        for n, r in enumerate([6.0] * 3 + [7.0] * 3 + [3.0] * 3, 1)
    ]
    preferences = preferences_of(ledger)
    liked = [preferences.ids[row] for row in preferences.liked.tolist()]
    assert sorted(liked) == [movie(4), movie(5), movie(6)]
    assert len(preferences_of([Interaction(id=movie(1), at=1, rating=4.0)]).liked) == 0


def test_an_unrated_title_counts_as_this_person_rates_and_more_when_seen_again() -> None:
    rated = [Interaction(id=movie(n), at=n, rating=6.0) for n in range(1, 6)]
    once, twice, begun = (
        Interaction(id=movie(10), at=10),
        Interaction(id=movie(11), at=11, plays=2),
        Interaction(id=series(12), at=12, begun=True),
    )
    found = preferences_of([*rated, once, twice, begun])
    ratings = dict(zip(found.ids, found.ratings.tolist(), strict=True))
    assert (ratings[once.id], ratings[twice.id], ratings[begun.id]) == (6.0, 7.0, 6.0)
    stranger = preferences_of([once, begun])
    ratings = dict(zip(stranger.ids, stranger.ratings.tolist(), strict=True))
    assert ratings[once.id] >= LIKED > ratings[begun.id]


@given(st.integers(1, 60), st.integers(0, 50), st.integers(1, MOST_TASTES))
def test_every_liked_title_is_in_one_taste_and_the_shares_are_all(
    titles: int, seed: int, most: int
) -> None:
    vectors = random_vectors(titles, 8, seed)
    weights = np.random.default_rng(seed).uniform(0, 3, titles)
    tastes = tastes_of(vectors, weights, most)
    assert 1 <= len(tastes) <= most
    assert sorted(row for taste in tastes for row in taste.members) == list(range(titles))
    shares = [taste.share for taste in tastes]
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)
    for taste in tastes:
        assert np.linalg.norm(taste.center) == pytest.approx(1, abs=1e-5)
        near = vectors[list(taste.members)] @ taste.center
        assert (np.diff(near) <= 1e-6).all()


def test_groups_far_apart_are_tastes_of_their_own_also_among_very_many() -> None:
    directions = np.eye(3, 16, dtype=np.float32)
    for each in (2, 80):
        group = np.repeat([0, 1, 2], [3 * each, 2 * each, each])
        rows = directions[group] + 0.2 * random_vectors(6 * each, 16, each)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        weights = 1 + np.arange(6 * each) % 7 / 10
        tastes = tastes_of(rows.astype(np.float32), weights)
        found = [set(taste.members) for taste in tastes]
        assert found == [set(np.flatnonzero(group == n).tolist()) for n in range(3)]
        assert [taste.share for taste in tastes] == pytest.approx([1 / 2, 1 / 3, 1 / 6], abs=0.03)
    assert tastes_of(np.empty((0, 16), np.float32), np.empty(0)) == []
