"""The steps from scored candidates to a list: order, rules, variety. Each a pure function."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.domain.filters import TitleFilter
from app.domain.index_ports import Gathered
from app.domain.ports import Vectors
from app.domain.taste import Floats
from app.domain.titles import MediaKind, Title, TitleId
from app.domain.vocabulary import genre_bits

_Item = TypeVar("_Item")

MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Weights:
    """What shapes a list once titles are scored; chosen with `scripts.evaluate`.

    Scores are in standard deviations of the best candidates. `less_known` is taken off for each
    natural logarithm of the people who rated a title in the rating set, or of its votes.
    `adventure` is taken off further, not at all at the first place and wholly from the tenth: a
    list begins with what is safest. `variety` is 1 - λ of maximal marginal relevance (J.
    Carbonell, J. Goldstein, 1998); `balance` what a taste that is short of its share gets ahead
    (H. Steck, Calibrated Recommendations, 2018). `shake` is the size of a seed's noise.
    """

    less_known: float = 0.1
    adventure: float = 0.35
    variety: float = 0.25
    balance: float = 0.05
    shake: float = 0.35


WEIGHTS: Final = Weights()

ALONE: Final = Weights(less_known=0.45, adventure=0.32, balance=0.4)
"""Where no rating set speaks for titles: their votes tell how widely they are known."""

_STEPS: Final = 1e-6
"""Scores nearer than this are equal: processors differ in the last digits."""

_OF_A_SAGA: Final = 1
_OF_A_MAKER: Final = 3
_OF_A_GENRE: Final = 0.7
_FOR_CHILDREN: Final = frozenset({"Animation", "Family", "Kids"})
_DARING_FROM: Final = 9
_FIRST_EXPLORED: Final = 3
"""Places before this one are never given to exploration."""

EXPLORED: Final = 10
"""One of so many places is for a title outside the usual genres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
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


def chance(seed: int, title_id: TitleId) -> float:
    """A number above 0 and below 1, the same everywhere for the same seed and title."""
    digest = blake2b(title_id.key.to_bytes(8, "big"), digest_size=8, key=seed.to_bytes(8, "big"))
    return (int.from_bytes(digest.digest(), "big") + 0.5) / 2**64


def shaken(scores: Floats, ids: Sequence[TitleId], seed: int, size: float) -> Floats:
    """The scores with a seed's noise; seed 0 leaves them as they are.

    Noise of Gumbel's distribution makes the order a draw in proportion to the exponentials of the
    scores (W. Kool et al., Stochastic Beams, 2019): another seed, another list, as good.
    """
    if not seed or not len(scores):
        return scores
    noise = np.array([-np.log(-np.log(chance(seed, one))) for one in ids])
    return np.asarray(scores + size * noise)


def order_of(scores: Floats, ids: Sequence[TitleId], seed: int) -> list[int]:
    """Places by falling score; of equal ones by chance, then key."""
    steps = np.round(scores / _STEPS)
    _, groups, sizes = np.unique(steps, return_inverse=True, return_counts=True)
    tied = np.zeros(len(ids))
    for place in np.flatnonzero(sizes[groups] > 1).tolist():
        tied[place] = chance(seed, ids[place])
    keys = np.array([one.key for one in ids], np.int64)
    found: list[int] = np.lexsort((keys, tied, -steps)).tolist()
    return found


def standardised(scores: Floats, best: int = 100) -> Floats:
    """In standard deviations of the best ones, their mean being 0."""
    if not len(scores):
        return scores
    some = np.sort(scores)[-best:]
    return np.asarray((scores - some.mean()) / (some.std() + 1e-9))


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """Candidates of one kind, best first, for choosing from: row i of all is ``titles[i]``.

    `known` is how widely each is known, in natural logarithms. `tastes` says which taste each is
    nearest to; `shares` are the tastes' own. `usual` is whether it has a genre that the person
    usually chooses, `explorable` whether it may stand for what lies outside of those.
    """

    titles: tuple[Title, ...]
    scores: Floats
    known: Floats
    vectors: Vectors
    tastes: NDArray[np.intp]
    shares: tuple[float, ...]
    usual: NDArray[np.bool_]
    explorable: NDArray[np.bool_]


