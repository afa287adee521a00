"""Preparing, the worker and the health checks, as real processes on a real data folder."""

import os
from pathlib import Path

import httpx2

from app.adapters.clock import SystemClock
from app.adapters.processes import LocalProcesses
from app.adapters.stores.sqlite import open_sqlite
from app.services.leases import EMBED, held
from tests.e2e.conftest import Running, fill
from tests.e2e.program import call, free_port, run, started, until

PREPARE = ("-m", "scripts.prepare")
HEALTH = ("-m", "scripts.check_health")


def test_preparing_again_does_nothing(project: Path, data_dir: Path) -> None:
    done = call(project, data_dir, *PREPARE)
    assert done.returncode == 0
    assert done.stdout + done.stderr == ""


def test_preparing_waits_while_another_embeds(project: Path, tmp_path: Path) -> None:
    data_dir = fill(tmp_path / "data")
    stores = open_sqlite(data_dir / "watcher.sqlite3", SystemClock())
    settings = {"WATCHER_DATA_DIR": str(data_dir), "API_PORT": str(free_port())}
    with (
        held(stores.state, EMBED, LocalProcesses()),
        started(project, tmp_path / "out", **settings, UI_PORT=str(free_port())) as program,
    ):
        program.says("Waiting. Another process does this now")
        assert f":{os.getpid()}:" in program.text
        assert program.end() == 0
    stores.close()


def test_with_a_tmdb_key_an_empty_catalogue_stays_empty(project: Path, tmp_path: Path) -> None:
    done = run(project, *PREPARE, WATCHER_DATA_DIR=str(tmp_path / "data"), TMDB_API_KEY="key")
    assert done.returncode == 0, done.stderr
    assert "the worker fetches from TMDB" in done.stdout


def test_the_worker_rebuilds_on_request_and_the_api_serves_it(running: Running) -> None:
    token = {"Authorization": f"Bearer {running.admin_token}"}
    with httpx2.Client(base_url=running.api_url, headers=token, trust_env=False) as client:
        served = client.get("/health").json()["index"]["version"]
        asked = client.post("/admin/faiss/rebuild")
        assert asked.status_code == 202
        job = f"/admin/jobs/{asked.json()['id']}"
        until(lambda: client.get(job).json()["state"] == "done", "the job is done")
        until(
            lambda: client.get("/health").json()["index"]["version"] != served,
            "the new index is served",
        )
        status = client.get("/admin/status").json()
        assert status["worker"] == "running"
        assert status["index"]["version"] in client.get(job).json()["outcome"]


def test_the_health_checks_of_a_container(running: Running, project: Path, tmp_path: Path) -> None:
    settings = {
        "WATCHER_DATA_DIR": str(running.data_dir),
        "API_PORT": running.api_url.rpartition(":")[2],
        "UI_PORT": running.ui_url.rpartition(":")[2],
    }
    nobody = {
        "WATCHER_DATA_DIR": str(tmp_path / "data"),
        "API_PORT": str(free_port()),
        "UI_PORT": str(free_port()),
    }
    for role in ("api", "worker", "ui"):
        assert run(project, *HEALTH, role, **settings).returncode == 0, role
        assert run(project, *HEALTH, role, **nobody).returncode == 1, role


def test_the_worker_ends_within_seconds(project: Path, data_dir: Path, tmp_path: Path) -> None:
    with started(project, tmp_path / "out", "worker", WATCHER_DATA_DIR=str(data_dir)) as program:
        program.says("Job embed_full")
        assert program.end(seconds=10) == 0
