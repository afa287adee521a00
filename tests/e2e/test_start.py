"""`./start.sh`, as somebody runs it: first and second starts, kills, and what can't work."""

import shutil
import signal
import socket
import time
from pathlib import Path

import httpx2
import pytest

from app.adapters.clock import SystemClock
from app.adapters.stores.sqlite import open_sqlite
from tests.e2e.conftest import fill
from tests.e2e.program import (
    copy_project,
    free_port,
    gone,
    refused,
    started,
    until,
)

READY = "Ctrl-C ends all of it."
# A start takes three seconds where nothing else runs; other tests may run beside this one.
SECOND_START = 30.0


@pytest.fixture
def own(tmp_path: Path) -> dict[str, str]:
    """Settings of an installation of the test's own."""
    return {
        "WATCHER_DATA_DIR": str(tmp_path / "data"),
        "API_PORT": str(free_port()),
        "UI_PORT": str(free_port()),
    }


def embedded(data_dir: Path) -> int:
    stores = open_sqlite(data_dir / "watcher.sqlite3", SystemClock())
    try:
        return stores.vectors.status("all-MiniLM-L6-v2").count
    finally:
        stores.close()


def answers(settings: dict[str, str]) -> None:
    api = f"http://127.0.0.1:{settings['API_PORT']}"
    for question in ({"tmdb_id": 603, "media_type": "movie"}, {"text": "robots", "k": 10}):
        answer = httpx2.post(f"{api}/mcp/knn", json=question, timeout=30, trust_env=False)
        assert answer.status_code == 200, answer.text
        assert len(answer.json()["results"]) == 10
    page = httpx2.get(f"http://127.0.0.1:{settings['UI_PORT']}/", timeout=30, trust_env=False)
    assert page.status_code == 200


def test_killed_in_the_middle_of_the_first_start_the_next_goes_on(
    project: Path, tmp_path: Path, own: dict[str, str]
) -> None:
    data_dir = fill(tmp_path / "data")
    with started(project, tmp_path / "first.out", **own) as first:
        until(lambda: embedded(data_dir) > 0, "the first titles are embedded")
        family = first.family()
        for one in family:
            one.kill()
        first.process.wait(10)
    until(lambda: gone(family), "all are dead")
    kept = embedded(data_dir)
    assert 0 < kept < 800
    with started(project, tmp_path / "second.out", **own) as second:
        second.says(READY)
        assert f"of {800 - kept}" in second.text
        assert embedded(data_dir) == 800
        answers(own)
        family = second.family()
        assert len(family) >= 4
        begun = time.monotonic()
        assert second.end() == 0
        assert time.monotonic() - begun < 10
        assert gone(family)
    begun = time.monotonic()
    with started(project, tmp_path / "third.out", **own) as third:
        third.says(READY)
        assert time.monotonic() - begun < SECOND_START
        assert "Embedding" not in third.text
        answers(own)
        assert third.end(signal.SIGINT) == 0


def test_nothing_stays_where_start_sh_itself_is_killed(
    project: Path, data_dir: Path, tmp_path: Path, own: dict[str, str]
) -> None:
    with started(project, tmp_path / "out", **own) as program:
        program.says(READY)
        family = program.family()
        program.end(signal.SIGKILL)
        try:
            until(lambda: gone(family), "all have ended", seconds=20)
        finally:
            for one in family:
                one.kill()
    with started(project, tmp_path / "again.out", **own) as program:
        program.says(READY)
        answers(own)
    assert data_dir.exists()


@pytest.mark.parametrize(
    ("sign", "name"), [("uvicorn", "API"), ("sync_worker", "worker"), ("streamlit", "web app")]
)
def test_a_part_that_dies_ends_everything_and_is_named(
    project: Path, data_dir: Path, tmp_path: Path, own: dict[str, str], sign: str, name: str
) -> None:
    with started(project, tmp_path / "out", **own) as program:
        program.says(READY)
        family = program.family()
        program.child(sign).kill()
        assert program.process.wait(15) == 1
        assert f"The {name} ended by itself" in program.text
        assert str(data_dir / "logs") in program.text
        assert gone(family)


