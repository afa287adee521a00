"""The baselines against brute force, and what a run makes of any method."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.domain.catalogue.titles import TitleId
from app.domain.progress import silent
from scripts.evaluation.baselines import BASELINES
from scripts.evaluation.catalogue import Catalogue
from scripts.evaluation.item_models import Ease, ItemKnn, co_counts, ease_weights
from scripts.evaluation.methods import Method, PersonTrain, Recommender, Training
from scripts.evaluation.running import Outcome, fit, outcomes
from scripts.evaluation.split import split
from tests.builders import make_title, movie
from tests.rating_worlds import FILMS, made_catalogue, made_ratings

CATALOGUE = made_catalogue()
SPLIT = split(made_ratings(), CATALOGUE.keys)
TITLES = [make_title(number) for number in range(1, FILMS + 1)]
TRAINING = Training(CATALOGUE, TITLES, SPLIT.training)
PEOPLE = [SPLIT.person(place) for place in range(len(SPLIT.people))]


def matrix(least: float) -> NDArray[np.float64]:
    """Who rated what with at least so much, (people, films)."""
    found = np.zeros((len(PEOPLE), FILMS))
    for number, person in enumerate(PEOPLE):
        for key, rating in zip(person.keys.tolist(), person.ratings.tolist(), strict=True):
            found[number, (key >> 1) - 1] = rating >= least
    return found


RATED, LIKED = matrix(1), matrix(8)


def lists(method: Method, folder: Path) -> list[list[int]]:
    """Everybody's list of ten, as numbers of films."""
    fit([method], TRAINING, folder, silent)
    opened = method.open(CATALOGUE, folder / method.name)
    return [[title.tmdb_id for title in opened.ranked(person, 10)] for person in PEOPLE]


def by_brute_force(scores: NDArray[np.float64]) -> list[list[int]]:
    """Lists of ten by scores (people, films)."""
    found = []
    for number, own in enumerate(scores):
        unseen = [film for film in range(FILMS) if not RATED[number, film]]
        found.append([film + 1 for film in sorted(unseen, key=lambda f: (-own[f], f))[:10]])
    return found


def named(name: str) -> Method:
    return next(method for method in BASELINES if method.name == name)


def test_popularity_counts_who_liked_it(tmp_path: Path) -> None:
    scores = np.tile(LIKED.sum(axis=0), (len(PEOPLE), 1))
    assert lists(named("popularity"), tmp_path) == by_brute_force(scores)


def test_the_mean_vector_is_of_what_was_liked(tmp_path: Path) -> None:
    vectors = CATALOGUE.vectors
    scores = np.array([vectors @ vectors[own > 0].mean(axis=0) for own in LIKED])
    assert lists(named("mean_vector"), tmp_path) == by_brute_force(scores)


def test_the_best_neighbour_is_of_any_liked_title(tmp_path: Path) -> None:
    vectors = CATALOGUE.vectors
    scores = np.array([(vectors @ vectors[own > 0].T).max(axis=1) for own in LIKED])
    assert lists(named("best_neighbour"), tmp_path) == by_brute_force(scores)


def test_item_knn_sums_the_cosines_of_near_titles(tmp_path: Path) -> None:
    scores = np.zeros((len(PEOPLE), FILMS))
    lengths = np.maximum(np.linalg.norm(LIKED, axis=0), 1)
    for film in range(FILMS):
        cosines = LIKED[:, film] @ LIKED / (lengths[film] * lengths)
        cosines[film] = 0
        near = np.argsort(-cosines, kind="stable")[:7]
        for number in np.flatnonzero(LIKED[:, film]):
            scores[number, near] += cosines[near]
    found = lists(ItemKnn(neighbours=7), tmp_path)
    same = [len(set(a) & set(b)) for a, b in zip(found, by_brute_force(scores), strict=True)]
    assert sum(same) >= 0.99 * 10 * len(same)  # equal sums may differ in the last bit


