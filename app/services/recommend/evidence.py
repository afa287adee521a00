"""Why a pick is in a list: looked up among what the person likes, never made up."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.reasons.evidence import Evidence, Liked, Origin, Shared, Trait
from app.domain.recommend.item_item_model import ItemItemModel
from app.domain.taste.keywords import telling
from app.services.recommend.stages import Run

_NEAREST: Final = 3
_BY_MAKER: Final = 0.12
_BY_CAST: Final = 0.04
_OF_A_TRAIT: Final = 3
_NAMED: Final = 2
_OFTEN: Final = 3
"""Liked titles that have a keyword, from which it is called a taste."""

_CAST_READ: Final = 8


class EvidenceBuilder:
    """Gathers the evidence of one run; what is the same for all picks is made once."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._profile = profile = run.profile
        self._liked = [profile.person.own.ids[row] for row in profile.liked.tolist()]
        self._vectors = profile.person.own.vectors[profile.liked]
        self._weights = profile.person.preferences.weights[profile.liked]
        self._rows = (
            profile.collaborative.model.rows(self._liked)
            if profile.collaborative
            else np.zeros(0, np.intp)
        )
        titles = [profile.titles.get(one) for one in self._liked]
        self._made: dict[str, list[int]] = {}
        self._played: dict[str, list[int]] = {}
        for row, title in enumerate(titles):
            if title:
                for name in set(title.makers):
                    self._made.setdefault(name, []).append(row)
                for name in set(title.cast[:_CAST_READ]):
                    self._played.setdefault(name, []).append(row)
        self._words = Counter(word for title in titles if title for word in set(title.keywords))
        order = np.argsort(-self._weights, kind="stable").tolist()
        self._weightiest = [(self._liked[row], title) for row in order if (title := titles[row])]

    def of(self, kind: MediaKind, place: int) -> Evidence:
        """The evidence of the pick at a place of its kind's pool."""
        stages = self._run.stages[kind]
        title_id = stages.pool.ids[place]
        title = stages.titles[title_id]
        liked = self._nearest(title, stages.pool.vectors[place], stages.similarity_threshold)
        collaborative = self._profile.collaborative_of(kind)
        co_rated = self._co_rated(collaborative.model, title_id) if collaborative else ()
        origins = set(stages.found.origins.get(title_id, {}))
        origins.discard(Origin.CO_RATED)
        beside = self._beside(title_id)
        after = self._after(title)
        mine = self._genres_of(title)
        if co_rated:
            origins.add(Origin.CO_RATED)
        if after is not None:
            origins.add(Origin.NEXT_PART)
        if len(self._liked) and place in stages.explored:
            origins.add(Origin.ELSEWHERE)
        if not any(one.is_near for one in liked):
            origins.discard(Origin.SIMILAR)
        if not beside:
            origins.discard(Origin.RECOMMENDED)
        return Evidence(
            origins=tuple(origin for origin in Origin if origin in origins),
            liked=liked,
            co_rated=co_rated,
            recommended_by=beside,
            after=after,
            shared=tuple(self._shared(title, (*liked, *co_rated))),
            genres=mine,
            taste=self._taste(title),
            rating=title.rating,
            votes=title.votes,
        )

    def _nearest(
        self, title: Title, vector: NDArray[np.float32], similarity_threshold: float
    ) -> tuple[Liked, ...]:
        if not self._liked:
            return ()
        cosines = self._vectors @ vector
        joined = cosines.astype(np.float64)
        made = {row for name in title.makers for row in self._made.get(name, ())}
        joined[list(made)] += _BY_MAKER
        played = [r for name in set(title.cast[:_CAST_READ]) for r in self._played.get(name, ())]
        for row in played:
            joined[row] += _BY_CAST
        people = made.union(played)
        order = np.argsort(-joined, kind="stable").tolist()
        near = [row for row in order if cosines[row] >= similarity_threshold or row in people][
            :_NEAREST
        ]
        near.sort(key=lambda row: -cosines[row])
        return tuple(
            self._as_liked(
                self._liked[row],
                float(cosines[row]),
                is_near=bool(cosines[row] >= similarity_threshold),
            )
            for row in near
        )

    def _as_liked(self, title_id: TitleId, cosine: float = 0.0, *, is_near: bool = False) -> Liked:
        title = self._profile.titles.get(title_id)
        told = self._profile.told[title_id]
        return Liked(
            id=title_id,
            name=title.name if title else "",
            year=title.year if title else None,
            rating=None if told.rating is None else round(told.rating),
            loved=told.loved,
            cosine=round(cosine, 4),
            is_near=is_near,
        )

    def _co_rated(self, model: ItemItemModel, title_id: TitleId) -> tuple[Liked, ...]:
        row = int(model.rows([title_id])[0])
        if row < 0:
            return ()
        inside = np.flatnonzero(self._rows >= 0)
        friends = model.friends(self._rows[inside], row)[:_NAMED]
        return tuple(self._as_liked(self._liked[int(inside[place])]) for place in friends)

    def _beside(self, title_id: TitleId) -> tuple[Liked, ...]:
        found = []
        for one, title in self._weightiest:
            if title_id.tmdb_id in title.recommended and one.kind is title_id.kind:
                found.append(self._as_liked(one))
                if len(found) == _NAMED:
                    break
        return tuple(found)

    def _after(self, title: Title) -> Liked | None:
        """The latest part of the same saga that the person saw, where the pick came out later."""
        if title.collection_id is None:
            return None
        before = [
            other
            for other in self._profile.titles.values()
            if other.collection_id == title.collection_id
            and not self._profile.told[other.id].dismissed
            and other.released
            and title.released
            and other.released < title.released
        ]
        latest = max(before, key=lambda other: (other.released, other.id), default=None)
        return None if latest is None else self._as_liked(latest.id)

    def _genres_of(self, title: Title) -> tuple[str, ...]:
        liked = [genre for genre in title.genres if self._profile.chooses(genre)]
        return tuple(sorted(liked, key=lambda genre: -self._profile.liked_share(genre)))

    def _taste(self, title: Title) -> tuple[str, ...]:
        """The title's keywords that several liked titles have, those of most first."""
        words = [word for word in telling(title.keywords) if self._words[word] >= _OFTEN]
        return tuple(sorted(words, key=lambda word: -self._words[word])[:_OF_A_TRAIT])

    def _shared(self, title: Title, liked: tuple[Liked, ...]) -> Iterator[Shared]:
        for one in liked:
            other = self._profile.titles.get(one.id)
            if other is None:
                continue
            if title.collection_id is not None and title.collection_id == other.collection_id:
                yield Shared(Trait.COLLECTION, title.collection_name, one.id)
            for trait, mine, theirs in (
                (Trait.MAKER, title.makers, other.makers),
                (Trait.CAST, title.cast[:_CAST_READ], other.cast[:_CAST_READ]),
                (Trait.KEYWORD, telling(title.keywords), other.keywords),
            ):
                common = [name for name in mine if name in theirs]
                for name in common[:_OF_A_TRAIT]:
                    yield Shared(trait, name, one.id)
