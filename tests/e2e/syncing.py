"""Commands and servers that follow a stand-in for TMDB, and what stands in the store afterwards."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx2

from app.adapters.clock import SystemClock
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.mongo import open_mongo
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.services.catalogue.sync_state import SyncState, read_state
from stand_ins.canaries import check
from stand_ins.tmdb.serving import FakeTmdb
from tests.e2e.program import Api, Program, api_started, environment, run, started, until

COMMAND = ("-m", "scripts.sync_tmdb")
MONGO_DATABASE = "watcher"


def settings_for(fake: FakeTmdb, rate: float = 1000.0) -> dict[str, str]:
    """What leads a process to the stand-in."""
    return {
        "TMDB_API_KEY": fake.key,
        "TMDB_API_URL": fake.api_url,
        "TMDB_EXPORT_URL": fake.export_url,
        "TMDB_REQUESTS_PER_SECOND": str(rate),
    }


@dataclass(frozen=True)
class Installation:
    """A clone, its settings, and its stores."""

    project: Path
    settings: dict[str, str]
    open: Callable[[], Stores]

    def sync(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command to its end."""
        return run(self.project, *COMMAND, *arguments, **self.settings)

    @contextmanager
    def syncing(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """The command while it runs; killed at the end where it still does."""
        process = subprocess.Popen(
            [sys.executable, *COMMAND, *arguments],
            cwd=self.project,
            env=environment(**self.settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            for said in process.communicate():
                check(said, str(arguments))

    def titles(self) -> dict[TitleId, Title]:
        """All that is stored."""
        with closing(self.open()) as stores:
            return {title.id: title for some in stores.titles.scan() for title in some}

    def state(self, kind: MediaKind = MediaKind.MOVIE) -> SyncState:
        """How far the sync is."""
        with closing(self.open()) as stores:
            return read_state(stores.state, kind)


def on_sqlite(project: Path, data_dir: Path, settings: dict[str, str]) -> Installation:
    """With the embedded store."""
    path = data_dir / "watcher.sqlite3"
    return Installation(
        project,
        settings | {"WATCHER_DATA_DIR": str(data_dir)},
        lambda: open_sqlite(path, SystemClock()),
    )


def on_mongo(project: Path, data_dir: Path, settings: dict[str, str], uri: str) -> Installation:
    """With a MongoDB."""
    places = {
        "WATCHER_DATA_DIR": str(data_dir),
        "MONGODB_URI": uri,
        "MONGODB_DB_NAME": MONGO_DATABASE,
    }
    return Installation(
        project, settings | places, lambda: open_mongo(uri, MONGO_DATABASE, SystemClock())
    )


def timeless(titles: dict[TitleId, Title]) -> dict[TitleId, Title]:
    """The same, without when they were fetched."""
    return {title_id: replace(title, fetched_at=0) for title_id, title in titles.items()}


@dataclass
class Product:
    """API and worker, each from `./start.sh`, on one data folder."""

    api: Api
    fake: FakeTmdb
    installed: Installation
    output: Path
    _workers: ExitStack
    worker: Program = field(init=False)

    def start_worker(self, rate: float) -> Program:
        """Start one, which is killed at the end."""
        settings = self.installed.settings | settings_for(self.fake, rate)
        working = started(self.api.project, self.output, "worker", **settings)
        self.worker = self._workers.enter_context(working)
        return self.worker

    def post(self, path: str, **body: object) -> httpx2.Response:
        token = {b"Authorization": f"Bearer {self.api.admin_token}".encode()}
        url = f"{self.api.url}{path}"
        return httpx2.post(url, headers=token, json=body or None, timeout=30, trust_env=False)

    def asked_for(self, path: str, **body: object) -> str:
        """Ask the worker for something; the job's id."""
        answer = self.post(path, **body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["id"])

    def job(self, job_id: str) -> dict[str, Any]:
        answer = self.api.get(f"/admin/jobs/{job_id}", self.api.admin_token)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def jobs(self, kind: str) -> list[dict[str, Any]]:
        """Those of a kind, the newest first."""
        answer = self.api.get("/admin/jobs", self.api.admin_token)
        return [job for job in answer.json() if job["kind"] == kind]

    def becomes(self, job_id: str, state: str, seconds: float = 60) -> dict[str, Any]:
        """Wait for a job's state; the job."""
        until(lambda: self.job(job_id)["state"] == state, f"the job is {state}", seconds)
        return self.job(job_id)

    def found(self, question: dict[str, object]) -> list[tuple[str, int]]:
        """What a search gives; nothing where the asked title is unknown."""
        answer = self.api.knn(question)
        assert answer.status_code in (200, 404), answer.text
        return [(one["media_type"], one["tmdb_id"]) for one in answer.json().get("results", [])]

    def like(self, kind: str, number: int) -> list[tuple[str, int]]:
        """Titles of both kinds that are like one."""
        asked = {"tmdb_id": number, "input_media_type": kind, "results_media_type": "all", "k": 10}
        return self.found(asked)


@contextmanager
def product(
    project: Path, data_dir: Path, fake: FakeTmdb, rate: float, *, wait_for: str
) -> Iterator[Product]:
    """A running API; its worker is not started yet."""
    settings = settings_for(fake, rate)
    installed = on_sqlite(project, data_dir, settings)
    with (
        api_started(project, data_dir, port=0, wait_for=wait_for, **settings) as api,
        ExitStack() as working,
    ):
        yield Product(api, fake, installed, data_dir.parent / "worker.out", working)
