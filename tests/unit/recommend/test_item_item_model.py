"""The co-rating model: its closed form, what it says of a person, and whose friends it names."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.domain.errors import InvalidInput
from app.domain.progress import silent
from app.domain.recommend import item_item_fit
from app.domain.recommend.item_item_fit import fit, people_of, traits_of, worth
from app.domain.recommend.item_item_model import (
    DAMPING,
    LINKS,
    ItemItemModel,
    ItemLinks,
    arrays_of,
    model_of,
)
from app.domain.recommend.rating_sets import RatingSet
from app.domain.taste.tastes import Interaction, preferences_of
from tests.builders import make_title, movie, random_vectors
from tests.rating_worlds import FILMS, keys_of, made_catalogue, made_ratings

TITLES = [make_title(n) for n in range(1, FILMS + 1)]


@pytest.fixture(scope="module")
def model() -> ItemItemModel:
    catalogue = made_catalogue()
    return fit(made_ratings(120), catalogue.keys, catalogue.vectors, traits_of(TITLES), silent)


def dense(links: ItemLinks, n: int) -> NDArray[np.float64]:
    found = np.zeros((n, n))
    for row in range(n):
        for to, weight in zip(links.to[row], links.weights[row], strict=True):
            if weight:
                found[row, to] = weight
    return found


def small(rows: list[tuple[int, int, float]]) -> RatingSet:
    """Of (person, film, rating) in the order of time."""
    people, films, ratings = zip(*rows, strict=True)
    return RatingSet(
        np.array(people, np.int64),
        keys_of(list(films)),
        np.array(ratings, np.float32),
        np.arange(len(rows), dtype=np.int64),
    )


def fitted(ratings: RatingSet, films: int) -> ItemItemModel:
    keys = keys_of(list(range(1, films + 1)))
    titles = [make_title(n) for n in range(1, films + 1)]
    return fit(ratings, keys, random_vectors(films), traits_of(titles), silent)


def test_the_wide_model_solves_each_titles_ridge_regression() -> None:
    ratings = made_ratings(30, 8 + 20, seed=2)
    ratings = ratings.of_rows(ratings.keys <= movie(8).key)
    found = dense(fitted(ratings, 8).ease_all, 8)
    watched = np.zeros((31, 8))
    watched[ratings.people, np.searchsorted(keys_of(list(range(1, 9))), ratings.keys)] = 1
    ridge = item_item_fit._WIDE_RIDGE
    for title in range(8):
        others = [n for n in range(8) if n != title]
        x, y = watched[:, others], watched[:, title]
        direct = np.linalg.solve(x.T @ x + ridge * np.eye(7), x.T @ y)
        assert found[others, title] == pytest.approx(direct, abs=2e-4)
        assert found[title, title] == 0


def test_who_likes_one_sort_is_told_of_more_of_it(model: ItemItemModel) -> None:
    for parity in (0, 1):
        mine = [n for n in range(1, 21) if n % 2 == parity]
        preferences = preferences_of([Interaction(id=movie(n), at=n, rating=9.0) for n in mine])
        scored = dict(model.scores_for(preferences).scores)
        assert not scored.pop("low").any()
        rest = np.arange(21, FILMS + 1)
        rows = model.rows([movie(int(n)) for n in rest])
        for name, scores in scored.items():
            assert scores.shape == (len(model.keys),)
            same = scores[rows[rest % 2 == parity]].mean()
            assert same > scores[rows[rest % 2 != parity]].mean(), name


def test_nobody_known_says_nothing(model: ItemItemModel) -> None:
    for told in ([], [Interaction(id=movie(9999), at=1, rating=9.0)]):
        assert all(
            not scores.any() for scores in model.scores_for(preferences_of(told)).scores.values()
        )


def test_kept_arrays_make_the_same_model(model: ItemItemModel) -> None:
    again = model_of(arrays_of(model))
    for name, array in arrays_of(model).items():
        assert np.array_equal(arrays_of(again)[name], array), name
        assert arrays_of(again)[name].dtype == array.dtype
    arrays = arrays_of(model)
    del arrays["after_to"]
    with pytest.raises(KeyError):
        model_of(arrays)


def test_rows_are_found_by_key_or_not_at_all(model: ItemItemModel) -> None:
    rows = model.rows([movie(9999), movie(1), movie(60), make_title(1).id])
    assert rows[0] == -1
    assert model.keys[rows[1]] == movie(1).key == model.keys[rows[3]]
    nothing = model_of({name: array[:0] for name, array in arrays_of(model).items()})
    assert nothing.rows([movie(1)]).tolist() == [-1]


@hypothesis_settings(max_examples=20, deadline=None)
@given(st.integers(0, 8), st.integers(0, 30), st.integers(0, 30))
def test_a_friend_is_named_where_three_people_liked_both(
    both: int, only_one: int, only_other: int
) -> None:
    people = iter(range(1, 200))
    rows: list[tuple[int, int, float]] = []
    for _ in range(both):
        person = next(people)
        rows += [(person, 1, 9.0), (person, 2, 8.0)]
    rows += [(next(people), 1, 10.0) for _ in range(only_one)]
    rows += [(next(people), 2, 10.0) for _ in range(only_other)]
    rows += [(person, film, 5.0) for person in [next(people)] for film in (1, 2, 3)]
    model = fitted(small(rows), 3)
    first, second, third = (int(row) for row in model.rows([movie(1), movie(2), movie(3)]))
    assert model.friends(np.array([first, third]), second) == ([0] if both >= 3 else [])
    assert model.friends(np.array([second]), third) == []
    share = both / (both + only_one + both + only_other - both + DAMPING)
    assert dense(model.jaccard_liked, 3)[first, second] == pytest.approx(share, abs=1e-3)


def test_stronger_friends_come_first() -> None:
    rows = [(person, 1, 9.0) for person in range(1, 21)]
    rows += [(person, 2, 9.0) for person in range(1, 18)]
    rows += [(person, 3, 9.0) for person in range(1, 6)]
    rows.sort()
    model = fitted(small(rows), 3)
    to, strong, weak = (int(row) for row in model.rows([movie(1), movie(2), movie(3)]))
    assert model.friends(np.array([weak, strong]), to) == [1, 0]


def test_links_are_few_and_the_strongest(model: ItemItemModel) -> None:
    for name in LINKS:
        links: ItemLinks = getattr(model, name)
        sizes = np.abs(links.weights.astype(np.float32))
        assert (np.diff(sizes, axis=1) <= 0).all()
        assert ((links.to >= 0) & (links.to < len(model.keys))).all()
        assert not (links.weights[links.to == np.arange(len(model.keys))[:, None]]).any()


def test_counts_are_of_people(model: ItemItemModel) -> None:
    ratings = made_ratings(120)
    for film in (1, 30):
        mine = ratings.keys == movie(film).key
        row = int(model.rows([movie(film)])[0])
        assert model.counts[row] == mine.sum()
        assert model.liked[row] == (mine & (ratings.ratings >= 8)).sum()
    assert sum(rows.stop - rows.start for rows in people_of(ratings)) == len(ratings.keys)
    assert worth(np.array([1, 3, 10], np.float32)).tolist() == [0, 0, 1.75]


def test_a_set_without_a_title_of_the_catalogue_is_refused() -> None:
    with pytest.raises(InvalidInput, match="catalogue"):
        fitted(small([(1, 500, 9.0), (1, 501, 8.0)]), 3)
