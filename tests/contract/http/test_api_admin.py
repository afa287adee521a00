"""The operator's routes: who may call them, what they ask the worker for, what they tell."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.bootstrap import Services
from app.domain.catalogue.source_answers import Failed
from app.domain.catalogue.titles import MediaKind
from app.domain.jobs import JobState
from app.doors.worker.runner import Runner
from app.main import create_app
from app.services.catalogue.sync_state import OpenRun, read_state, write_state
from stand_ins.canaries import MARK
from stand_ins.tmdb.serving import FakeTmdb, Hang, Status, tmdb_server
from tests.builders import make_title, make_titles, movie, series
from tests.worker_world import make_quick, until, worker
from tests.world import open_world

TOKEN = f"{MARK}admin-token"
ADMIN = {"Authorization": f"Bearer {TOKEN}"}

ROUTES = (
    ("GET", "/admin/status"),
    ("GET", "/admin/jobs"),
    ("GET", "/admin/jobs/any"),
    ("POST", "/admin/jobs/any/cancel"),
    ("POST", "/admin/embed/full"),
    ("POST", "/admin/embed/item"),
    ("POST", "/admin/sync/tmdb"),
    ("POST", "/admin/sync/tmdb/retry"),
    ("GET", "/admin/failed"),
    ("GET", "/admin/settings"),
    ("GET", "/admin/errors"),
    ("POST", "/admin/faiss/rebuild"),
)


@pytest.fixture
def fake() -> Iterator[FakeTmdb]:
    with tmdb_server(movies=90, series=20) as running:
        yield running


@pytest.fixture
def services(tmp_path: Path, fake: FakeTmdb) -> Iterator[Services]:
    made = open_world(tmp_path, tmdb=fake)
    yield made
    made.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services), headers=ADMIN) as opened:
        yield opened


@pytest.fixture
def without_key(tmp_path: Path) -> Iterator[TestClient]:
    made = open_world(tmp_path / "keyless")
    made.titles.upsert([make_title(603), make_title(7, MediaKind.TV)])
    with TestClient(create_app(made), headers=ADMIN) as opened:
        yield opened
    made.close()


def job_of(client: TestClient, job_id: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"/admin/jobs/{job_id}").json()
    return found


def done(client: TestClient, job_id: str) -> dict[str, Any]:
    """The job, once it has ended."""
    until(lambda: job_of(client, job_id)["state"] not in {"waiting", "running"})
    return job_of(client, job_id)


def coverage(**told: object) -> dict[str, object]:
    nothing = {"stored": 0, "listed": 0, "exported": "", "cursor": "", "partial": False}
    return nothing | {"running_since": 0, "synced_at": 0.0, "set_aside": 0} | told


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.parametrize("header", ["", "Bearer nope", f"Basic {TOKEN}", TOKEN, "Bearer "])
def test_all_of_them_need_the_token(
    client: TestClient, services: Services, method: str, path: str, header: str
) -> None:
    answer = client.request(method, path, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert TOKEN not in answer.text
    assert services.jobs.recent() == []


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        (None, {"embed_updated": "true"}),
        ({}, {"embed_updated": "true"}),
        ({"media_type": "all"}, {"embed_updated": "true"}),
        ({"media_type": "tv", "embed_updated": False}, {"media_type": "tv"}),
        (
            {
                "media_type": "movie",
                "full_sync": True,
                "embed_updated": True,
                "force_refresh": True,
                "include_adult": True,
            },
            {
                "media_type": "movie",
                "full_sync": "true",
                "embed_updated": "true",
                "force_refresh": "true",
                "include_adult": "true",
            },
        ),
    ],
)
def test_a_sync_is_asked_for_with_its_switches(
    client: TestClient, body: dict[str, object] | None, arguments: dict[str, str]
) -> None:
    answer = client.post("/admin/sync/tmdb", json=body)
    assert answer.status_code == 202
    assert (answer.json()["kind"], answer.json()["state"]) == ("sync_tmdb", "waiting")
    assert answer.json()["arguments"] == arguments
    assert "No worker has run yet" in answer.json()["worker"]
    again = client.post("/admin/sync/tmdb", json=body).json()
    assert again["id"] == answer.json()["id"], "one that waits is not asked for twice"


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/admin/sync/tmdb", {"full": True}, "full"),
        ("/admin/sync/tmdb", {"media_type": "film"}, "media_type"),
        ("/admin/sync/tmdb", {"media_type": None}, "media_type"),
        ("/admin/sync/tmdb", {"full_sync": "perhaps"}, "full_sync"),
        ("/admin/sync/tmdb", {"full_sync": None}, "full_sync"),
        ("/admin/sync/tmdb", ["movie"], "body"),
        ("/admin/embed/item", {}, "tmdb_id"),
        ("/admin/embed/item", {"tmdb_id": 1}, "media_type"),
        ("/admin/embed/item", {"tmdb_id": 0, "media_type": "movie"}, "tmdb_id"),
        ("/admin/embed/item", {"tmdb_id": 2**62, "media_type": "movie"}, "tmdb_id"),
        ("/admin/embed/item", {"tmdb_id": 1, "media_type": "all"}, "media_type"),
        ("/admin/embed/item", {"tmdb_id": 1, "media_type": "tv", "force": True}, "force"),
    ],
)
def test_what_can_not_be_asked_for(
    client: TestClient, services: Services, path: str, body: object, said: str
) -> None:
    answer = client.post(path, json=body)
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input")
    assert said in answer.json()["detail"]
    assert services.jobs.recent() == []


@pytest.mark.parametrize("path", ["/admin/sync/tmdb", "/admin/sync/tmdb/retry"])
def test_without_a_key_a_sync_is_refused_with_what_to_do(
    without_key: TestClient, path: str
) -> None:
    answer = without_key.post(path)
    assert (answer.status_code, answer.json()["error"]) == (501, "not_configured")
    assert "TMDB_API_KEY" in answer.json()["detail"]
    assert without_key.get("/admin/jobs").json() == []


def test_one_title_is_embedded_and_an_unknown_one_is_told_with_the_other_kind(
    without_key: TestClient,
) -> None:
    ask = {"tmdb_id": 603, "media_type": "movie"}
    answer = without_key.post("/admin/embed/item", json=ask)
    assert answer.status_code == 202
    assert answer.json()["arguments"] == {"media_type": "movie", "tmdb_id": "603"}
    other = without_key.post("/admin/embed/item", json=ask | {"media_type": "tv"})
    assert other.status_code == 404
    assert "movie" in other.json()["detail"], "the number is a film's"
    nobody = without_key.post("/admin/embed/item", json=ask | {"tmdb_id": 604})
    assert (nobody.status_code, nobody.json()["error"]) == (404, "not_found")
    assert len(without_key.get("/admin/jobs").json()) == 1


def test_a_sync_is_done_by_the_worker_and_seen_in_the_status(
    client: TestClient, services: Services, fake: FakeTmdb, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_quick(monkeypatch)
    before = client.get("/admin/status").json()["tmdb"]["movie"]
    assert before == coverage()
    last = next(n for n in reversed(fake.ids("movie")) if not fake.body("movie", n)["adult"])
    hanging = fake.fault(Hang(), f"/3/movie/{last}")
    asked = client.post("/admin/sync/tmdb").json()
    with worker(services):
        until(lambda: hanging.used)
        until(lambda: job_of(client, asked["id"])["done"] > 20)
        running = job_of(client, asked["id"])
        assert running["state"] == "running"
        assert running["total"] > running["done"]
        assert running["rate"] > 0
        assert running["eta_seconds"] > 0
        assert "fetched" in running["message"]
        assert running["worker"] == "running"
        status = client.get("/admin/status").json()
        assert status["tmdb"]["movie"]["running_since"] > 0
        assert status["worker"] == "running"
        fake.clear_faults()
        ended = done(client, asked["id"])
    assert ended["state"] == "done", ended["outcome"]
    assert ended["done"] == ended["total"]
    assert ended["eta_seconds"] is None
    status = client.get("/admin/status").json()
    for kind in ("movie", "tv"):
        told = status["tmdb"][kind]
        assert 0 < told["stored"] == status["titles"][kind] <= told["listed"]
        assert told["exported"] == max(fake.exports).isoformat()
        assert told["cursor"] == fake.today.isoformat()
        assert (told["running_since"], told["partial"]) == (0, False)
        assert told["synced_at"] >= asked["submitted_at"]


def test_the_status_tells_the_kinds_apart(client: TestClient, services: Services) -> None:
    services.titles.upsert([*make_titles(5), *make_titles(2, kind=MediaKind.TV)])
    state = read_state(services.state, MediaKind.TV)
    run = OpenRun("full", 1_700_000_000)
    told = replace(state, partial=True, listed=9, exported="2026-01-02", cursor="2026-01-01")
    write_state(services.state, MediaKind.TV, told.opened(run))
    for attempt in range(3):
        services.failures.note([Failed(series(4), f"HTTP 500, {attempt}")])
    services.failures.note([Failed(movie(5), "HTTP 500"), Failed(series(6), "HTTP 500")])
    status = client.get("/admin/status").json()
    assert status["titles"] == {"movie": 5, "tv": 2}
    assert status["tmdb"]["movie"] == coverage(stored=5)
    assert status["tmdb"]["tv"] == coverage(
        stored=2,
        listed=9,
        exported="2026-01-02",
        cursor="2026-01-01",
        partial=True,
        running_since=1_700_000_000,
        set_aside=1,
    )
    [failed] = client.get("/admin/failed").json()
    assert (failed["media_type"], failed["tmdb_id"], failed["attempts"]) == ("tv", 4, 3)
    assert failed["reason"] == "HTTP 500, 2"
    assert failed["last_at"] > 0


def test_failed_ids_are_tried_again_when_asked_for(
    client: TestClient, services: Services, fake: FakeTmdb, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_quick(monkeypatch)
    number = next(n for n in fake.ids("movie") if not fake.body("movie", n)["adult"])
    fake.fault(Status(422), f"/3/movie/{number}")
    services.jobs.submit("sync_tmdb", {"embed_updated": "true"})
    assert {job.state for job in Runner(services, threading.Event()).pass_once()} == {JobState.DONE}
    assert [one["tmdb_id"] for one in client.get("/admin/failed").json()] == [number]
    fake.clear_faults()
    asked = client.post("/admin/sync/tmdb/retry")
    assert asked.status_code == 202
    with worker(services):
        assert done(client, asked.json()["id"])["state"] == "done"
    assert client.get("/admin/failed").json() == []
    assert services.titles.get(movie(number)) is not None
