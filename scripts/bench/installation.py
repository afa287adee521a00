"""A real installation for a measurement: API and worker as processes, on a folder of their own."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

import httpx2

from app.adapters.clock import SystemClock
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.titles import MediaKind, Title
from scripts.bench.report import said
from scripts.preflight import free_port

ROOT: Final = Path(__file__).resolve().parents[2]
TOKEN: Final = "the-token-of-a-measurement"  # noqa: S105 -- of an installation that is thrown away
_UP_WITHIN: Final = 120.0
_ENDS_WITHIN: Final = 20.0


def sample(folder: Path) -> Path:
    """A data folder with the sample, embedded and indexed; one that is there is used again."""
    data = folder / "sample"
    if not (data / "index" / "CURRENT").exists():
        said("Preparing the sample: some minutes")
        command = [sys.executable, "-m", "scripts.prepare"]
        subprocess.run(command, cwd=ROOT, env=_environment(ROOT, data), check=True)
    return data


def films_of(source: Path) -> list[Title]:
    """The films of a data folder, by a copy: to open it would bring its schema up to date."""
    with tempfile.TemporaryDirectory() as copied:
        copy = Path(copied) / "data"
        shutil.copytree(source, copy, ignore=shutil.ignore_patterns("index", "models", "logs"))
        with closing(open_sqlite(copy / "watcher.sqlite3", SystemClock())) as stores:
            titles = [title for some in stores.titles.scan() for title in some]
    return [title for title in titles if title.id.kind is MediaKind.MOVIE and title.year]


@dataclass
class Installation:
    """API and worker of the checkout `tree` on `data`. What they print goes to files beside it."""

    tree: Path
    data: Path
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)

    def __post_init__(self) -> None:
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """Where the API is."""
        return f"http://127.0.0.1:{self.port}"

    def start_api(self) -> subprocess.Popen[bytes]:
        """Start it, and wait until it can search."""
        api = self.start("api", "-m", "uvicorn", "app.main:app", *("--port", str(self.port)))
        deadline = time.monotonic() + _UP_WITHIN
        while self._state() not in ("ok", "degraded"):
            if api.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The API did not start:\n{self.printed('api')[-2000:]}")
            time.sleep(0.05)
        return api

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start it; returns at once."""
        return self.start("worker", str(self.tree / "sync_worker.py"), "--watch")

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Python with these arguments. A former one of that name must have ended."""
        with self._output(name) as out:
            # Not in the checkout: its .env is not read there.
            self._running[name] = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=self.data,
                env=_environment(self.tree, self.data) | self.settings,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        return self._running[name]

    def kill(self, name: str) -> bool:
        """SIGKILL; False where it had ended by itself."""
        process = self._running[name]
        ran = process.poll() is None
        process.kill()
        process.wait()
        return ran

    def printed(self, name: str) -> str:
        """All that processes of that name have printed."""
        path = self.data.parent / f"{name}.out"
        return path.read_text(encoding="utf-8", errors="replace")

    def ask(
        self, method: str, path: str, token: str = TOKEN, *, json: object = None
    ) -> httpx2.Response:
        """What the API answers to whoever holds the token (left out, the admin's)."""
        headers = {"Authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=self.url, timeout=120, trust_env=False) as client:
            return client.request(method, path, headers=headers, json=json)

    def add(self, name: str) -> tuple[str, str]:
        """Somebody new: id and token."""
        made = self.ask("POST", "/profiles", json={"name": name})
        made.raise_for_status()
        return made.json()["id"], made.json()["token"]

    def events(self, profile_id: str) -> list[dict[str, Any]]:
        """Somebody's whole ledger."""
        answer = self.ask("GET", f"/profiles/{profile_id}/export")
        answer.raise_for_status()
        events: list[dict[str, Any]] = answer.json()["events"]
        return events

    def end(self) -> None:
        """Ask what runs to end, then kill what is left."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(_ENDS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _state(self) -> str:
        with suppress(httpx2.HTTPError, ValueError):
            answer = httpx2.get(f"{self.url}/health", timeout=10, trust_env=False)
            return str(answer.json().get("status", ""))
        return ""

    def _output(self, name: str) -> IO[bytes]:
        return (self.data.parent / f"{name}.out").open("ab")


@contextmanager
def installed(tree: Path, source: Path, folder: Path, **settings: str) -> Iterator[Installation]:
    """On a copy of `source`, made in `folder` and removed at the end; nothing runs yet."""
    shutil.copytree(source, folder / "data")
    found = Installation(tree.resolve(), folder / "data", settings)
    try:
        yield found
    finally:
        found.end()
        shutil.rmtree(folder / "data")


def _environment(tree: Path, data: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "PYTHONPATH": str(tree),
        "WATCHER_DATA_DIR": str(data.resolve()),
        "ADMIN_TOKEN": TOKEN,
        "PYTHONUNBUFFERED": "1",
    }
