"""How a co-rating model is made from a rating set: in closed form, no steps to choose."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.keys import located
from app.domain.catalogue.titles import Title
from app.domain.errors import InvalidInput
from app.domain.ports.vectors import Vectors
from app.domain.progress import Progress, Report
from app.domain.recommend.item_item_model import DAMPING, Floats32, ItemItemModel, ItemLinks
from app.domain.recommend.rating_sets import RatingSet
from app.domain.taste.tastes import LIKED

LINKS_KEPT: Final = 250
"""Links of a title that are kept: the weaker ones together change hardly any list."""

MOST_TITLES: Final = 12_000
"""The most rated ones: the closed forms need the square of it, in memory, seven times."""

_MOST_OF_ONE: Final = 2000
"""Ratings of one person that are read, the newest: some rate for a living."""

_WIDE_RIDGE: Final = 200.0
_CLOSE_RIDGE: Final = 100.0
_SESSION_RIDGE: Final = 50.0
_OF_MEANING: Final = 20.0
_OF_TRAITS: Final = (10.0, 10.0, 10.0, 5.0)
"""What resemblance weighs beside people: by embedding, and by each of `traits_of`."""

_FEWEST_ALIKE: Final = 2
_WIDE_IN_CLOSE: Final = 0.3
_NEAR_BY: Final = 30.0
"""Ratings between two of one person's, over which closeness falls to 1/e."""

_AT_ONCE: Final = 8.0
_SOON: Final = 15.0
_WHILE: Final = 50.0
_PRIOR: Final = 5.0


Traits = Sequence[Sequence[tuple[str, ...]]]
"""For each sort of trait, each title's values."""


def traits_of(titles: Sequence[Title]) -> Traits:
    """Keywords, cast, makers, genres."""
    return (
        [title.keywords for title in titles],
        [title.cast for title in titles],
        [title.makers for title in titles],
        [title.genres for title in titles],
    )


@dataclass(slots=True)
class _Sums:
    """What the closed forms need, each (n, n)."""

    rated: Floats32
    near: Floats32
    session: Floats32
    after: Floats32
    later: Floats32
    liked: Floats32


def fit(
    ratings: RatingSet, keys: NDArray[np.int64], vectors: Vectors, traits: Traits, report: Report
) -> ItemItemModel:
    """The model of all titles with a vector that somebody rated, the most rated ones at most.

    `keys` (n,) ascends and names the rows of `vectors` (n, d) and of `traits`. Raises
    `InvalidInput` where nothing is left. Closed form: EASE (H. Steck, Embarrassingly Shallow
    Autoencoders for Sparse Data, 2019), with rows for the resemblance of titles (CEASE: O. Jeunen
    et al., 2020).
    """
    chosen = _chosen(ratings, keys)
    if not len(chosen):
        raise InvalidInput("No title of the rating set is in the catalogue and embedded.")
    places, inside = located(chosen, ratings.keys)
    ratings, places = ratings.of_rows(inside), places[inside]
    n = len(chosen)
    counts = np.bincount(places, minlength=n).astype(np.int32)
    liked = np.bincount(places[ratings.ratings >= LIKED], minlength=n).astype(np.int32)
    sums = _summed(ratings, places, n, report)
    rows = np.searchsorted(keys, chosen)
    report(Progress(0, 3, "solving"))
    ease_all = _strongest(_closed_form(sums.rated, _WIDE_RIDGE))
    report(Progress(1, 3, "solving"))
    alike = _resemblance(vectors[rows], [[some[row] for row in rows] for some in traits])
    near = sums.near
    near += alike
    ease_nearby = _strongest(_closed_form(near, _CLOSE_RIDGE))
    report(Progress(2, 3, "solving"))
    session = sums.session
    session += alike
    at_once = _strongest(_closed_form(session, _SESSION_RIDGE))
    report(Progress(3, 3, "solving"))
    return ItemItemModel(
        keys=chosen,
        counts=counts,
        liked=liked,
        lateness=_lateness(ratings, places, n),
        ease_all=ease_all,
        ease_nearby=ease_nearby,
        session=at_once,
        after=_strongest(_evened(sums.after)),
        later=_strongest(_evened(sums.later)),
        jaccard_liked=_strongest(_shares(sums.liked, liked)),
    )


def worth(ratings: NDArray[np.float32]) -> Floats32:
    """What a rating (1 to 10) says for a title: 0 up to 3, 1.75 for 10."""
    return np.asarray(np.maximum(ratings - 3.0, 0.0) / 4.0, np.float32)


def people_of(ratings: RatingSet) -> Iterator[slice]:
    """The rows of each person, in order."""
    if not len(ratings.people):
        return
    starts = np.flatnonzero(np.diff(ratings.people, prepend=ratings.people[0] - 1))
    for start, end in zip(starts, [*starts[1:], len(ratings.people)], strict=True):
        yield slice(int(start), int(end))


def _chosen(ratings: RatingSet, keys: NDArray[np.int64]) -> NDArray[np.int64]:
    rated, counts = np.unique(ratings.keys, return_counts=True)
    inside = np.isin(rated, keys)
    rated, counts = rated[inside], counts[inside]
    return np.sort(rated[np.argsort(-counts, kind="stable")[:MOST_TITLES]])


