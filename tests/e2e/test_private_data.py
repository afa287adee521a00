"""A data folder of a real start is the account's alone, whatever the umask lets through."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.program import api_started, call, free_port, started, until

READY = "Ctrl-C ends all of it."


@pytest.fixture(autouse=True)
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def wide(data_dir: Path) -> list[str]:
    """The folder, what stands right in it, and logs; deeper ones are behind their folder."""
    looked_at = [data_dir, *data_dir.iterdir(), *(data_dir / "logs").glob("*")]
    modes = [(path, stat.S_IMODE(path.lstat().st_mode)) for path in looked_at]
    return [f"{path.name} {mode:o}" for path, mode in modes if mode & 0o077]


def test_a_first_start_makes_nothing_for_others(project: Path, tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with api_started(project, data_dir, wait_for="starting") as api:
        person = api.get("/profiles")
        assert person.status_code == 200
        assert (data_dir / "admin_token").exists()
        assert (data_dir / "watcher.sqlite3-wal").exists()
        assert wide(data_dir) == []


def test_an_installation_from_before_is_narrowed(
    project: Path, data_dir: Path, tmp_path: Path
) -> None:
    (data_dir / "logs").mkdir(exist_ok=True)
    (data_dir / "logs" / "api.log").write_text("from before")
    (data_dir / "secret_key").write_text("from before")
    for path in (data_dir, *data_dir.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    settings = {
        "WATCHER_DATA_DIR": str(data_dir),
        "API_PORT": str(free_port()),
        "UI_PORT": str(free_port()),
    }
    with started(project, tmp_path / "out", **settings) as program:
        program.says(READY)
        until((data_dir / "logs" / "api.log.1").exists, "the former log is kept")
        done = call(project, data_dir, "-m", "scripts.rebuild_index")
        assert done.returncode == 0, done.stderr
        assert len(list((data_dir / "logs").iterdir())) == 4
        assert wide(data_dir) == []
