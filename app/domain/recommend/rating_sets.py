"""Ratings of many people, as somebody supplies them: what co-rating models are fitted on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class RatingSet:
    """All arrays have shape (n,), one entry per rating, by ascending (person, time).

    `people` are the supplier's numbers; `keys` are `TitleId.key`; `ratings` are on the scale of 1
    to 10 (half stars doubled); `times` are Unix seconds. A person rates a title once.
    """

    people: NDArray[np.int64]
    keys: NDArray[np.int64]
    ratings: NDArray[np.float32]
    times: NDArray[np.int64]

    def of_rows(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> "RatingSet":
        """Some of them, in the same order."""
        return RatingSet(self.people[rows], self.keys[rows], self.ratings[rows], self.times[rows])