def _summed(ratings: RatingSet, places: NDArray[np.intp], n: int, report: Report) -> _Sums:
    sums = _Sums(*(np.zeros((n, n), np.float32) for _ in range(6)))
    people = len(np.unique(ratings.people))
    for done, every in enumerate(people_of(ratings)):
        rows = slice(max(every.start, every.stop - _MOST_OF_ONE), every.stop)
        mine, stars = places[rows], ratings.ratings[rows]
        order = np.arange(len(mine), dtype=np.float32)
        gap = order[None, :] - order[:, None]
        weight = worth(stars)
        together = weight[:, None] * weight[None, :]
        block = np.ix_(mine, mine)
        sums.rated[block] += 1.0
        sums.near[block] += together * (np.exp(-np.abs(gap) / _NEAR_BY) + _WIDE_IN_CLOSE)
        sums.session[block] += together * np.exp(-np.abs(gap) / _AT_ONCE)
        sums.later[block] += together * np.exp(-np.abs(gap) / _WHILE) * (gap > 0)
        sums.after[block] += together * np.exp(-np.abs(gap) / _SOON) * (gap > 0)
        loved = mine[stars >= LIKED]
        sums.liked[np.ix_(loved, loved)] += 1.0
        if done % 100 == 0:
            report(Progress(done, people, "people read"))
    report(Progress(people, people, "people read"))
    return sums


def _lateness(ratings: RatingSet, places: NDArray[np.intp], n: int) -> Floats32:
    """Mean place in people's histories, with a prior of the middle."""
    where = np.zeros(len(places))
    for rows in people_of(ratings):
        length = rows.stop - rows.start
        where[rows] = np.arange(length) / length - 0.5
    sums = np.bincount(places, where, minlength=n)
    return np.asarray(sums / (np.bincount(places, minlength=n) + 2 * _PRIOR), np.float32)


def _resemblance(vectors: Vectors, traits: Traits) -> Floats32:
    """Shape (n, n): cosines of embeddings about their mean, and of each sort of trait by rarity."""
    side = _centered(vectors)
    found = _OF_MEANING * (side @ side.T)
    for weight, values in zip(_OF_TRAITS, traits, strict=True):
        bearers: dict[str, list[int]] = {}
        for row, mine in enumerate(values):
            for value in set(mine):
                bearers.setdefault(value, []).append(row)
        rarity = {
            value: float(np.log(len(values) / len(rows)))
            for value, rows in bearers.items()
            if len(rows) >= _FEWEST_ALIKE
        }
        lengths = np.array([sum(rarity.get(v, 0.0) ** 2 for v in set(mine)) for mine in values])
        lengths = np.sqrt(np.maximum(lengths, 1e-9))
        for value, rare in rarity.items():
            rows = np.array(bearers[value])
            scaled = (rare / lengths[rows]).astype(np.float32)
            found[np.ix_(rows, rows)] += np.float32(weight) * scaled[:, None] * scaled[None, :]
    return np.asarray(found, np.float32)


def _centered(vectors: Vectors) -> Floats32:
    """What sets each title apart from the mean of all, at length 1."""
    apart = vectors - vectors.mean(axis=0)
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    return np.asarray(apart / np.maximum(lengths, 1e-9), np.float32)


def _closed_form(gram: Floats32, ridge: float) -> Floats32:
    """Weights (n, n) with a diagonal of 0; overwrites `gram`, a sum of outer products."""
    from scipy import linalg  # noqa: PLC0415 -- only fitting needs it

    diagonal = np.diag_indices(len(gram))
    gram[diagonal] += ridge
    # numpy's computes in float64, and as if the matrix weren't symmetric and positive definite.
    inverse = linalg.inv(gram, overwrite_a=True, check_finite=False, assume_a="pos")
    inverse /= -np.diag(inverse)[None, :].copy()
    inverse[diagonal] = 0.0
    return np.asarray(inverse, np.float32)


def _evened(after: Floats32) -> Floats32:
    """Less for titles that come after, or before, everything."""
    given, got = after.sum(axis=1) + _PRIOR, after.sum(axis=0) + _PRIOR
    found = after / np.sqrt(given[:, None] * got[None, :])
    np.fill_diagonal(found, 0.0)
    return np.asarray(found, np.float32)


def _shares(both: Floats32, liked: NDArray[np.int32]) -> Floats32:
    counts = liked.astype(np.float32)
    found = both / (counts[:, None] + counts[None, :] - both + DAMPING)
    np.fill_diagonal(found, 0.0)
    return np.asarray(found, np.float32)


def _strongest(weights: Floats32) -> ItemLinks:
    """The strongest links of each row, positive or negative, the strongest first."""
    n = len(weights)
    kept = min(LINKS_KEPT, n)
    to = np.zeros((n, kept), np.int32)
    strength = np.zeros((n, kept), np.float16)
    for start in range(0, n, 512):
        some = weights[start : start + 512]
        sizes = -np.abs(some)
        best = np.argpartition(sizes, kept - 1, axis=1)[:, :kept]
        order = np.argsort(np.take_along_axis(sizes, best, 1), axis=1, kind="stable")
        best = np.take_along_axis(best, order, 1)
        to[start : start + 512] = best
        strength[start : start + 512] = np.take_along_axis(some, best, 1)
    to[strength == 0] = 0
    return ItemLinks(to, strength)
