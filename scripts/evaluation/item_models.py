"""Models of pairs of titles, by who rated both: ItemKNN and EASE.

The constants are those with the best NDCG@10 among people with even numbers of MovieLens' small
set.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.recommend.rating_sets import RatingSet
from scripts.evaluation.catalogue import Catalogue
from scripts.evaluation.methods import Recommender, Training
from scripts.evaluation.scoring import ByScore, counted, liked_only

NEIGHBOURS: Final = 150
RIDGE: Final = 200.0
MOST_TITLES: Final = 12_000
"""Titles with the most ratings that a matrix over pairs of titles is fitted for (1.2 GB)."""

_PEOPLE_AT_ONCE: Final = 1024
_TITLES: Final = "titles.npy"


@dataclass(frozen=True, slots=True)
class ItemKnn:
    """Sum of cosines, by who liked both, to what was liked; each title has few neighbours."""

    name: str = "item_knn"
    uses_ratings: bool = True
    neighbours: int = NEIGHBOURS

    def fit(self, training: Training, folder: Path) -> None:
        """Keep the nearest titles of each."""
        pairs, titles = co_counts(liked_only(training.ratings), training.catalogue)
        lengths = np.sqrt(np.diag(pairs))
        cosines = pairs / np.outer(lengths, lengths)
        np.fill_diagonal(cosines, 0)
        kept = min(self.neighbours, len(titles))
        nearest = np.array([np.argsort(-own, kind="stable")[:kept] for own in cosines])
        np.save(folder / _TITLES, titles)
        np.save(folder / "nearest.npy", nearest)
        np.save(folder / "cosines.npy", np.take_along_axis(cosines, nearest, axis=1))

    def open(self, catalogue: Catalogue, folder: Path) -> Recommender:
        """The neighbours."""
        return _Knn(
            catalogue,
            np.load(folder / _TITLES),
            np.load(folder / "nearest.npy", mmap_mode="r"),
            np.load(folder / "cosines.npy", mmap_mode="r"),
        )


class _OverTitles(ByScore):
    """Scores known for some titles only; the others come last."""

    def __init__(self, catalogue: Catalogue, titles: NDArray[np.intp]) -> None:
        super().__init__(catalogue)
        self._titles = titles

    def scores(self, liked: NDArray[np.intp]) -> NDArray[np.float64]:
        scores = np.full(len(self.catalogue.keys), -np.inf)
        scores[self._titles] = self.of_known(np.flatnonzero(np.isin(self._titles, liked)))
        return scores

    def of_known(self, liked: NDArray[np.intp]) -> NDArray[np.float64]:
        """Scores of the known titles (m,); `liked` are places among them."""
        raise NotImplementedError


class _Knn(_OverTitles):
    def __init__(
        self,
        catalogue: Catalogue,
        titles: NDArray[np.intp],
        nearest: NDArray[np.intp],
        cosines: NDArray[np.float64],
    ) -> None:
        super().__init__(catalogue, titles)
        self._nearest = nearest
        self._cosines = cosines

    def of_known(self, liked: NDArray[np.intp]) -> NDArray[np.float64]:
        nearest, cosines = self._nearest[liked].ravel(), self._cosines[liked].ravel()
        return np.bincount(nearest, cosines, len(self._titles)).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Ease:
    """EASE (Steck, 2019): the linear model of each title by all others, in closed form.

    Fitted on who rated what, which does better than who liked what; asked with what was liked.
    """

    name: str = "ease"
    uses_ratings: bool = True
    ridge: float = RIDGE
    likes_only: bool = False

    def fit(self, training: Training, folder: Path) -> None:
        """Solve."""
        ratings = liked_only(training.ratings) if self.likes_only else training.ratings
        pairs, titles = co_counts(ratings, training.catalogue)
        np.save(folder / _TITLES, titles)
        np.save(folder / "weights.npy", ease_weights(pairs, self.ridge).astype(np.float32))

    def open(self, catalogue: Catalogue, folder: Path) -> Recommender:
        """The weights."""
        titles = np.load(folder / _TITLES)
        return _Linear(catalogue, titles, np.load(folder / "weights.npy", mmap_mode="r"))


class _Linear(_OverTitles):
    def __init__(
        self, catalogue: Catalogue, titles: NDArray[np.intp], weights: NDArray[np.float32]
    ) -> None:
        super().__init__(catalogue, titles)
        self._weights = weights

    def of_known(self, liked: NDArray[np.intp]) -> NDArray[np.float64]:
        return np.asarray(self._weights[liked].sum(axis=0, dtype=np.float64))


def co_counts(
    ratings: RatingSet, catalogue: Catalogue
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """How many people have both of two titles (m, m), and the titles' rows (m,), ascending.

    Titles that nobody has are left out, and all but the `MOST_TITLES` most frequent ones.
    """
    counts = counted(ratings.keys, catalogue)
    often = np.argsort(-counts, kind="stable")[:MOST_TITLES]
    titles = np.sort(often[counts[often] > 0])
    place = np.full(len(counts), -1)
    place[titles] = np.arange(len(titles))
    rows, here = catalogue.rows_of(ratings.keys)
    columns = np.where(here, place[rows], -1)
    owners = np.unique(ratings.people[columns >= 0], return_inverse=True)[1]
    columns = columns[columns >= 0]
    pairs = np.zeros((len(titles), len(titles)), np.float32)  # exact below 2**24 people
    for start in range(0, int(owners.max(initial=-1)) + 1, _PEOPLE_AT_ONCE):
        first, last = np.searchsorted(owners, (start, start + _PEOPLE_AT_ONCE))
        block = np.zeros((_PEOPLE_AT_ONCE, len(titles)), np.float32)
        block[owners[first:last] - start, columns[first:last]] = 1
        pairs += block.T @ block
    return pairs.astype(np.float64), titles


def ease_weights(pairs: NDArray[np.float64], ridge: float) -> NDArray[np.float64]:
    """Weights (m, m) with a diagonal of 0: row i is what having title i adds to each title."""
    inverse = np.linalg.inv(pairs + ridge * np.eye(len(pairs)))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights
