"""What a person likes, as it stands in their ledger, and the tastes that it falls into."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import TitleId
from app.domain.ports.vectors import Vectors

Floats = NDArray[np.float64]

LIKED: Final = 8.0
"""From this rating (1 to 10) a title is liked: 4 of 5 stars."""

DISLIKED: Final = 6.0
"""Below this rating a title was a disappointment."""

_LOVED: Final = 10.0
_DISMISSED: Final = 2.0
_PLAIN: Final = 8.0
"""What having watched a title says of somebody who never rates: they chose it."""

_BEGUN: Final = 7.0
_FEWEST_OWN: Final = 5
_FEWEST_LIKED: Final = 3
_BEST_SHARE: Final = 3

_HALF_LIFE: Final = 15
_SHORT_HALF_LIFE: Final = 6
_FLOOR: Final = 0.3
"""A title loses half of its weight over each 15 watched after it, down to the floor. By rank and
not by days: who watches a film a month has their taste as recent as who watches one a day."""

MOST_TASTES: Final = 6
_CLUSTERED: Final = 240
_APART: Final = 0.38
"""Mean cosine below which two groups of liked titles are two tastes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """What is known of a person and one title; `at` in Unix seconds, `rating` 1 to 10 or None.

    `begun`: a series of which only little was watched.
    """

    id: TitleId
    at: int
    rating: float | None = None
    plays: int = 1
    loved: bool = False
    dismissed: bool = False
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Preferences:
    """A person's titles, the latest first; arrays of shape (n,).

    `ratings` are on the scale of 1 to 10, guessed where the person gave none. `recency` is 1 for
    the latest and falls to a floor.
    """

    ids: tuple[TitleId, ...]
    ratings: Floats
    recency: Floats

    @property
    def liked(self) -> NDArray[np.intp]:
        """Rows of those liked; of somebody who likes hardly anything, the best third."""
        rows = np.flatnonzero(self.ratings >= LIKED)
        if len(rows) >= _FEWEST_LIKED or not len(self.ids):
            return rows
        best = np.argsort(-self.ratings, kind="stable")
        above = best[self.ratings[best] >= DISLIKED]
        return np.sort(above[: max(_FEWEST_LIKED, len(self.ids) // _BEST_SHARE)])

    @property
    def weights(self) -> Floats:
        """What each title counts for: 0 up to a rating of 4, growing with rating and recency."""
        return np.asarray(np.maximum(self.ratings - 4.0, 0.0) / 2.0 * self.recency)

    @property
    def lately(self) -> Floats:
        """As `weights`, for the latest few alone: half over each 6 titles, and no floor."""
        fresh = np.maximum(self.recency - _FLOOR, 0.0) / (1 - _FLOOR)
        sharper = fresh ** (_HALF_LIFE / _SHORT_HALF_LIFE)
        return np.asarray(np.maximum(self.ratings - 4.0, 0.0) / 2.0 * sharper)


def preferences_of(told: Sequence[Interaction]) -> Preferences:
    """A person's titles in order, with what is said of them or has to be guessed.

    Of titles of the same moment the one that stands later in `told` is the later one.
    A title watched and not rated counts as this person's mean rating, for whoever rates the ones
    they have something to say on; loving, and watching again, count for more.
    """
    own = [one.rating for one in told if one.rating is not None]
    plain = float(np.mean(own)) if len(own) >= _FEWEST_OWN else _PLAIN
    places = sorted(range(len(told)), key=lambda place: (-told[place].at, -place))
    ordered = [told[place] for place in places]
    ratings = np.array([_rating(one, plain) for one in ordered], np.float64)
    recency = _FLOOR + (1 - _FLOOR) * 0.5 ** (np.arange(len(ordered)) / _HALF_LIFE)
    return Preferences(tuple(one.id for one in ordered), ratings, recency)


def _rating(told: Interaction, plain: float) -> float:
    if told.dismissed:
        return _DISMISSED
    if told.loved:
        return _LOVED
    if told.rating is not None:
        return told.rating
    if told.begun:
        return min(plain, _BEGUN)
    return min(plain + (told.plays > 1), _LOVED)


@dataclass(frozen=True, slots=True)
class Taste:
    """A group of liked titles that resemble each other.

    `center` is of length 1; `members` are rows of the liked titles, the nearest to it first;
    `share` is the group's part of all weight, the shares of a person adding up to 1.
    """

    center: NDArray[np.float32]
    members: tuple[int, ...]
    share: float


def tastes_of(vectors: Vectors, weights: Floats, most: int = MOST_TASTES) -> list[Taste]:
    """1 to `most` groups, the weightiest first; none for no titles.

    Titles are joined, nearest groups first, by mean cosine (average linkage: Sokal and Michener,
    1958), while groups are near, or too many. Of very many liked titles the weightiest are grouped,
    the others join the group that they are nearest to.
    """
    if not len(vectors):
        return []
    core = np.sort(np.argsort(-weights, kind="stable")[:_CLUSTERED])
    groups = _joined(vectors[core], most)
    centers = np.stack([_center(vectors[core[g]], weights[core[g]]) for g in groups])
    nearest = np.argmax(vectors @ centers.T, axis=1)
    for number, group in enumerate(groups):
        nearest[core[group]] = number
    found = []
    total = float(weights.sum()) or 1.0
    for number in range(len(groups)):
        rows = np.flatnonzero(nearest == number)
        center = _center(vectors[rows], weights[rows])
        ordered = rows[np.argsort(-(vectors[rows] @ center), kind="stable")]
        share = float(weights[rows].sum()) / total
        found.append(Taste(center, tuple(int(row) for row in ordered), share))
    return sorted(found, key=lambda taste: (-taste.share, taste.members))


def _center(vectors: Vectors, weights: Floats) -> NDArray[np.float32]:
    mean = ((weights[:, None] + 1e-6) * vectors).sum(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), np.float32)


def _joined(vectors: Vectors, most: int) -> list[list[int]]:
    """Groups of rows by average linkage; each begins with its lowest row."""
    groups: list[list[int]] = [[row] for row in range(len(vectors))]
    sums = np.asarray(vectors @ vectors.T, np.float64)
    np.fill_diagonal(sums, -np.inf)
    sizes = np.ones(len(groups))
    alive = np.ones(len(groups), bool)
    means = sums.copy()
    while np.count_nonzero(alive) > 1:
        flat = int(np.argmax(means))
        one, other = divmod(flat, len(groups))
        if means[one, other] < _APART and np.count_nonzero(alive) <= most:
            break
        one, other = min(one, other), max(one, other)
        groups[one] += groups[other]
        sums[one] += sums[other]
        sums[:, one] += sums[:, other]
        sums[one, one] = -np.inf
        sizes[one] += sizes[other]
        alive[other] = False
        means[other] = means[:, other] = -np.inf
        row = np.where(alive, sums[one] / (sizes[one] * sizes), -np.inf)
        row[one] = -np.inf
        means[one] = means[:, one] = row
    return [sorted(groups[number]) for number in np.flatnonzero(alive).tolist()]
