"""Vectors as bytes, checked before a store writes any of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from app.adapters.stores.common.title_codec import storable_key
from app.domain.errors import DimensionMismatch, InvalidInput
from app.domain.ports.vectors import Keys, Vector, VectorBatch, VectorRow, Vectors

HASH_BYTES = 16
_COMPONENT = np.dtype("<f4")


@dataclass(frozen=True, slots=True)
class PackedRow:
    """One embedding as it is stored: `vector` is little-endian float32."""

    key: int
    text_hash: bytes
    vector: bytes


def packed(model: str, rows: Sequence[VectorRow]) -> tuple[list[PackedRow], int]:
    """The rows by ascending key, the last of equal ids only, and their common length.

    Raises `DimensionMismatch` where they differ in length, `InvalidInput` for a vector that isn't
    a row of finite numbers, a hash of another size or an id out of range. `rows` isn't empty.
    """
    dimension = _common_length(model, rows)
    by_key = {}
    for row in rows:
        if len(row.text_hash) != HASH_BYTES:
            raise InvalidInput(f"The text hash of {row.id} must have {HASH_BYTES} bytes")
        vector = np.ascontiguousarray(row.vector, _COMPONENT)
        if not np.isfinite(vector).all():
            raise InvalidInput(f"The vector of {row.id} holds numbers that are not finite")
        key = storable_key(row.id)
        by_key[key] = PackedRow(key, bytes(row.text_hash), vector.tobytes())
    return [by_key[key] for key in sorted(by_key)], dimension


def refuse_other_length(model: str, stored: int | None, given: int) -> None:
    """Raise `DimensionMismatch` where vectors of another length are stored."""
    if stored is not None and stored != given:
        raise DimensionMismatch(
            f"Vectors of the model {model} have {stored} numbers, the new ones {given}: "
            "give the other model its own name, or delete the stored vectors first"
        )


def unpacked(vector: bytes, offset: int = 0) -> Vector:
    """Shape (d,), read-only; `offset` is where the numbers begin."""
    return np.frombuffer(vector, _COMPONENT, offset=offset).astype(np.float32, copy=False)


def batch_of(keys: Iterable[int], vectors: Iterable[bytes], offset: int = 0) -> VectorBatch:
    """Rows of a scan; `offset` as in `unpacked`."""
    joined = b"".join(vector[offset:] for vector in vectors)
    key_column: Keys = np.fromiter(keys, np.int64)
    rows: Vectors = np.frombuffer(joined, _COMPONENT).astype(np.float32, copy=False)
    return VectorBatch(key_column, rows.reshape(len(key_column), -1))


def _common_length(model: str, rows: Sequence[VectorRow]) -> int:
    shapes = {np.shape(row.vector) for row in rows}
    if any(len(shape) != 1 or not shape[0] for shape in shapes):
        raise InvalidInput(f"A vector of the model {model} must be one row of numbers")
    if len(shapes) > 1:
        lengths = " and ".join(str(length) for (length,) in sorted(shapes))
        raise DimensionMismatch(f"Vectors of the model {model} differ in length: {lengths}")
    return int(next(iter(shapes))[0])
