"""Ratings that were held back, with what the prediction is made from; and the fit to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.keys import keys_of, located
from app.domain.ports.index import Gathered
from app.domain.recommend.features import Person, background_of, features
from app.domain.recommend.item_item_fit import people_of
from app.domain.recommend.item_item_model import ItemItemModel
from app.domain.recommend.prediction import (
    OF_PERSON,
    OF_SET,
    OF_TITLE,
    SIGNALS,
    Logistic,
    habit_of,
    inside_of,
    signals,
)
from app.domain.recommend.rating_sets import RatingSet
from app.domain.taste.tastes import LIKED, preferences_of
from app.services.recommend.collaborative_model import known_part, person_of

EVERYTHING: Final = None
TOLD: Final = (EVERYTHING, 10, 3, 0)
"""How many of a person's ratings are told: so that those who told little are predicted well."""

_RIDGE: Final = 1.0
_STEPS: Final = 50
_CLOSE: Final = 1e-9
_NO_ROWS: Final = np.zeros(0, np.intp)


@dataclass(frozen=True, slots=True)
class Held:
    """Held-back ratings (n,) of titles of the catalogue, with what is known before them.

    `given` (n, signals); `liked` whether 8 of 10 or more; `people` whose; `own` is the share of
    their ratings that were, shrunk; `inside` whether a rating set tells of the title.
    """

    given: NDArray[np.float64]
    liked: NDArray[np.bool_]
    people: NDArray[np.int64]
    own: NDArray[np.float64]
    inside: NDArray[np.bool_]

    def of(self, rows: NDArray[np.bool_]) -> "Held":
        """Some of them."""
        return Held(
            self.given[rows],
            self.liked[rows],
            self.people[rows],
            self.own[rows],
            self.inside[rows],
        )


def held_ratings(
    left: RatingSet,
    hidden: RatingSet,
    catalogue: Gathered,
    model: ItemItemModel | None,
    told: int | None = EVERYTHING,
) -> Held:
    """Of everybody with something left. `model` must be fitted on `left` alone."""
    keys = keys_of(catalogue.ids)
    usual = background_of(known_part(catalogue))
    later = {int(hidden.people[rows.start]): rows for rows in people_of(hidden)}
    found: list[Held] = []
    for rows in people_of(left):
        number = int(left.people[rows.start])
        wanted = hidden.of_rows(np.arange(later[number].start, later[number].stop))
        places, here = located(keys, wanted.keys)
        if not here.any():
            continue
        start = rows.start if told is EVERYTHING else max(rows.start, rows.stop - told)
        before = left.of_rows(np.arange(start, rows.stop))
        person = _person(before, catalogue, keys)
        pool = catalogue.of_rows(places[here])
        habit = habit_of(person.preferences.ratings.tolist())
        given = features(
            person, pool, usual, model.scores_for(person.preferences) if model else None
        )
        found.append(
            Held(
                signals(given, pool.ids, person.preferences, habit, model),
                wanted.ratings[here] >= LIKED,
                np.full(len(pool.ids), number),
                np.full(len(pool.ids), habit.share),
                inside_of(pool.ids, model),
            )
        )
    return joined(found)


def joined(parts: Sequence[Held]) -> Held:
    """One after the other; none of none."""
    if not parts:
        nothing = np.zeros(0)
        none = nothing.astype(bool)
        return Held(np.zeros((0, len(SIGNALS))), none, nothing.astype(np.int64), nothing, none)
    return Held(
        *(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("given", "liked", "people", "own", "inside")
        )
    )


def fitted(held: Held, *, co_rated: bool) -> Logistic:
    """The logistic model with the least log loss, by Newton's method, with a slight ridge.

    Where the sign of a title's own signals came out wrong they are left out: a better title never
    gets a lower number.
    """
    names = (*OF_TITLE, *OF_PERSON, *(OF_SET if co_rated else ()))
    while True:
        base, weights = _newton(held, names)
        wrong = {n for n in (*OF_TITLE, "favour") if weights.get(n, 0.0) < 0}
        if not wrong:
            return Logistic(base, weights)
        names = tuple(name for name in names if name not in wrong)


def _newton(held: Held, names: Sequence[str]) -> tuple[float, dict[str, float]]:
    columns = held.given[:, [SIGNALS.index(name) for name in names]]
    given = np.concatenate([np.ones((len(columns), 1)), columns], axis=1)
    ridge = np.full(given.shape[1], _RIDGE)
    ridge[0] = _CLOSE
    found = np.zeros(given.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(given @ found, -30, 30)))
        slope = given.T @ (held.liked - chance) - ridge * found
        curve = (given * (chance * (1 - chance))[:, None]).T @ given + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        found += step
        if np.abs(step).max() < _CLOSE:
            break
    base, *weights = (round(float(one), 4) for one in found)
    return base, dict(zip(names, weights, strict=True))


def _person(ratings: RatingSet, catalogue: Gathered, keys: NDArray[np.int64]) -> Person:
    if len(ratings.keys):
        return person_of(ratings, catalogue, keys)
    return Person(preferences_of([]), catalogue.of_rows(_NO_ROWS), 0.0)
