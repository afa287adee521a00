"""Looks up what each taste of a person lacks, among the pipeline's candidates and by name."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import numpy as np

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.index import VectorIndex, WordIndex
from app.domain.recommend.rules import standardised
from app.domain.search.filters import EVERYTHING
from app.domain.taste.gaps import (
    Gap,
    admired,
    by_admired,
    is_open,
    near_to,
    next_parts,
    sagas_begun,
)
from app.domain.taste.groups import Groups, rows_of
from app.services.recommend.stages import Run
from app.services.recommend.taste_profile import TasteProfile

_EACH: Final = 5
_OF_A_KIND: Final = 2
"""Next parts, and titles by people liked, that stand before what is near, each."""

_LOOKED_AT: Final = 12
_BY_NAME: Final = 12
_SAGAS: Final = 12
_OF_A_SAGA: Final = 20
_INSIDE: Final = 0.25
"""A title is of a taste if it is as near to its center as the fourth quarter of those liked."""


class TasteGaps:
    """The best unseen titles of each taste, with a reason for each."""

    def __init__(self, index: VectorIndex, words: WordIndex, titles: TitleStore) -> None:
        self._index = index
        self._words = words
        self._titles = titles

    def of(self, profile: TasteProfile, groups: Groups, run: Run) -> list[tuple[Gap, ...]]:
        """For each taste at most five: next parts, then people's, then what is near, best first.

        Of the run's kinds. A title stands once, in the taste that it is nearest to. Raises
        `NotReady`.
        """
        kinds = tuple(run.stages)
        near = self._near(profile, groups, run)
        begun = self._begun(profile) if MediaKind.MOVIE in kinds else []
        people = admired(_most_liked(profile))
        of_sagas = self._of_sagas(profile, begun)
        of_people = [
            match.id
            for name in dict.fromkeys(one.name for one in people)
            for match in self._words.described(name, _BY_NAME, kinds, EVERYTHING, profile.left_out)
        ]
        ids = {*of_sagas, *of_people, *(one for some in near for one in some)}
        today = datetime.fromtimestamp(profile.person.now, UTC).date().isoformat()
        read = self._titles.get_many(ids)
        titles = {one: t for one, t in read.items() if is_open(t, profile.left_out, today)}
        # A saga and a person may be found by any of the ways.
        every = [titles[one] for one in sorted(titles)]
        found: list[list[Gap]] = [[] for _ in near]
        for gaps in (
            next_parts(begun, every, profile.told),
            by_admired(people, every, profile.told),
        ):
            self._share_out(gaps, groups, found)
        taken = {gap.title.id for some in found for gap in some}
        similarity_threshold = {
            kind: stages.similarity_threshold for kind, stages in run.stages.items()
        }
        for number, (mine, some) in enumerate(zip(found, near, strict=True)):
            left = [one for one in some if one in titles and one not in taken]
            places = left[: _EACH - len(mine)]
            mine.extend(
                self._near_ones(profile, groups, number, places, titles, similarity_threshold)
            )
        return [tuple(some) for some in found]

    def _near(self, profile: TasteProfile, groups: Groups, run: Run) -> list[list[TitleId]]:
        """Candidates of the list that are within each taste, the best first."""
        own = profile.person.own
        liked = rows_of(own.vectors[profile.liked], own.genres[profile.liked])
        fits = np.einsum("ij,ij->i", liked, groups.centers[groups.of(liked)])
        tastes = groups.of(liked)
        least = [float(np.quantile(fits[tastes == n], _INSIDE)) for n in range(len(groups.centers))]
        found: list[list[tuple[float, TitleId]]] = [[] for _ in least]
        for stages in run.stages.values():
            rows = rows_of(stages.pool.vectors, stages.pool.genres)
            if not len(rows):
                continue
            scores = standardised(stages.ranker.scores(stages.rows))
            nearest = groups.of(rows)
            fit = np.einsum("ij,ij->i", rows, groups.centers[nearest])
            for number, limit in enumerate(least):
                inside = np.flatnonzero((nearest == number) & (fit >= limit))
                best = inside[np.argsort(-scores[inside], kind="stable")][:_LOOKED_AT]
                found[number] += [(-float(scores[p]), stages.pool.ids[p]) for p in best.tolist()]
        return [[one for _, one in sorted(some)[:_LOOKED_AT]] for some in found]

    def _begun(self, profile: TasteProfile) -> list[Title]:
        """The latest parts seen of the sagas that weigh most."""
        rows = {one: row for row, one in enumerate(profile.person.own.ids)}
        begun = [
            one for one in sagas_begun(profile.titles.values(), profile.told) if one.id in rows
        ]
        weights = profile.person.preferences.weights
        return sorted(begun, key=lambda one: (-weights[rows[one.id]], one.id))[:_SAGAS]

    def _of_sagas(self, profile: TasteProfile, begun: Sequence[Title]) -> list[TitleId]:
        """Films nearest to those parts: the other parts are among them."""
        vectors = self._index.gathered([one.id for one in begun]).vectors
        if not len(vectors):
            return []
        films = (MediaKind.MOVIE,)
        found = self._index.search_many(vectors, _OF_A_SAGA, films, EVERYTHING, profile.left_out)
        return [one.id for some in found for one in some]

    def _share_out(self, gaps: Sequence[Gap], groups: Groups, found: list[list[Gap]]) -> None:
        """Each to the taste that it is nearest to, a few for each taste, none twice."""
        by_id: Mapping[TitleId, Gap] = {gap.title.id: gap for gap in reversed(gaps)}
        pool = self._index.gathered(list(dict.fromkeys(gap.title.id for gap in gaps)))
        taken = {gap.title.id for some in found for gap in some}
        room = [_OF_A_KIND] * len(found)
        tastes = groups.of(rows_of(pool.vectors, pool.genres)) if pool.ids else np.zeros(0, np.intp)
        for one, taste in zip(pool.ids, tastes.tolist(), strict=True):
            if room[taste] and one not in taken:
                found[taste].append(by_id[one])
                room[taste] -= 1

    def _near_ones(
        self,
        profile: TasteProfile,
        groups: Groups,
        taste: int,
        ids: Sequence[TitleId],
        titles: Mapping[TitleId, Title],
        similarity_threshold: Mapping[MediaKind, float],
    ) -> list[Gap]:
        """Each with the title of the taste that it is nearest to, where anybody would say so."""
        own = profile.person.own.of_rows(profile.liked)
        rows = rows_of(own.vectors, own.genres)
        mine = np.flatnonzero(groups.of(rows) == taste)
        pool = self._index.gathered(ids)
        nearest = mine[np.argmax(rows_of(pool.vectors, pool.genres) @ rows[mine].T, axis=1)]
        found = []
        for place, row in enumerate(nearest.tolist()):
            cosine = float(pool.vectors[place] @ own.vectors[row])
            near = cosine >= similarity_threshold[pool.ids[place].kind]
            liked = profile.titles.get(own.ids[row]) if near else None
            found.append(near_to(titles[pool.ids[place]], liked, profile.told))
        return found


def _most_liked(profile: TasteProfile) -> list[Title]:
    order = np.argsort(-profile.person.preferences.weights[profile.liked], kind="stable")
    ids = [profile.person.own.ids[row] for row in profile.liked[order].tolist()]
    return [title for one in ids if (title := profile.titles.get(one)) is not None]
