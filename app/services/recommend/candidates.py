"""Titles that may be in a list, and what found each of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.ports.index import Neighbour, VectorIndex
from app.domain.ports.vectors import Vectors
from app.domain.reasons.evidence import Origin
from app.domain.recommend.item_item_model import CollaborativeScores
from app.domain.recommend.rules import ListRequest
from app.domain.search.filters import TitleFilter
from app.services.recommend.taste_profile import TasteProfile

_OF_A_TASTE: Final = 80
_OF_A_TITLE: Final = 30
_TITLES_ASKED: Final = 24
_CO_RATED: Final = 450
_BESIDE: Final = 60
"""Liked titles whose own recommendations by TMDB are taken up, the weightiest."""

_POPULAR: Final = 250
_POPULAR_COLD: Final = 1000
_OF_LANGUAGES: Final = 100


@dataclass(frozen=True, slots=True)
class CandidateSet:
    """Titles in the order of being found; for each the origins with its rank there, from 1."""

    ids: tuple[TitleId, ...]
    origins: Mapping[TitleId, Mapping[Origin, int]]


def found_for(
    index: VectorIndex,
    profile: TasteProfile,
    kind: MediaKind,
    request: ListRequest,
    languages: frozenset[str] = frozenset(),
) -> CandidateSet:
    """Candidates of one kind from every source; none that is left out. Raises `NotReady`.

    The best known in one of the `languages` are among them. Those of the index pass the filters as
    it knows them; the others are still to be checked.
    """
    origins: dict[TitleId, dict[Origin, int]] = {}

    def add(ids: Iterable[TitleId], origin: Origin) -> None:
        rank = 0
        for one in ids:
            if one.kind is kind and one not in profile.left_out:
                rank += 1
                origins.setdefault(one, {}).setdefault(origin, rank)

    for near in _similar(index, profile, kind, request.where):
        add(near, Origin.SIMILAR)
    collaborative = profile.collaborative_of(kind)
    if collaborative is not None:
        add(_co_rated(collaborative, profile), Origin.CO_RATED)
    add(_beside(profile), Origin.RECOMMENDED)
    add(profile.watchlist, Origin.WATCHLIST)
    popular = _POPULAR_COLD if profile.cold else _POPULAR
    add(index.best_known(popular, (kind,), request.where, profile.left_out), Origin.POPULAR)
    if languages and not request.where.languages:
        where = replace(request.where, languages=languages)
        add(index.best_known(_OF_LANGUAGES, (kind,), where, profile.left_out), Origin.POPULAR)
    return CandidateSet(tuple(origins), origins)


def _similar(
    index: VectorIndex, profile: TasteProfile, kind: MediaKind, where: TitleFilter
) -> Iterable[list[TitleId]]:
    """Around the middle of each taste, and around the titles that weigh most."""
    if not len(profile.liked):
        return

    def roughly(vectors: Vectors, k: int) -> list[list[Neighbour]]:
        return index.search_many(vectors, k, (kind,), where, profile.left_out, thorough=False)

    centers = np.stack([taste.center for taste in profile.tastes])
    for found in roughly(centers, _OF_A_TASTE):
        yield [one.id for one in found]
    weights = profile.person.preferences.weights[profile.liked]
    first = profile.liked[np.argsort(-weights, kind="stable")[:_TITLES_ASKED]]
    asked = profile.person.own.vectors[first]
    for found in roughly(asked, _OF_A_TITLE):
        yield [one.id for one in found]


def _co_rated(collaborative: CollaborativeScores, profile: TasteProfile) -> list[TitleId]:
    keys, mixed = collaborative.model.keys, collaborative.mixed
    mixed[np.isin(keys, [one.key for one in profile.left_out])] = -np.inf
    best = np.argsort(-mixed, kind="stable")[:_CO_RATED]
    return [TitleId.from_key(int(keys[row])) for row in best.tolist() if mixed[row] > 0]


def _beside(profile: TasteProfile) -> list[TitleId]:
    """What TMDB names beside liked titles: the first of each, then the second of each."""
    weights = profile.person.preferences.weights[profile.liked]
    order = profile.liked[np.argsort(-weights, kind="stable")[:_BESIDE]]
    lists = []
    for row in order.tolist():
        title = profile.titles.get(profile.person.own.ids[row])
        if title is not None:
            lists.append([TitleId(title.id.kind, number) for number in title.recommended])
    longest = max((len(one) for one in lists), default=0)
    return [one[place] for place in range(longest) for one in lists if place < len(one)]
