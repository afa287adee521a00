"""Jobs as the API shows them, and the index that the worker rebuilds for it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind
from app.domain.jobs import JobState
from app.main import create_app
from stand_ins.canaries import MARK
from tests.builders import make_titles
from tests.fakes.clock import MovedClock
from tests.worker_world import make_quick, until, worker
from tests.world import index, open_world

TOKEN = f"{MARK}admin-token"
ADMIN = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = open_world(tmp_path, clock=MovedClock())
    made.titles.upsert([*make_titles(30), *make_titles(10, kind=MediaKind.TV)])
    yield made
    made.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services), headers=ADMIN) as opened:
        yield opened


def test_a_rebuild_is_asked_for_and_served_when_done(
    client: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_quick(monkeypatch)
    index(services)
    until(lambda: client.get("/health").json()["status"] == "ok")
    before = client.get("/admin/status").json()["index"]
    assert (before["recall_at_10"], before["count"]) == (1.0, 40)
    asked = client.post("/admin/faiss/rebuild")
    assert asked.status_code == 202
    assert "No worker" in asked.json()["worker"]
    again = client.post("/admin/faiss/rebuild").json()
    assert again["id"] == asked.json()["id"], "one that waits is not asked for twice"
    path = f"/admin/jobs/{again['id']}"
    with worker(services):
        until(lambda: client.get(path).json()["state"] == "done")
        assert "40 titles" in client.get(path).json()["outcome"]
        until(lambda: client.get("/admin/status").json()["index"]["version"] != before["version"])
        assert client.get("/admin/status").json()["worker"] == "running"


def test_jobs_come_newest_first_as_many_as_asked_for(
    client: TestClient, services: Services
) -> None:
    ids = [services.jobs.submit("embed_item", {"n": str(n)}).id for n in range(30)]
    shown = client.get("/admin/jobs").json()
    assert [job["id"] for job in shown] == ids[:-21:-1]
    shown = client.get("/admin/jobs", params={"limit": 30}).json()
    assert [job["id"] for job in shown] == ids[::-1]
    claimed = services.jobs.claim("worker")
    assert claimed is not None
    [running] = client.get("/admin/jobs", params={"state": "running"}).json()
    assert running["id"] == claimed.id == ids[0]
    for wrong in ({"limit": 0}, {"limit": 1001}, {"state": "lost"}):
        assert client.get("/admin/jobs", params=wrong).status_code == 422


def test_a_long_job_stays_in_the_status_and_so_does_the_last_of_each_kind(
    client: TestClient, services: Services
) -> None:
    crawl = services.jobs.submit("sync_tmdb", {})
    services.jobs.claim("worker")
    for n, state in enumerate([JobState.FAILED, *[JobState.DONE] * 40]):
        services.jobs.submit("embed_full", {"n": str(n)})
        claimed = services.jobs.claim("worker")
        assert claimed is not None
        services.jobs.save(replace(claimed, state=state, outcome=f"the {n}th"))
    waiting = services.jobs.submit("embed_full", {})
    told = client.get("/admin/status").json()["jobs"]
    assert [(job["kind"], job["state"], job["outcome"]) for job in told] == [
        ("embed_full", "waiting", ""),
        ("embed_full", "done", "the 40th"),
        ("embed_full", "failed", "the 0th"),
        ("sync_tmdb", "running", ""),
    ]
    assert (told[0]["id"], told[-1]["id"]) == (waiting.id, crawl.id)


def test_a_job_tells_its_progress(client: TestClient, services: Services) -> None:
    asked = client.post("/admin/embed/full").json()
    path = f"/admin/jobs/{asked['id']}"
    assert (asked["rate"], asked["eta_seconds"], asked["total"]) == (None, None, None)
    job = services.jobs.claim("worker")
    assert job is not None
    assert isinstance(services.clock, MovedClock)
    services.clock.forward(1000)
    kept = replace(job, done=20, total=30, message="Embedding", heartbeat_at=services.clock.now())
    services.jobs.save(kept)
    told = client.get(path).json()
    assert (told["state"], told["done"], told["total"]) == ("running", 20, 30)
    assert told["message"] == "Embedding"
    assert told["rate"] == 0.0, "one in fifty seconds"
    assert told["eta_seconds"] == 500
    services.clock.forward(500)
    services.jobs.save(
        replace(kept, done=30, state=JobState.DONE, outcome="All.", ended_at=services.clock.now())
    )
    told = client.get(path).json()
    assert (told["state"], told["outcome"], told["eta_seconds"]) == ("done", "All.", None)
    assert told["ended_at"] - told["started_at"] == 1500


def test_jobs_are_cancelled_while_they_wait_and_while_they_run(
    client: TestClient, services: Services
) -> None:
    asked = client.post("/admin/embed/full").json()
    ended = client.post(f"/admin/jobs/{asked['id']}/cancel").json()
    assert (ended["state"], ended["outcome"]) == ("cancelled", "Cancelled before it began")
    again = client.post("/admin/embed/full").json()
    assert again["id"] != asked["id"]
    services.jobs.claim("worker")
    told = client.post(f"/admin/jobs/{again['id']}/cancel").json()
    assert (told["state"], told["cancel_requested"]) == ("running", True)
    for path in ("/admin/jobs/none", f"/admin/jobs/{'x' * 500}"):
        assert client.get(path).status_code == 404
        refused = client.post(f"{path}/cancel")
        assert (refused.status_code, refused.json()["error"]) == (404, "not_found")
        assert len(refused.json()["detail"]) < 120
