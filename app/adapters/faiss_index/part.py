"""One kind's share of a generation, opened for searching."""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import faiss
import numpy as np
from numpy.typing import NDArray

from app.adapters.faiss_index.by_votes import ByVotes
from app.adapters.faiss_index.columns import Languages, as_columns, mask_of
from app.adapters.faiss_index.factory import candidates, candidates_of_each, inner_ivf, parameters
from app.adapters.faiss_index.survivors import Survivors, SurvivorsCache, survivors_of
from app.adapters.faiss_index.vectors_file import VectorsFile
from app.domain.catalogue.keys import ByKey, located
from app.domain.errors import Damaged
from app.domain.index.generations import GenerationPart
from app.domain.ports.index import Compared
from app.domain.ports.vectors import Keys, Vector, Vectors
from app.domain.search.filters import TitleFilter


class Scored(NamedTuple):
    """Keys, cosines and votes of titles found, each (m,), the highest cosine first, ties by key."""

    keys: Keys
    scores: NDArray[np.float32]
    votes: NDArray[np.int32]

    def first(self, k: int) -> "Scored":
        """The k best of rows in any order."""
        order = np.lexsort((self.keys, -self.scores))[:k]
        return Scored(self.keys[order], self.scores[order], self.votes[order])


_FEW = 64
_CALIBRATED_K = 10
_ROUGHLY = 4
_MOST_ROUGHLY = 128


@dataclass(frozen=True, slots=True)
class Stale:
    """Rows of a part that no longer count (ascending), and a bitmap of those that do.

    Made once per change of the delta: a search must not pay for each row that changed.
    """

    rows: NDArray[np.int64]
    others: NDArray[np.uint8]


