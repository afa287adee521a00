"""Embeddings, and where they are kept."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import TitleId

Vectors = NDArray[np.float32]
"""Shape (n, d), rows of Euclidean length 1."""

Vector = NDArray[np.float32]
"""Shape (d,), of Euclidean length 1."""

Keys = NDArray[np.int64]
"""Shape (n,): `TitleId.key` of each row."""


@dataclass(frozen=True, slots=True)
class VectorRow:
    """One embedding to be stored: `text_hash` (16 bytes) tells what was embedded."""

    id: TitleId
    text_hash: bytes
    vector: Vector


@dataclass(frozen=True, slots=True)
class VectorBatch:
    """Rows in ascending order of key: keys (n,), vectors (n, d)."""

    keys: Keys
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class VectorChange:
    """A change in the log: `vector` is None where the title was removed."""

    seq: int
    id: TitleId
    vector: Vector | None


@dataclass(frozen=True, slots=True)
class VectorStatus:
    """`dimension` is None while there are no vectors.

    `last_seq` is the model's last change, 0 before any. It may lag behind `changes` after a
    crash, and never runs ahead of what a reader can see: safe as the start of following.
    """

    count: int
    dimension: int | None
    last_seq: int


class VectorStore(Protocol):
    """Embeddings by (title, model), with a log of changes that every process can follow.

    Each write gives each row a new number `seq`, greater than any number that a reader may already
    have seen, over all models; so reading `changes` from the last seen number misses nothing, with
    any number of writers. A row stands in the log once, at its latest change. Vectors come back
    bit for bit as they were given (float32).
    """

    def upsert(self, model: str, rows: Sequence[VectorRow]) -> None:
        """Insert or replace, durable on return; interrupted as `TitleStore.upsert` may be.

        Raises `DimensionMismatch`, changing nothing, where the model's stored vectors have another
        length.
        """
        ...

    def delete(self, ids: Collection[TitleId]) -> int:
        """Remove the vectors of all models, leaving removals in the log; returns rows removed."""
        ...

    def hashes(self, model: str, ids: Collection[TitleId]) -> dict[TitleId, bytes]:
        """The text hashes of those that have a vector."""
        ...

    def scan(self, model: str, batch_size: int = 4096) -> Iterator[VectorBatch]:
        """All vectors of a model by ascending key, memory flat; as `TitleStore.scan`."""
        ...

    def changes(self, model: str, after_seq: int, limit: int = 4096) -> list[VectorChange]:
        """The next changes behind `after_seq`, by ascending seq, at most `limit`."""
        ...

    def status(self, model: str) -> VectorStatus:
        """Counts, in < 50 ms at a million vectors."""
        ...
