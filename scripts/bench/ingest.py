"""Measure how the catalogue is filled from TMDB and kept in step with it, in six parts.

rate: the share of the allowed rate that a sync uses, at 40 and 200 requests a second, against a
stand-in that answers after 0.15 s and refuses the first request too many of any one second.
export: from the start of the program to its first question, which is asked once all lines of an
export were read and ordered. memory: what a sync holds while it fetches many titles. write: titles
per second from HTTP to the store, where the rate is no bound; the baseline asks and keeps nothing,
and the processor's time is this process's only.
findable: from a change at TMDB to its being found (see `scripts.bench.findable`). drift: recall@10
after a tenth of the catalogue changed without a rebuild (see `scripts.bench.drift`).

TMDB is the stand-in of the tests, ``stand_ins/tmdb/serving.py``, and MongoDB is theirs, too, unless
`--mongo` names a real one: without the folder ``tests`` this can't run. `load` is how many
processes wanted a processor, on average of the minute before: not all of them are this one's.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.adapters.stores.mongo.connection import connect
from app.bootstrap import Services, open_services
from app.domain.catalogue.titles import MediaKind
from app.domain.progress import silent
from app.services.catalogue import sync_plan
from app.services.catalogue.export_snapshot import read_export
from app.settings import read_settings
from scripts.bench import drift, findable
from scripts.bench.report import Row, print_table, said, write_json
from scripts.bench.stand_in import StandIn, Syncing, stand_in
from stand_ins.mongo.server import mongo_server

LATENCY: Final = 0.15
RATES: Final = (40, 200)
HIGHEST: Final = 1000
"""The highest rate that can be set."""

UNBOUNDED: Final = 1e6
"""What no machine reaches."""

EARLY: Final = 5
"""Share of the details from which on memory should stand still: a fifth, 10,000 of 50,000."""

UNSTEADY: Final = (5, -1)
"""Seconds left out at a run's start, while threads and connections are made, and at its end."""

Figures = dict[str, object]
"""A row that columns are still added to."""


def main() -> int:
    """Measure what was asked for, print a table for each part."""
    arguments = _parser().parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="watcher-bench-") as folder:
        for name in arguments.only or PARTS:
            load = os.getloadavg()[0]
            said(f"{name} (load {load:.2f})")
            part = [row | {"load": load} for row in PARTS[name](arguments, Path(folder) / name)]
            print_table(part)
            print()
            rows += part
    if arguments.json:
        write_json(arguments.json, rows)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=tuple(PARTS), help="may come repeatedly")
    parser.add_argument("--seconds", type=float, default=60, help="rate: how long each run is")
    parser.add_argument("--lines", type=int, default=1_200_000, metavar="N", help="export")
    parser.add_argument("--details", type=int, default=50_000, metavar="N", help="memory")
    parser.add_argument("--written", type=int, default=10_000, metavar="N", help="write")
    parser.add_argument("--mongo", metavar="URI", help="write: this MongoDB")
    parser.add_argument("--rounds", type=int, default=10, metavar="N", help="findable")
    parser.add_argument("--titles", type=int, default=120_000, metavar="N", help="drift")
    parser.add_argument("--queries", type=int, default=1000, metavar="N", help="drift")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="drift: keep real vectors here")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser


