"""A person as lists are drawn from: what they told, worked out once for as long as it stands."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.catalogue.vocabulary import GENRES
from app.domain.ports.index import VectorIndex
from app.domain.recommend.features import Person
from app.domain.recommend.item_item_model import CollaborativeScores
from app.domain.recommend.ranker import CONTENT_RANKER, Ranker
from app.domain.recommend.variety import for_families, is_childlike
from app.domain.taste.genres import genre_shares
from app.domain.taste.tastes import (
    Floats,
    Interaction,
    Preferences,
    Taste,
    preferences_of,
    tastes_of,
)
from app.services.recommend.collaborative_model import CollaborativeModel

_COLD: Final = 3
_USUAL_GENRE: Final = 0.06
_FEWEST_RATERS: Final = 5
_SPOKEN_FOR: Final = 1 / 3
"""A rating set that knows a smaller part of what somebody likes misleads."""

_LEAST_SHARE: Final = 0.2
"""Of a list of both kinds, each gets at least so much."""

_LEAST_WEIGHT: Final = 0.05
"""Added to what each liked title weighs in a taste, so that an old one still belongs to it."""


@dataclass(frozen=True, slots=True, eq=False)
class TasteProfile:
    """See `taste_profile_of`.

    `person.own` has the facts of those of `person.liking.ids` that the index has; `liked` are rows
    of it, `tastes` are over those rows. `titles` are those that were told of. `left_out` may not
    be shown. `genres` (len(GENRES),) is how the liked titles are spread over genres, all 0 where
    nothing is liked. `seen_parts` holds for each saga the date of the latest part seen;
    `unwanted_sagas` a part that was put aside, of those of which none was seen. `collaborative` is
    what `collaborative_model` says of films to this person.
    """

    person: Person
    liked: NDArray[np.intp]
    tastes: tuple[Taste, ...]
    titles: Mapping[TitleId, Title]
    told: Mapping[TitleId, Interaction]
    watchlist: tuple[TitleId, ...]
    left_out: frozenset[TitleId]
    seen_parts: Mapping[int, str]
    unwanted_sagas: Mapping[int, str]
    genres: Floats
    collaborative_model: CollaborativeModel | None
    collaborative: CollaborativeScores | None

    @property
    def cold(self) -> bool:
        """Whether hardly anything is known that a list could be drawn from."""
        return len(self.liked) < _COLD

    def collaborative_of(self, kind: MediaKind) -> CollaborativeScores | None:
        """What the rating set says of titles of a kind: it knows of films only."""
        return self.collaborative if kind is MediaKind.MOVIE else None

    def ranker_of(self, kind: MediaKind) -> Ranker:
        """What puts titles of a kind in order."""
        if self.collaborative_model is None or self.cold or kind is not MediaKind.MOVIE:
            return CONTENT_RANKER
        return self.collaborative_model.ranker

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

    def shares(self, kinds: Sequence[MediaKind]) -> list[float]:
        """How much of a list each kind gets: as they are liked, none of them left out."""
        if len(kinds) == 1:
            return [1.0]
        liked = [self.person.own.ids[row].kind for row in self.liked.tolist()]
        if not liked:
            return [1 / len(kinds)] * len(kinds)
        raw = [max(_LEAST_SHARE, liked.count(kind) / len(liked)) for kind in kinds]
        return [share / sum(raw) for share in raw]

    def without(self, title_id: TitleId) -> Self:
        """The same person, had they told nothing of this title that says what they like."""
        preferences = self.person.preferences
        kept = [row for row, one in enumerate(preferences.ids) if one != title_id]
        if len(kept) == len(preferences.ids):
            return self
        rows = np.array(kept, np.intp)
        left = Preferences(
            tuple(preferences.ids[row] for row in kept),
            preferences.ratings[rows],
            preferences.recency[rows],
        )
        person = replace(self.person, preferences=left, own=self.person.own.of_rows(rows))
        return replace(
            self, person=person, collaborative=_collaborative(self.collaborative_model, left)
        )


def taste_profile_of(
    index: VectorIndex,
    collaborative_model: CollaborativeModel | None,
    told: Sequence[Interaction],
    watchlist: Sequence[TitleId],
    left_out: Collection[TitleId],
    now: float,
    titles: Mapping[TitleId, Title],
) -> TasteProfile:
    """Work it out. `told` is in the order of the ledger, `now` in Unix seconds.

    `left_out` must hold all that may not be shown; `titles` those of `told` that the store has.
    A co-rating model that knows too few of the films they like is not used for them. Raises
    `NotReady`.
    """
    preferences = preferences_of(told)
    own = index.gathered(preferences.ids)
    preferences = _restricted(preferences, own.ids)
    liked = preferences.liked
    if collaborative_model is not None and not _speaks_to(
        collaborative_model, [own.ids[row] for row in liked.tolist()]
    ):
        collaborative_model = None
    said = {one.id: one for one in told}
    own_titles = {one: title for one, title in titles.items() if one in said}
    seen_parts = _seen_parts(own_titles.values(), said)
    return TasteProfile(
        person=Person(preferences, own, now),
        liked=liked,
        tastes=tuple(tastes_of(own.vectors[liked], preferences.weights[liked] + _LEAST_WEIGHT)),
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
        collaborative_model=collaborative_model,
        collaborative=_collaborative(collaborative_model, preferences),
    )


def _restricted(preferences: Preferences, ids: Sequence[TitleId]) -> Preferences:
    """What the index has of it; recency stays as it was told."""
    kept = set(ids)
    rows = np.array([i for i, one in enumerate(preferences.ids) if one in kept], np.intp)
    return Preferences(tuple(ids), preferences.ratings[rows], preferences.recency[rows])


def _speaks_to(collaborative_model: CollaborativeModel, liked: Sequence[TitleId]) -> bool:
    films = [one for one in liked if one.kind is MediaKind.MOVIE]
    rows = collaborative_model.model.rows(films)
    rated = np.count_nonzero(collaborative_model.model.counts[rows[rows >= 0]] >= _FEWEST_RATERS)
    return bool(rated >= max(_COLD, len(films) * _SPOKEN_FOR))


def _seen_parts(titles: Collection[Title], told: Mapping[TitleId, Interaction]) -> dict[int, str]:
    parts: dict[int, str] = {}
    for title in titles:
        if title.collection_id is not None and not told[title.id].dismissed:
            parts[title.collection_id] = max(parts.get(title.collection_id, ""), title.released)
    return parts


def _genres(liked: NDArray[np.uint32]) -> Floats:
    if not len(liked):
        return np.zeros(len(GENRES))
    return np.asarray(genre_shares(liked).mean(axis=0))


def _collaborative(
    collaborative_model: CollaborativeModel | None, preferences: Preferences
) -> CollaborativeScores | None:
    return collaborative_model.model.scores_for(preferences) if collaborative_model else None
