"""A stand-in for TMDB as a process of its own, and the operator's command run against it.

The stand-in is the one that the tests use, ``stand_ins.tmdb``.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import httpx2
import msgspec

from scripts.bench.report import peak_mb

ROOT: Final = Path(__file__).resolve().parents[2]
_PATIENCE: Final = 30.0


class Stats(msgspec.Struct):
    """What the stand-in counted: API requests only, refused ones too.

    `seconds` lie between the first and the last of them; `per_second` counts them by whole seconds
    since the first; `busiest_second` is the most in any one second, wherever it begins. `details`
    were answered with a title, or with its being gone.
    """

    api_requests: int
    by_status: dict[str, int]
    busiest_second: int
    seconds: float
    per_second: list[int]
    details: int


@dataclass(frozen=True)
class StandIn:
    """A running stand-in: where it is, and its key."""

    api_url: str
    export_url: str
    key: str

    def stats(self) -> Stats:
        """What it has counted so far. Raises `httpx2.HTTPError`."""
        answer = httpx2.get(f"{self.api_url.removesuffix('/3')}/_stats", timeout=_PATIENCE)
        return msgspec.json.decode(answer.content, type=Stats)


@contextmanager
def stand_in(
    movies: int, series: int = 0, *, rate: float | None = None, latency: float = 0.0
) -> Iterator[StandIn]:
    """Start one, its exports made already; it ends with the block.

    One request above `rate` in any one second is refused: no burst. `latency` in seconds.
    """
    command = [
        *(sys.executable, "-m", "stand_ins.tmdb.serving"),
        *("--burst", "0", "--latency", str(latency)),
        *("--movies", str(movies), "--series", str(series)),
        *(() if rate is None else ("--rate", str(rate))),
    ]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None  # noqa: S101 -- it is a pipe
        line = process.stdout.readline()
        if not line:
            raise SystemExit("The stand-in for TMDB did not start; its last lines are above.")
        yield StandIn(**json.loads(line))
    finally:
        process.terminate()
        process.wait(_PATIENCE)


class Syncing:
    """``python -m scripts.sync_tmdb`` in a process of its own, whose memory is watched."""

    def __init__(self, data: Path, tmdb: StandIn, rate: float, *arguments: str) -> None:
        """`rate` is what it may ask for per second; the data folder is made where missing."""
        data.mkdir(parents=True, exist_ok=True)
        self._log = data / "sync.log"
        with self._log.open("wb") as out:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "scripts.sync_tmdb", *arguments],
                cwd=ROOT,
                env=os.environ | environment(data, tmdb, rate),
                stdout=out,
                stderr=out,
            )
        self._peak = 0.0

    def peak_mb(self) -> float:
        """The most resident memory it has held so far, in MB; the last known once it has ended."""
        try:
            self._peak = peak_mb(self._process.pid)
        except OSError:  # there is nothing to read once it has ended, or is about to
            self._process.wait(_PATIENCE)
        return self._peak

    def runs(self) -> bool:
        """Whether it is at work; ends the measurement where it failed."""
        code = self._process.poll()
        if code:
            text = self._log.read_text(encoding="utf-8")
            raise SystemExit(f"The sync failed with exit code {code}:\n{text[-2000:]}")
        return code is None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """End it where it still runs: whatever is left of its work isn't measured."""
        self._process.terminate()
        self._process.wait(_PATIENCE)


def environment(data: Path, tmdb: StandIn, rate: float) -> dict[str, str]:
    """The settings under which watcher asks that stand-in, and keeps things in SQLite."""
    return {
        "WATCHER_DATA_DIR": str(data),
        "MONGODB_URI": "",
        "TMDB_API_URL": tmdb.api_url,
        "TMDB_EXPORT_URL": tmdb.export_url,
        "TMDB_API_KEY": tmdb.key,
        "TMDB_REQUESTS_PER_SECOND": str(rate),
    }
