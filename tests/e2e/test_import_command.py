"""The operator's command, as real processes: reports, exit codes, kill -9 in the middle."""

import csv
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.adapters.clock import SystemClock
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.titles import MediaKind
from scripts.make_big_dump import rows

ROOT = Path(__file__).resolve().parents[2]
MODULE = ("-m", "scripts.import_catalogue")

pytestmark = pytest.mark.e2e


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME"}}
    return kept | {"WATCHER_DATA_DIR": str(folder / "data")}


def run(folder: Path, *command: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *command],
        cwd=cwd,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def big_file(path: Path, titles: int) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows(titles))
    return path


def stored(folder: Path) -> int:
    stores = open_sqlite(folder / "data" / "watcher.sqlite3", SystemClock())
    try:
        return stores.titles.count()[MediaKind.MOVIE]
    finally:
        stores.close()


def test_it_tells_layout_counts_and_refusals(tmp_path: Path) -> None:
    file = big_file(tmp_path / "films.csv", 20)
    with file.open("a", encoding="utf-8", newline="") as more:
        more.write("21,Breaks off")
    done = run(tmp_path, *MODULE, str(file))
    assert done.returncode == 0, done.stderr
    assert "films.csv: comma-separated genres and keywords" in done.stdout
    assert (
        "21 rows read: 20 written, 0 unchanged (0 of them known better), 1 refused" in done.stdout
    )
    assert "breaks off: 2 fields where 24 are named" in done.stdout
    assert "Importing films.csv: 21 of 21 (100%)" in done.stderr
    again = run(tmp_path, str(ROOT / "scripts" / "import_catalogue.py"), str(file), cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "21 rows read: 0 written, 20 unchanged" in again.stdout


def test_a_file_that_fails_does_not_keep_the_others_back(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    done = run(tmp_path, *MODULE, str(wrong), str(big_file(tmp_path / "films.csv", 5)))
    assert done.returncode == 1
    assert "wrong.csv is in no layout that is known" in done.stderr
    assert "Traceback" not in done.stderr
    assert stored(tmp_path) == 5


def test_wrong_use(tmp_path: Path) -> None:
    assert run(tmp_path, *MODULE).returncode == 2
    helped = run(tmp_path, *MODULE, "--help")
    assert helped.returncode == 0
    assert "FILE" in helped.stdout


def test_after_a_kill_the_next_import_completes_the_work(tmp_path: Path) -> None:
    titles = 40_000
    file = big_file(tmp_path / "films.csv", titles)
    command = [sys.executable, *MODULE, str(file)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(tmp_path), stderr=subprocess.DEVNULL
    ) as first:
        deadline = time.monotonic() + 60
        database = tmp_path / "data" / "watcher.sqlite3"
        while not (database.exists() and stored(tmp_path)):
            assert time.monotonic() < deadline
            assert first.poll() is None
            time.sleep(0.05)
        first.kill()
    kept = stored(tmp_path)
    assert 0 < kept < titles
    second = run(tmp_path, *MODULE, str(file))
    assert second.returncode == 0, second.stderr
    assert f"{titles - kept:,} written, {kept:,} unchanged" in second.stdout
    assert stored(tmp_path) == titles
