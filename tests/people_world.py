"""A running API with a small catalogue and an empty household, for the tests of people."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from app.adapters.clock import SystemClock
from app.adapters.dumps import open_dump
from app.adapters.processes import LocalProcesses
from app.adapters.sample_catalogue import read_sample
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.titles import MediaKind
from app.main import create_app
from app.settings import read_settings
from app.wiring import Services
from stand_ins.canaries import MARK
from tests.builders import make_title
from tests.fakes.embedder import WordEmbedder
from tests.jobs import build_index

ADMIN = f"{MARK}admin-token"
HOME = "http://127.0.0.1"


def services_in(folder: Path, stores: Stores | None = None, **settings: object) -> Services:
    chosen = {"watcher_data_dir": folder, "admin_token": ADMIN, "mongodb_uri": None} | settings
    made = Services(
        settings=read_settings(_env_file=None, **chosen),
        stores=stores or open_sqlite(folder / "watcher.sqlite3", SystemClock()),
        clock=SystemClock(),
        processes=LocalProcesses(),
        embedder=WordEmbedder(),
        open_dump=open_dump,
        read_sample=read_sample,
    )
    made.titles.upsert(
        [
            make_title(n, name=f"Film {n} of winter", year=1980 + n, imdb_id=f"tt{n:07}")
            for n in range(1, 31)
        ]
        + [make_title(7, MediaKind.TV, name="Seven", year=2007, imdb_id="tt0900007", tvdb_id=77)]
        + [make_title(603, name="The Simulation", year=1999, imdb_id="tt0000603", votes=9000)]
    )
    build_index(made)
    made.index.refresh()
    return made


@contextmanager
def home(services: Services, token: str = "", *, base: str = HOME) -> Iterator[TestClient]:
    """A caller on this machine, with a token or without."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    app = create_app(services)
    with TestClient(
        app,
        base_url=base,
        client=("127.0.0.1", 5000),
        headers=headers,
        raise_server_exceptions=False,
    ) as client:
        yield client


def stranger(client: TestClient, token: str = "") -> TestClient:
    """A caller of the same program from another machine."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return TestClient(
        client.app,
        base_url="http://watcher.example",
        client=("192.0.2.7", 5000),
        headers=headers,
        raise_server_exceptions=False,
    )


def rows(client: TestClient, **asked: str | int) -> list[dict[str, Any]]:
    answer = client.get("/history", params=asked)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def import_file(client: TestClient, data: bytes, **asked: str | int) -> Response:
    headers = {"Content-Type": "application/octet-stream"}
    return client.post("/history/import", params=asked, content=data, headers=headers)
