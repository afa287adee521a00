"""What the order of a list is computed from: one row of numbers for each title that may be in it.

The same code makes the rows that a ranker is fitted on and those that it ranks.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.ports.index import Gathered
from app.domain.recommend.item_item_model import CollaborativeScores
from app.domain.taste.genres import genre_matrix
from app.domain.taste.tastes import DISLIKED, Floats, Preferences

CONTENT: Final = (
    "near",
    "nearest",
    "around",
    "latest",
    "unlike",
    "genres",
    "years",
    "known",
    "quality",
    "new",
    "ahead",
    "age",
)
"""What is computed of any title: nearness to what is liked (cosine), to what was disliked, fit of
genres and years (log likelihood ratios), popularity (log votes), quality (Bayesian mean), whether
it came out in these years, or only will, and its age."""

PERSON: Final = ("mainstream", "told")
"""Of the person, the same for all titles: mean log votes of what they know, log of how much."""

CO_RATED: Final = (
    "ease_all",
    "ease_nearby",
    "session",
    "lately",
    "after",
    "later",
    "low",
    "jaccard_liked",
    "raters",
    "favour",
    "lateness",
)
"""What a rating set tells, in a person's deviations; 0 for titles that it lacks."""

ALL: Final = (*CONTENT, *PERSON, *CO_RATED)

_NEAREST: Final = 3
_AROUND: Final = 10
_LATEST: Final = 8
_MOST_LIKED: Final = 240
_MEAN_RATING: Final = 6.2
_PRIOR_VOTES: Final = 100.0
"""A title starts with so many votes of the mean rating: what is unknown is average, not zero."""

_PRIOR_TITLES: Final = 3.0
_ANY_YEAR: Final = 0.05
_PRIOR_YEARS: Final = 3.0
"""A few titles of one time don't make somebody a person of that time."""

_COMPARED: Final = 600
_UNLIKE: Final = 0.985
_LEAST_ALIKE: Final = 0.4
_RAREST_LANGUAGE: Final = 0.005
_RARE_LANGUAGE: Final = 0.1
_MOST_LANGUAGE: Final = 3.0
_FOREIGN_SHARE: Final = 1 / 3
_FEWEST_FOREIGN: Final = 3
_NEW_FOR: Final = 2
_OLDEST: Final = 60
_MIDDLE: Final = 20
_FIRST_YEAR: Final = 1900
_YEARS: Final = 140
_BELL: Final = np.exp(-0.5 * (np.arange(-15, 16) / 3.0) ** 2)
_BLUR: Final = _BELL / _BELL.sum()


@dataclass(frozen=True, slots=True)
class Person:
    """A person's titles in the index: `own.ids` are `preferences.ids`. `now` in Unix seconds."""

    preferences: Preferences
    own: Gathered
    now: float


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """How known titles are spread over genres, years and languages.

    `genres` (genres,) is the share that has each, `years` the part of them that came out in each
    year from 1900, `languages` the part in each of those whose language is known. What a person
    prefers shows against it: not against their own candidates, which already lean their way. From
    the cosine `similarity_threshold` on two titles are called close: one pair in 70 of the best
    known is. Where titles are described by few words, all are nearer to each other than elsewhere.
    """

    genres: Floats
    years: Floats
    languages: Mapping[str, float]
    similarity_threshold: float


def background_of(known: Gathered) -> Background:
    """Of titles that many know; each counts by its popularity."""
    weights = popularity(known.votes)
    genres = (genre_matrix(known.genres) * weights[:, None]).sum(axis=0) + 1.0
    years = _spread(known.years, np.ones(len(known.ids))) + 0.5
    languages = _parts(zip(known.languages, weights.tolist(), strict=True))
    return Background(
        genres / (weights.sum() + 1.0), years / years.sum(), languages, _similarity_threshold(known)
    )


def _similarity_threshold(known: Gathered) -> float:
    best = known.vectors[np.argsort(-known.votes, kind="stable")[:_COMPARED]]
    pairs = (best @ best.T)[np.triu_indices(len(best), 1)]
    return max(float(np.quantile(pairs, _UNLIKE)), _LEAST_ALIKE) if len(pairs) else _LEAST_ALIKE


