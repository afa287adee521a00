"""One kind's share of a generation, opened for searching."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from app.adapters.faiss_index.columns import Languages, as_columns, mask_of
from app.adapters.faiss_index.factory import candidates, inner_ivf, parameters
from app.adapters.faiss_index.survivors import Survivors, SurvivorsCache, survivors_of
from app.adapters.faiss_index.vectors_file import VectorsFile
from app.domain.errors import Damaged
from app.domain.filters import TitleFilter
from app.domain.generations import Part
from app.domain.index_ports import Compared
from app.domain.ports import Keys, Vector

Scored = tuple[Keys, NDArray[np.float32]]
"""Keys (m,) and their cosines (m,)."""

_FEW = 64
_CALIBRATED_K = 10


@dataclass(frozen=True, slots=True)
class Stale:
    """Rows of a part that no longer count (ascending), and a bitmap of those that do.

    Made once per change of the delta: a search must not pay for each row that changed.
    """

    rows: NDArray[np.int64]
    others: NDArray[np.uint8]


class OpenPart:
    """Searches one kind. Immutable but for caches, so threads share it without a lock."""

    def __init__(
        self,
        part: Part,
        index: Any,  # noqa: ANN401 -- faiss carries no types
        keys: Keys,
        rows: NDArray[np.void],
        vectors: VectorsFile,
        languages: Languages,
    ) -> None:
        if not part.count == len(keys) == len(rows) == len(vectors) == index.ntotal:
            raise Damaged(f"the {part.kind} files disagree on the number of titles")
        self.part = part
        self.keys = keys
        self.vectors = vectors
        self._index = index
        self._columns = as_columns(rows)
        self._languages = languages
        self._cache = SurvivorsCache()
        self._preparing = threading.Lock()
        # Read by all threads and never written to; made once, for making them costs 10 µs.
        self._parameters: dict[int, Any] = {}
        ivf = inner_ivf(index)
        self._lists: int = ivf.nlist if ivf is not None else 1
        # Shares ascend, so that the first one at or above a filter's share is the one to use.
        self._calibration = sorted(part.calibration, key=lambda c: c.share)

    def row_of(self, key: int) -> int | None:
        """The row of a key, or None."""
        row = int(np.searchsorted(self.keys, key))
        return row if row < len(self.keys) and self.keys[row] == key else None

    def rows_of(self, keys: Collection[int]) -> NDArray[np.int64]:
        """Rows (ascending) of those keys that are here."""
        if not keys or not len(self.keys):
            return np.empty(0, np.int64)
        wanted = np.sort(np.fromiter(keys, np.int64, len(keys)))
        rows = np.searchsorted(self.keys, wanted)
        rows[rows == len(self.keys)] = 0
        found: NDArray[np.int64] = rows[self.keys[rows] == wanted]
        return found

    def stale_of(self, keys: Collection[int]) -> Stale | None:
        """What these keys leave of the part; None where none of them is here."""
        rows = self.rows_of(keys)
        if not len(rows):
            return None
        everything = np.full((len(self.keys) + 7) // 8, 255, np.uint8)
        return Stale(rows, _without(everything, rows))

    def search(
        self,
        query: Vector,
        k: int,
        where: TitleFilter,
        banned: NDArray[np.int64],
        stale: Stale | None = None,
    ) -> Scored:
        """The k nearest that pass the filter, aren't banned rows (ascending) nor stale.

        Exact cosines.
        """
        survivors = self._survivors(where)
        if survivors.count == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if survivors.compact is not None:
            out = banned if stale is None else np.union1d(banned, stale.rows)
            rows = self._compared(survivors, query, k, out)
        else:
            rows = self._probed(survivors, query, k, banned, stale)
        scores = self.vectors.scores(rows, query)
        order = np.lexsort((self.keys[rows], -scores))[:k]
        return self.keys[rows[order]], scores[order]

    def votes_of(self, keys: Keys) -> NDArray[np.int32]:
        """Votes (n,) of the keys (n,), 0 where they aren't here."""
        rows = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        votes: NDArray[np.int32] = np.where(
            self.keys[rows] == keys, self._columns["votes"][rows], 0
        )
        return votes

    def compared(self, query: Vector, keys: Sequence[int]) -> dict[int, Compared]:
        """Exact cosines and votes of those keys that are here."""
        wanted = np.array(keys, np.int64)
        rows = np.searchsorted(self.keys, wanted)
        rows[rows == len(self.keys)] = 0
        here = self.keys[rows] == wanted
        rows = rows[here]
        scores = self.vectors.scores(rows, query)
        votes = self._columns["votes"][rows]
        return {
            key: Compared(score, count)
            for key, score, count in zip(
                wanted[here].tolist(), scores.tolist(), votes.tolist(), strict=True
            )
        }

    def _survivors(self, where: TitleFilter) -> Survivors:
        found = self._cache.get(where)
        if found is None:
            # One thread at a time: a page's requests bring the same new filter all at once.
            with self._preparing:
                found = self._cache.get(where)
                if found is None:
                    passed = mask_of(self._columns, where, self._languages)
                    found = survivors_of(passed, self.vectors)
                    self._cache.put(where, found)
        return found

    def _compared(
        self, survivors: Survivors, query: Vector, k: int, banned: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        assert survivors.rows is not None  # noqa: S101 -- rows and compact exist together
        places = np.searchsorted(survivors.rows, banned)
        places[places == survivors.count] = 0
        places = places[survivors.rows[places] == banned] if len(banned) else places
        allowed = None
        if len(places) > _FEW:
            allowed = _without(np.full((survivors.count + 7) // 8, 255, np.uint8), places)
        wanted = min(survivors.count, k + k // 4 + 32 + min(len(places), _FEW))
        found = survivors.rows[candidates(survivors.compact, query, wanted, 1, allowed)]
        return found[~np.isin(found, banned)] if len(banned) else found

    def _probed(
        self,
        survivors: Survivors,
        query: Vector,
        k: int,
        banned: NDArray[np.int64],
        stale: Stale | None,
    ) -> NDArray[np.int64]:
        allowed = survivors.bitmap
        if stale is not None:
            allowed = stale.others if allowed is None else allowed & stale.others
        if len(banned) > _FEW:
            full = np.full((len(self.keys) + 7) // 8, 255, np.uint8)
            allowed = _without(full if allowed is None else allowed.copy(), banned)
        nprobe, refine = self._effort(survivors.count / len(self.keys), k)
        wanted = min(len(self.keys), refine + min(len(banned), _FEW))
        while True:
            if nprobe not in self._parameters:
                self._parameters[nprobe] = parameters(self._index, nprobe, None)
            given = self._parameters[nprobe]
            found = candidates(self._index, query, wanted, nprobe, allowed, given)
            found = found[~np.isin(found, banned)] if len(banned) else found
            if len(found) >= k or nprobe >= self._lists:
                return found
            # Too few in the lists visited: k results are owed as long as k titles pass.
            nprobe = min(4 * nprobe, self._lists)

    def _effort(self, share: float, k: int) -> tuple[int, int]:
        """Lists to visit and candidates to compare exactly, from what was measured at build."""
        if not self._calibration:
            return 1, 2 * k + 32
        nearest_below = max(
            (c.share for c in self._calibration if c.share <= share),
            default=self._calibration[0].share,
        )
        # A filter that nearly everything passes is owed no less than no filter at all.
        measured = [c for c in self._calibration if c.share >= nearest_below]
        deeper = max(1.0, (k / _CALIBRATED_K) ** 0.5)
        nprobe = min(self._lists, round(max(c.nprobe for c in measured) * deeper))
        refine = max(c.refine for c in measured)
        return nprobe, max(refine, round(refine * k / _CALIBRATED_K / 2), 2 * k)

    def self_test(self) -> None:
        """A few stored vectors must find themselves. Raises `Damaged`."""
        count = len(self.keys)
        for row in {0, count // 3, count // 2, count - 1} if count else ():
            vector = self.vectors.take(np.array([row]))[0]
            if abs(float(np.linalg.norm(vector)) - 1) > 0.01:  # noqa: PLR2004 -- far above rounding
                raise Damaged(f"{self.part.kind}: row {row} is no unit vector")
            rows = candidates(self._index, vector, min(count, 50), max(1, self._lists // 8), None)
            best = self.vectors.scores(rows, vector).max(initial=-1)
            if best < 0.999:  # noqa: PLR2004 -- a vector's cosine with itself
                raise Damaged(f"{self.part.kind}: row {row} does not find itself")


def _without(bitmap: NDArray[np.uint8], rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Clear the bits of the rows, in place."""
    np.bitwise_and.at(bitmap, rows >> 3, ~(np.uint8(1) << (rows & 7).astype(np.uint8)))
    return bitmap


def file_names(kind: str) -> dict[str, str]:
    """The files of a part by what they hold."""
    return {
        "index": f"{kind}.faiss",
        "vectors": f"{kind}.vectors",
        "scales": f"{kind}.scales.npy",
        "places": f"{kind}.places.npy",
        "keys": f"{kind}.keys.npy",
        "columns": f"{kind}.columns.npy",
    }


def open_part(folder: Path, part: Part, dimension: int, languages: tuple[str, ...]) -> OpenPart:
    """Open the files of a part that were verified. Raises `Damaged`."""
    names = {what: folder / name for what, name in file_names(part.kind).items()}
    try:
        index = faiss.read_index(str(names["index"]))
        scales = np.load(names["scales"], allow_pickle=False)
        places = None
        if names["places"].exists():
            places = np.load(names["places"], allow_pickle=False)
        return OpenPart(
            part,
            index,
            np.load(names["keys"], allow_pickle=False),
            np.load(names["columns"], allow_pickle=False),
            VectorsFile(names["vectors"], scales, dimension, places),
            Languages(languages),
        )
    except (RuntimeError, OSError, ValueError) as error:
        raise Damaged(f"{folder.name}: {part.kind} can't be opened ({error})") from error
