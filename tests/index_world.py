"""A catalogue with vectors and an index over it, and brute force to compare with."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from app.adapters.faiss_index.index import FaissIndex
from app.adapters.stores.common.stores import Stores
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.index.generations import Manifest
from app.domain.ports.index import IndexPublisher
from app.domain.ports.vectors import Vector, VectorRow
from app.domain.search.filters import EVERYTHING, TitleFilter
from app.services.index.rebuild import rebuild
from app.services.search.search import BOTH
from tests.builders import make_title, random_vectors
from tests.fakes.embedder import WordEmbedder
from tests.world import open_world

MODEL = "test"
DIMENSION = 32


@dataclass
class IndexWorld:
    folder: Path
    stores: Stores = field(init=False)
    publisher: IndexPublisher = field(init=False)
    truth: dict[TitleId, tuple[Title, Vector]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        services = open_world(self.folder, embedder=WordEmbedder(MODEL, DIMENSION))
        self.stores, self.publisher = services.stores, services.publisher

    @property
    def root(self) -> Path:
        return self.folder / "index"

    def opened(self, model: str = MODEL) -> FaissIndex:
        index = FaissIndex(self.root, model, self.stores.vectors, self.stores.titles)
        index.refresh()
        return index

    def fill(self, movies: int, series: int, seed: int = 0) -> None:
        titles = [make_title(n) for n in range(1, movies + 1)]
        titles += [make_title(n, MediaKind.TV) for n in range(1, series + 1)]
        self.put(titles, seed)

    def put(self, titles: Sequence[Title], seed: int) -> None:
        vectors = random_vectors(len(titles), DIMENSION, seed)
        rows = [VectorRow(t.id, bytes(16), v) for t, v in zip(titles, vectors, strict=True)]
        self.stores.titles.upsert(titles)
        self.stores.vectors.upsert(MODEL, rows)
        self.truth |= {t.id: (t, v) for t, v in zip(titles, vectors, strict=True)}

    def remove(self, ids: Collection[TitleId]) -> None:
        self.stores.titles.delete(ids)
        self.stores.vectors.delete(ids)
        for title_id in ids:
            self.truth.pop(title_id, None)

    def build(self, factory: str = "auto") -> Manifest:
        return rebuild(
            self.stores.titles,
            self.stores.vectors,
            self.publisher,
            model=MODEL,
            factory=factory,
            recall_target=0.99,
        )

    def nearest(
        self,
        query: Vector,
        k: int,
        kinds: Collection[MediaKind] = BOTH,
        where: TitleFilter = EVERYTHING,
        exclude: Collection[TitleId] = (),
    ) -> list[TitleId]:
        """Brute force over everything that passes."""
        fit = [
            (-float(vector @ query), title_id.key)
            for title_id, (title, vector) in self.truth.items()
            if title_id.kind in kinds and title_id not in exclude and passes(title, where)
        ]
        return [TitleId.from_key(key) for _, key in sorted(fit)[:k]]


def passes(title: Title, where: TitleFilter) -> bool:
    """The filter's meaning, written a second time."""
    genres = set(title.genres)
    return all(
        (
            where.include_adult or not title.adult,
            where.year_from is None or (title.year is not None and title.year >= where.year_from),
            where.year_to is None or (title.year is not None and title.year <= where.year_to),
            where.runtime_from is None or (title.runtime or -1) >= where.runtime_from,
            where.runtime_to is None or 0 < (title.runtime or 0) <= where.runtime_to,
            not where.genres or bool(genres & where.genres),
            not genres & where.without_genres,
            not where.languages or title.original_language in where.languages,
            title.votes >= where.min_votes,
            not where.min_rating
            or (title.rating is not None and title.rating >= np.float32(where.min_rating)),
        )
    )
