"""Catalogues of any size for measurements: vectors mixed from real embedded titles.

A made vector lies between a real title's and that of one of its hundred nearest, plus noise of half
its length: its nearest neighbours then have a cosine of about 0.8, in a cloud with no gaps. That is
harder for an index than mixing titles at random, which leaves tight, far clusters.
"""

import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import faiss
import numpy as np
from numpy.typing import NDArray

from app.adapters.clock import SystemClock
from app.adapters.embedders import open_embedder
from app.adapters.faiss_index.build import FaissPublisher
from app.adapters.sample_catalogue import read_sample
from app.domain.catalogue.dumps import Record
from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId
from app.domain.index.embedding_text import RECIPE_VERSION, embedding_text
from app.domain.index.generations import BuildSpec
from app.domain.ports.vectors import VectorBatch, Vectors
from app.domain.progress import Report

DIMENSION: Final = 384
MODEL: Final = "all-MiniLM-L6-v2"
_REAL: Final = 12_000
_NEIGHBOURS: Final = 100
_SLAB: Final = 50_000
_RARE_YEAR: Final = 1950
_RARE_SHARE: Final = 0.01


def real_vectors(cache: Path | None = None) -> Vectors:
    """The titles of the sample, embedded by the packaged model; (about 12,000, 384).

    Kept in `cache`, where given, so that the next measurement needs no minute for it.
    """
    kept = None if cache is None else cache / f"real-{_REAL}.npy"
    if kept is not None and kept.exists():
        loaded: Vectors = np.load(kept)
        return loaded
    print("Embedding the sample's titles to mix from", file=sys.stderr)
    titles = (record.title for record in read_sample() if isinstance(record, Record))
    with tempfile.TemporaryDirectory() as models:
        embedder = open_embedder(MODEL, cache or Path(models))
        vectors = embedder.embed([embedding_text(title) for title in islice(titles, _REAL)])
    if kept is not None:
        np.save(kept, vectors)
    return vectors


def mixed(real: Vectors, count: int, seed: int) -> Vectors:
    """Made unit vectors, shape (count, 384); the same for the same seed."""
    made = np.empty((count, DIMENSION), np.float32)
    start = 0
    for _, _, between in pairs(real, count, seed):
        made[start : start + len(between)] = between
        start += len(between)
    return made


def pairs(
    real: Vectors, count: int, seed: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], Vectors]]:
    """Rows (n,) of two real titles near each other, and a vector (n, d) between them, in slabs.

    `count` in all; the same for the same seed.
    """
    rng = np.random.default_rng(seed)
    _, near = faiss.knn(real, real, _NEIGHBOURS + 1, metric=faiss.METRIC_INNER_PRODUCT)
    for start in range(0, count, _SLAB):
        size = min(_SLAB, count - start)
        first = rng.integers(len(real), size=size)
        second = near[first, rng.integers(1, _NEIGHBOURS + 1, size=size)]
        share = rng.uniform(0.5, 1, (size, 1)).astype(np.float32)
        between = share * real[first] + (1 - share) * real[second]
        between /= np.linalg.norm(between, axis=1, keepdims=True)
        between += rng.normal(0, 0.5 / DIMENSION**0.5, between.shape).astype(np.float32)
        yield first, second, between / np.linalg.norm(between, axis=1, keepdims=True)


def rare(count: int) -> NDArray[np.bool_]:
    """Shape (count,): a random hundredth, whose titles carry the year 1950."""
    passed: NDArray[np.bool_] = np.random.default_rng(5).random(count) < _RARE_SHARE
    return passed


def folder_of(kept: Path, count: int) -> Path:
    """The data folder of a made catalogue of that size, below `kept`."""
    folder = kept / f"made-{count}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def publish(folder: Path, vectors: Vectors, report: Report) -> None:
    """Build the index of made titles with these vectors in the data folder."""
    spec = BuildSpec(
        model=MODEL,
        dimension=DIMENSION,
        factory="auto",
        recall_target=0.99,
        as_of_seq=0,
        recipe=RECIPE_VERSION,
    )
    publisher = FaissPublisher(folder / "index", SystemClock())
    publisher.build(spec, batches(vectors), titles(len(vectors)), report)


def batches(vectors: Vectors) -> Iterator[VectorBatch]:
    """The vectors as films 1, 2, 3 and so on."""
    for start in range(0, len(vectors), 4096):
        part = vectors[start : start + 4096]
        keys = np.arange(start + 1, start + 1 + len(part), dtype=np.int64) * 2
        yield VectorBatch(keys, part)


def titles(count: int) -> Iterator[list[Title]]:
    """Films 1 to `count`, of about 1 KB each as stored."""
    is_rare = rare(count)
    rng = np.random.default_rng(6)
    words = np.array([f"word{i}" for i in range(5000)])
    for start in range(0, count, 1000):
        size = min(1000, count - start)
        drawn = words[rng.integers(len(words), size=(size, 90))].astype(object)
        yield [
            Title(
                id=TitleId(MediaKind.MOVIE, start + i + 1),
                name=f"{drawn[i, 0]} {drawn[i, 1]} {start + i}",
                original_name=f"{drawn[i, 2]} {drawn[i, 3]}",
                year=_RARE_YEAR if is_rare[start + i] else 1960 + (start + i) % 66,
                genres=("Drama", "Comedy", "Crime")[: 1 + i % 3],
                keywords=tuple(drawn[i, 4:12]),
                cast=tuple(
                    f"{a} {b}" for a, b in zip(drawn[i, 12:20], drawn[i, 20:28], strict=True)
                ),
                makers=(f"{drawn[i, 28]} {drawn[i, 29]}",),
                original_language="en",
                runtime=60 + i % 120,
                votes=i,
                rating=i % 100 / 10,
                overview=" ".join(drawn[i, 30:]),
                source=Source.DUMP,
            )
            for i in range(size)
        ]
