"""The numbers that a list's order is computed from."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from app.domain.catalogue.vocabulary import genre_bits
from app.domain.ports.index import Gathered
from app.domain.ports.vectors import Vectors
from app.domain.recommend.features import (
    ALL,
    CO_RATED,
    Person,
    background_of,
    features,
    foreign_favourites,
    language_fit,
    popularity,
    quality,
)
from app.domain.recommend.item_item_model import LINKS, ItemItemModel, ItemLinks, model_of
from app.domain.taste.genres import genre_shares
from app.domain.taste.tastes import Interaction, preferences_of
from tests.builders import movie, random_vectors

NOW = 1_750_000_000.0  # in 2025


def facts(
    numbers: Sequence[int],
    *,
    vectors: Vectors | None = None,
    years: Sequence[int] | None = None,
    votes: Sequence[int] | None = None,
    ratings: Sequence[float] | None = None,
    genres: Sequence[Sequence[str]] | None = None,
) -> Gathered:
    n = len(numbers)
    return Gathered(
        ids=tuple(movie(number) for number in numbers),
        vectors=random_vectors(n, 8, 1) if vectors is None else vectors,
        years=np.array([2000] * n if years is None else years, np.int16),
        runtimes=np.full(n, 100, np.int32),
        votes=np.array([500] * n if votes is None else votes, np.int32),
        ratings=np.array([7.0] * n if ratings is None else ratings, np.float32),
        genres=np.array([genre_bits(one) for one in genres or [["Drama"]] * n], np.uint32),
        languages=("en",) * n,
        adult=np.zeros(n, bool),
    )


def person_of(own: Gathered, ratings: Sequence[float] | None = None) -> Person:
    """The first of `own` was watched last."""
    given_ratings = [9.0] * len(own.ids) if ratings is None else ratings
    told = [
        Interaction(id=one, at=1000 - place, rating=rating)
        for place, (one, rating) in enumerate(zip(own.ids, given_ratings, strict=True))
    ]
    return Person(preferences_of(told), own, NOW)


USUAL = background_of(
    facts(
        range(1, 41),
        genres=[["Drama"], ["Comedy"], ["Horror"], ["War"]] * 10,
        years=[1980 + n for n in range(40)],
    )
)


def columns(
    person: Person, pool: Gathered, model: ItemItemModel | None = None
) -> dict[str, list[float]]:
    rows = features(person, pool, USUAL, model.scores_for(person.preferences) if model else None)
    assert rows.shape == (len(pool.ids), len(ALL))
    assert np.isfinite(rows).all()
    return {name: rows[:, place].tolist() for place, name in enumerate(ALL)}


def model_with(
    keys: NDArray[np.int64], counts: NDArray[np.int32], links: ItemLinks
) -> ItemItemModel:
    """Every link of it is the same."""
    arrays: dict[str, NDArray[np.generic]] = {"keys": keys, "counts": counts, "liked": counts}
    arrays["lateness"] = np.zeros(len(keys), np.float32)
    for name in LINKS:
        arrays |= {f"{name}_to": links.to, f"{name}_weights": links.weights}
    return model_of(arrays)


@given(st.integers(0, 12), st.integers(0, 9), st.integers(0, 20))
def test_any_person_and_any_pool_give_finite_rows_each_on_its_own(
    own: int, pool: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    person = person_of(
        facts(range(100, 100 + own), votes=random.integers(0, 9, own).tolist()),
        random.integers(1, 11, own).tolist(),
    )
    given_pool = facts(
        range(1, pool + 1),
        years=random.choice([0, 1890, 1950, 2100], pool).tolist(),
        votes=random.integers(0, 3, pool).tolist(),
        ratings=random.choice([-1, 0, 10], pool).tolist(),
        genres=[["Drama", "War"][: random.integers(0, 3)] for _ in range(pool)],
    )
    rows = features(person, given_pool, USUAL, None)
    assert rows.shape == (pool, len(ALL))
    assert np.isfinite(rows).all()
    for place in range(pool):
        picked = np.array([place])
        alone = given_pool.of_rows(picked)
        assert features(person, alone, USUAL, None)[0] == pytest.approx(rows[place], abs=1e-5)


def test_nearness_is_to_what_is_liked_and_unlikeness_to_what_was_not() -> None:
    axes = np.eye(3, 8, dtype=np.float32)
    own = facts([10, 11], vectors=axes[:2])
    found = columns(person_of(own, [9.0, 2.0]), facts([1, 2, 3], vectors=axes))
    assert found["nearest"] == pytest.approx([1, 0, 0])
    assert found["near"] == pytest.approx([1, 0, 0])
    assert found["unlike"] == pytest.approx([0, 1, 0])


def test_genres_and_years_stand_against_what_is_known() -> None:
    own = facts([10, 11, 12], genres=[["Horror"]] * 3, years=[2018, 2019, 2020])
    pool = facts([1, 2, 3], genres=[["Horror"], ["War"], []], years=[2019, 1985, 0])
    found = columns(person_of(own), pool)
    assert found["genres"][0] > 0 > found["genres"][1]
    assert found["years"][0] > 0 > found["years"][1]
    assert found["genres"][2] == found["years"][2] == 0


def test_an_unknown_title_is_average_and_many_votes_tell_more_than_few() -> None:
    votes = np.array([0, 10, 10_000, 10_000, 50], np.int32)
    ratings = np.array([-1, 9, 9, 3, -1], np.float32)
    unknown, few, many, bad, unrated = quality(votes, ratings).tolist()
    assert bad < unknown == unrated < few < many < 9
    assert popularity(votes)[0] == 0


def test_what_is_new_and_what_is_not_out_yet() -> None:
    found = columns(person_of(facts([10])), facts([1, 2, 3, 4], years=[2025, 2022, 2026, 0]))
    assert found["new"] == [1, 0, 0, 0]
    assert found["ahead"] == [0, 0, 1, 0]


def test_shares_of_genres_add_up() -> None:
    bits = np.array([genre_bits(one) for one in (["War"], ["War", "Drama"], [])], np.uint32)
    assert genre_shares(bits).sum(axis=1).tolist() == [1, 1, 0]


def test_a_rating_set_speaks_for_what_it_has_and_is_silent_else() -> None:
    keys = np.array([movie(n).key for n in (1, 2, 10)], np.int64)
    to = np.array([[1], [0], [0]], np.int32)
    links = ItemLinks(to, np.array([[0.1], [0.1], [0.9]], np.float16))
    counts = np.array([50, 5, 70], np.int32)
    model = model_with(keys, counts, links)
    found = columns(person_of(facts([10])), facts([1, 2, 3]), model)
    wide = found["ease_all"]
    assert wide[0] > wide[1] == wide[2] == 0
    assert found["raters"] == pytest.approx([np.log1p(50), np.log1p(5), 0])
    without = columns(person_of(facts([10])), facts([1, 2, 3]))
    assert all(without[name] == [0, 0, 0] for name in CO_RATED)


def test_a_person_without_history_has_rows_too() -> None:
    nobody = Person(preferences_of([]), facts([]), NOW)
    found = columns(nobody, facts([1, 2], votes=[5, 5000]))
    assert found["known"][0] < found["known"][1]
    assert found["near"] == [0, 0]


def test_a_language_that_is_rare_and_liked_speaks_for_a_title() -> None:
    usual = replace(USUAL, languages={"en": 0.9, "hi": 0.01})
    person = person_of(replace(facts(range(1, 7)), languages=("hi", "hi", "hi", "hi", "en", "")))
    pool = replace(facts(range(11, 15)), languages=("hi", "en", "", "xx"))
    hindi, english, unknown, other = language_fit(person, pool, usual).tolist()
    assert 2 < hindi <= 3
    assert english == unknown == other == 0
    assert foreign_favourites(person, usual) == {"hi"}
    nobody = person_of(facts([]))
    assert not language_fit(nobody, pool, usual).any()
    assert not foreign_favourites(nobody, usual)


def test_what_is_called_close_hangs_on_how_near_titles_are_to_each_other() -> None:
    apart = background_of(facts(range(1, 61))).similarity_threshold
    together = facts(range(1, 61))
    vectors = together.vectors + 3 * together.vectors[:1]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    crowded = background_of(replace(together, vectors=vectors))
    pairs = (vectors @ vectors.T)[np.triu_indices(60, 1)]
    assert crowded.similarity_threshold > apart
    assert 0.005 <= (pairs >= crowded.similarity_threshold).mean() <= 0.03
    assert background_of(facts([1])).similarity_threshold > 0.3
