"""Floors for what people see: the sample's best-known titles, the real model, the real index."""

from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest

from app.adapters.embedders import open_embedder
from app.adapters.faiss_index.index import FaissIndex
from app.adapters.sample_catalogue import read_sample
from app.domain.catalogue.dumps import Record
from app.domain.catalogue.titles import MediaKind
from app.domain.search.filters import EVERYTHING
from app.services.search.search import BOTH, Search
from app.services.search.text_search import Scope
from tests.builders import movie
from tests.world import open_world

BEST_KNOWN = 1500
MOVIES = (MediaKind.MOVIE,)


@pytest.fixture(scope="module")
def search(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Search]:
    folder = tmp_path_factory.mktemp("quality")
    titles = (record.title for record in read_sample() if isinstance(record, Record))
    services = open_world(
        folder,
        embedder=open_embedder("all-MiniLM-L6-v2", folder / "models"),
        titles=islice(titles, BEST_KNOWN),
        indexed=True,
        vector_index_factory="IVF64(PQ192x4fs,RFlat),PQ128x4fs",
    )
    yield services.search
    services.close()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (603, {604, 605}),  # The Matrix: its sequels
        (120, {121, 122}),  # The Fellowship of the Ring: the other two
        (11, {1891, 1892}),  # Star Wars: the next two
        (671, {672, 673}),  # the first Harry Potter: the second and the third
        (862, {863, 10193}),  # Toy Story: its sequels
    ],
)
def test_sequels_are_near(search: Search, asked: int, expected: set[int]) -> None:
    found = search.by_id(movie(asked), 10, Scope(MOVIES, EVERYTHING))
    assert expected <= {hit.title.id.tmdb_id for hit in found.hits}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("dinosaurs in a theme park", 329),
        ("pirates in the caribbean with captain jack", 22),
        ("hobbit takes a magic ring to the volcano", 122),
        ("boxer from philadelphia", 1366),
        ("ocean liner sinks, love story", 597),
    ],
)
def test_words_find_what_they_describe(search: Search, text: str, expected: int) -> None:
    found = search.by_text(text, 20, Scope(BOTH, EVERYTHING))
    assert expected in {hit.title.id.tmdb_id for hit in found.hits}


def test_recall_on_real_vectors(search: Search) -> None:
    index = search._index
    assert isinstance(index, FaissIndex)
    snapshot = index._snapshot
    assert snapshot is not None
    part = snapshot.parts[MediaKind.MOVIE]
    everything = part.vectors.take(np.arange(len(part.keys)))
    hits = 0
    asked = range(0, len(part.keys), 15)
    for row in asked:
        scores = everything @ everything[row]
        tenth = np.sort(scores)[-10]
        found = index.search(everything[row], 10, MOVIES, EVERYTHING)
        hits += sum(neighbour.score >= tenth - 1e-5 for neighbour in found)
    assert hits / (10 * len(asked)) >= 0.99
    manifest = index.status().manifest
    assert manifest is not None
    assert manifest.recall >= 0.99
