"""Measure text search and completion of a real API process on one core, and how they grow.

The catalogue is a real one (`--from`, a data folder with imported and embedded titles) grown by
made titles, and a tenth of that size beside it. The server has one core to itself; questions come
one at a time, over HTTP, and no text comes twice but where the row says so.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import httpx2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.adapters.clock import SystemClock
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.titles import Title
from scripts.bench.api import Server, answers_text, get
from scripts.bench.grown import grown
from scripts.bench.report import Row, peak_mb, show
from scripts.preflight import free_port

WORDS: Final = 8
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
WARM_UP: Final = 20


def main() -> int:
    """Grow the catalogues, ask each, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=120_000, metavar="N")
    parser.add_argument("--from", dest="source", type=Path, default=Path("data"), metavar="DIR")
    parser.add_argument("--questions", type=int, default=300, metavar="N", help="of each kind")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the grown catalogues")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    folder = arguments.cache or Path(tempfile.mkdtemp(prefix="watcher-bench-"))
    rows: list[Row] = []
    try:
        titles = some_titles(arguments.source, arguments.questions)
        for count in (arguments.titles // 10, arguments.titles):
            data = folder / f"grown-{count}"
            grown(arguments.source, data, count)
            rows += measured(data, count, titles)
    finally:
        if arguments.cache is None:
            shutil.rmtree(folder)
    half = len(rows) // 2
    rows = rows[:half] + [
        row | {"growth": float(str(row["median ms"])) / float(str(small["median ms"]))}
        for small, row in zip(map(dict, rows[:half]), map(dict, rows[half:]), strict=True)
    ]
    show(rows, arguments.json)
    return 0


def some_titles(source: Path, count: int) -> list[Title]:
    """Real titles to ask about, the same at each run."""
    stores = open_sqlite(source / "watcher.sqlite3", SystemClock())
    titles = [title for some in stores.titles.scan() for title in some]
    stores.close()
    chosen = np.random.default_rng(4).permutation(len(titles))[:count]
    return [titles[place] for place in chosen.tolist()]


def measured(data: Path, count: int, titles: Sequence[Title]) -> list[Row]:
    """Start a server over the data, on one core, and ask it."""
    port = free_port()
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})  # the server inherits it
    server = Server(data, port)
    os.sched_setaffinity(0, cores - {max(cores)} or cores)
    try:
        server.until(lambda: get(port, "/health") is not None)
        server.until(lambda: answers_text(port))
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            return [
                row
                | {"resident MB": peak_mb(server.process.pid), "titles": count}
                | {"name": f"{count:,} titles: {row['name']}"}
                for row in asked(client, titles)
            ]
    finally:
        server.end()
        os.sched_setaffinity(0, cores)


def asked(client: httpx2.Client, titles: Sequence[Title]) -> list[dict[str, object]]:
    """The loads, one question at a time."""
    rng = np.random.default_rng(5)
    described = [description(title, rng) for title in titles]
    misspelt = [mistyped(title.name, rng) for title in titles]
    typed = [name[:n] for name in misspelt[: len(titles) // 6] for n in range(1, len(name) + 1)]

    def by_text(text: str) -> None:
        client.post("/mcp/knn", json={"text": text, "k": 10}).raise_for_status()

    def completed(text: str) -> None:
        client.get("/titles/search", params={"q": text}).raise_for_status()

    return [
        timed("a new description", by_text, described),
        timed("a description asked before", by_text, described),
        timed("a mistyped name", by_text, misspelt),
        timed("completion, letter by letter", completed, typed),
    ]


def timed(name: str, ask: Callable[[str], None], texts: Sequence[str]) -> dict[str, object]:
    """Median and late times of the questions, after some of them to warm up."""
    for text in texts[:WARM_UP]:
        ask(text)
    times = []
    for text in texts[WARM_UP:]:
        start = time.perf_counter()
        ask(text)
        times.append(1000 * (time.perf_counter() - start))
    median, p95, p99 = np.percentile(times, (50, 95, 99)).tolist()
    return {
        "name": name,
        "questions": len(times),
        "median ms": median,
        "p95 ms": p95,
        "p99 ms": p99,
    }


def description(title: Title, rng: np.random.Generator) -> str:
    """Words of the plot, or of whatever is known, in no order."""
    known = title.overview.split() or [*title.keywords, *title.genres, title.name]
    return " ".join(rng.permutation(known)[:WORDS].tolist())


def mistyped(name: str, rng: np.random.Generator) -> str:
    """The name with a letter in its middle replaced."""
    place = len(name) // 2
    return name[:place] + LETTERS[rng.integers(len(LETTERS))] + name[place + 1 :]


if __name__ == "__main__":
    sys.exit(main())