def test_stopped_while_it_prepares(project: Path, tmp_path: Path, own: dict[str, str]) -> None:
    data_dir = fill(tmp_path / "data")
    with started(project, tmp_path / "out", **own) as program:
        until(lambda: embedded(data_dir) > 0, "the first titles are embedded")
        family = program.family()
        begun = time.monotonic()
        assert program.end() == 0
        assert time.monotonic() - begun < 10
        assert gone(family)


@pytest.mark.parametrize("setting", ["API_PORT", "UI_PORT"])
def test_a_port_in_use_is_named_with_its_setting(
    project: Path, own: dict[str, str], setting: str
) -> None:
    with socket.create_server(("127.0.0.1", int(own[setting]))):
        said = refused(project, **own)
    assert own[setting] in said
    assert setting in said


def test_the_port_is_looked_at_before_anything_long(
    project: Path, tmp_path: Path, own: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", int(own["API_PORT"]))):
        refused(project, **own)
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_cannot_be_is_told(project: Path, own: dict[str, str]) -> None:
    said = refused(project, **own | {"WATCHER_DATA_DIR": "/proc/nowhere"})
    assert "/proc/nowhere" in said
    assert "WATCHER_DATA_DIR" in said


def test_a_setting_that_cannot_be_is_named(project: Path, own: dict[str, str]) -> None:
    assert "API_PORT" in refused(project, **own | {"API_PORT": "eighty"})
    said = refused(project, **own | {"API_HOST": "192.0.2.1"})
    assert "API_HOST" in said
    said = refused(project, **own | {"UI_PORT": own["API_PORT"]})
    assert "UI_PORT" in said


def test_a_store_that_cannot_be_reached_is_told(project: Path, own: dict[str, str]) -> None:
    uri = f"mongodb://someone:secret@127.0.0.1:{free_port()}/"
    said = refused(project, **own | {"MONGODB_URI": uri})
    assert "MONGODB_URI" in said
    assert "secret" not in said


def test_settings_come_from_dotenv_as_they_stand_there(
    tmp_path: Path, prepared: Path, own: dict[str, str]
) -> None:
    project = copy_project(tmp_path / "a clone")
    data_dir = tmp_path / "data # of 'mine'"
    shutil.copytree(prepared, data_dir)
    (project / ".env").write_text(
        f'WATCHER_DATA_DIR="{data_dir}"\nAPI_PORT={own["API_PORT"]} # ours\n'
        f"UI_PORT='{own['UI_PORT']}'\nADMIN_TOKEN='a $(touch x) `b` \"c\"'\n"
    )
    with started(project, tmp_path / "out") as program:
        program.says(READY)
        answers(own)
        assert f"{data_dir}/logs" in program.text
        assert "Open to this machine alone, without a token." in program.text
        status = httpx2.get(
            f"http://127.0.0.1:{own['API_PORT']}/admin/status",
            headers={"Authorization": 'Bearer a $(touch x) `b` "c"'},
            trust_env=False,
        )
        assert status.status_code == 200
    assert not (project / "x").exists()
    assert not (data_dir / "admin_token").exists()


def test_the_demonstration_answers_and_leaves_the_installation_alone(
    project: Path, prepared: Path, tmp_path: Path, own: dict[str, str]
) -> None:
    data_dir = tmp_path / "data"
    shutil.copytree(prepared, data_dir / "demo")
    secrets = {"MONGODB_URI": "mongodb://127.0.0.1:1/", "TMDB_API_KEY": "key", "api_port": "1"}
    with started(project, tmp_path / "out", "demo", "--once", **own | secrets) as program:
        assert program.process.wait(90) == 0, program.text
        assert "Films like The Matrix" in program.text
        assert "The Matrix Reloaded (2003)" in program.text
    assert sorted(path.name for path in data_dir.iterdir()) == ["demo"]


def test_wrong_use_and_help(project: Path, tmp_path: Path) -> None:
    for arguments in (["everything"], ["api", "--once"], ["demo", "--twice"], ["all", "b", "c"]):
        with started(project, tmp_path / "out", *arguments) as program:
            assert program.process.wait(30) == 2
            assert "Usage: ./start.sh" in program.text
    with started(project, tmp_path / "out", "--help") as program:
        assert program.process.wait(30) == 0
        assert "demo" in program.text
