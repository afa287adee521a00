"""A co-rating model and the ranker that goes with it, from a rating set that somebody supplies.

The ranker learns from what the set itself holds back: of each person the last part is hidden, a
model is fitted on the rest, and the ranker is to put first what they liked in the hidden part.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.keys import keys_of, located
from app.domain.catalogue.titles import Title, TitleId
from app.domain.errors import InvalidInput
from app.domain.ports.index import Gathered
from app.domain.progress import Progress, Report
from app.domain.recommend.features import ALL, Person, background_of, features
from app.domain.recommend.item_item_fit import fit, people_of, traits_of
from app.domain.recommend.item_item_model import CollaborativeScores, ItemItemModel
from app.domain.recommend.ranker import Example, Ranker, RankerFitter, samples_from
from app.domain.recommend.rating_sets import RatingSet
from app.domain.taste.tastes import LIKED, Floats, Interaction, preferences_of

HELD_OUT: Final = 0.2
"""The share of each person's ratings, the last ones, that is hidden."""

FEWEST_LIKED: Final = 3
ROUNDS: Final = 3
"""Each round after the first hides the last part of what the one before left: more examples."""

_MOST_PEOPLE: Final = 2000
_CO_RATED: Final = 300
_NEAR: Final = 100
_LATEST_LIKED: Final = 60
BACKGROUND: Final = 2000
_KNOWN: Final = 50
"""Votes from which a title that nobody of the set rated is put beside those rated."""


@dataclass(frozen=True, slots=True, eq=False)
class CollaborativeModel:
    """What is kept of a rating set."""

    model: ItemItemModel
    ranker: Ranker


def train(
    ratings: RatingSet,
    catalogue: Gathered,
    titles: Mapping[TitleId, Title],
    fit_ranker: RankerFitter,
    report: Report,
) -> CollaborativeModel:
    """Fit both. `catalogue` holds the films with their vectors, by ascending key.

    `titles` are theirs; of one that is missing no traits are known. Raises `InvalidInput` where
    the set and the catalogue have too little in common.
    """
    keys = keys_of(catalogue.ids)
    traits = traits_of([titles.get(one) or Title(id=one, name="") for one in catalogue.ids])
    found: list[Example] = []
    left = ratings
    for _ in range(ROUNDS):
        left, hidden = held_out(left)
        model = fit(left, keys, catalogue.vectors, traits, report)
        found += examples_of(left, hidden, catalogue, model, report)
    if not found:
        raise InvalidInput("The rating set has nobody with enough liked films to learn from.")
    report(Progress(0, 1, "learning what to rank by"))
    ranker = fit_ranker(samples_from(found), ALL)
    report(Progress(1, 1, "learning what to rank by"))
    return CollaborativeModel(fit(ratings, keys, catalogue.vectors, traits, report), ranker)


def held_out(ratings: RatingSet) -> tuple[RatingSet, RatingSet]:
    """What stays, and what is hidden: of each person the last fifth, at least one rating."""
    hidden = np.zeros(len(ratings.keys), bool)
    for rows in people_of(ratings):
        count = max(1, round((rows.stop - rows.start) * HELD_OUT))
        hidden[rows.stop - count : rows.stop] = True
    return ratings.of_rows(~hidden), ratings.of_rows(hidden)


def examples_of(
    left: RatingSet,
    hidden: RatingSet,
    catalogue: Gathered,
    model: ItemItemModel | None,
    report: Report,
) -> list[Example]:
    """Examples of everybody, or of evenly chosen people where there are very many."""
    keys = keys_of(catalogue.ids)
    liked_later: dict[int, NDArray[np.int64]] = {
        int(hidden.people[rows.start]): hidden.keys[rows][hidden.ratings[rows] >= LIKED]
        for rows in people_of(hidden)
    }
    pools = _Pools(catalogue, keys)
    usual = background_of(known_part(catalogue))
    everybody = list(people_of(left))
    step = max(1, len(everybody) // _MOST_PEOPLE)
    found: list[Example] = []
    for done, rows in enumerate(everybody[::step]):
        if done % 50 == 0:
            report(Progress(done, len(everybody[::step]), "examples"))
        person = person_of(left.of_rows(np.arange(rows.start, rows.stop)), catalogue, keys)
        if np.count_nonzero(person.preferences.ratings >= LIKED) < FEWEST_LIKED:
            continue
        collaborative = model.scores_for(person.preferences) if model else None
        pool = pools.of(person, collaborative)
        later = liked_later.get(int(left.people[rows.start]), np.zeros(0, np.int64))
        targets = np.isin(keys[pool], later)
        if targets.any():
            found.append((features(person, catalogue.of_rows(pool), usual, collaborative), targets))
    return found


def person_of(ratings: RatingSet, catalogue: Gathered, keys: NDArray[np.int64]) -> Person:
    """One person of a rating set, as far as the catalogue has what they rated."""
    known = ratings.of_rows(located(keys, ratings.keys)[1])
    told = [
        Interaction(id=TitleId.from_key(int(key)), at=int(at), rating=float(rating))
        for key, at, rating in zip(known.keys, known.times, known.ratings, strict=True)
    ]
    preferences = preferences_of(told)
    own = np.searchsorted(keys, keys_of(preferences.ids))
    now = float(ratings.times.max(initial=0))
    return Person(preferences, catalogue.of_rows(own), now)


def known_part(catalogue: Gathered) -> Gathered:
    """The titles that most people voted on: what somebody's preference shows against."""
    order = np.argsort(-catalogue.votes, kind="stable")
    return catalogue.of_rows(np.sort(order[:BACKGROUND]))


class _Pools:
    """The titles among which a person's later likes are to be found: 400, as a list's are."""

    def __init__(self, catalogue: Gathered, keys: NDArray[np.int64]) -> None:
        self._catalogue = catalogue
        self._keys = keys
        self._known = np.flatnonzero(catalogue.votes >= _KNOWN)

    def of(self, person: Person, collaborative: CollaborativeScores | None) -> NDArray[np.intp]:
        """Rows of the catalogue, each once, none that the person knows."""
        seen = np.isin(self._keys, [one.key for one in person.preferences.ids])
        chosen: dict[int, None] = {}
        for row in self._nearest(person):
            if not seen[row] and len(chosen) < _NEAR:
                chosen[row] = None
        for row in self._co_rated(collaborative):
            if not seen[row] and len(chosen) < _NEAR + _CO_RATED:
                chosen.setdefault(row)
        return np.array(list(chosen), np.intp)

    def _nearest(self, person: Person) -> Iterator[int]:
        liked = person.preferences.liked[:_LATEST_LIKED]
        cosines = self._catalogue.vectors[self._known] @ person.own.vectors[liked].T
        order = np.argsort(-_score(cosines, self._catalogue.votes[self._known]), kind="stable")
        yield from self._known[order].tolist()

    def _co_rated(self, collaborative: CollaborativeScores | None) -> Iterator[int]:
        """The rows that a rating set puts first; without one, those with most votes."""
        if collaborative is None:
            yield from np.argsort(-self._catalogue.votes, kind="stable").tolist()
            return
        rows = np.searchsorted(self._keys, collaborative.model.keys)
        yield from rows[np.argsort(-collaborative.mixed, kind="stable")].tolist()


def _score(cosines: NDArray[np.float32], votes: NDArray[np.int32]) -> Floats:
    best = cosines.max(axis=1, initial=-1.0)
    return np.asarray(best + 0.02 * np.log1p(votes.astype(np.float64)))