def test_ease_is_ridge_regression_of_each_title_on_the_others(tmp_path: Path) -> None:
    weights = np.zeros((FILMS, FILMS))
    for film in range(FILMS):
        others = np.delete(np.arange(FILMS), film)
        own = RATED[:, others]
        solved = np.linalg.solve(own.T @ own + 20 * np.eye(FILMS - 1), own.T @ RATED[:, film])
        weights[others, film] = solved
    pairs, titles = co_counts(SPLIT.training, CATALOGUE)
    assert titles.tolist() == list(range(FILMS))
    assert np.array_equal(pairs, RATED.T @ RATED)
    assert ease_weights(pairs, 20) == pytest.approx(weights, abs=1e-9)
    assert lists(Ease(ridge=20), tmp_path) == by_brute_force(LIKED @ weights)


def test_titles_that_nobody_rated_come_last(tmp_path: Path) -> None:
    catalogue = made_catalogue(FILMS + 5)
    for method in (Ease(), ItemKnn()):
        training = Training(catalogue, TITLES, SPLIT.training)
        fit([method], training, tmp_path, silent)
        ranked = method.open(catalogue, tmp_path / method.name).ranked(PEOPLE[0], FILMS + 5)
        assert len(ranked) == FILMS + 5 - len(PEOPLE[0].keys)
        assert [title.tmdb_id for title in ranked[-5:]] == list(range(FILMS + 1, FILMS + 6))


@dataclass(frozen=True, slots=True)
class Told:
    """A method that answers what it was told to."""

    numbers: tuple[int, ...]
    name: str = "told"
    uses_ratings: bool = False

    def fit(self, training: Training, folder: Path) -> None:
        np.save(folder / "seen.npy", training.ratings.keys)

    def open(self, catalogue: Catalogue, folder: Path) -> Recommender:
        assert len(catalogue.keys) == FILMS
        assert folder.is_dir()
        return self

    def ranked(self, person: PersonTrain, k: int) -> list[TitleId]:
        assert person.now == person.times[-1]
        return [movie(number) for number in self.numbers[:k]]


def run(method: Method, folder: Path, processes: int = 1) -> Outcome:
    fit([method], TRAINING, folder, silent)
    return outcomes([method], CATALOGUE, SPLIT, folder, processes, silent)[method.name]


def test_what_was_seen_before_is_counted(tmp_path: Path) -> None:
    found = run(Told(tuple(range(1, 21))), tmp_path)
    seen = [
        len(set(SPLIT.person(place).titles) & {movie(number) for number in range(1, 21)})
        for place in SPLIT.judged.tolist()
    ]
    assert found.watched.tolist() == seen
    assert sum(seen) > 0


@pytest.mark.parametrize("numbers", [(1, 1), (1, FILMS + 1)])
def test_a_list_that_can_t_be_is_an_error(tmp_path: Path, numbers: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="told lists a title twice"):
        run(Told(numbers), tmp_path)


def test_one_that_uses_no_ratings_is_shown_none(tmp_path: Path) -> None:
    run(Told((1,)), tmp_path)
    assert not len(np.load(tmp_path / "told" / "seen.npy"))


def test_people_come_in_order_and_alike_from_any_number_of_processes(tmp_path: Path) -> None:
    alone, shared = tmp_path / "alone", tmp_path / "shared"
    for folder in (alone, shared):
        folder.mkdir()
        fit(BASELINES, TRAINING, folder, silent)
    first = outcomes(BASELINES, CATALOGUE, SPLIT, alone, 1, silent)
    second = outcomes(BASELINES, CATALOGUE, SPLIT, shared, 2, silent)
    for method in BASELINES:
        one, other = first[method.name], second[method.name]
        assert len(one.values) == len(SPLIT.judged) > 25
        assert np.array_equal(one.tops, other.tops)
        assert np.array_equal(one.values, other.values)
