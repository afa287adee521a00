"""From what is known of a person to a list, step by step; each step can be looked at afterwards."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.index import Gathered, VectorIndex
from app.domain.recommend.features import (
    ALL,
    Background,
    Person,
    background_of,
    features,
    foreign_favourites,
    language_fit,
    popularity,
)
from app.domain.recommend.item_item_model import CollaborativeScores
from app.domain.recommend.ranker import CONTENT_RANKER, Ranker
from app.domain.recommend.rules import (
    ALONE,
    MOST,
    WEIGHTS,
    ListRequest,
    ListWeights,
    order_of,
    passing,
    perturbed,
    saga_rule,
    standardised,
)
from app.domain.recommend.variety import (
    EXPLORED,
    diversified,
    explored,
    interleaved,
)
from app.domain.search.filters import EVERYTHING
from app.domain.taste.tastes import Floats, Interaction
from app.services.recommend.candidates import CandidateSet, found_for
from app.services.recommend.collaborative_model import BACKGROUND, CollaborativeModel
from app.services.recommend.stages import Run, Stages, ranked_pool
from app.services.recommend.taste_profile import TasteProfile, taste_profile_of

_LOOKED_AT: Final = 150
"""Titles read from the store for the rules and for variety, at least."""

_PER_PLACE: Final = 8
_HARDLY_KNOWN: Final = 100
"""Votes below which being less known is no further merit: nothing is known of how good it is."""

FeatureMaker: TypeAlias = Callable[
    [Person, Gathered, Background, CollaborativeScores | None], NDArray[np.float32]
]
"""As `app.domain.recommend.features.features`."""


class Pipeline:
    """The pipeline over an index, a store and, where there is one, a co-rating model."""

    def __init__(
        self,
        index: VectorIndex,
        titles: TitleStore,
        collaborative_model: Callable[[], CollaborativeModel | None],
        weights: ListWeights = WEIGHTS,
        alone: ListWeights = ALONE,
        make_features: FeatureMaker = features,
    ) -> None:
        self.index = index
        self._titles = titles
        self.collaborative_model = collaborative_model
        self._weights = weights
        self._alone = alone
        self._make_features = make_features
        self._backgrounds: dict[tuple[str, MediaKind], Background] = {}
        self._lock = threading.Lock()

    def profile(
        self,
        told: Sequence[Interaction],
        watchlist: Sequence[TitleId],
        left_out: Collection[TitleId],
        now: float,
        titles: Mapping[TitleId, Title] | None = None,
    ) -> TasteProfile:
        """See `taste_profile_of`; made once for as long as history, index and co-rating model stay.

        `titles` hold those of `told` where the caller has them.
        """
        if titles is None:
            titles = self._titles.get_many([one.id for one in told])
        collaborative_model = self.collaborative_model()
        return taste_profile_of(
            self.index, collaborative_model, told, watchlist, left_out, now, titles
        )

    def run(self, profile: TasteProfile, request: ListRequest) -> Run:
        """The list: `request.count` picks wherever so many titles pass. Raises `NotReady`.

        The same person, index, model, filters and seed give the same list.
        """
        shares = profile.shares(request.kinds)
        places = Counter(
            interleaved([[kind] * MOST for kind in request.kinds], shares, request.count)
        )
        most, _ = places.most_common(1)[0]
        stages = {
            kind: self._stages(
                profile,
                request,
                kind,
                places[kind],
                request.count // EXPLORED if kind is most else 0,
            )
            for kind in request.kinds
        }
        lists = [[(kind, place) for place in stages[kind].chosen] for kind in request.kinds]
        picks = interleaved(lists, shares, request.count)
        return Run(profile, stages, tuple(picks))

    def run_for(self, profile: TasteProfile, request: ListRequest, title_id: TitleId) -> Run:
        """As `run`, with one title looked at whatever would lead to it, to tell what speaks for it.

        What was watched may be asked about, too.
        """
        shown = replace(profile, left_out=profile.left_out - {title_id})
        found = found_for(
            self.index, shown, title_id.kind, request, self._favourites(profile, title_id.kind)
        )
        if title_id not in found.origins:
            found = CandidateSet((*found.ids, title_id), {**found.origins, title_id: {}})
        title = self._titles.get_many([title_id])
        pool = self.index.gathered([title_id])
        rows = self._features(profile, pool, title_id.kind)
        stages = Stages(
            found=found,
            pool=pool,
            rows=rows,
            scores=np.zeros(len(pool.ids)),
            order=tuple(range(len(pool.ids))),
            dropped={},
            chosen=(),
            explored=frozenset(),
            titles=title,
            ranker=CONTENT_RANKER,
            similarity_threshold=self.background(title_id.kind).similarity_threshold,
        )
        return Run(profile, {title_id.kind: stages})

    def features_of(self, profile: TasteProfile, ids: Sequence[TitleId]) -> NDArray[np.float32]:
        """Shape (n, len(features.ALL)): rows of those of the titles, of one kind, in the index."""
        return self._features(profile, self.index.gathered(ids), ids[0].kind)

    def _favourites(self, profile: TasteProfile, kind: MediaKind) -> frozenset[str]:
        return foreign_favourites(profile.person, self.background(kind))

    def _features(
        self, profile: TasteProfile, pool: Gathered, kind: MediaKind
    ) -> NDArray[np.float32]:
        usual = self.background(kind)
        return self._make_features(profile.person, pool, usual, profile.collaborative_of(kind))

    def _stages(
        self,
        profile: TasteProfile,
        request: ListRequest,
        kind: MediaKind,
        its_places: int,
        to_explore: int,
    ) -> Stages:
        """The way of one kind to as many as are wished for, should the other have none.

        Of the list's places this kind is to have `its_places`, and of these `to_explore` are for
        what the person doesn't usually choose.
        """
        ranker = profile.ranker_of(kind)
        found = found_for(self.index, profile, kind, request, self._favourites(profile, kind))
        pool = self.index.gathered(found.ids)
        pool = pool.of_rows(np.flatnonzero(passing(pool, request.where)))
        rows = self._features(profile, pool, kind)
        scores = ranker.scores(rows)
        known_by = _known_by(pool, rows, ranker)
        weights = self._alone if ranker is CONTENT_RANKER else self._weights
        scores = standardised(scores) - weights.less_known * known_by
        scores += weights.language * language_fit(profile.person, pool, self.background(kind))
        scores = perturbed(scores, pool.ids, request.seed, weights.shake)
        ordered = order_of(scores, pool.ids, request.seed)
        titles, order, dropped = self._allowed(profile, request, pool, ordered)
        ranked_places, later_parts = saga_rule(
            [titles[pool.ids[p]] for p in order], profile.seen_parts
        )
        places = [order[place] for place in ranked_places]
        ranked = ranked_pool(profile, pool, rows, scores, known_by, places, titles)
        varied, why = diversified(ranked, request.count, weights)
        varied = explored(ranked, varied, its_places, to_explore)
        chosen = [places[place] for place in varied]
        beyond = [places[place] for place in varied[:its_places] if not ranked.usual[place]]
        # A full list with a saga's later parts is better than a short one, the earlier part first.
        later = sorted(
            (place for place in order if pool.ids[place] in later_parts),
            key=lambda place: titles[pool.ids[place]].released or "9",
        )[: max(request.count - len(chosen), 0)]
        chosen += later
        shown = {pool.ids[place] for place in later}
        dropped |= why | {one: why for one, why in later_parts.items() if one not in shown}
        return Stages(
            found=found,
            pool=pool,
            rows=rows,
            scores=scores,
            order=tuple(ordered),
            dropped=dropped,
            chosen=tuple(chosen),
            explored=frozenset(beyond[len(beyond) - to_explore :]),
            titles=titles,
            ranker=ranker,
            similarity_threshold=self.background(kind).similarity_threshold,
        )

    def _allowed(
        self, profile: TasteProfile, request: ListRequest, pool: Gathered, order: Sequence[int]
    ) -> tuple[dict[TitleId, Title], list[int], dict[TitleId, str]]:
        """The best places whose titles the store has, and which may be shown as it knows them."""
        today = datetime.fromtimestamp(profile.person.now, UTC).date().isoformat()
        wanted = max(_LOOKED_AT, _PER_PLACE * request.count)
        titles: dict[TitleId, Title] = {}
        dropped: dict[TitleId, str] = {}
        stays: list[int] = []
        for start in range(0, len(order), wanted):
            some = order[start : start + wanted]
            read = self._titles.get_many([pool.ids[place] for place in some])
            titles |= read
            for place in some:
                title_id = pool.ids[place]
                why = _barred(read.get(title_id), title_id, profile, request, today)
                if why:
                    dropped[title_id] = why
                else:
                    stays.append(place)
            if len(stays) >= wanted:
                break
        return titles, stays, dropped

    def background(self, kind: MediaKind) -> Background:
        """How well-known titles of the kind are spread: kept while the same index is served."""
        version = self.index.status().version
        with self._lock:
            kept = self._backgrounds.get((version, kind))
        if kept is not None:
            return kept
        best_known = self.index.best_known(BACKGROUND, (kind,), EVERYTHING)
        made = background_of(self.index.gathered(best_known))
        with self._lock:
            self._backgrounds = {
                key: one for key, one in self._backgrounds.items() if key[0] == version
            }
            self._backgrounds[version, kind] = made
        return made


def _barred(
    title: Title | None, title_id: TitleId, profile: TasteProfile, request: ListRequest, today: str
) -> str:
    """Why a title may not be shown, empty where it may."""
    if title is None:
        return "it left the catalogue"
    if title_id in profile.left_out:
        return "the person knows it"
    aside = profile.unwanted_sagas.get(title.collection_id or 0)
    if aside is not None:
        return f"you put {aside} of the same saga aside"
    if not request.where.passes(title):
        return "it does not pass the filters"
    if (title.released or f"{title.year or 0:04}") > today:
        return "it is not out yet"
    return ""


def _known_by(pool: Gathered, rows: NDArray[np.float32], ranker: Ranker) -> Floats:
    """How widely each title is known: among those who supplied the ratings, or by its votes."""
    if ranker is CONTENT_RANKER:
        return popularity(np.maximum(pool.votes, _HARDLY_KNOWN))
    return np.asarray(rows[:, ALL.index("raters")], np.float64)
