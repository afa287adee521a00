"""What ours is measured against, fitted as well as we know how."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from scripts.evaluation.catalogue import Catalogue
from scripts.evaluation.item_models import Ease, ItemKnn
from scripts.evaluation.methods import Method, Recommender, Training
from scripts.evaluation.scoring import ByScore, counted, liked_only


@dataclass(frozen=True, slots=True)
class Popularity:
    """How many people liked it: the same list for all."""

    name: str = "popularity"
    uses_ratings: bool = True

    def fit(self, training: Training, folder: Path) -> None:
        """Count."""
        ratings = liked_only(training.ratings)
        np.save(folder / "counts.npy", counted(ratings.keys, training.catalogue))

    def open(self, catalogue: Catalogue, folder: Path) -> Recommender:
        """The counts."""
        return _Fixed(catalogue, np.load(folder / "counts.npy").astype(np.float64))


class _Fixed(ByScore):
    def __init__(self, catalogue: Catalogue, fixed: NDArray[np.float64]) -> None:
        super().__init__(catalogue)
        self._fixed = fixed

    def scores(self, liked: NDArray[np.intp]) -> NDArray[np.float64]:  # noqa: ARG002 -- the same for all
        return self._fixed


@dataclass(frozen=True, slots=True)
class MeanVector:
    """Nearest to the mean of what was liked."""

    name: str = "mean_vector"
    uses_ratings: bool = False

    def fit(self, training: Training, folder: Path) -> None:
        """Nothing to fit."""

    def open(self, catalogue: Catalogue, folder: Path) -> Recommender:  # noqa: ARG002 -- nothing was fitted
        """The vectors."""
        return _Mean(catalogue)


class _Mean(ByScore):
    def scores(self, liked: NDArray[np.intp]) -> NDArray[np.float64]:
        vectors = self.catalogue.vectors
        return np.asarray(vectors @ vectors[liked].mean(axis=0), np.float64)


@dataclass(frozen=True, slots=True)
class BestNeighbour:
    """Nearest to any single title that was liked."""

    name: str = "best_neighbour"
    uses_ratings: bool = False

    def fit(self, training: Training, folder: Path) -> None:
        """Nothing to fit."""

    def open(self, catalogue: Catalogue, folder: Path) -> Recommender:  # noqa: ARG002 -- nothing was fitted
        """The vectors."""
        return _Best(catalogue)


class _Best(ByScore):
    def scores(self, liked: NDArray[np.intp]) -> NDArray[np.float64]:
        vectors = self.catalogue.vectors
        return np.asarray((vectors @ vectors[liked].T).max(axis=1), np.float64)


BASELINES: Final[tuple[Method, ...]] = (
    Popularity(),
    MeanVector(),
    BestNeighbour(),
    ItemKnn(),
    Ease(),
)
