"""A real catalogue grown to any size by made titles, for measuring how search scales.

A made film is put together from two real ones that are near each other: half of the plot of each,
words of both names, some keywords and people of both; its vector is mixed as `scripts.bench.mixed`
does it. So it speaks of the same things in the same words and competes with what is searched for.
Few people voted on it, as on most titles of a whole catalogue.
"""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.adapters.clock import SystemClock
from app.adapters.faiss_index.build import FaissPublisher
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId
from app.domain.index.embedding_text import RECIPE_VERSION
from app.domain.index.generations import BuildSpec
from app.domain.ports.vectors import VectorBatch, Vectors
from scripts.bench.mixed import DIMENSION, MODEL, pairs

FIRST_MADE: Final = 100_000_000
"""Made films have numbers from here on; TMDB's are below."""

_SEED: Final = 1
_MOST_VOTES: Final = 400


def grown(source: Path, target: Path, count: int) -> None:
    """Write store and index of `count` titles, those of `source` among them, unless they exist."""
    if (target / "index" / "CURRENT").exists():
        return
    target.mkdir(parents=True, exist_ok=True)
    real = open_sqlite(source / "watcher.sqlite3", SystemClock())
    vectors: dict[int, NDArray[np.float32]] = {}
    for batch in real.vectors.scan(MODEL):
        vectors |= dict(zip(batch.keys.tolist(), batch.vectors, strict=True))
    titles = [t for some in real.titles.scan() for t in some if t.id.key in vectors]
    real.close()
    if not titles:
        raise SystemExit(f"{source} holds no embedded titles: import a catalogue and embed it.")
    basis = np.stack([vectors[title.id.key] for title in titles])
    made = max(count - len(titles), 0)
    stores = open_sqlite(target / "watcher.sqlite3", SystemClock())
    print(f"Writing {count:,} titles", file=sys.stderr)
    for some in _all_titles(titles, basis, made):
        stores.titles.upsert(some)
    spec = BuildSpec(
        model=MODEL,
        dimension=DIMENSION,
        factory="auto",
        recall_target=0.99,
        as_of_seq=0,
        recipe=RECIPE_VERSION,
    )
    print("Building the index", file=sys.stderr)
    FaissPublisher(target / "index", SystemClock()).build(
        spec, _all_vectors(titles, basis, made), stores.titles.scan(), lambda _: None
    )
    stores.close()


def _all_titles(titles: Sequence[Title], basis: Vectors, made: int) -> Iterator[list[Title]]:
    yield list(titles)
    rng = np.random.default_rng(2)
    number = FIRST_MADE
    for first, second, _ in pairs(basis, made, _SEED):
        votes = np.minimum(rng.pareto(1.0, len(first)) * 2, _MOST_VOTES).astype(int)
        some = []
        for one, other, known in zip(first.tolist(), second.tolist(), votes.tolist(), strict=True):
            some.append(_between(number, titles[one], titles[other], known))
            number += 1
        yield some


def _all_vectors(titles: Sequence[Title], basis: Vectors, made: int) -> Iterator[VectorBatch]:
    keys = np.array([title.id.key for title in titles], np.int64)
    order = np.argsort(keys)
    yield VectorBatch(keys[order], basis[order])
    number = FIRST_MADE
    for _, _, vectors in pairs(basis, made, _SEED):
        yield VectorBatch(np.arange(number, number + len(vectors), dtype=np.int64) * 2, vectors)
        number += len(vectors)


def _between(number: int, one: Title, other: Title, votes: int) -> Title:
    names = one.name.split(), other.name.split()
    plots = one.overview.split(), other.overview.split()
    return Title(
        id=TitleId(MediaKind.MOVIE, number),
        name=" ".join(names[0][: len(names[0]) // 2 + 1] + names[1][len(names[1]) // 2 :]),
        year=other.year,
        genres=one.genres,
        keywords=(one.keywords[::2] + other.keywords[1::2])[:12],
        cast=(one.cast[1::2] + other.cast[::2])[:5],
        makers=other.makers,
        original_language=one.original_language,
        runtime=one.runtime,
        votes=votes,
        rating=one.rating,
        overview=" ".join(plots[0][: len(plots[0]) // 2] + plots[1][len(plots[1]) // 2 :]),
        source=Source.DUMP,
    )
