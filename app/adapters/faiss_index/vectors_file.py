"""Unit vectors as 16-bit integers with a scale per row, read through a memory map.

A component of a unit vector is at most a few tenths, so 16 bits spread over the row's own range
keep the cosine to about 2e-6: as good for ranking as float32 at half the bytes, and about five
times closer than float16.
"""

import mmap
import os
import threading
import weakref
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from app.domain.errors import Damaged
from app.domain.ports.vectors import Vector, Vectors

_STEPS: Final = 32767
_BLOCK: Final = 2 * 2**20
"""The most that the system maps when one byte is read: a huge page of its cache."""

_BLOCKS_HELD: Final = 96
"""Blocks that may be mapped at a time: 192 MB."""

_SLAB: Final = 100
"""Rows read at a time: as many as a search compares; 200 MB at worst, each in another block."""


def quantize(vectors: Vectors) -> tuple[NDArray[np.int16], NDArray[np.float32]]:
    """16-bit rows (n, d) and scales (n,) of (n, d): a row is its 16-bit row times its scale."""
    scales = np.abs(vectors).max(axis=1, initial=1e-30) / np.float32(_STEPS)
    return np.rint(vectors / scales[:, None]).astype(np.int16), scales.astype(np.float32)


class VectorsWriter:
    """Appends rows to a file of 16-bit vectors; the scales stay in memory (4 bytes a row)."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._scales: list[NDArray[np.float32]] = []

    def append(self, vectors: Vectors) -> None:
        """Write rows of shape (n, d)."""
        rows, scales = quantize(vectors)
        self._stream.write(rows.astype("<i2", copy=False).tobytes())
        self._scales.append(scales)

    def scales(self) -> NDArray[np.float32]:
        """Shape (n,), of all rows so far."""
        return np.concatenate(self._scales) if self._scales else np.empty(0, np.float32)


class VectorsFile:
    """Random access to the rows of such a file.

    Pages that were read count as the process's memory until they are given back, though they are
    only the system's cache of the file. So they are given back whenever enough may be mapped: the
    bytes stay cached by the system, the process stays small. What is searched for together should
    lie together then: `places` tells where in the file each row is (None: in order).
    """

    def __init__(
        self,
        path: Path,
        scales: NDArray[np.float32],
        dimension: int,
        places: NDArray[np.int32] | None = None,
    ) -> None:
        expected = len(scales) * dimension * 2
        if path.stat().st_size != expected:
            raise Damaged(f"{path.name} should hold {expected} bytes, not {path.stat().st_size}")
        self.scales = scales
        self.dimension = dimension
        self._places = places
        self._lock = threading.Lock()
        self._mapped = np.zeros(expected // _BLOCK + 1, np.bool_)
        with path.open("rb") as stream:
            self._map = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        self._file = os.open(path, os.O_RDONLY)
        weakref.finalize(self, os.close, self._file)
        self._map.madvise(mmap.MADV_RANDOM)
        self._rows = np.frombuffer(self._map, "<i2").reshape(len(scales), dimension)

    def __len__(self) -> int:
        return len(self.scales)

    def take(self, rows: NDArray[np.int64]) -> Vectors:
        """Vectors (m, d) of the rows (m,)."""
        places = self._places_of(rows)
        vectors = np.empty((len(rows), self.dimension), np.float32)
        order = np.argsort(places)  # a sweep through the file touches each page once
        for start in range(0, len(rows), _SLAB):
            some = order[start : start + _SLAB]
            vectors[some] = self._read(places[some])
        vectors *= self.scales[rows, None]
        return vectors

    def picked(self, rows: NDArray[np.int64]) -> Vectors:
        """As `take`, for rows that lie far apart: reading each costs less than mapping its page.

        Raises `Damaged` where the file is no longer whole.
        """
        places = self._places_of(rows)
        found = np.empty((len(rows), self.dimension), "<i2")
        width = self.dimension * 2
        slots = found.reshape(-1).view(np.uint8).data
        order = np.argsort(places)
        starts = (places[order].astype(np.int64) * width).tolist()
        for slot, start in zip(order.tolist(), starts, strict=True):
            if os.preadv(self._file, (slots[slot * width : (slot + 1) * width],), start) < width:
                raise Damaged("the file of vectors ends too early")
        vectors: Vectors = found.astype(np.float32)
        vectors *= self.scales[rows, None]
        return vectors

    def scores(self, rows: NDArray[np.int64], query: Vector) -> NDArray[np.float32]:
        """Cosines (m,) of the rows (m,) with a unit query (d,)."""
        places = self._places_of(rows)
        products = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), _SLAB):
            some = slice(start, start + _SLAB)
            products[some] = self._read(places[some]).astype(np.float32) @ query
        products *= self.scales[rows]
        return products

    def reordered(self, order: NDArray[np.int64], stream: BinaryIO) -> NDArray[np.int32]:
        """Write all rows to another file in this order (n,); returns the places (n,) for it."""
        found = self._places_of(order)
        stream.writelines(
            self._read(found[start : start + _SLAB]).tobytes()
            for start in range(0, len(order), _SLAB)
        )
        places = np.empty(len(order), np.int32)
        places[order] = np.arange(len(order), dtype=np.int32)
        return places

    def _places_of(self, rows: NDArray[np.int64]) -> NDArray[np.integer[Any]]:
        return rows if self._places is None else self._places[rows]

    def _read(self, places: NDArray[np.integer[Any]]) -> NDArray[np.int16]:
        """The 16-bit rows (m, d) at the places (m,), m at most `_SLAB`."""
        width = self.dimension * 2
        blocks = places.astype(np.int64) * width // _BLOCK
        with self._lock:
            self._mapped[blocks] = True
            if np.count_nonzero(self._mapped) > _BLOCKS_HELD:
                self._map.madvise(mmap.MADV_DONTNEED)
                self._mapped[:] = False
                self._mapped[blocks] = True
        rows: NDArray[np.int16] = self._rows[places]
        return rows
