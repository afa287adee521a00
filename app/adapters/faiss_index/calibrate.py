"""Choosing search parameters by measuring them against brute force."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import faiss
import numpy as np
from numpy.typing import NDArray

from app.adapters.faiss_index.factory import candidates, inner_ivf
from app.adapters.faiss_index.survivors import COMPACT_UP_TO
from app.adapters.faiss_index.vectors_file import VectorsFile
from app.domain.index.generations import Calibration
from app.domain.ports.vectors import Vectors

K: Final = 10
_QUERIES: Final = 3000
"""Recall differs much from query to query: 1000 were seen to flatter it by 0.002 of 0.998."""

_FILTERED_QUERIES: Final = 1000
_GLANCE: Final = 500
"""Queries that tell parameters which are far from enough."""

_SLAB: Final = 32_768
_SHARES: Final = (1.0, 0.5, 0.25, 0.1)
_REFINE: Final = (60, 80, 100, 130, 160, 250, 400, 800, 1600)
_FIRST_PROBES: Final = 4
_STEP: Final = 1.3
_EQUAL: Final = 1e-6
_TRIED_BESIDE: Final = 3
_ONE_IN_TWENTY: Final = 1.645
"""Standard errors below the mean: the true recall is worse than that in one build of twenty."""


def calibrated(
    index: Any,  # noqa: ANN401 -- faiss carries no types
    vectors: VectorsFile,
    aim: float,
    target: float,
    beat: Callable[[], None],
) -> tuple[Calibration, ...]:
    """The cheapest parameters whose recall@10 meets `aim`, for no filter and for wider ones.

    It must meet it by the lower end of its confidence interval (95 %, one-sided, normal): the
    sample is a sample, and the parameters that only just do it on this one would fail on the next.

    The queries are stored vectors, each left out of its own answer. The filters are random: the
    hardest kind, for what passes is spread over all lists. Their parameters need only meet
    `target`. Shares of the catalogue that few titles pass are left out: those are compared whole.
    `beat` is called every second or so; it may raise, to stop.
    """
    count = len(vectors)
    rng = np.random.default_rng(1)
    found: list[Calibration] = []
    fewest = _FIRST_PROBES
    for share in _SHARES:
        if share < 1 and count * share <= COMPACT_UP_TO / 2:
            continue
        wanted = _QUERIES if share == 1 else _FILTERED_QUERIES
        asked = np.sort(rng.choice(count, min(wanted, count // 2), replace=False))
        queries = vectors.take(asked)
        passed = rng.random(count) < share
        passed[asked] = True
        tenth = tenth_score(vectors, queries, passed, asked, beat)
        bitmap = None if share == 1 else np.packbits(passed, bitorder="little")
        goal = aim if share == 1 else target
        trial = _Trial(index, vectors, asked, queries, tenth, bitmap, share, beat)
        found.append(_cheapest(trial, goal, fewest))
        # The fewer titles pass, the farther the tenth is: what failed for more fails for fewer.
        fewest = found[-1].nprobe if share < 1 else fewest
    return tuple(found)


def tenth_score(
    vectors: VectorsFile,
    queries: Vectors,
    passed: NDArray[np.bool_],
    asked: NDArray[np.int64],
    beat: Callable[[], None],
) -> NDArray[np.float32]:
    """Brute force: the tenth best score (m,) of the queries (m, d) among those passed, less asked.

    At least 11 rows must pass.
    """
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    best = np.full((len(queries), K + 1), -2, np.float32)
    rows = np.full((len(queries), K + 1), -1, np.int64)
    for start in range(0, len(vectors), _SLAB):
        beat()
        inside = np.flatnonzero(passed[start : start + _SLAB]) + start
        if not len(inside):
            continue
        scores, places = faiss.knn(
            queries,
            vectors.take(inside),
            min(K + 1, len(inside)),
            metric=faiss.METRIC_INNER_PRODUCT,
        )
        joined = np.concatenate([best, scores], axis=1)
        numbers = np.concatenate([rows, inside[places]], axis=1)
        order = np.argsort(-joined, axis=1, kind="stable")[:, : K + 1]
        best = np.take_along_axis(joined, order, axis=1)
        rows = np.take_along_axis(numbers, order, axis=1)
    # Where the asked row is among the best, the score behind it moves up.
    own = (rows == asked[:, None]).any(axis=1)
    tenth: NDArray[np.float32] = np.where(own, best[:, K], best[:, K - 1])
    return tenth


@dataclass(frozen=True)
class _Trial:
    """One measurement: queries (m, d) that are stored rows `asked` (m,).

    `tenth` (m,) is the score of the tenth best true answer: what scores no less is a hit, so that
    titles with equal vectors stand for each other.
    """

    index: Any
    vectors: VectorsFile
    asked: NDArray[np.int64]
    queries: Vectors
    tenth: NDArray[np.float32]
    bitmap: NDArray[np.uint8] | None
    share: float
    beat: Callable[[], None]

    def measure(self, nprobe: int, refine: int, step: int = 1) -> "_Measured":
        """Recall and median time of one query, with these parameters, by each `step`-th query."""
        self.beat()
        hits, times = [], []
        faiss.omp_set_num_threads(1)
        asked, queries, tenths = self.asked[::step], self.queries[::step], self.tenth[::step]
        for own, query, tenth in zip(asked, queries, tenths, strict=True):
            start = time.perf_counter()
            rows = candidates(self.index, query, refine, nprobe, self.bitmap)
            rows = rows[rows != own]
            top = np.sort(self.vectors.scores(rows, query))[-K:]
            times.append(time.perf_counter() - start)
            hits.append(np.count_nonzero(top >= tenth - _EQUAL) / K)
        recall = float(np.mean(hits))
        found = Calibration(
            share=self.share,
            nprobe=nprobe,
            refine=refine,
            recall=round(recall, 5),
            microseconds=round(float(np.median(times)) * 1e6, 1),
        )
        error = float(np.std(hits)) / len(hits) ** 0.5
        return _Measured(found, recall - _ONE_IN_TWENTY * error)


@dataclass(frozen=True)
class _Measured:
    """Parameters with what they did; `sure` is the recall that they have at least, 19 in 20."""

    calibration: Calibration
    sure: float


def _cheapest(trial: _Trial, goal: float, fewest: int) -> Calibration:
    """The fastest parameters that meet the goal; where none does, the best there are.

    The fewest lists that can meet it may need many candidates: a few more lists with fewer
    candidates are tried beside them.
    """
    ivf = inner_ivf(trial.index)
    nlist = ivf.nlist if ivf is not None else 1
    nprobe = min(fewest, nlist)
    glance = max(1, len(trial.asked) // _GLANCE)
    while nprobe < nlist and trial.measure(nprobe, _REFINE[-1], glance).calibration.recall < goal:
        nprobe = _more(nprobe, nlist)
    best = trial.measure(nprobe, _REFINE[-1])
    while best.sure < goal and nprobe < nlist:
        nprobe = _more(nprobe, nlist)
        best = trial.measure(nprobe, _REFINE[-1])
    enough = min(goal, best.sure)
    for _ in range(_TRIED_BESIDE):
        for refine in _REFINE[:-1]:
            if trial.measure(nprobe, refine, glance).calibration.recall < enough:
                continue
            found = trial.measure(nprobe, refine)
            if found.sure >= enough:
                best = min(best, found, key=lambda one: one.calibration.microseconds)
                break
        nprobe = _more(nprobe, nlist)
    return best.calibration


def _more(nprobe: int, nlist: int) -> int:
    return min(nlist, max(nprobe + 1, round(nprobe * _STEP)))
