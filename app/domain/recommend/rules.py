"""The steps from scored candidates to their order, each a pure function.

What makes a varied list of it is in `app.domain.recommend.variety`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.keys import keys_of
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.catalogue.vocabulary import genre_bits
from app.domain.ports.index import Gathered
from app.domain.search.filters import TitleFilter
from app.domain.taste.tastes import Floats

MOST: Final = 20


@dataclass(frozen=True, slots=True)
class ListWeights:
    """What shapes a list once titles are scored; chosen with `scripts.tune_lists`.

    Scores are in standard deviations of the best candidates. `less_known` is taken off for each
    natural logarithm of the people who rated a title in the rating set, or of its votes. `language`
    is added for each of `features.language_fit`: rating sets of one country can't tell its worth.
    `adventure` is taken off further, not at all at the first place and wholly from the tenth: a
    list begins with what is safest. `variety` is 1 - λ of maximal marginal relevance (J.
    Carbonell, J. Goldstein, 1998); `balance` what a taste that is short of its share gets ahead
    (H. Steck, Calibrated Recommendations, 2018). `shake` is the size of a seed's noise.
    """

    less_known: float = 0.0
    language: float = 0.6
    adventure: float = 0.5
    variety: float = 0.25
    balance: float = 0.05
    shake: float = 0.35


WEIGHTS: Final = ListWeights()

ALONE: Final = ListWeights(less_known=0.65, language=1.0, adventure=0.32, variety=0.35, balance=0.8)
"""Where no rating set speaks for titles: their votes tell how widely they are known."""

_BEST: Final = 100
_BEST_OF: Final = 5
_FEWEST_BEST: Final = 10

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
STEPS: Final = 1e-6
"""Scores nearer than this are equal: processors differ in the last digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRequest:
    """What is asked for: `kinds` in order of preference, `count` 1 to 20."""

    kinds: tuple[MediaKind, ...]
    count: int = 10
    seed: int = 0
    where: TitleFilter = field(default_factory=TitleFilter)


def passing(pool: Gathered, where: TitleFilter) -> NDArray[np.bool_]:
    """Shape (n,): which titles pass, by what the index knows of them; as `TitleFilter.passes`."""
    years, runtimes = pool.years, pool.runtimes
    passed = np.ones(len(pool.ids), bool)
    if not where.include_adult:
        passed &= ~pool.adult
    if where.year_from is not None:
        passed &= years >= max(where.year_from, 1)
    if where.year_to is not None:
        passed &= (years > 0) & (years <= where.year_to)
    if where.runtime_from is not None:
        passed &= runtimes >= max(where.runtime_from, 1)
    if where.runtime_to is not None:
        passed &= (runtimes > 0) & (runtimes <= where.runtime_to)
    if where.genres:
        passed &= (pool.genres & np.uint32(genre_bits(where.genres))) != 0
    if where.without_genres:
        passed &= (pool.genres & np.uint32(genre_bits(where.without_genres))) == 0
    if where.languages:
        passed &= np.array([code in where.languages for code in pool.languages], bool)
    passed &= pool.votes >= where.min_votes
    if where.min_rating:
        passed &= pool.ratings >= where.min_rating
    return passed


def chances(seed: int, ids: Sequence[TitleId]) -> Floats:
    """Shape (n,): numbers above 0 and below 1, the same everywhere for the same seed and titles.

    The finalizer of SplitMix64 (G. Steele et al., Fast Splittable Pseudorandom Number Generators,
    2014), over the seed and then the key.
    """
    keys = np.fromiter((one.key for one in ids), np.uint64, len(ids))
    seeds = np.full(len(ids), seed, np.uint64)
    mixed = _mixed(_mixed(seeds + _GOLDEN) ^ keys)
    return np.asarray(((mixed >> np.uint64(11)).astype(np.float64) + 0.5) / 2**53)


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Multiplication of arrays wraps around, as is meant."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)))


def perturbed(scores: Floats, ids: Sequence[TitleId], seed: int, size: float) -> Floats:
    """The scores with a seed's noise; seed 0 leaves them as they are.

    Noise of Gumbel's distribution makes the order a draw in proportion to the exponentials of the
    scores (W. Kool et al., Stochastic Beams, 2019): another seed, another list, as good.
    """
    if not seed or not len(scores):
        return scores
    return np.asarray(scores - size * np.log(-np.log(chances(seed, ids))))


def order_of(scores: Floats, ids: Sequence[TitleId], seed: int) -> list[int]:
    """Places by falling score; of equal ones by chance, then key."""
    steps = np.round(scores / STEPS)
    _, groups, sizes = np.unique(steps, return_inverse=True, return_counts=True)
    tied = np.where(sizes[groups] > 1, chances(seed, ids), 0.0)
    keys = keys_of(ids)
    found: list[int] = np.lexsort((keys, tied, -steps)).tolist()
    return found


def standardised(scores: Floats) -> Floats:
    """In standard deviations of the best ones, their mean being 0.

    The best are a fifth, of many the best 100: over a whole pool the worst would set the measure.
    """
    if not len(scores):
        return scores
    best = min(_BEST, max(len(scores) // _BEST_OF, _FEWEST_BEST))
    some = np.sort(scores)[-best:]
    return np.asarray((scores - some.mean()) / (some.std() + 1e-9))


def saga_rule(
    titles: Sequence[Title], seen_parts: Mapping[int, str]
) -> tuple[list[int], dict[TitleId, str]]:
    """Places in order, each saga told from the right part; and why others are left out.

    Of a saga's candidates only the earliest that follows what was seen stays, at the place of the
    best of them. `seen_parts` holds for each saga the date of the latest part seen.
    """
    parts: dict[int, list[int]] = {}
    for place, title in enumerate(titles):
        if title.collection_id is not None:
            parts.setdefault(title.collection_id, []).append(place)
    stays: dict[int, int] = {}
    why: dict[TitleId, str] = {}
    for saga, places in parts.items():
        after = seen_parts.get(saga, "")
        ordered = sorted(places, key=lambda place: (titles[place].released or "9", place))
        following = [place for place in ordered if (titles[place].released or "9") > after]
        chosen = (following or ordered)[0]
        stays[min(places)] = chosen
        for place in places:
            if place != chosen:
                why[titles[place].id] = f"{titles[chosen].name} comes first in this saga"
    found = []
    for place, title in enumerate(titles):
        if title.collection_id is None:
            found.append(place)
        elif place in stays:
            found.append(stays[place])
    return found, why
