"""The co-rating model: what people who rated one title highly also rated highly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.keys import keys_of, located
from app.domain.catalogue.titles import TitleId
from app.domain.taste.tastes import DISLIKED, LIKED, Preferences

Floats32 = NDArray[np.float32]

DAMPING: Final = 20
"""So that of titles which hardly anybody rated two that share a friend aren't called alike."""

_EVIDENT: Final = 3
"""So many people at least liked both titles, where one is told as a reason for the other."""


@dataclass(frozen=True, slots=True)
class ItemLinks:
    """For each of n titles the k strongest links to others: `to` (n, k) rows, `weights` (n, k).

    Where a title has fewer, the rest is weight 0 to row 0.
    """

    to: NDArray[np.int32]
    weights: NDArray[np.float16]

    def scores(self, rows: NDArray[np.intp], weights: NDArray[np.float64]) -> Floats32:
        """Shape (n,): the sum over `rows` of what each gives to all titles."""
        n = len(self.to)
        if not len(rows):
            return np.zeros(n, np.float32)
        given = self.weights[rows].astype(np.float64) * weights[:, None]
        total = np.bincount(self.to[rows].ravel(), given.ravel(), minlength=n)
        return np.asarray(total, np.float32)


@dataclass(frozen=True, slots=True)
class ItemItemModel:
    """Links between the titles of a rating set, and how often each was rated.

    `keys` ascends (shape (n,)); `counts` are people who rated each title, `liked` those who liked
    it; `lateness` is how late in their histories people rated it, -0.5 (first) to 0.5 (last).
    `ease_all`, `ease_nearby` and `session` are closed-form item models (EASE: Steck, 2019), of all
    that a person rated, of what they rated about the same time, and nearly at once, with
    resemblance of the titles as further rows; `after` links a title to those rated soon after it,
    `later` to those rated some while after; `jaccard_liked` is the share of people who liked both,
    of those who liked either, `DAMPING` added to the latter.
    """

    keys: NDArray[np.int64]
    counts: NDArray[np.int32]
    liked: NDArray[np.int32]
    lateness: Floats32
    ease_all: ItemLinks
    ease_nearby: ItemLinks
    session: ItemLinks
    after: ItemLinks
    later: ItemLinks
    jaccard_liked: ItemLinks

    def rows(self, ids: Sequence[TitleId]) -> NDArray[np.intp]:
        """The row of each title, -1 for those that the set lacks."""
        places, here = located(self.keys, keys_of(ids))
        return np.where(here, places, -1)

    def scores_for(self, preferences: Preferences) -> "CollaborativeScores":
        """What the rating set says to this person."""
        rows = self.rows(preferences.ids)
        known = rows >= 0
        rows, weights = rows[known], preferences.weights[known]
        recency = preferences.recency[known]
        newest = preferences.lately[known]
        low = (preferences.ratings[known] < DISLIKED).astype(np.float64)
        likes = (preferences.ratings[known] >= LIKED) * recency
        scores = {
            "ease_all": _in_deviations(self.ease_all.scores(rows, weights)),
            "ease_nearby": _in_deviations(self.ease_nearby.scores(rows, weights)),
            "session": _in_deviations(self.session.scores(rows, weights)),
            "lately": _in_deviations(self.ease_nearby.scores(rows, newest)),
            "after": _in_deviations(self.after.scores(rows, newest)),
            "later": _in_deviations(self.later.scores(rows, weights)),
            "low": _in_deviations(self.ease_all.scores(rows, low)),
            "jaccard_liked": _in_deviations(self.jaccard_liked.scores(rows, likes)),
        }
        return CollaborativeScores(self, scores)

    def friends(self, of: NDArray[np.intp], row: int) -> list[int]:
        """Those of the rows `of` whose friends liked title `row` too, the strongest link first.

        Only where enough people liked both for the sentence to be true of several.
        """
        places, links = np.nonzero(self.jaccard_liked.to[of] == row)
        shares = self.jaccard_liked.weights[of[places], links].astype(np.float64)
        # A filled-up link leads to row 0 as well, with weight 0.
        either = self.liked[of[places]].astype(np.float64) + float(self.liked[row]) + DAMPING
        evident = np.flatnonzero(np.round(shares * either / (1 + shares)) >= _EVIDENT)
        order = evident[np.lexsort((places[evident], -shares[evident]))]
        found: list[int] = places[order].tolist()
        return found


@dataclass(frozen=True, slots=True, eq=False)
class CollaborativeScores:
    """What a model says to one person: for each sort of link a score of all its titles, (n,).

    Each is in standard deviations of its own.
    """

    model: ItemItemModel
    scores: Mapping[str, Floats32]

    @property
    def mixed(self) -> Floats32:
        """Shape (n,): all of it in one, for finding candidates; a ranker weighs it better."""
        parts = [np.float32(weight) * self.scores[name] for name, weight in _MIXED.items()]
        return np.asarray(np.sum(parts, axis=0), np.float32)


_MIXED: Final = {
    "ease_all": 0.5,
    "ease_nearby": 1.0,
    "session": 0.5,
    "after": 0.4,
    "jaccard_liked": 0.3,
}


def _in_deviations(scores: Floats32) -> Floats32:
    return np.asarray(scores / (scores.std() + 1e-9), np.float32)


def arrays_of(model: ItemItemModel) -> dict[str, NDArray[np.generic]]:
    """The model as named arrays, for keeping."""
    found: dict[str, NDArray[np.generic]] = {
        "keys": model.keys,
        "counts": model.counts,
        "liked": model.liked,
        "lateness": model.lateness,
    }
    for name in LINKS:
        links: ItemLinks = getattr(model, name)
        found |= {f"{name}_to": links.to, f"{name}_weights": links.weights}
    return found


def model_of(arrays: Mapping[str, NDArray[np.generic]]) -> ItemItemModel:
    """The inverse of `arrays_of`. Raises `KeyError` where one is missing."""
    kept = {name: name if f"{name}_to" in arrays else _FORMERLY.get(name, name) for name in LINKS}
    links = {
        name: ItemLinks(
            np.asarray(arrays[f"{own}_to"], np.int32),
            np.asarray(arrays[f"{own}_weights"], np.float16),
        )
        for name, own in kept.items()
    }
    return ItemItemModel(
        keys=np.asarray(arrays["keys"], np.int64),
        counts=np.asarray(arrays["counts"], np.int32),
        liked=np.asarray(arrays["liked"], np.int32),
        lateness=np.asarray(arrays["lateness"], np.float32),
        **links,
    )


LINKS: Final = ("ease_all", "ease_nearby", "session", "after", "later", "jaccard_liked")

FORMER_NAMES: Final = {"wide": "ease_all", "close": "ease_nearby", "both": "jaccard_liked"}
"""What models that are kept from before may call their links, and what those are called now."""

_FORMERLY: Final = {now: before for before, now in FORMER_NAMES.items()}
