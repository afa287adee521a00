"""Kill real processes at random moments, and look for what was lost.

On a copy of the sample (or of `--data`) people write all the time, while the API, the worker, an
import, an embedding run or a rebuild of the index is ended by SIGKILL, started again and killed
again, up to three times. Then it goes on to its end, half of the times with the API killed
meanwhile. After each such round everything that was answered with 200 must be there exactly once,
and searches must be answered. At the end embedding and rebuilding must finish, and the API serve
what they made. Exit code 1: something was lost, is there twice, or didn't go on.
"""

import argparse
import csv
import random
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from statistics import median
from typing import Final

import httpx2

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.adapters.clock import SystemClock
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.titles import Title
from scripts.bench.acknowledged import Book
from scripts.bench.installation import ROOT, Installation, films_of, installed, sample
from scripts.bench.report import said, show
from scripts.make_big_dump import COLUMNS

_MODEL: Final = "all-MiniLM-L6-v2"
_WRITERS: Final = 3
_BREATH: Final = 0.05
_NOT_EMBEDDED: Final = 300
_IN_A_ROW: Final = 3
_JOB_WITHIN: Final = 120.0
_COMMANDS: Final = {
    "import": ("-m", "scripts.import_catalogue", "dump.csv"),
    "embed": ("-m", "scripts.embed", "--batch-size", "32"),
    "rebuild": ("-m", "scripts.rebuild_index"),
}
_TARGETS: Final = ("api", "worker", *_COMMANDS)


@dataclass
class Tally:
    """What became of the kills, by target: `back` is in seconds until it served or had ended."""

    kills: Counter[str] = field(default_factory=Counter)
    late: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    doubled: Counter[str] = field(default_factory=Counter)
    back: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    acknowledged: int = 0
    wrong: list[str] = field(default_factory=list)

    def rows(self) -> list[dict[str, object]]:
        """A row a target."""
        return [
            {
                "name": target,
                "kills": self.kills[target],
                "ended before": self.late[target],
                "back s (median)": median(self.back[target]) if self.back[target] else None,
                "lost": self.lost[target],
                "doubled": self.doubled[target],
            }
            for target in _TARGETS
        ]


