"""Trying weights of a list on the same people many times: what doesn't hang on them is kept."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Self, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.index.generations import IndexStatus
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.index import Gathered, Neighbour, VectorIndex
from app.domain.ports.vectors import Vectors
from app.domain.recommend.features import Background, Person, features
from app.domain.recommend.item_item_model import CollaborativeScores
from app.domain.recommend.rules import ListWeights
from app.domain.search.filters import TitleFilter
from app.services.recommend.pipeline import Pipeline
from app.services.recommend.taste_profile import TasteProfile
from scripts.evaluation.metrics import DEPTH, TOP, ndcg
from scripts.evaluation.ours import Lists

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True)
class Worth:
    """What lists are worth: HR@10 and NDCG@10 on the mean, and distinct titles in their tops."""

    hr: float
    ndcg: float
    coverage: int

    def beside(self, other: Self) -> float:
        """How many times as good as other lists: the mean over HR@10 and NDCG@10."""
        return (self.hr / other.hr + self.ndcg / other.ndcg) / 2


def worth(lists: Sequence[Sequence[TitleId]], targets: Sequence[Collection[TitleId]]) -> Worth:
    """Of people's lists, the best first; of `targets`, what is to be found, each has some."""
    hits = [
        [one in wanted for one in found[:TOP]] for found, wanted in zip(lists, targets, strict=True)
    ]
    return Worth(
        hr=float(np.mean([any(some) for some in hits])),
        ndcg=float(
            np.mean([ndcg(some, len(wanted)) for some, wanted in zip(hits, targets, strict=True)])
        ),
        coverage=len({one for found in lists for one in found[:TOP]}),
    )


class Trials:
    """Lists for the same people by ever other weights."""

    def __init__(
        self, lists: Lists, titles: Sequence[Title], people: Sequence[TasteProfile]
    ) -> None:
        """`people` must have been made by `lists`; `titles` are all that may be listed."""
        self._people = people
        self._index = _KeptIndex(lists.pipeline.index, [title.id for title in titles])
        self._titles = _KeptTitles(titles)
        self._trained = lists.pipeline.collaborative_model
        self._rows: dict[int, NDArray[np.float32]] = {}

    def lists(self, weights: ListWeights) -> list[list[TitleId]]:
        """One of each person, whether a rating set speaks to them or not."""
        pipeline = Pipeline(
            cast("VectorIndex", self._index),
            cast("TitleStore", self._titles),
            self._trained,
            weights,
            weights,
            self._features,
        )
        return [Lists(pipeline).of(known, DEPTH) for known in self._people]

    def _features(
        self,
        person: Person,
        pool: Gathered,
        usual: Background,
        collaborative: CollaborativeScores | None,
    ) -> NDArray[np.float32]:
        """With the wish always the same, a person's pool is, and so are its features."""
        return _kept(self._rows, id(person), lambda: features(person, pool, usual, collaborative))


class _KeptIndex:
    """An index that is asked the same but once; all films are held in memory."""

    def __init__(self, index: VectorIndex, films: Sequence[TitleId]) -> None:
        self._films = index.gathered(films)
        self._places = {one: place for place, one in enumerate(self._films.ids)}
        self._index = index
        self._near: dict[object, list[list[Neighbour]]] = {}
        self._best: dict[object, list[TitleId]] = {}

    def gathered(self, ids: Sequence[TitleId]) -> Gathered:
        places = [self._places[one] for one in ids if one in self._places]
        return self._films.of_rows(np.array(places, np.intp))

    def search_many(
        self,
        vectors: Vectors,
        k: int,
        kinds: tuple[MediaKind, ...],
        where: TitleFilter,
        exclude: frozenset[TitleId],
        *,
        thorough: bool = True,
    ) -> list[list[Neighbour]]:
        return _kept(
            self._near,
            (vectors.tobytes(), k, kinds, where, exclude, thorough),
            lambda: self._index.search_many(vectors, k, kinds, where, exclude, thorough=thorough),
        )

    def best_known(
        self,
        k: int,
        kinds: tuple[MediaKind, ...],
        where: TitleFilter,
        exclude: frozenset[TitleId] = frozenset(),
    ) -> list[TitleId]:
        return _kept(
            self._best,
            (k, kinds, where, exclude),
            lambda: self._index.best_known(k, kinds, where, exclude),
        )

    def status(self) -> IndexStatus:
        return self._index.status()


class _KeptTitles:
    def __init__(self, titles: Sequence[Title]) -> None:
        self._titles = {title.id: title for title in titles}

    def get_many(self, ids: Sequence[TitleId]) -> Mapping[TitleId, Title]:
        return {one: self._titles[one] for one in ids if one in self._titles}


def _kept(known: dict[_Key, _Kept], key: _Key, made: Callable[[], _Kept]) -> _Kept:
    if key not in known:
        known[key] = made()
    return known[key]
