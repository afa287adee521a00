"""A file of the index that is cut while it is in use: that is told, and the next start goes on.

Nothing of ours cuts one (`test_files_in_use.py`): a disk that is lost does, or somebody's hand.
"""

import json
import os
from pathlib import Path

import httpx2

from tests.e2e.program import api_started, call, free_port, gone, started, until

READY = "Ctrl-C ends all of it."


def cut(data_dir: Path) -> tuple[str, str]:
    """Cut the vectors of the published generation; its name, and that of the one before."""
    pointer = json.loads((data_dir / "index" / "CURRENT").read_text())
    os.truncate(data_dir / "index" / pointer["current"] / "movie.vectors", 0)
    return pointer["current"], pointer["previous"]


def searched(url: str) -> bool:
    try:
        answer = httpx2.post(
            f"{url}/mcp/knn",
            json={"text": "robots"},
            timeout=30,
            trust_env=False,
        )
    except httpx2.HTTPError:
        return False
    return answer.status_code == 200


def test_a_cut_file_is_told_and_the_former_index_is_served(
    project: Path, data_dir: Path, tmp_path: Path
) -> None:
    done = call(project, data_dir, "-m", "scripts.rebuild_index")
    assert done.returncode == 0, done.stderr
    port = free_port()
    settings = {
        "WATCHER_DATA_DIR": str(data_dir),
        "API_PORT": str(port),
        "UI_PORT": str(free_port()),
    }
    with started(project, tmp_path / "out", **settings) as program:
        program.says(READY)
        url = f"http://127.0.0.1:{port}"
        assert searched(url)
        family = program.family()
        damaged, former = cut(data_dir)
        assert not searched(url)
        assert program.process.wait(30) == 1
        assert "The API ended by itself (exit code -7)" in program.text
        assert "A file of the index was cut" in program.text
        until(lambda: gone(family), "all have ended")
        assert "Bus error" in (data_dir / "logs" / "api.log").read_text()
    with api_started(project, data_dir, wait_for="degraded") as api:
        assert api.knn({"tmdb_id": 603, "media_type": "movie"}).json()["index_version"] == former
        assert damaged in api.health()["detail"]
        [refused] = api.status()["index"]["refused"]
        assert refused.startswith(f"{damaged}: ")
        assert "movie.vectors has the wrong size" in refused
        assert f"The generation {damaged} is refused" in api.program.text
