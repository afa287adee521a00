"""A stand-in for TMDB over HTTP, with a made catalogue, TMDB's rules, and faults on command.

In a test: ``with tmdb_server(movies=500, series=50) as fake: …``. As a process:
``python -m stand_ins.tmdb.serving --movies 50000``, which prints one line of JSON (`api_url`,
`export_url`, `key`) when it listens, answers ``GET /_stats``, and ends on SIGTERM or SIGINT.

Its rules are those TMDB documents. Where TMDB leaves a choice, it takes this one: `start_date` and
`end_date` of changes are both included, and pages beyond 500 are refused there as elsewhere; an
order of discover other than ``popularity.desc`` is refused; requests refused with 429 count in the
rate as well; a missing export is 404.
"""

import argparse
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from stand_ins.canaries import MARK
from stand_ins.http.faults import (
    DROPPED,
    DROPPED_MIDWAY,
    EMPTY_BODY,
    HALF_BODY,
    HTML_PAGE,
    INVALID_JSON,
    LIST_FOR_OBJECT,
    Fault,
    Hang,
    Instead,
    Status,
)
from stand_ins.http.server import Server
from stand_ins.tmdb.bodies import KINDS
from stand_ins.tmdb.catalogue import Catalogue
from stand_ins.tmdb.routes import TmdbSite
from stand_ins.tmdb.service import FakeTmdb, Limits

__all__ = [
    "BURST",
    "DROPPED",
    "DROPPED_MIDWAY",
    "EMPTY_BODY",
    "HALF_BODY",
    "HTML_PAGE",
    "INVALID_JSON",
    "KEY",
    "LIST_FOR_OBJECT",
    "FakeTmdb",
    "Fault",
    "Hang",
    "Instead",
    "Status",
    "tmdb_server",
]

KEY: Final = f"{MARK}key-0123456789abcdef"
BURST: Final = 5
"""How many more than the rate may come in one second, unless told otherwise."""


@contextmanager
def tmdb_server(
    movies: int = 200,
    series: int = 50,
    *,
    rate: float | None = None,
    burst: int = BURST,
    latency: float = 0.0,
    key: str = KEY,
    port: int = 0,
) -> Iterator[FakeTmdb]:
    """A running stand-in on a loopback port (a free one unless named), not limited unless told.

    Above `rate` + `burst` API requests in any one second it answers 429 with Retry-After.
    `latency` is in seconds per answer. Raises `OSError` where the port is taken.
    """
    with TemporaryDirectory(prefix="fake-tmdb-") as folder:
        fake = FakeTmdb(Catalogue(movies, series), key, Limits(rate, burst), Path(folder))
        fake.latency = latency
        server = Server(TmdbSite(fake), port)
        server.start()
        try:
            yield fake
        finally:
            server.stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m stand_ins.tmdb.serving", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 for a free one")
    parser.add_argument("--movies", type=int, default=5_000)
    parser.add_argument("--series", type=int, default=500)
    parser.add_argument("--rate", type=float, help="requests per second; not limited without it")
    parser.add_argument("--burst", type=int, default=BURST)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds per answer")
    parser.add_argument("--key", default=KEY)
    return parser.parse_args()


def main() -> None:
    """Serve until told to end."""
    asked = _arguments()
    # Blocked before any thread starts, so that they are waited for here and nowhere else.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    with tmdb_server(
        asked.movies,
        asked.series,
        rate=asked.rate,
        burst=asked.burst,
        latency=asked.latency,
        key=asked.key,
        port=asked.port,
    ) as fake:
        for kind in KINDS:  # now, for else somebody's first download would wait for it
            for day in fake.exports:
                fake.export_file(kind, day)
        line = {"api_url": fake.api_url, "export_url": fake.export_url, "key": fake.key}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGTERM, signal.SIGINT})


if __name__ == "__main__":
    main()
