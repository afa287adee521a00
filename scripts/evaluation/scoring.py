"""From scores to a list, and counts that several methods need."""

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import TitleId
from app.domain.ports.vectors import Keys
from app.domain.recommend.rating_sets import RatingSet
from scripts.evaluation.catalogue import Catalogue
from scripts.evaluation.methods import PersonTrain
from scripts.evaluation.split import LIKED


class ByScore:
    """Recommends what scores best; titles of equal score by key."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def ranked(self, person: PersonTrain, k: int) -> list[TitleId]:
        """The k best titles that the person has not rated."""
        rows, here = self.catalogue.rows_of(person.keys)
        order = np.argsort(-self.scores(rows[here & (person.ratings >= LIKED)]), kind="stable")
        seen = np.zeros(len(self.catalogue.keys), np.bool_)
        seen[rows[here]] = True
        best = order[~seen[order]][:k]
        return [TitleId.from_key(key) for key in self.catalogue.keys[best].tolist()]

    def scores(self, liked: NDArray[np.intp]) -> NDArray[np.float64]:
        """Of each title of the catalogue (n,), for one who liked these rows."""
        raise NotImplementedError


def liked_only(ratings: RatingSet) -> RatingSet:
    """Those of at least four stars."""
    return ratings.of_rows(ratings.ratings >= LIKED)


def counted(keys: Keys, catalogue: Catalogue) -> NDArray[np.int64]:
    """How often each title of the catalogue (n,) is among the keys."""
    rows, here = catalogue.rows_of(keys)
    return np.bincount(rows[here], minlength=len(catalogue.keys))
