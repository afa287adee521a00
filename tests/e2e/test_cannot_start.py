"""An API that can't start says why in a sentence, however it was started, and no trace."""

import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.program import WAIT, environment, free_port

API = [sys.executable, "-m", "uvicorn", "app.main:app"]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def ended(project: Path, *command: str, code: int, **settings: str) -> str:
    done = subprocess.run(
        command,
        cwd=project,
        env=environment(**settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=WAIT,
    )
    assert done.returncode == code, done.stdout
    assert "Traceback" not in done.stdout
    assert ".py" not in done.stdout
    return done.stdout


@pytest.mark.parametrize("started_by", ["uvicorn", "start.sh"])
def test_a_store_that_cannot_be_used(project: Path, data_dir: Path, started_by: str) -> None:
    port = str(free_port())
    command = [*API, "--port", port] if started_by == "uvicorn" else ["./start.sh", "api"]
    settings = {"WATCHER_DATA_DIR": str(data_dir), "API_PORT": port}
    store = data_dir / "watcher.sqlite3"
    store.write_text("no store" * 100)
    said = ended(project, *command, code=3, **settings)
    assert said.count(f"watcher can't start: The store {store}: it is not a SQLite database") == 1
    store.unlink()
    with sqlite3.connect(store) as connection:
        connection.execute("CREATE TABLE theirs (name)")
    connection.close()
    assert "another program's database" in ended(project, *command, code=3, **settings)


def test_settings_that_cannot_be_used(project: Path, data_dir: Path) -> None:
    port = str(free_port())
    for name, value in (("LOG_LEVEL", "loud"), ("LLM_BASE_URL", "nonsense")):
        settings = {"WATCHER_DATA_DIR": str(data_dir), name: value}
        said = ended(project, *API, "--port", port, code=3, **settings)
        assert said.count(f"{name}") == 1
        assert "watcher can't start: " in said


def test_a_port_in_use(project: Path, data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = ended(project, *API, "--port", port, code=3, WATCHER_DATA_DIR=str(data_dir))
    assert "address already in use" in said