def quality(votes: NDArray[np.int32], ratings: NDArray[np.float32]) -> Floats:
    """The Bayesian mean of each title's ratings, 0 to 10."""
    known = np.where(ratings >= 0, votes, 0).astype(np.float64)
    sums = known * np.maximum(ratings, 0.0) + _PRIOR_VOTES * _MEAN_RATING
    found: Floats = sums / (known + _PRIOR_VOTES)
    return found


def popularity(votes: NDArray[np.int32]) -> Floats:
    """The natural logarithm of 1 + votes."""
    return np.asarray(np.log1p(votes.astype(np.float64)))


def language_fit(person: Person, pool: Gathered, usual: Background) -> Floats:
    """How much more often liked titles are in its language than known ones: log ratios, (n,).

    0 to 3; 0 where they are in it less often, and where the language is not known.
    """
    liked = person.preferences.liked
    told = [
        (code, weight)
        for row, weight in zip(
            liked.tolist(), person.preferences.recency[liked].tolist(), strict=True
        )
        if (code := person.own.languages[row])
    ]
    mine, total = _parts(told), sum(weight for _, weight in told)
    fits = {"": 0.0}
    for code in set(pool.languages) - {""}:
        base = max(usual.languages.get(code, 0.0), _RAREST_LANGUAGE)
        share = (total * mine.get(code, 0.0) + _PRIOR_TITLES * base) / (total + _PRIOR_TITLES)
        fits[code] = min(max(float(np.log(share / base)), 0.0), _MOST_LANGUAGE)
    return np.array([fits[code] for code in pool.languages], np.float64)


def foreign_favourites(person: Person, usual: Background) -> frozenset[str]:
    """Languages that make up a third of what is liked, and are rare among known titles."""
    liked = person.preferences.liked.tolist()
    if len(liked) < _FEWEST_FOREIGN:
        return frozenset()
    mine = _parts((person.own.languages[row], 1.0) for row in liked)
    return frozenset(
        code
        for code, share in mine.items()
        if share >= _FOREIGN_SHARE and usual.languages.get(code, 0.0) < _RARE_LANGUAGE
    )


def _parts(told: Iterable[tuple[str, float]]) -> dict[str, float]:
    """The part of the weight that each has, without those that have no name."""
    sums: dict[str, float] = {}
    for name, weight in told:
        if name:
            sums[name] = sums.get(name, 0.0) + weight
    total = sum(sums.values())
    return {name: weight / total for name, weight in sums.items() if total}


def features(
    person: Person, pool: Gathered, usual: Background, collaborative: CollaborativeScores | None
) -> NDArray[np.float32]:
    """Shape (n, len(ALL)): a row for each title of the pool; `CO_RATED` is 0 without a model."""
    found = content_features(person, pool, usual)
    found |= _of_person(person, len(pool.ids))
    found |= _co_rated(pool, collaborative)
    return np.stack([found[name] for name in ALL], axis=1).astype(np.float32)


def content_features(person: Person, pool: Gathered, usual: Background) -> dict[str, Floats]:
    """The `CONTENT` columns, each of shape (n,)."""
    preferences, own = person.preferences, person.own
    age = time.gmtime(person.now).tm_year - pool.years.astype(np.int64)
    return {
        **_nearness(preferences, own, pool),
        "genres": _genre_fit(preferences, own, pool, usual),
        "years": _year_fit(preferences, own, pool, usual),
        "known": popularity(pool.votes),
        "quality": quality(pool.votes, pool.ratings),
        "new": ((age >= 0) & (age <= _NEW_FOR)).astype(np.float64),
        "ahead": (age < 0).astype(np.float64),
        "age": np.where(pool.years > 0, np.clip(age, 0, _OLDEST), _MIDDLE) / 20.0,
    }


