"""A running API with a small catalogue and an empty household, for the tests of people."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from app.adapters.stores.common.stores import Stores
from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind
from app.main import create_app
from tests.builders import make_title
from tests.world import open_world

HOME = "http://127.0.0.1"


def services_in(
    folder: Path,
    stores: Stores | None = None,
    **settings: Any,  # noqa: ANN401 -- as `open_world` takes them
) -> Services:
    """Thirty films of winter, a film and a series that every family of ids knows; indexed."""
    films = [
        make_title(n, name=f"Film {n} of winter", year=1980 + n, imdb_id=f"tt{n:07}")
        for n in range(1, 31)
    ]
    known = [
        make_title(7, MediaKind.TV, name="Seven", year=2007, imdb_id="tt0900007", tvdb_id=77),
        make_title(603, name="The Simulation", year=1999, imdb_id="tt0000603", votes=9000),
    ]
    return open_world(folder, stores=stores, titles=[*films, *known], indexed=True, **settings)


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
