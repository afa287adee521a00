"""From ranked candidates to a varied list: caps, resemblance, tastes, exploration; all pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import Title, TitleId
from app.domain.catalogue.vocabulary import genre_bits
from app.domain.ports.vectors import Vectors
from app.domain.recommend.rules import STEPS, WEIGHTS, ListWeights
from app.domain.taste.tastes import Floats

_Item = TypeVar("_Item")

_OF_A_SAGA: Final = 1
_OF_A_MAKER: Final = 3
_OF_A_GENRE: Final = 0.7
_FOR_CHILDREN: Final = frozenset({"Animation", "Family", "Kids"})
_FOR_FAMILIES: Final = frozenset({"Family", "Kids"})
_CHILDLIKE: Final = 0.8
_CHILDLIKE_FAMILY: Final = 0.5
_FEWEST_CHILDLIKE: Final = 3
_DARING_FROM: Final = 9
_FIRST_EXPLORED: Final = 3
"""Places before this one are never given to exploration."""

EXPLORED: Final = 10
"""One of so many places is for a title outside the usual genres."""

_SPREAD: Final = 2.0
"""Deviations of score that a resemblance (cosine) of 1 weighs as much as."""

_OUTSIDE: Final = "it is outside your usual genres, and there is enough of that"
_CHILDISH: Final = "it is made for children, and you like nothing of the sort"
_GROWN_UP: Final = "it is not made for children, and nearly all that you like is"
_TOO_NEAR: Final = "it is nearer to what you did not like than to what you like"


@dataclass(frozen=True, slots=True, eq=False)
class RankedPool:
    """Candidates of one kind, best first, for choosing from: row i of all is ``titles[i]``.

    `known` is how widely each is known, in natural logarithms. `tastes` says which taste each is
    nearest to; `shares` are the tastes' own. `usual` is whether it has a genre that the person
    usually chooses; `unfit` why it can't stand for what lies outside of those, empty where it can.
    """

    titles: tuple[Title, ...]
    scores: Floats
    known: Floats
    vectors: Vectors
    tastes: NDArray[np.intp]
    shares: tuple[float, ...]
    usual: NDArray[np.bool_]
    unfit: Sequence[str]


def for_children(genres: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which titles, by their genres (n,), may be made for children."""
    return np.asarray((genres & np.uint32(genre_bits(_FOR_CHILDREN))) != 0)


def for_families(genres: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which titles, by their genres (n,), may be shown to a child: animation alone needn't be."""
    return np.asarray((genres & np.uint32(genre_bits(_FOR_FAMILIES))) != 0)


def is_childlike(liked: NDArray[np.uint32]) -> bool:
    """Whether what is liked (m,) looks like a child's: nearly all is for children."""
    return bool(
        len(liked) >= _FEWEST_CHILDLIKE
        and for_children(liked).mean() >= _CHILDLIKE
        and for_families(liked).mean() >= _CHILDLIKE_FAMILY
    )


def unfit(
    genres: NDArray[np.uint32], liked: NDArray[np.uint32], disliked: NDArray[np.bool_]
) -> tuple[str, ...]:
    """Why titles, by their genres (n,), can't be for somebody who likes nothing of the sort.

    What is made for children is no discovery to a person to whom nothing that they have `liked`
    (m,) is, nor the rest to a child; nor is what is nearer to a disappointment than to anything
    liked, `disliked` (n,).
    """
    childish = for_children(genres)
    if is_childlike(liked):
        why, barred = _GROWN_UP, ~for_families(genres)
    elif for_children(liked).any():
        why, barred = "", np.zeros(len(genres), bool)
    else:
        why, barred = _CHILDISH, childish
    return tuple(
        why if out else _TOO_NEAR if near else ""
        for out, near in zip(barred.tolist(), disliked.tolist(), strict=True)
    )


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
    ranked: RankedPool, count: int, weights: ListWeights = WEIGHTS
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
        place = int(np.argmax(np.round(gain / STEPS)))
        if gain[place] == -np.inf:
            if not passed_over:
                break
            place = passed_over.pop(0)
            why.pop(ranked.titles[place].id, None)
        else:
            open_places[place] = False
            reason = caps.refuse(ranked.titles[place])
            if not ranked.usual[place]:
                beyond = sum(not ranked.usual[other] for other in chosen)
                enough = _OUTSIDE if beyond >= max(count // EXPLORED, 1) else ""
                reason = ranked.unfit[place] or enough or reason
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
    return chosen, why


def explored(ranked: RankedPool, chosen: Sequence[int], shown: int, wanted: int) -> list[int]:
    """The places `chosen`, `wanted` of the first `shown` of them outside the usual genres.

    Where too few are, the best titles of all that may be explored take the place of the last usual
    ones, at the end, and never one of the first three.
    """
    best = [
        place
        for place in np.argsort(-ranked.scores, kind="stable").tolist()
        if not (ranked.usual[place] or ranked.unfit[place] or place in chosen[:shown])
    ]
    found = list(chosen[:shown])
    for _ in range(wanted - sum(not ranked.usual[place] for place in found)):
        inside = [p for p in range(_FIRST_EXPLORED, len(found)) if ranked.usual[found[p]]]
        if not best or not inside:
            break
        found.pop(inside[-1])
        found.append(best.pop(0))
    return (found + [place for place in chosen if place not in found])[: len(chosen)]


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