def explorable(genres: NDArray[np.uint32], liked: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which titles, by their genres (n,), a person may get though they like nothing of the sort.

    All, but what is made for children where nothing that is `liked` (m,) is: to somebody without
    children that is no discovery.
    """
    children = np.uint32(genre_bits(_FOR_CHILDREN))
    if (liked & children).any():
        return np.ones(len(genres), bool)
    return np.asarray((genres & children) == 0)


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


@dataclass(slots=True)
class _Caps:
    """How much of one thing a list of this length takes."""

    count: int
    sagas: Counter[int] = field(default_factory=Counter)
    makers: Counter[str] = field(default_factory=Counter)
    genres: Counter[str] = field(default_factory=Counter)

    def refuse(self, title: Title) -> str:
        """Why it can't be taken, empty where it can."""
        if title.collection_id is not None and self.sagas[title.collection_id] >= _OF_A_SAGA:
            return "another part of its saga is in the list"
        if any(self.makers[maker] >= _OF_A_MAKER for maker in title.makers):
            return "there are enough titles of the same maker"
        most = max(2, round(self.count * _OF_A_GENRE))
        if title.genres and self.genres[title.genres[0]] >= most:
            return f"there is enough of {title.genres[0]}"
        return ""

    def take(self, title: Title) -> None:
        """Count it."""
        if title.collection_id is not None:
            self.sagas[title.collection_id] += 1
        self.makers.update(title.makers)
        self.genres.update(title.genres[:1])


def diversified(
    ranked: Ranked, count: int, weights: Weights = WEIGHTS
) -> tuple[list[int], dict[TitleId, str]]:
    """Places of at most `count` titles, in the order to show them; and why some were passed over.

    Greedy: score, less resemblance to what is already chosen, more for a taste short of its share.
    Where the caps would leave the list short, they give way.
    """
    n = len(ranked.titles)
    caps = _Caps(count)
    why: dict[TitleId, str] = {}
    likeness = np.zeros(n)
    open_places = np.ones(n, bool)
    taken = np.zeros(len(ranked.shares))
    shares = np.array(ranked.shares)
    chosen: list[int] = []
    passed_over: list[int] = []
    while len(chosen) < min(count, n):
        daring = weights.adventure * min(len(chosen) / _DARING_FROM, 1.0)
        scores = ranked.scores - daring * ranked.known
        gain = (1 - weights.variety) * scores - weights.variety * likeness
        if len(shares):
            short = np.maximum(shares * (len(chosen) + 1) - taken, 0.0)
            gain = gain + weights.balance * short[ranked.tastes]
        gain = np.where(open_places, gain, -np.inf)
        place = int(np.argmax(np.round(gain / _STEPS)))
        if gain[place] == -np.inf:
            if not passed_over:
                break
            place = passed_over.pop(0)
            why.pop(ranked.titles[place].id, None)
        else:
            open_places[place] = False
            reason = caps.refuse(ranked.titles[place])
            if not (ranked.usual[place] or ranked.explorable[place]):
                reason = "it is made for children, and you like nothing of the sort"
            if reason:
                why[ranked.titles[place].id] = reason
                passed_over.append(place)
                continue
        caps.take(ranked.titles[place])
        chosen.append(place)
        if len(shares):
            taken[ranked.tastes[place]] += 1
        near = ranked.vectors @ ranked.vectors[place]
        likeness = np.maximum(likeness, _SPREAD * near)
    return _with_exploration(ranked, chosen, count), why


_SPREAD: Final = 2.0
"""Deviations of score that a resemblance (cosine) of 1 weighs as much as."""


def _with_exploration(ranked: Ranked, chosen: list[int], count: int) -> list[int]:
    """One place in ten, behind the first three, for the best title outside the usual genres."""
    wanted = count // EXPLORED
    outside = [place for place in chosen if not ranked.usual[place]]
    best = [
        place
        for place in np.argsort(-ranked.scores, kind="stable").tolist()
        if not ranked.usual[place] and ranked.explorable[place] and place not in chosen
    ]
    found = list(chosen)
    for _ in range(wanted - len(outside)):
        inside = [p for p in range(_FIRST_EXPLORED, len(found)) if ranked.usual[found[p]]]
        if not best or not inside:
            break
        found.pop(inside[-1])
        found.append(best.pop(0))
    return found


def interleaved(
    lists: Sequence[Sequence[_Item]], shares: Sequence[float], count: int
) -> list[_Item]:
    """One list out of several, each of them getting about its share, first things first."""
    taken = [0] * len(lists)
    found: list[_Item] = []
    while len(found) < count:
        left = [i for i in range(len(lists)) if taken[i] < len(lists[i])]
        if not left:
            break
        short = [shares[i] * (len(found) + 1) - taken[i] for i in left]
        best = left[short.index(max(short))]
        found.append(lists[best][taken[best]])
        taken[best] += 1
    return found
