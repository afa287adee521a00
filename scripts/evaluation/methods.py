"""What is compared: a method is fitted once, then opened by every process and asked for lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import Title, TitleId
from app.domain.ports.vectors import Keys
from app.domain.recommend.rating_sets import RatingSet
from scripts.evaluation.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class PersonTrain:
    """A person's ratings before the held-out part (n,), by ascending time.

    `keys` are `TitleId.key`, also of titles that the catalogue lacks; `ratings` are 1 to 10;
    `times` and `now`, the time of the last of them, are in Unix seconds.
    """

    keys: Keys
    ratings: NDArray[np.float32]
    times: NDArray[np.int64]
    now: int

    @property
    def titles(self) -> list[TitleId]:
        """The rated titles, in the same order."""
        return [TitleId.from_key(key) for key in self.keys.tolist()]


@dataclass(frozen=True, slots=True)
class Training:
    """All that a method may be fitted on; `titles` are the catalogue's, in its order."""

    catalogue: Catalogue
    titles: Sequence[Title]
    ratings: RatingSet


class Recommender(Protocol):
    """A fitted method."""

    def ranked(self, person: PersonTrain, k: int) -> list[TitleId]:
        """At most k different titles of the catalogue, the best first, none rated before."""
        ...


class Method(Protocol):
    """A row of the table. It is pickled to other processes: keep no data in it."""

    @property
    def name(self) -> str:
        """What the row is called."""
        ...

    @property
    def uses_ratings(self) -> bool:
        """Whether other people's ratings may be fitted on; where not, `fit` gets none."""
        ...

    def fit(self, training: Training, folder: Path) -> None:
        """Fit, once, and write into the empty folder what `open` needs."""
        ...

    def open(self, catalogue: Catalogue, folder: Path) -> Recommender:
        """The fitted method, in any process; large arrays are best mapped from the folder."""
        ...
