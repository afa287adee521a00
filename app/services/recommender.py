"""From what is known of a person to a list, step by step; each step can be looked at afterwards."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.co_ratings import Heard
from app.domain.features import (
    ALL,
    Background,
    Person,
    background_of,
    fame,
    features,
    genre_shares,
)
from app.domain.index_ports import Gathered, VectorIndex
from app.domain.ports import TitleStore, Vectors
from app.domain.ranker import CONTENT_RANKER, Ranker
from app.domain.recommending import (
    ALONE,
    WEIGHTS,
    Ranked,
    Weights,
    Wish,
    diversified,
    explorable,
    interleaved,
    order_of,
    passing,
    saga_rule,
    shaken,
    standardised,
)
from app.domain.taste import Floats, Liking, Taste, Told, liking_of, tastes_of
from app.domain.titles import MediaKind, Title, TitleId
from app.services.candidates import Candidates, found_for
from app.services.fit_co_ratings import BACKGROUND, Trained

_LOOKED_AT: Final = 150
"""Titles read from the store for the rules and for variety, at least."""

_PER_PLACE: Final = 8
_COLD: Final = 3
_LEAST_SHARE: Final = 0.2
"""Of a list of both kinds, each gets at least so much."""

USUAL_GENRE: Final = 0.06
_EVERYTHING_KNOWN: Final = "the person knows it"


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A person, as a list is made for them: see `Recommender.known`.

    `own` has the facts of those of `liking.ids` that the index has; `own.ids` are `person`'s.
    `liked` are rows of it, `tastes` are over those rows. `titles` are those that were told of.
    """

    person: Person
    liked: NDArray[np.intp]
    tastes: tuple[Taste, ...]
    titles: Mapping[TitleId, Title]
    told: Mapping[TitleId, Told]
    watchlist: tuple[TitleId, ...]
    left_out: frozenset[TitleId]
    seen_parts: Mapping[int, str]

    @property
    def cold(self) -> bool:
        """Whether hardly anything is known that a list could be drawn from."""
        return len(self.liked) < _COLD


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """One kind's way to its list: who was found, in what order, what fell out and why.

    `order` are places of `pool` by falling score; `dropped` tells why titles of it fell out;
    `chosen` are places of `pool` in the order of the list.
    """

    found: Candidates
    pool: Gathered
    rows: NDArray[np.float32]
    scores: Floats
    order: tuple[int, ...]
    dropped: Mapping[TitleId, str]
    chosen: tuple[int, ...]
    titles: Mapping[TitleId, Title]
    ranker: Ranker


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A list: `picks` with their place among the stages of their kind."""

    known: Known
    stages: Mapping[MediaKind, Stages]
    picks: tuple[tuple[MediaKind, int], ...] = ()


class Recommender:
    """The pipeline over an index, a store and, where there is one, a co-rating model."""

    def __init__(
        self,
        index: VectorIndex,
        titles: TitleStore,
        trained: Callable[[], Trained | None],
        weights: Weights = WEIGHTS,
        alone: Weights = ALONE,
    ) -> None:
        self.index = index
        self._titles = titles
        self.trained = trained
        self._weights = weights
        self._alone = alone
        self._backgrounds: dict[tuple[str, MediaKind], Background] = {}
        self._lock = threading.Lock()

    def known(
        self,
        told: Sequence[Told],
        watchlist: Sequence[TitleId],
        left_out: Collection[TitleId],
        now: float,
        titles: Mapping[TitleId, Title] | None = None,
    ) -> Known:
        """What a list is drawn from, made once for as long as history and index stay.

        `told` is in the order of the ledger; `left_out` must hold all that may not be shown.
        `titles` hold those of `told` where the caller has them. Raises `NotReady`.
        """
        liking = liking_of(told)
        own = self.index.gathered(liking.ids)
        liking = _restricted(liking, own.ids)
        person = Person(liking, own, now)
        liked = liking.liked
        tastes = tastes_of(own.vectors[liked], liking.weights[liked] + 0.05)
        if titles is None:
            titles = self._titles.get_many([one.id for one in told])
        said = {one.id: one for one in told}
        titles = {one: title for one, title in titles.items() if one in said}
        parts: dict[int, str] = {}
        for one, title in titles.items():
            if title.collection_id is not None and not said[one].dismissed:
                parts[title.collection_id] = max(parts.get(title.collection_id, ""), title.released)
        return Known(
            person=person,
            liked=liked,
            tastes=tuple(tastes),
            titles=titles,
            told=said,
            watchlist=tuple(watchlist),
            left_out=frozenset(left_out),
            seen_parts=parts,
        )

    def run(self, known: Known, wish: Wish) -> Run:
        """The list for a wish: `wish.count` picks wherever so many titles pass. Raises `NotReady`.

        The same person, index, model, filters and seed give the same list.
        """
        stages = {kind: self._stages(known, wish, kind) for kind in wish.kinds}
        lists = [[(kind, place) for place in stages[kind].chosen] for kind in wish.kinds]
        shares = _shares(known, wish.kinds)
        picks = interleaved(lists, shares, wish.count)
        return Run(known, stages, tuple(picks))

    def run_for(self, known: Known, wish: Wish, title_id: TitleId) -> Run:
        """As `run`, with one title looked at whatever would lead to it, to tell what speaks for it.

        What was watched may be asked about, too.
        """
        shown = replace(known, left_out=known.left_out - {title_id}, watchlist=known.watchlist)
        heard = self._heard(known, title_id.kind)
        found = found_for(self.index, heard, shown, title_id.kind, wish)
        if title_id not in found.origins:
            found = Candidates((*found.ids, title_id), {**found.origins, title_id: {}})
        title = self._titles.get_many([title_id])
        pool = self.index.gathered([title_id])
        rows = features(known.person, pool, self._background(title_id.kind), heard)
        stages = Stages(
            found=found,
            pool=pool,
            rows=rows,
            scores=np.zeros(len(pool.ids)),
            order=tuple(range(len(pool.ids))),
            dropped={},
            chosen=(),
            titles=title,
            ranker=CONTENT_RANKER,
        )
        return Run(known, {title_id.kind: stages})

    def _heard(self, known: Known, kind: MediaKind) -> Heard | None:
        trained = self.trained() if kind is MediaKind.MOVIE else None
        return trained.model.heard(known.person.liking) if trained else None

    def features_of(self, known: Known, ids: Sequence[TitleId]) -> NDArray[np.float32]:
        """Shape (n, len(features.ALL)): rows of those of the titles, of one kind, in the index."""
        pool = self.index.gathered(ids)
        kind = ids[0].kind
        return features(known.person, pool, self._background(kind), self._heard(known, kind))

    def _stages(self, known: Known, wish: Wish, kind: MediaKind) -> Stages:
        trained = self.trained() if kind is MediaKind.MOVIE else None
        heard = trained.model.heard(known.person.liking) if trained else None
        ranker = trained.ranker if trained and not known.cold else CONTENT_RANKER
        found = found_for(self.index, heard, known, kind, wish)
        pool = self.index.gathered(found.ids)
        pool = pool.of_rows(np.flatnonzero(passing(pool, wish.where)))
        rows = features(known.person, pool, self._background(kind), heard)
        scores = ranker.scores(rows)
        known_by = _known_by(pool, rows, ranker)
        weights = self._alone if ranker is CONTENT_RANKER else self._weights
        scores = standardised(scores) - weights.less_known * known_by
        scores = shaken(scores, pool.ids, wish.seed, weights.shake)
        ordered = order_of(scores, pool.ids, wish.seed)
        titles, order, dropped = self._allowed(known, wish, pool, ordered)
        ranked_places, later_parts = saga_rule(
            [titles[pool.ids[p]] for p in order], known.seen_parts
        )
        places = [order[place] for place in ranked_places]
        ranked = _ranked(known, pool, scores, known_by, places, titles)
        ranked = replace(ranked, explorable=ranked.explorable & ~_disliked(rows, places))
        found_places, why = diversified(ranked, wish.count, weights)
        chosen = [places[place] for place in found_places]
        # A full list with a saga's later parts is better than a short one, the earlier part first.
        later = sorted(
            (place for place in order if pool.ids[place] in later_parts),
            key=lambda place: titles[pool.ids[place]].released or "9",
        )[: max(wish.count - len(chosen), 0)]
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
            titles=titles,
            ranker=ranker,
        )

    def _allowed(
        self, known: Known, wish: Wish, pool: Gathered, order: Sequence[int]
    ) -> tuple[dict[TitleId, Title], list[int], dict[TitleId, str]]:
        """The best places whose titles the store has, and which may be shown as it knows them."""
        today = datetime.fromtimestamp(known.person.now, UTC).date().isoformat()
        wanted = max(_LOOKED_AT, _PER_PLACE * wish.count)
        titles: dict[TitleId, Title] = {}
        dropped: dict[TitleId, str] = {}
        stays: list[int] = []
        for start in range(0, len(order), wanted):
            some = order[start : start + wanted]
            read = self._titles.get_many([pool.ids[place] for place in some])
            titles |= read
            for place in some:
                title_id = pool.ids[place]
                why = _barred(read.get(title_id), title_id, known, wish, today)
                if why:
                    dropped[title_id] = why
                else:
                    stays.append(place)
            if len(stays) >= wanted:
                break
        return titles, stays, dropped

    def _background(self, kind: MediaKind) -> Background:
        version = self.index.status().version
        with self._lock:
            kept = self._backgrounds.get((version, kind))
        if kept is not None:
            return kept
        known = self.index.best_known(BACKGROUND, (kind,), _ANYTHING)
        made = background_of(self.index.gathered(known))
        with self._lock:
            self._backgrounds = {
                key: one for key, one in self._backgrounds.items() if key[0] == version
            }
            self._backgrounds[version, kind] = made
        return made


def _restricted(liking: Liking, ids: Sequence[TitleId]) -> Liking:
    """What the index has of it; recency stays as it was told."""
    kept = set(ids)
    rows = np.array([i for i, one in enumerate(liking.ids) if one in kept], np.intp)
    return Liking(tuple(ids), liking.ratings[rows], liking.recency[rows])


def _barred(title: Title | None, title_id: TitleId, known: Known, wish: Wish, today: str) -> str:
    """Why a title may not be shown, empty where it may."""
    if title is None:
        return "it left the catalogue"
    if title_id in known.left_out:
        return _EVERYTHING_KNOWN
    if not wish.where.passes(title):
        return "it does not pass the filters"
    if (title.released or f"{title.year or 0:04}") > today:
        return "it is not out yet"
    return ""


def _ranked(
    known: Known,
    pool: Gathered,
    scores: Floats,
    known_by: Floats,
    places: Sequence[int],
    titles: Mapping[TitleId, Title],
) -> Ranked:
    rows = np.array(places, np.intp)
    vectors: Vectors = pool.vectors[rows]
    if known.tastes:
        centers = np.stack([taste.center for taste in known.tastes])
        tastes = np.argmax(vectors @ centers.T, axis=1)
    else:
        tastes = np.zeros(len(rows), np.intp)
    mine = (
        genre_shares(known.person.own.genres[known.liked]).mean(axis=0)
        if len(known.liked)
        else None
    )
    if mine is None:
        usual = np.ones(len(rows), bool)
    else:
        shares = genre_shares(pool.genres[rows])
        usual = (shares * (mine >= USUAL_GENRE)).sum(axis=1) > 0
        usual |= shares.sum(axis=1) == 0
    return Ranked(
        titles=tuple(titles[pool.ids[place]] for place in places),
        scores=scores[rows],
        known=known_by[rows],
        vectors=vectors,
        tastes=tastes,
        shares=tuple(taste.share for taste in known.tastes),
        usual=usual,
        explorable=explorable(pool.genres[rows], known.person.own.genres[known.liked]),
    )


def _disliked(rows: NDArray[np.float32], places: Sequence[int]) -> NDArray[np.bool_]:
    """Which of the titles are nearer to a disappointment than to anything liked."""
    chosen = rows[np.array(places, np.intp)]
    return np.asarray(chosen[:, ALL.index("unlike")] > chosen[:, ALL.index("nearest")])


def _known_by(pool: Gathered, rows: NDArray[np.float32], ranker: Ranker) -> Floats:
    """How widely each title is known: among those who supplied the ratings, or by its votes."""
    if ranker is CONTENT_RANKER:
        return fame(pool.votes)
    return np.asarray(rows[:, ALL.index("raters")], np.float64)


def _shares(known: Known, kinds: Sequence[MediaKind]) -> list[float]:
    """How much of the list each kind gets: as the person likes them, none of them left out."""
    if len(kinds) == 1:
        return [1.0]
    liked = [known.person.own.ids[row].kind for row in known.liked.tolist()]
    if not liked:
        return [1 / len(kinds)] * len(kinds)
    raw = [max(_LEAST_SHARE, liked.count(kind) / len(liked)) for kind in kinds]
    return [share / sum(raw) for share in raw]


_ANYTHING: Final = Wish(kinds=(MediaKind.MOVIE,)).where
"""No condition but that it isn't for adults only."""
