"""Measure the whole under a household's mixed load, beside long work, and look for what was lost.

A closed loop of `--connections` asks a real API for searches (by id, by words, by filter), lists,
predictions and histories, and makes small writes. Meanwhile files of 20,000 rows are brought in,
the worker rebuilds the index and syncs with a stand-in for Trakt, again and again. At the end each
write that was answered with 200 is looked for: it must be there exactly once. Exit code 1: one was
lost, or is there twice.

`--tree` measures another checkout's API and worker with the same client in the same run: the two
take turns, each time on a fresh copy of the data. A refusal with 503 and Retry-After is counted
apart from errors; percentiles are of good answers alone. The slope of memory leaves out the first
fifth of each turn.
"""

import argparse
import itertools
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.domain.catalogue.titles import Title
from scripts.bench.closed_loop import Seen
from scripts.bench.installation import ROOT, films_of, installed, sample
from scripts.bench.report import print_table, said, write_json
from scripts.bench.soak_load import BIG_IMPORT, KINDS, Load, slope, somebody
from scripts.bench.trakt_process import trakt
from scripts.preflight import free_port

_HOUSEHOLD = 8
_RATED_BEFORE = 30


@dataclass
class Build:
    """A checkout, and what its turns came to."""

    name: str
    tree: Path
    seen: Seen = field(default_factory=Seen)
    memory: list[list[tuple[float, float]]] = field(default_factory=list)
    work: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0

    def rows(self) -> list[dict[str, object]]:
        """A row a kind of request."""
        return [self.seen.row(self.name, kind) for kind in (*KINDS, BIG_IMPORT)]

    def whole(self) -> dict[str, object]:
        """Memory, long work, and what was lost."""
        slopes = [slope(turn) for turn in self.memory]
        return {
            "name": self.name,
            "first MB": self.memory[0][0][1],
            "last MB": self.memory[-1][-1][1],
            "peak MB": max(mb for turn in self.memory for _, mb in turn),
            "MB a minute": sum(slopes) / len(slopes),
            **{what: self.work[what] for what in ("imports", "rebuilds", "syncs")},
            "failed": self.failed.total(),
            "acknowledged": self.acknowledged,
            "lost": self.lost,
            "doubled": self.doubled,
        }


def main() -> int:
    """Load each build in turns; print the tables."""
    arguments = _asked()
    folder = arguments.cache or Path(tempfile.mkdtemp(prefix="watcher-soak-"))
    builds = [Build("this", ROOT)]
    if arguments.tree:
        builds.append(Build("other", arguments.tree))
    try:
        source = arguments.data or sample(folder)
        films = films_of(source)
        for turn in range(arguments.turns):
            # Who is first alternates, for a machine may grow slower or faster.
            for build in builds[:: 1 if turn % 2 == 0 else -1]:
                said(f"Turn {turn + 1} of {arguments.turns}: {build.name} ({build.tree})")
                with tempfile.TemporaryDirectory(dir=folder) as own:
                    _turn(build, source, films, Path(own), arguments)
    finally:
        if arguments.cache is None:
            shutil.rmtree(folder)
    rows = [row for build in builds for row in build.rows()]
    wholes = [build.whole() for build in builds]
    print_table(rows)
    print()
    print_table(wholes)
    print(*_errors(builds), sep="\n")
    if arguments.json:
        write_json(arguments.json, [*rows, *wholes])
    return int(any(build.lost or build.doubled for build in builds))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=120, help="of each turn (120)")
    parser.add_argument("--connections", type=int, default=32, metavar="N", help="(32)")
    parser.add_argument(
        "--slow-imports",
        type=int,
        default=0,
        metavar="N",
        help="so many more files of 20,000 rows are brought in all the time (0)",
    )
    parser.add_argument("--turns", type=int, default=1, metavar="N", help="of each build (1)")
    parser.add_argument("--tree", type=Path, metavar="DIR", help="another checkout, to compare")
    parser.add_argument(
        "--data", type=Path, metavar="DIR", help="a data folder to copy; else the sample"
    )
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the prepared sample here")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    if arguments.cache:
        arguments.cache.mkdir(parents=True, exist_ok=True)
    return arguments


def _turn(
    build: Build, source: Path, films: Sequence[Title], folder: Path, arguments: argparse.Namespace
) -> None:
    port = free_port()
    with trakt(port) as stand_in, installed(build.tree, source, folder) as installation:
        installation.port = port
        installation.settings |= stand_in.settings
        api = installation.start_api()
        installation.start_worker()
        names = itertools.count()
        load = Load(
            installation=installation,
            films=films,
            household=[somebody(installation, films, names) for _ in range(_HOUSEHOLD)],
            importers=[
                somebody(installation, films, names) for _ in range(1 + arguments.slow_imports)
            ],
            follower=somebody(installation, films, names),
            trakt=stand_in,
        )
        _have_a_past(load)
        stand_in.connect(installation, load.follower.token)
        load.run(arguments.seconds, arguments.connections, api.pid)
        lost, doubled = load.lost_and_doubled()
    build.seen.add(load.seen)
    build.memory.append(load.memory)
    build.work += load.work
    build.failed += load.failed
    build.acknowledged += sum(len(who.book.acknowledged) for who in load.household)
    build.lost += lost
    build.doubled += doubled


def _have_a_past(load: Load) -> None:
    """Some writes of each person, by which their lists are made; they count as any other."""
    for who in load.household:
        for _ in range(_RATED_BEFORE):
            written = who.book.another()
            answer = load.installation.ask("POST", written.path, who.token, json=written.body)
            answer.raise_for_status()
            who.book.answered(written)


def _errors(builds: Sequence[Build]) -> list[str]:
    return [
        f"{build.name}: {kind}: {what}: {count:,}"
        for build in builds
        for (kind, what), count in build.seen.errors.most_common()
    ] or ["No errors."]


if __name__ == "__main__":
    sys.exit(main())
