"""What each step on the way to a list came to, for looking at it afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.ports.index import Gathered
from app.domain.recommend.features import ALL
from app.domain.recommend.ranker import Ranker
from app.domain.recommend.variety import RankedPool, unfit
from app.domain.taste.tastes import Floats
from app.services.recommend.candidates import CandidateSet
from app.services.recommend.taste_profile import TasteProfile


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """One kind's way to its list: who was found, in what order, what fell out and why.

    `order` are places of `pool` by falling score; `dropped` tells why titles of it fell out;
    `chosen` are places of `pool` in the order of the list, those of them in `explored` for what
    they are: something else. From the cosine `similarity_threshold`
    on titles of the kind are called close.
    """

    found: CandidateSet
    pool: Gathered
    rows: NDArray[np.float32]
    scores: Floats
    order: tuple[int, ...]
    dropped: Mapping[TitleId, str]
    chosen: tuple[int, ...]
    explored: frozenset[int]
    titles: Mapping[TitleId, Title]
    ranker: Ranker
    similarity_threshold: float


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A list: `picks` with their place among the stages of their kind."""

    profile: TasteProfile
    stages: Mapping[MediaKind, Stages]
    picks: tuple[tuple[MediaKind, int], ...] = ()


def ranked_pool(
    profile: TasteProfile,
    pool: Gathered,
    rows: NDArray[np.float32],
    scores: Floats,
    known_by: Floats,
    places: Sequence[int],
    titles: Mapping[TitleId, Title],
) -> RankedPool:
    """What variety is made of: the titles at these places of the pool, in this order.

    `rows` (n, len(features.ALL)), `scores` and `known_by` (n,) are of all of the pool.
    """
    at = np.array(places, np.intp)
    vectors, genres = pool.vectors[at], pool.genres[at]
    if profile.tastes:
        centers = np.stack([taste.center for taste in profile.tastes])
        tastes = np.argmax(vectors @ centers.T, axis=1)
    else:
        tastes = np.zeros(len(at), np.intp)
    disliked = rows[at, ALL.index("unlike")] > rows[at, ALL.index("nearest")]
    return RankedPool(
        titles=tuple(titles[pool.ids[place]] for place in places),
        scores=scores[at],
        known=known_by[at],
        vectors=vectors,
        tastes=tastes,
        shares=tuple(taste.share for taste in profile.tastes),
        usual=profile.usual(genres),
        unfit=unfit(genres, profile.person.own.genres[profile.liked], disliked),
    )
