"""How likely a person, having watched a title, rates it 8 of 10 or more: a logistic model.

Its weights were fitted once on ratings that were held back, so that of all titles told 70 % about
70 % are liked; `scripts.evaluate_prediction` prints them and measures how far that holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import TitleId
from app.domain.recommend.features import ALL
from app.domain.recommend.item_item_model import ItemItemModel
from app.domain.taste.tastes import DISLIKED, LIKED, Floats, Preferences

OF_TITLE: Final = ("quality",)
"""Known without knowing the person."""

OF_PERSON: Final = ("own", "near", "nearest", "unlike", "genres", "known")
"""The person's share of liked titles, as log odds beside everybody's, and features of the title;
each counts the more, the more the person told."""

OF_SET: Final = ("favour", "leaning")
"""Of a rating set: the share that liked the title, as log odds; and by how much the person rated
those above their own mean that the same people like, weighed by how often they do."""

SIGNALS: Final = (*OF_TITLE, *OF_PERSON, *OF_SET)

USUAL_SHARE: Final = 0.45
"""Of ratings in MovieLens' small set, those of 8 or more."""

PRIOR_RATINGS: Final = 5.0
"""A share starts with so many ratings of everybody's mean."""

_FULL_TRUST: Final = 20.0
"""So many liked titles make what is near to them count half."""

_USUAL: Final[Mapping[str, tuple[float, float, float]]] = {
    "quality": (0.0, 6.6, 10.0),
    "near": (0.2, 0.42, 0.65),
    "nearest": (0.25, 0.46, 0.8),
    "unlike": (0.0, 0.38, 0.7),
    "genres": (-1.3, 0.0, 1.1),
    "known": (2.5, 6.3, 9.1),
}
"""Of each feature the mean, which says nothing for or against, and the bounds between which 98 % of
what was fitted on lie: nothing is concluded beyond."""

_PRIOR_LINKS: Final = 1.0
_FAR: Final = 30.0


@dataclass(frozen=True, slots=True)
class Habit:
    """How a person rates: of `rated` titles they gave `high` 8 or more."""

    rated: int
    high: int

    @property
    def share(self) -> float:
        """The share of all their ratings, shrunk towards everybody's."""
        return shrunk(self.high, self.rated)


@dataclass(frozen=True, slots=True)
class Logistic:
    """Log odds: `base`, and `weights` per signal."""

    base: float
    weights: Mapping[str, float]

    def chances(self, signals: NDArray[np.float64]) -> Floats:
        """Shape (n,), 0 to 1, of rows of `SIGNALS`."""
        given = np.array([self.weights.get(name, 0.0) for name in SIGNALS])
        odds = np.clip(self.base + signals @ given, -_FAR, _FAR)
        return np.asarray(1.0 / (1.0 + np.exp(-odds)))


CONTENT: Final = Logistic(
    -0.2646,
    {
        "quality": 1.1921,
        "own": 0.7102,
        "near": 0.8209,
        "nearest": 1.9417,
        "unlike": -3.2542,
        "genres": 0.5309,
        "known": -0.1355,
    },
)
"""For titles of which no rating set tells. Printed by `scripts.evaluate_prediction`."""

CO_RATED: Final = Logistic(
    -0.2412,
    {
        "quality": 0.8713,
        "own": 0.6896,
        "near": 0.8399,
        "nearest": 2.1087,
        "unlike": -3.6028,
        "genres": 0.4849,
        "known": -0.2011,
        "favour": 0.3078,
        "leaning": 0.9314,
    },
)
"""For those that the co-rating model in use holds. Printed by the same script."""


def habit_of(ratings: Sequence[float]) -> Habit:
    """From a person's own ratings, 1 to 10."""
    return Habit(len(ratings), sum(rating >= LIKED for rating in ratings))


def shrunk(high: float, rated: float) -> float:
    """A share of `rated` (both 0 or more), above 0 and below 1."""
    return (high + PRIOR_RATINGS * USUAL_SHARE) / (rated + PRIOR_RATINGS)


def signals(
    rows: NDArray[np.float32],
    ids: Sequence[TitleId],
    preferences: Preferences,
    habit: Habit,
    model: ItemItemModel | None,
) -> NDArray[np.float64]:
    """Shape (n, len(SIGNALS)), each 0 where nothing is known; `rows` are `features` of the `ids`.

    Of a person who told nothing only the title's own signals are other than 0.
    """
    liked = len(preferences.liked)
    disliked = int(np.count_nonzero(preferences.ratings < DISLIKED))
    trusted = dict.fromkeys(_USUAL, liked / (liked + _FULL_TRUST))
    trusted |= {"quality": 1.0, "unlike": disliked / (disliked + _FULL_TRUST)}
    found = {
        name: (np.clip(rows[:, ALL.index(name)].astype(np.float64), low, high) - mean)
        * trusted[name]
        for name, (low, mean, high) in _USUAL.items()
    }
    found["own"] = np.full(len(ids), _log_odds(habit.share))
    found["favour"] = _favour(ids, model)
    found["leaning"] = _leaning(ids, preferences, model)
    return np.stack([found[name] for name in SIGNALS], axis=1)


def chances(
    given: NDArray[np.float64],
    inside: NDArray[np.bool_],
    content: Logistic = CONTENT,
    co_rated: Logistic = CO_RATED,
) -> Floats:
    """Shape (n,), 0 to 1; `inside` (n,) says of which titles a rating set tells."""
    return np.where(inside, co_rated.chances(given), content.chances(given))


def inside_of(ids: Sequence[TitleId], model: ItemItemModel | None) -> NDArray[np.bool_]:
    """Shape (n,): which titles somebody of the rating set rated."""
    if model is None:
        return np.zeros(len(ids), bool)
    return np.asarray(model.rows(ids) >= 0)


def _favour(ids: Sequence[TitleId], model: ItemItemModel | None) -> Floats:
    inside = inside_of(ids, model)
    if model is None or not inside.any():
        return np.zeros(len(ids))
    rows = np.maximum(model.rows(ids), 0)
    liked, counts = model.liked[rows].astype(np.float64), model.counts[rows]
    share = (liked + PRIOR_RATINGS * USUAL_SHARE) / (counts + PRIOR_RATINGS)
    odds = np.log(share / (1 - share)) - np.log(USUAL_SHARE / (1 - USUAL_SHARE))
    return np.where(inside, odds, 0.0)


def _leaning(
    ids: Sequence[TitleId], preferences: Preferences, model: ItemItemModel | None
) -> Floats:
    """In points of rating; 0 where no link leads to the title."""
    inside = inside_of(ids, model)
    if model is None or not inside.any() or not len(preferences.ids):
        return np.zeros(len(ids))
    own = model.rows(preferences.ids)
    ratings = preferences.ratings[own >= 0]
    own = own[own >= 0]
    if not len(own):
        return np.zeros(len(ids))
    summed = model.jaccard_liked.scores(own, ratings - ratings.mean())
    weights = model.jaccard_liked.scores(own, np.ones(len(own)))
    mean = summed.astype(np.float64) / (weights + _PRIOR_LINKS)
    return np.where(inside, mean[np.maximum(model.rows(ids), 0)], 0.0)


def _log_odds(share: float) -> float:
    """Beside everybody's."""
    usual = USUAL_SHARE / (1 - USUAL_SHARE)
    return float(np.log(share / (1 - share) / usual))