def _nearness(preferences: Preferences, own: Gathered, pool: Gathered) -> dict[str, Floats]:
    none = np.zeros(len(pool.ids))
    liked = preferences.liked
    if len(liked) > _MOST_LIKED:
        weights = preferences.weights[liked]
        liked = np.sort(liked[np.argsort(-weights, kind="stable")[:_MOST_LIKED]])
    if not len(liked):
        near = nearest = around = latest = none
    else:
        cosines = pool.vectors @ own.vectors[liked].T
        nearest = cosines.max(axis=1)
        near = _mean_of_best(cosines, _NEAREST)
        around = _mean_of_best(cosines, _AROUND)
        latest = cosines[:, :_LATEST].max(axis=1)
    low = np.flatnonzero(preferences.ratings < DISLIKED)[:_MOST_LIKED]
    unlike = (pool.vectors @ own.vectors[low].T).max(axis=1) if len(low) else none
    return {"near": near, "nearest": nearest, "around": around, "latest": latest, "unlike": unlike}


def _mean_of_best(cosines: NDArray[np.float32], best: int) -> Floats:
    if cosines.shape[1] <= best:
        return np.asarray(cosines.mean(axis=1), np.float64)
    parted = np.partition(cosines, cosines.shape[1] - best, axis=1)
    return np.asarray(parted[:, -best:].mean(axis=1), np.float64)


def _genre_fit(
    preferences: Preferences, own: Gathered, pool: Gathered, usual: Background
) -> Floats:
    """How much more often liked titles have its genres than known ones do: mean log ratio."""
    liked = preferences.liked
    weights = preferences.recency[liked]
    mine = (genre_matrix(own.genres[liked]) * weights[:, None]).sum(axis=0)
    mine = (mine + _PRIOR_TITLES * usual.genres) / (weights.sum() + _PRIOR_TITLES)
    bits = genre_matrix(pool.genres)
    ratios = bits @ np.log(mine / usual.genres)
    return np.asarray(ratios / np.maximum(bits.sum(axis=1), 1.0))


def _year_fit(preferences: Preferences, own: Gathered, pool: Gathered, usual: Background) -> Floats:
    """How much more often a time stands among the person's latest titles than among known ones."""
    mine = _spread(own.years, preferences.recency**2)
    mine = mine + _ANY_YEAR * float(mine.sum()) / _YEARS + _PRIOR_YEARS * usual.years
    ratio = np.log(mine / mine.sum() / usual.years)
    return np.asarray(np.where(pool.years > 0, ratio[_places(pool.years)], 0.0))


def _spread(years: NDArray[np.int16], weights: Floats) -> Floats:
    """Weights by year, blurred."""
    counted = np.bincount(_places(years), weights * (years > 0), minlength=_YEARS)
    return np.asarray(np.convolve(counted, _BLUR, "same"))


def _places(years: NDArray[np.int16]) -> NDArray[np.int64]:
    return np.asarray(np.clip(years.astype(np.int64) - _FIRST_YEAR, 0, _YEARS - 1))


def _of_person(person: Person, n: int) -> dict[str, Floats]:
    own = person.own
    mainstream = float(popularity(own.votes).mean()) if len(own.ids) else 0.0
    return {"mainstream": np.full(n, mainstream), "told": np.full(n, np.log1p(len(own.ids)))}


def _co_rated(pool: Gathered, collaborative: CollaborativeScores | None) -> Mapping[str, Floats]:
    if collaborative is None:
        return {name: np.zeros(len(pool.ids)) for name in CO_RATED}
    model = collaborative.model
    rows = model.rows(pool.ids)
    inside = rows >= 0
    rows = np.maximum(rows, 0)
    found: dict[str, Floats] = {
        name: np.where(inside, scores[rows], 0.0) for name, scores in collaborative.scores.items()
    }
    liked, counts = model.liked[rows].astype(np.float64), model.counts[rows]
    found["favour"] = np.where(inside, (liked + 2.0) / (counts + 4.0), 0.5)
    found["lateness"] = np.where(inside, model.lateness[rows], 0.0)
    found["raters"] = np.where(inside, np.log1p(model.counts[rows].astype(np.float64)), 0.0)
    return found
