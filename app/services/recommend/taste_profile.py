"""A person as lists are drawn from: what they told, worked out once for as long as it stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.catalogue.vocabulary import GENRES
from app.domain.ports.index import VectorIndex
from app.domain.recommend.features import Person
from app.domain.recommend.item_item_model import Heard
from app.domain.recommend.ranker import CONTENT_RANKER, Ranker
from app.domain.recommend.variety import for_families, is_childlike
from app.domain.taste.genres import genre_shares
from app.domain.taste.tastes import Floats, Liking, Taste, Told, liking_of, tastes_of
from app.services.recommend.collaborative_model import Trained

_COLD: Final = 3
_USUAL_GENRE: Final = 0.06
_FEWEST_RATERS: Final = 5
_SPOKEN_FOR: Final = 1 / 3
"""A rating set that knows a smaller part of what somebody likes misleads."""

_LEAST_WEIGHT: Final = 0.05
"""Added to what each liked title weighs in a taste, so that an old one still belongs to it."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """See `known_of`.

    `person.own` has the facts of those of `person.liking.ids` that the index has; `liked` are rows
    of it, `tastes` are over those rows. `titles` are those that were told of. `left_out` may not
    be shown. `genres` (len(GENRES),) is how the liked titles are spread over genres, all 0 where
    nothing is liked. `seen_parts` holds for each saga the date of the latest part seen;
    `unwanted_sagas` a part that was put aside, of those of which none was seen. `heard` is what
    `trained` says of films to this person.
    """

    person: Person
    liked: NDArray[np.intp]
    tastes: tuple[Taste, ...]
    titles: Mapping[TitleId, Title]
    told: Mapping[TitleId, Told]
    watchlist: tuple[TitleId, ...]
    left_out: frozenset[TitleId]
    seen_parts: Mapping[int, str]
    unwanted_sagas: Mapping[int, str]
    genres: Floats
    trained: Trained | None
    heard: Heard | None

    @property
    def cold(self) -> bool:
        """Whether hardly anything is known that a list could be drawn from."""
        return len(self.liked) < _COLD

    def heard_of(self, kind: MediaKind) -> Heard | None:
        """What the rating set says of titles of a kind: it knows of films only."""
        return self.heard if kind is MediaKind.MOVIE else None

    def ranker_of(self, kind: MediaKind) -> Ranker:
        """What puts titles of a kind in order."""
        if self.trained is None or self.cold or kind is not MediaKind.MOVIE:
            return CONTENT_RANKER
        return self.trained.ranker

    def liked_share(self, genre: str) -> float:
        """How much of what is liked a genre makes up, 0 to 1; of an unknown genre 0."""
        return float(self.genres[GENRES.index(genre)]) if genre in GENRES else 0.0

    def chooses(self, genre: str) -> bool:
        """Whether a genre is among those that this person usually chooses."""
        return self.liked_share(genre) >= _USUAL_GENRE

    def usual(self, genres: NDArray[np.uint32]) -> NDArray[np.bool_]:
        """Shape (n,): which titles, by their genres (n,), have one that the person usually chooses.

        All do that have no genre at all, or where nothing is liked yet. For a child it must be one
        that is made for children.
        """
        shares = genre_shares(genres)
        if not len(self.liked):
            return np.ones(len(genres), bool)
        chosen = (shares * (self.genres >= _USUAL_GENRE)).sum(axis=1) > 0
        if is_childlike(self.person.own.genres[self.liked]):
            return np.asarray(chosen & for_families(genres))
        return np.asarray(chosen | (shares.sum(axis=1) == 0))

    def without(self, title_id: TitleId) -> Known:
        """The same person, had they told nothing of this title that says what they like."""
        liking = self.person.liking
        kept = [row for row, one in enumerate(liking.ids) if one != title_id]
        if len(kept) == len(liking.ids):
            return self
        rows = np.array(kept, np.intp)
        left = Liking(
            tuple(liking.ids[row] for row in kept), liking.ratings[rows], liking.recency[rows]
        )
        person = replace(self.person, liking=left, own=self.person.own.of_rows(rows))
        return replace(self, person=person, heard=_heard(self.trained, left))


def known_of(
    index: VectorIndex,
    trained: Trained | None,
    told: Sequence[Told],
    watchlist: Sequence[TitleId],
    left_out: Collection[TitleId],
    now: float,
    titles: Mapping[TitleId, Title],
) -> Known:
    """Work it out. `told` is in the order of the ledger, `now` in Unix seconds.

    `left_out` must hold all that may not be shown; `titles` those of `told` that the store has.
    A co-rating model that knows too few of the films they like is not used for them. Raises
    `NotReady`.
    """
    liking = liking_of(told)
    own = index.gathered(liking.ids)
    liking = _restricted(liking, own.ids)
    liked = liking.liked
    if trained is not None and not _speaks_to(trained, [own.ids[row] for row in liked.tolist()]):
        trained = None
    said = {one.id: one for one in told}
    own_titles = {one: title for one, title in titles.items() if one in said}
    seen_parts = _seen_parts(own_titles.values(), said)
    return Known(
        person=Person(liking, own, now),
        liked=liked,
        tastes=tuple(tastes_of(own.vectors[liked], liking.weights[liked] + _LEAST_WEIGHT)),
        titles=own_titles,
        told=said,
        watchlist=tuple(watchlist),
        left_out=frozenset(left_out),
        seen_parts=seen_parts,
        unwanted_sagas={
            title.collection_id: title.name
            for title in own_titles.values()
            if title.collection_id is not None and title.collection_id not in seen_parts
        },
        genres=_genres(own.genres[liked]),
        trained=trained,
        heard=_heard(trained, liking),
    )


def _restricted(liking: Liking, ids: Sequence[TitleId]) -> Liking:
    """What the index has of it; recency stays as it was told."""
    kept = set(ids)
    rows = np.array([i for i, one in enumerate(liking.ids) if one in kept], np.intp)
    return Liking(tuple(ids), liking.ratings[rows], liking.recency[rows])


def _speaks_to(trained: Trained, liked: Sequence[TitleId]) -> bool:
    films = [one for one in liked if one.kind is MediaKind.MOVIE]
    rows = trained.model.rows(films)
    rated = np.count_nonzero(trained.model.counts[rows[rows >= 0]] >= _FEWEST_RATERS)
    return bool(rated >= max(_COLD, len(films) * _SPOKEN_FOR))


def _seen_parts(titles: Collection[Title], told: Mapping[TitleId, Told]) -> dict[int, str]:
    parts: dict[int, str] = {}
    for title in titles:
        if title.collection_id is not None and not told[title.id].dismissed:
            parts[title.collection_id] = max(parts.get(title.collection_id, ""), title.released)
    return parts


def _genres(liked: NDArray[np.uint32]) -> Floats:
    if not len(liked):
        return np.zeros(len(GENRES))
    return np.asarray(genre_shares(liked).mean(axis=0))


def _heard(trained: Trained | None, liking: Liking) -> Heard | None:
    return trained.model.heard(liking) if trained else None