class Kills:
    """Kills on one installation, whose API runs."""

    def __init__(self, installation: Installation, films: Sequence[Title], seed: int) -> None:
        self.tally = Tally()
        self._installation = installation
        self._films = films
        self._chance = random.Random(seed)
        self._numbers = count()
        self._took = {"api": 1.0, "worker": 4.0, "import": 2.5, "embed": 4.0, "rebuild": 4.0}
        """Seconds that each takes, at first by guess; a moment to kill it lies in them."""

    def one(self, target: str) -> None:
        """Kill it while people write, have it go on, and look."""
        before = Counter(self.tally.kills)
        with self._people_write() as books:
            if target == "api":
                for _ in range(_IN_A_ROW):
                    self._wait("api")
                    self._kill_api()
            elif target == "worker":
                self._kill_worker()
            else:
                self._kill_command(target)
        killed = [name for name in _TARGETS if self.tally.kills[name] > before[name]]
        self._look("+".join(killed) or target, target, books)

    def finish(self) -> None:
        """Embedding and rebuilding end well, and the API serves what they made."""
        for name in ("embed", "rebuild"):
            self._to_its_end(name)
        deadline = time.monotonic() + _JOB_WITHIN
        status = self._installation.ask("GET", "/admin/status").json()
        while status["index"]["delta"] and time.monotonic() < deadline:
            time.sleep(0.5)
            status = self._installation.ask("GET", "/admin/status").json()
        titles, vectors = sum(status["titles"].values()), status["vectors"]
        if not titles == vectors == status["index"]["count"] or status["index"]["refused"]:
            self.tally.wrong.append(
                f"{titles:,} titles, {vectors:,} vectors, the index is {status['index']}"
            )

    def _kill_api(self) -> None:
        self._installation.kill("api")
        self.tally.kills["api"] += 1
        begun = time.monotonic()
        self._installation.start_api()
        self.tally.back["api"].append(time.monotonic() - begun)

    def _kill_worker(self) -> None:
        installation = self._installation
        asked = installation.ask("POST", "/admin/faiss/rebuild").json()
        for _ in range(_IN_A_ROW):
            installation.start_worker()
            self._wait("worker")
            self._noted("worker", killed=installation.kill("worker"))
        begun = time.monotonic()
        installation.start_worker()
        deadline, job = begun + _JOB_WITHIN, asked
        while not job["ended_at"] and time.monotonic() < deadline:
            time.sleep(0.1)
            job = installation.ask("GET", f"/admin/jobs/{asked['id']}").json()
        if job["state"] != "done":
            self.tally.wrong.append(f"worker: the job is {job['state']}: {job['outcome']}")
        self.tally.back["worker"].append(time.monotonic() - begun)
        installation.kill("worker")  # it has nothing in hand; commands want the leases

    def _kill_command(self, name: str) -> None:
        self._give_work(name)
        for _ in range(_IN_A_ROW):
            self._installation.start(name, *_COMMANDS[name])
            self._wait(name)
            killed = self._installation.kill(name)
            self._noted(name, killed=killed)
            if not killed:
                self._took[name] *= 0.8
                break
        begun = time.monotonic()
        if self._chance.random() < 0.5:  # noqa: PLR2004 -- half of the times
            again = threading.Thread(target=self._to_its_end, args=(name,))
            again.start()
            self._wait(name)
            self._kill_api()
            again.join()
        else:
            self._to_its_end(name)
            self._took[name] = (self._took[name] + min(8.0, time.monotonic() - begun)) / 2
        self.tally.back[name].append(time.monotonic() - begun)

    def _to_its_end(self, name: str) -> None:
        process = self._installation.start(name, *_COMMANDS[name])
        if process.wait() != 0:
            self.tally.wrong.append(f"{name}: {self._installation.printed(name)[-500:]}")

    def _wait(self, target: str) -> None:
        time.sleep(self._chance.uniform(0.05, self._took[target]))

    def _noted(self, target: str, *, killed: bool) -> None:
        (self.tally.kills if killed else self.tally.late)[target] += 1

    def _give_work(self, name: str) -> None:
        data = self._installation.data
        if name == "import":
            with (data / "dump.csv").open("w", encoding="utf-8", newline="") as file:
                # Known films with other votes, their text as it is: nothing is to be embedded anew.
                written = csv.DictWriter(file, COLUMNS, restval="")
                written.writeheader()
                for film in self._films:
                    written.writerow(
                        {
                            "id": film.id.tmdb_id,
                            "title": film.name,
                            "status": "Released",
                            "release_date": f"{film.year}-06-01",
                            "vote_average": "7.0",
                            "vote_count": film.votes + self._chance.randrange(1, 1000),
                        }
                    )
        if name == "embed":
            some = self._chance.sample(self._films, min(_NOT_EMBEDDED, len(self._films)))
            with closing(open_sqlite(data / "watcher.sqlite3", SystemClock())) as stores:
                stores.vectors.delete([film.id for film in some])

    @contextmanager
    def _people_write(self) -> Iterator[dict[str, Book]]:
        """People (by their ids) write until the block ends; their books are full then."""
        ended = threading.Event()
        books, threads = dict[str, Book](), list[threading.Thread]()
        for _ in range(_WRITERS):
            number = next(self._numbers)
            profile_id, token = self._installation.add(f"Person {number}")
            books[profile_id] = book = Book([film.id.tmdb_id for film in self._films], number)
            threads.append(threading.Thread(target=self._write, args=(book, token, ended)))
        for thread in threads:
            thread.start()
        try:
            yield books
        finally:
            ended.set()
            for thread in threads:
                thread.join()

    def _write(self, book: Book, token: str, ended: threading.Event) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        url = self._installation.url
        with httpx2.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
            while not ended.wait(_BREATH):
                written = book.another()
                try:
                    answer = client.post(written.path, json=written.body)
                except httpx2.HTTPError:
                    continue  # the API was killed: whether it is there, nobody was told
                if answer.status_code == httpx2.codes.OK:
                    book.answered(written)

    def _look(self, killed: str, target: str, books: dict[str, Book]) -> None:
        installation = self._installation
        for profile_id, book in books.items():
            lost, doubled = book.missed(installation.events(profile_id))
            self.tally.acknowledged += len(book.acknowledged)
            self.tally.lost[target] += len(lost)
            self.tally.doubled[target] += len(doubled)
            if lost or doubled:
                self.tally.wrong.append(f"{killed}: lost {lost}, doubled {doubled}")
            installation.ask("DELETE", f"/profiles/{profile_id}").raise_for_status()
        found = installation.ask("POST", "/mcp/knn", json={"text": "a ghost train", "k": 10})
        if found.status_code != httpx2.codes.OK or len(found.json()["results"]) != 10:  # noqa: PLR2004 -- as asked
            self.tally.wrong.append(f"{killed}: a search is answered {found.text[:300]}")


def main() -> int:
    """Kill as often as was asked for; print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200, metavar="N", help="(200)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the moments")
    parser.add_argument("--data", type=Path, metavar="DIR", help="a data folder to copy")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="keep the prepared sample here")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    folder = arguments.cache or Path(tempfile.mkdtemp(prefix="watcher-kills-"))
    folder.mkdir(parents=True, exist_ok=True)
    said(f"The seed of the moments: {arguments.seed}")
    try:
        source = arguments.data or sample(folder)
        films = films_of(source)
        with (
            tempfile.TemporaryDirectory(dir=folder) as own,
            installed(ROOT, source, Path(own)) as installation,
        ):
            installation.start_api()
            killing = Kills(installation, films, arguments.seed)
            _all(killing, arguments.kills)
            killing.finish()
    finally:
        if arguments.cache is None:
            shutil.rmtree(folder)
    tally = killing.tally
    show(tally.rows(), arguments.json)
    print(f"{tally.kills.total():,} kills, {tally.acknowledged:,} acknowledged writes")
    print("\n".join(tally.wrong) or "Nothing was lost or doubled, and all went on.")
    return int(bool(tally.wrong))


def _all(killing: Kills, wanted: int) -> None:
    begun = time.monotonic()
    turns: Iterator[int] = count()
    done: Callable[[], int] = killing.tally.kills.total
    while done() < wanted:
        killing.one(_TARGETS[next(turns) % len(_TARGETS)])
        said(f"{done()} of {wanted} kills, {time.monotonic() - begun:.0f} s")


if __name__ == "__main__":
    sys.exit(main())
