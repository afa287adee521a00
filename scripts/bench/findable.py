"""Seconds from a change at TMDB to its being found in a running API.

An API serves a catalogue that came from the stand-in for TMDB. In each round a title is added and
another one changed, both to much the same as a third title, with a name of their own; then what was
added is removed. Right after the change a sync is asked for: in one series by the command
``scripts.sync_tmdb --embed-updated``, whose start counts, in the other by POST /admin/sync/tmdb,
which the worker does. Then POST /mcp/knn is asked over and over: by id, until the title is among
the ten nearest of the third one (or no more), and by text, until its name finds it (or no more).
"""

import os
import random
import secrets
import signal
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx2

from scripts.bench.api import Server, answers_text, get
from scripts.bench.stand_in import ROOT, StandIn, environment
from scripts.preflight import free_port
from stand_ins.tmdb.serving import FakeTmdb, tmdb_server

FILMS: Final = 1800
SERIES: Final = 200
ADDED: Final = 1_000_000
"""Added films have numbers from here on."""

_PATIENCE: Final = 60.0
_PAUSE: Final = 0.01
_OWN: Final = frozenset({"id", "imdb_id", "external_ids", "recommendations"})
"""What a copy of a title does not take over."""

_SYLLABLES: Final = ("bra", "cor", "dul", "fen", "gam", "hix", "jov", "kel", "lum", "myr", "nuz")

Sync = Callable[[], Callable[[], None]]
"""Ask for a sync; the call given back returns once it has ended."""


def measured(folder: Path, rounds: int, said: Callable[[str], None]) -> list[dict[str, object]]:
    """A row for each way of asking and each sort of change."""
    folder.mkdir(parents=True)
    token = secrets.token_hex(16)
    with tmdb_server(FILMS, SERIES) as fake:
        where = StandIn(fake.api_url, fake.export_url, fake.key)
        settings = environment(folder, where, 1000) | {"ADMIN_TOKEN": token, "LOG_LEVEL": "warning"}
        with _in_environment(settings), (folder / "log").open("wb") as log:
            programs = _Programs(log.fileno())
            said(f"Fetching and embedding {FILMS + SERIES:,} titles, building the index")
            programs.run("scripts.sync_tmdb", "all", "--embed-updated")
            programs.run("scripts.rebuild_index")
            with _api(folder) as url, httpx2.Client(base_url=url, timeout=_PATIENCE) as client:
                world = _World(fake, client)
                said("Rounds with the command")
                rows = world.series("command", programs.by_command, rounds)
                said("Rounds with the worker")
                headers = {"Authorization": f"Bearer {token}"}
                with programs.worker():
                    by_worker = _ByWorker(client, headers)
                    return rows + world.series("worker", by_worker.sync, rounds)


class _World:
    """What is changed, and who is asked."""

    def __init__(self, fake: FakeTmdb, client: httpx2.Client) -> None:
        self._fake = fake
        self._client = client
        numbers = (number for number in fake.ids("movie") if _tells(fake, number))
        self._pairs = zip(numbers, numbers, strict=False)
        self._draw = random.Random(7)

    def series(self, way: str, sync: Sync, rounds: int) -> list[dict[str, object]]:
        """The rows of one way; a first round, while models are loaded, isn't counted."""
        spent: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for number in range(rounds + 1):
            for sort, found in self._round(sync).items():
                for how, seconds in found.items():
                    if number:
                        spent[sort][how].append(seconds)
        return [
            {"name": f"{way}: {sort}", "rounds": rounds}
            | {
                heading: figure
                for how, seconds in by.items()
                for heading, figure in (
                    (f"{how}, median s", statistics.median(seconds)),
                    (f"{how}, worst s", max(seconds)),
                )
            }
            for sort, by in spent.items()
        ]

    def _round(self, sync: Sync) -> dict[str, dict[str, float]]:
        like, changed = self._pair()
        added = ADDED + like
        fields = {
            field: value
            for field, value in self._fake.body("movie", like).items()
            if field not in _OWN
        }
        self._wait()
        started = time.perf_counter()
        names = [self._name(), self._name()]
        self._fake.add("movie", added, **fields | _named(names[0]))
        self._fake.change("movie", changed, **fields | _named(names[1]))
        ended = sync()
        new = _Asked("new", added, like, names[0])
        spent = self._until(started, [new, _Asked("changed", changed, like, names[1])], there=True)
        ended()
        self._wait()
        started = time.perf_counter()
        self._fake.remove("movie", added)
        ended = sync()
        spent["removed"] = self._until(started, [new], there=False)["new"]
        ended()
        return spent

    def _pair(self) -> tuple[int, int]:
        """A film, and another to be made like it that isn't found near it already."""
        for like, other in self._pairs:
            if other not in self._found(_Asked("", other, like, "").questions()["by id"]):
                return like, other
        raise SystemExit("There are too few films for so many rounds.")

    def _until(
        self, started: float, asked: "Sequence[_Asked]", *, there: bool
    ) -> dict[str, dict[str, float]]:
        """By sort and by way of asking, the seconds until all are found, or none is."""
        spent: dict[str, dict[str, float]] = {one.sort: {} for one in asked}
        open_ = [(one, how, body) for one in asked for how, body in one.questions().items()]
        while open_:
            if time.perf_counter() - started > _PATIENCE:
                raise SystemExit(f"Not so after {_PATIENCE:.0f} s: {open_[0]}, found: {there}.")
            for one, how, body in list(open_):
                if (one.number in self._found(body)) is there:
                    spent[one.sort][how] = time.perf_counter() - started
                    open_.remove((one, how, body))
            time.sleep(_PAUSE)
        return spent

    def _found(self, body: dict[str, object]) -> set[int]:
        answer = self._client.post("/mcp/knn", json=body)
        answer.raise_for_status()
        return {one["tmdb_id"] for one in answer.json()["results"]}

    def _name(self) -> str:
        return " ".join("".join(self._draw.choices(_SYLLABLES, k=4)).title() for _ in range(3))

    def _wait(self) -> None:
        """Let what beats once a second be met at any moment of its beat."""
        time.sleep(self._draw.uniform(1, 2))


