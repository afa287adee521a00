"""watcher's own rows of the table: the pipeline that answers `/recommend`, on the real index."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from app.adapters.ranker_fit import fit_ranker
from app.bootstrap import open_services
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.progress import silent
from app.domain.recommend import item_item_model, ranker
from app.domain.recommend.rules import ListRequest
from app.domain.taste.tastes import Interaction
from app.services.recommend.collaborative_model import CollaborativeModel, train
from app.services.recommend.pipeline import Pipeline
from app.services.recommend.taste_profile import TasteProfile
from app.vector_store import rebuild_index
from scripts.evaluation.catalogue import Catalogue
from scripts.evaluation.methods import Method, PersonTrain, Training

_ARRAYS: Final = "trained.npz"
_NAMES: Final = "names.json"


@dataclass(frozen=True, slots=True)
class Lists:
    """The pipeline for people of a rating set: what they rated stays out, seed 0, no filters."""

    pipeline: Pipeline

    def known(self, person: PersonTrain) -> TasteProfile:
        """What lists for this person are drawn from."""
        told = [
            Interaction(id=one, at=int(at), rating=float(rating))
            for one, at, rating in zip(person.titles, person.times, person.ratings, strict=True)
        ]
        return self.pipeline.profile(told, (), frozenset(person.titles), float(person.now))

    def ranked(self, person: PersonTrain, k: int) -> list[TitleId]:
        """As `methods.Recommender`."""
        return self.of(self.known(person), k)

    def of(self, known: TasteProfile, k: int) -> list[TitleId]:
        """As `ranked`, of somebody who is known already."""
        run = self.pipeline.run(known, ListRequest(kinds=(MediaKind.MOVIE,), count=k))
        return [run.stages[kind].pool.ids[place] for kind, place in run.picks]


@dataclass(frozen=True, slots=True)
class Watcher:
    """With a co-rating model of the rating set, or by content alone."""

    name: str
    uses_ratings: bool

    def fit(self, training: Training, folder: Path) -> None:
        """An index, if none is built; the co-rating model and ranker, where ratings may be used."""
        services = open_services()
        try:
            services.index.refresh()
            if not services.index.status().ready:
                rebuild_index()
                services.index.refresh()
            if not self.uses_ratings:
                return
            films = services.index.gathered([title.id for title in training.titles])
        finally:
            services.close()
        titles = {title.id: title for title in training.titles}
        trained = train(training.ratings, films, titles, fit_ranker, silent)
        arrays = {**item_item_model.arrays_of(trained.model), **ranker.arrays_of(trained.ranker)}
        np.savez(folder / _ARRAYS, allow_pickle=False, **arrays)
        (folder / _NAMES).write_text(json.dumps(trained.ranker.names))

    def open(self, catalogue: Catalogue, folder: Path) -> Lists:  # noqa: ARG002 -- the port
        """The pipeline over the store and the index that the API would serve."""
        services = open_services()
        services.index.refresh()
        trained = None
        if self.uses_ratings:
            arrays = dict(np.load(folder / _ARRAYS))
            names = json.loads((folder / _NAMES).read_text())
            trained = CollaborativeModel(
                item_item_model.model_of(arrays), ranker.ranker_of(names, arrays)
            )
        return Lists(Pipeline(services.index, services.titles, lambda: trained))


OURS: Final[tuple[Method, ...]] = (
    Watcher("watcher", uses_ratings=True),
    Watcher("watcher_content_only", uses_ratings=False),
)
"""``watcher``, fitted on the ratings, and ``watcher_content_only``, which sees none of them."""