class OpenPart(ByKey):
    """Searches one kind. Immutable but for caches, so threads share it without a lock."""

    def __init__(
        self,
        part: GenerationPart,
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
        self.columns = as_columns(rows)
        self.languages = languages
        self._by_votes = ByVotes(self.columns["votes"])
        self._cache = SurvivorsCache()
        self._preparing = threading.Lock()
        # Read by all threads and never written to; made once, for making them costs 10 µs.
        self._parameters: dict[int, Any] = {}
        ivf = inner_ivf(index)
        self._lists: int = ivf.nlist if ivf is not None else 1
        # Shares ascend, so that the first one at or above a filter's share is the one to use.
        self._calibration = sorted(part.calibration, key=lambda c: c.share)

    def rows_of(self, keys: Keys) -> NDArray[np.int64]:
        """Rows (ascending) of those keys that are here."""
        rows, here = located(self.keys, np.sort(keys))
        found: NDArray[np.int64] = rows[here]
        return found

    def take(self, rows: NDArray[np.int64]) -> Vectors:
        """Vectors (m, d) of the rows (m,)."""
        return self.vectors.picked(rows)

    def stale_of(self, keys: Collection[int]) -> Stale | None:
        """What these keys leave of the part; None where none of them is here."""
        rows = self.rows_of(np.fromiter(keys, np.int64, len(keys)))
        if not len(rows):
            return None
        everything = np.full((len(self.keys) + 7) // 8, 255, np.uint8)
        return Stale(rows, _without(everything, rows))

    def search(
        self,
        queries: Vectors,
        k: int,
        where: TitleFilter,
        banned: NDArray[np.int64],
        stale: Stale | None = None,
        *,
        thorough: bool = True,
    ) -> list[Scored]:
        """For each query (m, d) the k nearest that pass, aren't banned rows (ascending) nor stale.

        Exact cosines. Not `thorough`, it visits a quarter of the lists.
        """
        survivors = self._survivors(where)
        if survivors.count == 0:
            return self._best_of_each([np.empty(0, np.int64)] * len(queries), queries, k)
        if survivors.compact is not None:
            out = banned if stale is None else np.union1d(banned, stale.rows)
            found = self._compared(survivors, queries, k, out)
        else:
            nprobe, refine = self._effort(survivors.count / len(self.keys), k, thorough=thorough)
            found = self._probed(survivors, queries, k, banned, stale, nprobe, refine)
        return self._best_of_each(found, queries, k)

    def best_known(
        self, k: int, where: TitleFilter, banned: NDArray[np.int64], stale: Stale | None
    ) -> tuple[Keys, NDArray[np.int32]]:
        """Keys (m,) and votes (m,) of the k with most votes that pass, ties by key."""
        survivors = self._cache.get(where)
        if survivors is None:
            # Not worth keeping: the copy of vectors that comes with it costs more than the mask.
            passed = mask_of(self.columns, where, self.languages)
        else:
            passed = survivors.mask(len(self.keys))
        passed[banned] = False
        if stale is not None:
            passed[stale.rows] = False
        rows = self._by_votes.first(k, passed)
        return self.keys[rows], self.columns["votes"][rows]

    def compared(self, query: Vector, keys: Sequence[int]) -> dict[int, Compared]:
        """Exact cosines and votes of those keys that are here."""
        wanted = np.array(keys, np.int64)
        rows, here = located(self.keys, wanted)
        rows = rows[here]
        scores = self.vectors.scores(rows, query)
        votes = self.columns["votes"][rows]
        return {
            key: Compared(score, count)
            for key, score, count in zip(
                wanted[here].tolist(), scores.tolist(), votes.tolist(), strict=True
            )
        }

    def _best_of_each(
        self, found: Sequence[NDArray[np.int64]], queries: Vectors, k: int
    ) -> list[Scored]:
        """The k nearest of the rows found for each query, by exact cosines."""
        votes = self.columns["votes"]
        if not len(queries):
            return []
        if len(queries) == 1:
            rows = found[0]
            scores = self.vectors.scores(rows, queries[0])
            return [Scored(self.keys[rows], scores, votes[rows]).first(k)]
        # Queries about one person's titles find many of the same rows: each is read once.
        every, places = np.unique(np.concatenate(found), return_inverse=True)
        products = self.vectors.picked(every) @ queries.T
        ends = np.cumsum([len(rows) for rows in found])[:-1]
        return [
            Scored(self.keys[rows], products[own, place], votes[rows]).first(k)
            for place, (rows, own) in enumerate(zip(found, np.split(places, ends), strict=True))
        ]

    def _survivors(self, where: TitleFilter) -> Survivors:
        found = self._cache.get(where)
        if found is None:
            # One thread at a time: a page's requests bring the same new filter all at once.
            with self._preparing:
                found = self._cache.get(where)
                if found is None:
                    passed = mask_of(self.columns, where, self.languages)
                    found = survivors_of(passed, self.vectors)
                    self._cache.put(where, found)
        return found

    def _compared(
        self, survivors: Survivors, queries: Vectors, k: int, banned: NDArray[np.int64]
    ) -> list[NDArray[np.int64]]:
        assert survivors.rows is not None  # noqa: S101 -- rows and compact exist together
        places, here = located(survivors.rows, banned)
        places = places[here]
        wanted, allowed = k + k // 4 + 32, None
        if len(places) > _FEW:
            allowed = _without(np.full((survivors.count + 7) // 8, 255, np.uint8), places)
        else:
            wanted += len(places)
        wanted = min(survivors.count, wanted)
        found = candidates_of_each(survivors.compact, queries, wanted, 1, allowed)
        if len(places) and allowed is None:
            found = [rows[~np.isin(rows, places)] for rows in found]
        return [survivors.rows[rows] for rows in found]

    def _probed(
        self,
        survivors: Survivors,
        queries: Vectors,
        k: int,
        banned: NDArray[np.int64],
        stale: Stale | None,
        nprobe: int,
        refine: int,
    ) -> list[NDArray[np.int64]]:
        allowed = survivors.bitmap
        if stale is not None:
            allowed = stale.others if allowed is None else allowed & stale.others
        few = 0 < len(banned) <= _FEW
        if len(banned) > _FEW:
            full = np.full((len(self.keys) + 7) // 8, 255, np.uint8)
            allowed = _without(full if allowed is None else allowed.copy(), banned)
        wanted = min(len(self.keys), refine + (len(banned) if few else 0))
        found = [np.empty(0, np.int64)] * len(queries)
        asked = list(range(len(queries)))
        while True:
            if nprobe not in self._parameters:
                self._parameters[nprobe] = parameters(self._index, nprobe, None)
            given = self._parameters[nprobe]
            answers = candidates_of_each(
                self._index, queries[asked], wanted, nprobe, allowed, given
            )
            for place, rows in zip(asked, answers, strict=True):
                found[place] = rows[~np.isin(rows, banned)] if few else rows
            asked = [place for place in asked if len(found[place]) < k]
            if not asked or nprobe >= self._lists:
                return found
            # Too few in the lists visited: k results are owed as long as k titles pass.
            nprobe = min(4 * nprobe, self._lists)

    def _effort(self, share: float, k: int, *, thorough: bool) -> tuple[int, int]:
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
        if not thorough:
            # What passes a filter often lies together, in fewer lists and farther from the query.
            if share == 1:
                return max(nprobe // _ROUGHLY, 1), max(refine // _ROUGHLY, 5 * k // 2)
            nprobe = min(nprobe, _MOST_ROUGHLY)
        # At k = 100 more than 2.6 times as many were seen to add nothing to recall.
        return nprobe, max(round(refine * deeper), 5 * k // 2)

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


def open_part(
    folder: Path, part: GenerationPart, dimension: int, languages: tuple[str, ...]
) -> OpenPart:
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