@dataclass(frozen=True)
class _Asked:
    """A title to be looked for: near to which, and by which name."""

    sort: str
    number: int
    like: int
    name: str

    def questions(self) -> dict[str, dict[str, object]]:
        films: dict[str, object] = {"results_media_type": "movie", "k": 10}
        return {
            "by id": films | {"tmdb_id": self.like, "input_media_type": "movie"},
            "by text": films | {"text": self.name},
        }


class _Programs:
    """The project's own programs, their output kept."""

    def __init__(self, log: int) -> None:
        self._log = log

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, stdout=self._log, stderr=self._log
        )

    def run(self, module: str, *arguments: str) -> None:
        """To its end, which must be a good one."""
        _ended_well(self.start("-m", module, *arguments))

    def by_command(self) -> Callable[[], None]:
        """See `Sync`."""
        process = self.start("-m", "scripts.sync_tmdb", "all", "--embed-updated")
        return lambda: _ended_well(process)

    @contextmanager
    def worker(self) -> Iterator[None]:
        """While the worker runs."""
        process = self.start("sync_worker.py", "--watch")
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_PATIENCE)


@dataclass(frozen=True)
class _ByWorker:
    """Asks the worker through the API."""

    client: httpx2.Client
    headers: dict[str, str]

    def sync(self) -> Callable[[], None]:
        """See `Sync`."""
        asked = self.client.post("/admin/sync/tmdb", headers=self.headers)
        asked.raise_for_status()
        job = asked.json()["id"]
        return lambda: self._wait_for(job)

    def _wait_for(self, job: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while (state := self._state(job)) in ("waiting", "running"):
            if time.monotonic() > deadline:
                raise SystemExit(f"The worker's sync is {state} after {_PATIENCE:.0f} s.")
            time.sleep(0.1)
        if state != "done":
            raise SystemExit(f"The worker's sync ended as {state}.")

    def _state(self, job: str) -> str:
        return str(self.client.get(f"/admin/jobs/{job}", headers=self.headers).json()["state"])


def _ended_well(process: subprocess.Popen[bytes]) -> None:
    if process.wait(10 * _PATIENCE):
        raise SystemExit(f"A program failed: {process.args!r}")


def _tells(fake: FakeTmdb, number: int) -> bool:
    """Whether enough is known of a film to be like another one, and it isn't left out."""
    body = fake.body("movie", number)
    return bool(body["overview"]) and not body["adult"]


def _named(name: str) -> dict[str, str]:
    return {"title": name, "original_title": name}


@contextmanager
def _api(folder: Path) -> Iterator[str]:
    """An API over the folder that answers texts."""
    port = free_port()
    server = Server(folder, port)
    try:
        server.until(lambda: get(port, "/health") is not None)
        server.until(lambda: answers_text(port))
        yield f"http://127.0.0.1:{port}"
    finally:
        server.end()


@contextmanager
def _in_environment(settings: dict[str, str]) -> Iterator[None]:
    """For all programs that are started meanwhile."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
