"""Measure the vector index beside others, on vectors mixed from real embedded titles.

One query at a time on one core; the queries are not in the index. Every approximate index is
given the fewest probes that reach recall@10 of 0.998, where it can. `ratio` is queries per second
against the exact scan of the same run. 1,200,000 titles need about 10 GB of memory and 10 minutes;
there, hnswlib is only built with --hnsw, for it alone takes longer than all the others.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

import faiss
import hnswlib
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.adapters.clock import SystemClock
from app.adapters.faiss_index.index import FaissIndex
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.titles import MediaKind
from app.domain.ports.vectors import Vectors
from app.domain.search.filters import EVERYTHING, TitleFilter
from scripts.bench import mixed
from scripts.bench.report import Row, show

K: Final = 10
GOAL: Final = 0.998
HNSW_UP_TO: Final = 300_000
PROBES: Final = (4, 8, 12, 16, 20, 24, 32, 40, 48, 64, 80, 96, 128, 192, 256, 384, 512, 1024)
Ask = Callable[[NDArray[np.float32]], Iterable[int]]
"""From a query (384,) to the rows found."""


def main() -> int:
    """Build each index, ask it, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=120_000, metavar="N")
    parser.add_argument("--queries", type=int, default=1000, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--hnsw", action="store_true", help="build hnswlib at any size")
    parser.add_argument("--ours-only", action="store_true", help="leave out the others")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep what takes long to make")
    arguments = parser.parse_args()
    if arguments.cache:
        arguments.cache.mkdir(parents=True, exist_ok=True)
    bench = Bench(arguments.titles, arguments.queries, arguments.cache)
    rows = bench.ours()
    if not arguments.ours_only:
        rows = [*bench.others(hnsw=arguments.hnsw or arguments.titles <= HNSW_UP_TO), *rows]
    exact = next((row["queries/s"] for row in rows if row["name"] == "exact scan"), None)
    if isinstance(exact, float):
        rows = [row | {"ratio": float(str(row["queries/s"])) / exact} for row in map(dict, rows)]
    show(rows, arguments.json)
    return 0


class Bench:
    """The vectors, the queries and their true answers."""

    def __init__(self, titles: int, queries: int, cache: Path | None) -> None:
        self._cache = cache
        real = mixed.real_vectors(cache)
        said("Mixing vectors")
        self.vectors = mixed.mixed(real, titles, seed=0)
        self.queries = mixed.mixed(real, queries, seed=9)
        self.rare_rows = np.flatnonzero(mixed.rare(titles))
        said("Brute force, for the truth")
        self.truth = nearest(self.queries, self.vectors)
        self.rare_truth = self.rare_rows[nearest(self.queries, self.vectors[self.rare_rows])]
        self.tenth_truth = nearest(self.queries, self.vectors[: titles // 10])

    def others(self, *, hnsw: bool) -> list[Row]:
        """What else there is, each in its usual form."""
        rows = [self._exact()]
        for name, factory in (
            ("IDMap,IVF100,Flat", "IVF100,Flat"),
            ("IVF4096,Flat", "IVF4096,Flat"),
        ):
            rows.append(self._ivf(name, factory))
        if hnsw:
            rows.append(self._hnsw())
        return rows

    def ours(self) -> list[Row]:
        """Our index: plain, with a filter that a hundredth passes, and at a tenth of the size."""
        count = len(self.vectors)
        tenth = self.vectors[: count // 10]
        with tempfile.TemporaryDirectory() as folder:
            kept = self._cache or Path(folder)
            rows = self._ours(kept, self.vectors, "watcher", self.truth, count)
            small = self._ours(kept, tenth, "watcher", self.tenth_truth, 0)
        slower = float(str(small[0]["queries/s"])) / float(str(rows[0]["queries/s"]))
        grown = small[0] | {"name": f"watcher, {count // 10:,} titles", "times faster": slower}
        return [*rows, grown]

    def _ours(
        self, kept: Path, vectors: Vectors, name: str, truth: NDArray[np.int64], filtered: int
    ) -> list[dict[str, object]]:
        folder = mixed.folder_of(kept, len(vectors))
        stores = open_sqlite(folder / "watcher.sqlite3", SystemClock())
        if not (folder / "index" / "CURRENT").exists():
            said(f"Building watcher's index of {len(vectors):,}")
            mixed.publish(folder, vectors, lambda p: said(f"  {p.message}"))
        index = FaissIndex(folder / "index", mixed.MODEL, stores.vectors, stores.titles)
        start = time.perf_counter()
        index.refresh()
        opened = time.perf_counter() - start

        def asking(where: TitleFilter) -> Ask:
            def ask(query: NDArray[np.float32]) -> list[int]:
                found = index.search(query, K, [MediaKind.MOVIE], where)
                return [n.id.tmdb_id - 1 for n in found]

            return ask

        plain = measured(name, asking(EVERYTHING), self.queries, truth)
        manifest = index.status().manifest
        chosen = manifest.parts[0].calibration if manifest else ()
        rows = [
            plain
            | {
                "build s": manifest.build_seconds if manifest else None,
                "open s": opened,
                "probes": chosen[0].nprobe if chosen else None,
            }
        ]
        if filtered:
            rare = asking(TitleFilter(year_to=1950))
            start = time.perf_counter()
            rare(self.queries[0])
            first = (time.perf_counter() - start) * 1000
            rows.append(
                measured(f"{name}, 1 % filter", rare, self.queries, self.rare_truth)
                | {"first ms": first}
            )
        stores.close()
        return rows

    def _exact(self) -> Row:
        said("Exact scan")
        index = faiss.IndexFlatIP(mixed.DIMENSION)
        index.add(self.vectors)
        some = slice(0, min(len(self.queries), 100))
        return measured(
            "exact scan",
            lambda q: index.search(q[None], K)[1][0],
            self.queries[some],
            self.truth[some],
        )

    def _ivf(self, name: str, factory: str) -> Row:
        said(f"Building {name}")
        start = time.perf_counter()
        faiss.omp_set_num_threads(os.cpu_count() or 1)
        index = faiss.index_factory(mixed.DIMENSION, factory, faiss.METRIC_INNER_PRODUCT)
        index.cp.niter, index.cp.max_points_per_centroid = 8, 48
        index.cp.min_points_per_centroid = 1
        index.train(self.vectors)
        index.add(self.vectors)
        built = time.perf_counter() - start
        row: dict[str, object] = {}
        for nprobe in (p for p in PROBES if p <= index.nlist):
            parameters = faiss.SearchParametersIVF(nprobe=nprobe)

            def ask(query: NDArray[np.float32], given: Any = parameters) -> Iterable[int]:  # noqa: ANN401 -- faiss carries no types
                found: Iterable[int] = index.search(query[None], K, params=given)[1][0]
                return found

            row = measured(name, ask, self.queries, self.truth) | {"probes": nprobe}
            if float(str(row["recall@10"])) >= GOAL:
                break
        return row | {"build s": built}

    def _hnsw(self) -> Row:
        said("Building hnswlib")
        start = time.perf_counter()
        index = hnswlib.Index(space="ip", dim=mixed.DIMENSION)
        index.init_index(max_elements=len(self.vectors), ef_construction=100, M=16)
        index.add_items(self.vectors)
        built = time.perf_counter() - start
        index.set_num_threads(1)
        row: dict[str, object] = {}
        for ef in (32, 64, 128, 256, 512, 1024, 2048):
            index.set_ef(ef)
            row = measured(
                "hnswlib", lambda q: index.knn_query(q, K)[0][0], self.queries, self.truth
            ) | {"probes": ef}
            if float(str(row["recall@10"])) >= GOAL:
                break
        return row | {"build s": built}


def nearest(queries: Vectors, vectors: Vectors) -> NDArray[np.int64]:
    """Rows (m, 10) of the truth, by float32 brute force."""
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    slab = np.ascontiguousarray(vectors)
    rows: NDArray[np.int64] = faiss.knn(queries, slab, K, metric=faiss.METRIC_INNER_PRODUCT)[1]
    return rows


def measured(name: str, ask: Ask, queries: Vectors, truth: NDArray[np.int64]) -> dict[str, object]:
    """Recall and speed of one query at a time on one core."""
    faiss.omp_set_num_threads(1)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    times, hits = [], 0
    try:
        for query in queries[:20]:
            ask(query)
        for query, true in zip(queries, truth, strict=True):
            start = time.perf_counter()
            found = ask(query)
            times.append(time.perf_counter() - start)
            hits += len(set(found) & set(true.tolist()))
    finally:
        os.sched_setaffinity(0, cores)
    return {
        "name": name,
        "recall@10": hits / truth.size,
        "queries/s": len(times) / sum(times),
        "median µs": float(np.median(times)) * 1e6,
        "p99 µs": float(np.percentile(times, 99)) * 1e6,
    }


_last_said = ""


def said(text: str) -> None:
    """Tell on stderr what goes on, once."""
    global _last_said  # noqa: PLW0603 -- a command's own line of progress
    if text != _last_said:
        print(text, file=sys.stderr, flush=True)
        _last_said = text


if __name__ == "__main__":
    sys.exit(main())
