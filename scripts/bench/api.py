"""Measure the API as a real process: start, memory, and latency under a fixed rate of requests.

A catalogue of made titles with mixed vectors is written and indexed first; then uvicorn is started
and asked. Requests leave on a fixed beat (an open loop). The baseline is a refused question to the
same server in the same run: what HTTP and the framework cost without a search. The files are read
once before, as a server's are after some use: a cold disk adds its own time.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import httpx2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.adapters.clock import SystemClock
from app.adapters.stores.sqlite import open_sqlite
from scripts.bench import mixed, open_loop
from scripts.bench.report import Row, peak_mb, resident_mb, said, show
from scripts.preflight import free_port

ROOT: Final = Path(__file__).resolve().parents[2]
TEXT: Final = (
    "a lonely lighthouse keeper finds letters two sisters rob bank in snow detective who "
    "forgets robot raises child after war heist gone wrong cooking contest small village "
    "ghost train jazz musician loses hearing time loop wedding shark island chess prodigy "
    "space station "
)
WORDS: Final = TEXT.split()


def main() -> int:
    """Make the catalogue, start the server, ask it, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=120_000, metavar="N")
    parser.add_argument("--rate", type=float, default=200, help="requests by id per second")
    parser.add_argument("--seconds", type=float, default=20, help="how long each load lasts")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the made catalogue")
    arguments = parser.parse_args()
    folder = arguments.cache or Path(tempfile.mkdtemp(prefix="watcher-bench-"))
    try:
        data = prepared(folder, arguments.titles)
        rows = asked(data, arguments.titles, arguments.rate, arguments.seconds)
    finally:
        if arguments.cache is None:
            shutil.rmtree(folder)
    show(rows, arguments.json)
    return 0


def prepared(folder: Path, count: int) -> Path:
    """A data folder with a store of made titles and a published index; kept ones are used again."""
    data = mixed.folder_of(folder, count)
    stores = open_sqlite(data / "watcher.sqlite3", SystemClock())
    if sum(stores.titles.count().values()) < count:
        said(f"Writing {count:,} titles")
        for some in mixed.titles(count):
            stores.titles.upsert(some)
    stores.close()
    if not (data / "index" / "CURRENT").exists():
        said("Building the index")
        vectors = mixed.mixed(mixed.real_vectors(folder), count, seed=0)
        mixed.publish(data, vectors, lambda _: None)
    return data


def asked(data: Path, count: int, rate: float, seconds: float) -> list[Row]:
    """Start the server twice (the first start converts the model) and measure the second."""
    port = free_port()
    warm_up = Server(data, port)
    warm_up.until(lambda: answers_text(port))
    warm_up.end()
    said("Reading the files once, so that they are in the system's cache")
    for file in (path for path in data.rglob("*") if path.is_file()):
        with file.open("rb") as stream:
            while stream.read(2**24):
                pass
    said("Starting the API")
    server = Server(data, port)
    try:
        first = server.until(lambda: get(port, "/health") is not None)
        by_id = server.until(lambda: knn(port, {"tmdb_id": 1, "input_media_type": "movie"}))
        by_text = server.until(lambda: answers_text(port))
        start: dict[str, object] = {
            "name": "start",
            "health s": first,
            "by id s": by_id,
            "by text s": by_text,
            "resident MB": resident_mb(server.process.pid),
            "peak MB": peak_mb(server.process.pid),
        }
        rows: list[Row] = [start]
        requests = round(rate * seconds)
        rng = np.random.default_rng(3)
        ids = rng.integers(1, count, requests).tolist()
        plain = [{"tmdb_id": i, "input_media_type": "movie", "k": 10} for i in ids]
        rare = {"year_to": 1950}
        filtered = [body | {"filters": rare} for body in plain]
        texts = [
            {"text": " ".join(rng.choice(WORDS, 8)), "k": 10} for _ in range(round(20 * seconds))
        ]
        loads = (
            ("refused, no search", "/mcp/knn", [{"k": 10}] * requests, rate),
            (f"by id, {rate:.0f}/s", "/mcp/knn", plain, rate),
            (f"by id, 1 % filter, {rate:.0f}/s", "/mcp/knn", filtered, rate),
            ("by new text, 20/s", "/mcp/knn", texts, 20),
            ("by text seen before, 20/s", "/mcp/knn", texts, 20),
        )
        for name, path, bodies, beat in loads:
            said(name)
            open_loop.run(port, path, bodies[: round(beat)], beat)
            row = open_loop.run(port, path, bodies[round(beat) :], beat).row(name)
            if name == "refused, no search":
                row["faults"] = None  # each of them is a 422, as it should be
            process = server.process.pid
            rows.append(row | {"resident MB": resident_mb(process), "peak MB": peak_mb(process)})
        return rows
    finally:
        server.end()


class Server:
    """A uvicorn of our own."""

    def __init__(self, data: Path, port: int) -> None:
        self._started = time.perf_counter()
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "uvicorn", "app.main:app"),
                *("--port", str(port), "--no-access-log", "--log-level", "warning"),
            ],
            cwd=ROOT,
            env=os.environ
            | {"WATCHER_DATA_DIR": str(data), "MONGODB_URI": "", "EMBEDDING_MODEL": mixed.MODEL},
        )

    def until(self, ready: object) -> float:
        """Seconds from the start of the process until `ready()` is true."""
        assert callable(ready)  # noqa: S101 -- called below
        while not ready():
            if self.process.poll() is not None or time.perf_counter() - self._started > 120:  # noqa: PLR2004 -- far above any start
                raise SystemExit("The API did not start; its last lines are above.")
            time.sleep(0.02)
        return time.perf_counter() - self._started

    def end(self) -> None:
        """Stop it and wait."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def get(port: int, path: str) -> object | None:
    """The JSON answer, or None while nobody answers."""
    try:
        answer = httpx2.get(f"http://127.0.0.1:{port}{path}", timeout=5)
    except httpx2.HTTPError:
        return None
    found: object = answer.json()
    return found


def knn(port: int, body: dict[str, object]) -> bool:
    """Whether a search is answered with results."""
    try:
        answer = httpx2.post(f"http://127.0.0.1:{port}/mcp/knn", json=body, timeout=60)
    except httpx2.HTTPError:
        return False
    return answer.status_code == httpx2.codes.OK


def answers_text(port: int) -> bool:
    """Whether a search by words is answered."""
    return knn(port, {"text": "a quiet film about the sea"})


if __name__ == "__main__":
    sys.exit(main())
