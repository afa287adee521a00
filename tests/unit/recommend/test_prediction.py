"""The chance of a liking: within bounds, and leaning where it must."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.domain.catalogue.titles import TitleId
from app.domain.recommend.features import ALL
from app.domain.recommend.item_item_model import ItemItemModel, ItemLinks
from app.domain.recommend.prediction import (
    CO_RATED,
    CONTENT,
    SIGNALS,
    Habit,
    chances,
    habit_of,
    inside_of,
    shrunk,
    signals,
)
from app.domain.taste.tastes import Interaction, Preferences, preferences_of
from tests.builders import movie

ONE = [movie(1)]
ANY = st.floats(-1e6, 1e6, width=32)
RATINGS = st.lists(st.floats(1, 10), max_size=40)


def row(**features: float) -> NDArray[np.float32]:
    usual = {"near": 0.42, "nearest": 0.46, "unlike": 0.38, "known": 6.3, "quality": 6.6}
    return np.array([[(usual | features).get(name, 0.0) for name in ALL]], np.float32)


def preferences(*ratings: float) -> Preferences:
    told = [Interaction(id=movie(100 + n), at=1000 - n, rating=r) for n, r in enumerate(ratings)]
    return preferences_of(told)


def chance(
    given_row: NDArray[np.float32],
    ratings: tuple[float, ...] = (9,) * 20 + (3,) * 20,
    model: ItemItemModel | None = None,
    ids: list[TitleId] = ONE,
) -> float:
    habit = habit_of(ratings)
    found = signals(given_row, ids, preferences(*ratings), habit, model)
    assert found.shape == (1, len(SIGNALS))
    return float(chances(found, inside_of(ids, model))[0])


def links(of: list[tuple[int, int, float]], titles: int) -> ItemLinks:
    to, weights = np.zeros((titles, 2), np.int32), np.zeros((titles, 2), np.float16)
    used = [0] * titles
    for one, other, weight in of:
        to[one, used[one]], weights[one, used[one]] = other, weight
        used[one] += 1
    return ItemLinks(to, weights)


def rating_set(
    liked: dict[int, int], both: list[tuple[int, int, float]], of: int = 40
) -> ItemItemModel:
    """Of the films of `liked`, by ascending number; `both` names places among them."""
    none = links([], len(liked))
    arrays: dict[str, object] = {
        "keys": np.array([movie(n).key for n in liked], np.int64),
        "counts": np.full(len(liked), of, np.int32),
        "liked": np.array(list(liked.values()), np.int32),
        "lateness": np.zeros(len(liked), np.float32),
    }
    named = {
        name: none for name, kind in ItemItemModel.__annotations__.items() if kind is ItemLinks
    }
    return ItemItemModel(**(arrays | named | {"jaccard_liked": links(both, len(liked))}))  # type: ignore[arg-type]


@given(values=st.lists(ANY, min_size=len(ALL), max_size=len(ALL)), ratings=RATINGS)
def test_it_is_a_chance_whatever_comes(values: list[float], ratings: list[float]) -> None:
    found = chance(np.array([values], np.float32), tuple(ratings))
    assert np.isfinite(found)
    assert 0 <= found <= 1


@given(low=st.floats(0, 10), high=st.floats(0, 10), ratings=RATINGS, people=st.integers(0, 40))
def test_a_better_title_never_gets_less(
    low: float, high: float, ratings: list[float], people: int
) -> None:
    model = rating_set({1: people}, []) if people else None
    low, high = min(low, high), max(low, high)
    worse = chance(row(quality=low), tuple(ratings), model)
    assert worse <= chance(row(quality=high), tuple(ratings), model)


@given(high=st.integers(0, 500), low=st.integers(0, 500))
def test_a_share_is_shrunk_towards_everybody_s(high: int, low: int) -> None:
    share = shrunk(high, high + low)
    assert 0 < share < 1
    assert shrunk(high, high + low + 1) < share < shrunk(high + 1, high + low + 1)


def test_few_ratings_move_it_less_than_many() -> None:
    nobody, one, many = shrunk(0, 0), shrunk(1, 1), shrunk(50, 50)
    assert nobody == pytest.approx(0.45)
    assert nobody < one < 0.6
    assert many > 0.9


def test_a_habit_counts_from_eight_on() -> None:
    assert habit_of([]) == Habit(0, 0)
    assert habit_of([8.0, 7.9, 10, 1]) == Habit(4, 2)


@pytest.mark.parametrize(
    ("feature", "worse", "better"),
    [
        ("near", 0.3, 0.6),
        ("nearest", 0.3, 0.7),
        ("unlike", 0.6, 0.2),
        ("genres", -0.5, 0.8),
    ],
)
def test_what_is_near_to_what_they_like_gets_more(
    feature: str, worse: float, better: float
) -> None:
    assert chance(row(**{feature: better})) > chance(row(**{feature: worse})) + 0.02


def test_who_told_nothing_gets_the_quality_alone() -> None:
    plain = chance(row(), ())
    assert plain == chance(row(near=0.0, nearest=0.0, unlike=0.0, genres=3.0, known=0.0), ())
    assert chance(row(quality=4.5), ()) < 0.2 < plain < 0.6 < chance(row(quality=8.2), ())


def test_who_rates_kindly_is_told_more() -> None:
    kind, stern = (9,) * 30 + (5,) * 5, (9,) * 5 + (5,) * 30
    assert chance(row(), stern) < chance(row(), kind) - 0.2


def test_a_rating_set_tells_of_its_own_titles_alone() -> None:
    loved = rating_set({1: 36, 100: 20}, [])
    disliked = rating_set({1: 4, 100: 20}, [])
    assert chance(row(), model=disliked) < chance(row(), model=loved) - 0.1
    elsewhere = [movie(2)]
    assert chance(row(), model=loved, ids=elsewhere) == chance(row(), ids=elsewhere)
    assert inside_of([movie(1), movie(2)], loved).tolist() == [True, False]


def test_people_who_like_the_same_speak_for_it_and_against_it() -> None:
    told = (10.0, 2.0)  # films 100 and 101
    titles = {1: 20, 100: 20, 101: 20}
    liked_by_friends = rating_set(titles, [(1, 0, 0.3), (0, 1, 0.3)])
    liked_by_others = rating_set(titles, [(2, 0, 0.3), (0, 2, 0.3)])
    nothing = chance(row(), told, rating_set(titles, []))
    assert chance(row(), told, liked_by_others) < nothing < chance(row(), told, liked_by_friends)


def test_the_constants_name_signals_and_have_the_signs_that_are_promised() -> None:
    for model in (CONTENT, CO_RATED):
        assert set(model.weights) <= set(SIGNALS)
        assert model.weights["quality"] > 0
    assert CO_RATED.weights["favour"] > 0
    assert not {"favour", "leaning"} & set(CONTENT.weights)
