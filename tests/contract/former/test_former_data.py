"""A data folder that the version before made (see tests/former): it opens and serves as it is."""

import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.bootstrap import Services, open_services
from app.services.index import rebuild
from app.services.index.embed import embed_all
from app.settings import read_settings
from tests.fakes.clock import MovedClock
from tests.fakes.embedder import WordEmbedder
from tests.people_world import home, rows
from tests.world import ADMIN

PACKED = Path(__file__).resolve().parents[2] / "former" / "data.tar.xz"
GENERATION = "g-20261130T200609-e79cf6"
MADE_AT = 1_796_070_000
CO_RATINGS = "c-20261130T201706-feed72"
INCEPTION = 27205
NEAREST = [680, 157336, 76341, 1930, 49026]
"""To Inception, as the version before answered."""

RATED = {27205: 10, 19995: 9, 293660: 8, 68718: 7, 70160: 6, 550: 5}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("former")
    with tarfile.open(PACKED) as packed:
        packed.extractall(made, filter="data")
    return made


@pytest.fixture(scope="module")
def services(folder: Path) -> Iterator[Services]:
    """As the product opens it, a minute later; no model is needed, so none is loaded."""
    chosen = read_settings(
        _env_file=None,
        watcher_data_dir=folder,
        admin_token=ADMIN,
        mongodb_uri=None,
        tmdb_api_key=None,
    )
    with pytest.MonkeyPatch.context() as patch:
        embedder = WordEmbedder(chosen.embedding_model, 384)
        patch.setattr("app.adapters_in_use.open_embedder", lambda *_: embedder)
        patch.setattr("app.adapters_in_use.SystemClock", lambda: MovedClock(MADE_AT + 60))
        opened = open_services(chosen)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(services: Services) -> Iterator[TestClient]:
    with home(services, ADMIN) as opened:
        deadline = time.monotonic() + 30
        while opened.get("/health").json()["status"] != "ok":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield opened


@pytest.fixture
def ada(client: TestClient) -> str:
    (found,) = client.get("/profiles").json()
    assert found["name"] == "Ada"
    return str(found["id"])


def status(client: TestClient) -> dict[str, Any]:
    found: dict[str, Any] = client.get("/admin/status").json()
    return found


def test_its_index_is_served_without_a_rebuild(client: TestClient, services: Services) -> None:
    found = status(client)
    assert (found["index"]["version"], found["index"]["count"]) == (GENERATION, 45)
    assert found["vectors"] == 45
    answer = client.post("/mcp/knn", json={"tmdb_id": INCEPTION, "media_type": "movie", "k": 5})
    assert [one["tmdb_id"] for one in answer.json()["results"]] == NEAREST
    assert answer.json()["results"][0]["score"] == pytest.approx(0.688892, abs=1e-4)
    assert client.get("/titles/search", params={"q": "incep"}).json()["results"]
    assert not rebuild.is_due(services.vectors, services.publisher, services.embedder.model)


def test_nothing_is_embedded_anew(services: Services) -> None:
    done = embed_all(services.titles, services.vectors, services.embedder)
    assert (done.embedded, done.removed) == (0, 0)
    assert isinstance(services.embedder, WordEmbedder)
    assert services.embedder.calls == []


def test_the_history_is_there(client: TestClient, ada: str) -> None:
    found = rows(client, profile=ada)
    assert len(found) == 11
    assert all(row["title"] is not None for row in found)
    assert {row["tmdb_id"]: row["rating"] for row in found if row["rating"]} == RATED
    assert sum(row["watched"] for row in found) == 8
    assert [sum(row[mark] for row in found) for mark in ("loved", "watchlisted", "dismissed")] == [
        *(1, 1, 1)
    ]
    told = client.get("/insights", params={"profile": ada}).json()
    assert (told["total"]["shown"], told["total"]["opened"]) == (5, 1)


def test_lists_are_made_with_its_co_rating_model(client: TestClient, ada: str) -> None:
    answer = client.post("/recommend/movie", json={"profile": ada}).json()
    assert len(answer["results"]) == 10
    assert not answer["cold_start"]
    assert any("co_rated" in one["evidence"]["origins"] for one in answer["results"])
    assert status(client)["co_ratings"] == {"version": CO_RATINGS, "problem": ""}


def test_its_co_rating_model_is_read_whole(services: Services) -> None:
    """Under their former names, too: an array that isn't found would be no error by itself."""
    kept = services.adapters.co_ratings.load()
    found = services.model_loader()
    assert kept is not None
    assert found is not None
    for former, now in (("wide", "ease_all"), ("close", "ease_nearby"), ("both", "jaccard_liked")):
        assert former in kept.meta["ranker_names"]
        assert now in found.ranker.names
        assert np.array_equal(getattr(found.model, now).to, kept.arrays[f"{former}_to"])


def test_the_log_of_jobs_is_readable(client: TestClient) -> None:
    found = client.get("/admin/jobs").json()
    assert [(job["kind"], job["state"]) for job in found] == [
        ("embed_full", "done"),
        ("retry_failed", "failed"),
    ]
    assert "TMDB_API_KEY is not set" in found[1]["outcome"]