def rate(asked: argparse.Namespace, folder: Path) -> Iterator[Figures]:
    """A first sync at each rate, to its end."""
    for per_second in RATES:
        count = round(per_second * asked.seconds)
        with (
            stand_in(count * 9 // 10, count // 10, rate=per_second, latency=LATENCY) as tmdb,
            Syncing(folder / str(per_second), tmdb, per_second, "all") as syncing,
        ):
            while syncing.runs():
                time.sleep(0.2)
            found = tmdb.stats()
        steady = found.per_second[slice(*UNSTEADY)]
        yield {
            "name": f"allowed {per_second}/s",
            "requests": found.api_requests,
            "seconds": found.seconds,
            "share, whole run": (found.details - 1) / found.seconds / per_second,
            "share, steady": sum(steady) / len(steady) / per_second if steady else None,
            "first second": found.per_second[0],
            "busiest second": found.busiest_second,
            "429s": found.by_status.get("429", 0),
        }


def export(asked: argparse.Namespace, folder: Path) -> Iterator[Figures]:
    """The program from its start to the first question, at 1/s so that few are asked."""
    with stand_in(asked.lines) as tmdb, Syncing(folder, tmdb, 1, "movie") as syncing:
        started = time.perf_counter()
        while syncing.runs() and not tmdb.stats().api_requests:
            syncing.peak_mb()
            time.sleep(0.05)
        spent = time.perf_counter() - started
        peak = syncing.peak_mb()
    yield {"name": f"{asked.lines:,} lines", "seconds": spent, "peak MB": peak}


def memory(asked: argparse.Namespace, folder: Path) -> Iterator[Figures]:
    """A sync that is bound by little but the machine, watched while it fetches."""
    early, at_early = asked.details // EARLY, 0.0
    with (
        stand_in(asked.details) as tmdb,
        Syncing(folder, tmdb, HIGHEST, "movie", "--include-adult") as syncing,
    ):
        while syncing.runs():
            peak = syncing.peak_mb()
            if not at_early and tmdb.stats().details >= early:
                at_early = peak
            time.sleep(0.1)
        found = tmdb.stats()
    peak = syncing.peak_mb()
    at_early = at_early or peak
    yield {
        "name": f"{found.details:,} details",
        f"peak MB at {early:,}": at_early,
        "peak MB": peak,
        "growth MB": peak - at_early,
        "details/s": found.details / found.seconds,
    }


def write(asked: argparse.Namespace, folder: Path) -> Iterator[Figures]:
    """The same catalogue asked for and dropped, kept in SQLite, and kept over MongoDB's wire."""
    folder.mkdir()
    with stand_in(asked.written) as tmdb:
        _fetched(_services(tmdb, folder / "first"))  # so that the stand-in has made its titles
        row = _fetched(_services(tmdb, folder / "none"))
        baseline = float(str(row["titles/s"]))
        yield row | {"ratio": 1.0}
        row = _kept("SQLite", _services(tmdb, folder / "sqlite"))
        yield row | {"ratio": float(str(row["titles/s"])) / baseline}
        with _mongo(asked.mongo, folder) as (uri, database):
            name = "MongoDB" if asked.mongo else "MongoDB's stand-in"
            row = _kept(name, _services(tmdb, folder / "mongo", uri, database))
        yield row | {"ratio": float(str(row["titles/s"])) / baseline}


def _services(
    tmdb: StandIn, data: Path, mongo: str | None = None, database: str = "watcher"
) -> Services:
    data.mkdir()
    chosen = read_settings(
        watcher_data_dir=data,
        mongodb_uri=mongo,
        mongodb_db_name=database,
        tmdb_api_url=tmdb.api_url,
        tmdb_export_url=tmdb.export_url,
        tmdb_api_key=tmdb.key,
    )
    # A copy isn't checked against the highest rate that an operator may set.
    return open_services(chosen.model_copy(update={"tmdb_requests_per_second": UNBOUNDED}))


def _fetched(services: Services) -> Figures:
    """Asked, read, understood, and dropped."""
    with (
        closing(services),
        closing(services.open_catalogue_source()) as source,
        _timed("asked for, not kept (baseline)") as row,
    ):
        listed = read_export(source, MediaKind.MOVIE, silent, include_adult=False)
        assert listed is not None  # noqa: S101 -- the stand-in has one
        ids = sync_plan.Ids(MediaKind.MOVIE, listed.numbers)
        row["titles"] = sum(1 for _ in source.details(ids))
    return row


def _kept(name: str, services: Services) -> Figures:
    """A first sync, without embedding."""
    with closing(services):
        with closing(services.open_catalogue_source()) as source, _timed(name) as row:
            done = services.ingest(source).sync((MediaKind.MOVIE,), silent)
            row["titles"] = done.tally.written
        stored = services.titles.count()[MediaKind.MOVIE]
    if stored != done.tally.written:
        raise SystemExit(f"{done.tally.written} titles were written, but {stored} are stored.")
    return row


@contextmanager
def _timed(name: str) -> Iterator[Figures]:
    """A row of what the block takes; the block puts `titles` into it."""
    row: Figures = {"name": name}
    started, busy = time.perf_counter(), time.process_time()
    yield row
    spent, busy = time.perf_counter() - started, time.process_time() - busy
    count = int(str(row["titles"]))
    row |= {"seconds": spent, "titles/s": count / spent, "CPU ms/title": 1000 * busy / count}


@contextmanager
def _mongo(uri: str | None, folder: Path) -> Iterator[tuple[str, str]]:
    """Address and database: one of its own, dropped afterwards, or the stand-in's."""
    if uri is None:
        with mongo_server(folder) as own:
            yield own, "watcher"
        return
    name = f"watcher_bench_{uuid4().hex}"
    try:
        yield uri, name
    finally:
        client, _ = connect(uri, name)
        client.drop_database(name)
        client.close()


def _findable(asked: argparse.Namespace, folder: Path) -> Sequence[Figures]:
    return findable.measured(folder, asked.rounds, said)


def _drift(asked: argparse.Namespace, folder: Path) -> Sequence[Figures]:
    return drift.measured(folder, asked.titles, asked.queries, asked.cache, said)


PARTS: Final[
    dict[str, Callable[[argparse.Namespace, Path], Iterator[Figures] | Sequence[Figures]]]
] = {
    "rate": rate,
    "export": export,
    "memory": memory,
    "write": write,
    "findable": _findable,
    "drift": _drift,
}


if __name__ == "__main__":
    sys.exit(main())
