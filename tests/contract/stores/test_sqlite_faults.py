"""What the embedded store says when its file or its disk can't be used."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.adapters.clock import SystemClock
from app.adapters.stores.sqlite import database as database_module
from app.adapters.stores.sqlite import open_sqlite
from app.adapters.stores.sqlite.database import Database
from app.adapters.stores.sqlite.titles import SqliteTitleStore
from app.domain.errors import StoreUnavailable
from tests.builders import make_title, make_titles, movie

NOBODY = 65534


@contextmanager
def plain_user() -> Iterator[None]:
    """Run as somebody who may not do everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach, which pytest's own is not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


def refusal(path: Path) -> str:
    with pytest.raises(StoreUnavailable) as refused:
        open_sqlite(path, SystemClock())
    assert str(path) in refused.value.detail or str(path.parent) in refused.value.detail
    return refused.value.detail


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "watcher.sqlite3"
    path.write_text("Dear diary, " * 1000)
    assert "not a SQLite database" in refusal(path)
    assert path.read_text() == "Dear diary, " * 1000


def test_a_folder_in_the_files_place(tmp_path: Path) -> None:
    (tmp_path / "watcher.sqlite3").mkdir()
    assert "can't be opened" in refusal(tmp_path / "watcher.sqlite3")


def test_a_file_in_the_folders_place(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    assert "WATCHER_DATA_DIR" in refusal(tmp_path / "data" / "watcher.sqlite3")


def test_a_folder_that_may_not_be_written(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    with plain_user():
        assert "own" in refusal(open_folder / "watcher.sqlite3")
        assert "can't be made" in refusal(open_folder / "data" / "watcher.sqlite3")


def test_a_file_of_another_owner(open_folder: Path) -> None:
    path = open_folder / "watcher.sqlite3"
    stores = open_sqlite(path, SystemClock())
    stores.titles.upsert(make_titles(1))
    stores.close()
    path.chmod(0o444)
    for mode in (0o777, 0o555):
        open_folder.chmod(mode)
        with plain_user():
            assert "own" in refusal(path)
    open_folder.chmod(0o755)
    path.chmod(0o644)
    again = open_sqlite(path, SystemClock())
    assert again.titles.get(movie(1)) == make_title(1)
    again.close()


def test_a_full_file_keeps_what_was_confirmed(tmp_path: Path) -> None:
    database = Database(tmp_path / "watcher.sqlite3")
    titles = SqliteTitleStore(database)
    titles.upsert(make_titles(100))
    (pages,) = database.rows("PRAGMA page_count")[0]
    database.rows(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(StoreUnavailable, match="disk is full") as full:
        titles.upsert(make_titles(500, start=1000))
    assert str(database.path) in full.value.detail
    assert [t for batch in titles.scan() for t in batch] == make_titles(100)
    database.rows("PRAGMA max_page_count = 1000000")
    titles.upsert(make_titles(500, start=1000))
    assert sum(titles.count().values()) == 600
    database.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    allowed = shutil.which("mount") and os.geteuid() == 0
    if not allowed or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk is not allowed here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_keeps_what_was_confirmed(small_disk: Path) -> None:
    path = small_disk / "watcher.sqlite3"
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(600_000))
    stores = open_sqlite(path, SystemClock())
    confirmed = 0

    def fill() -> None:
        nonlocal confirmed
        for start in range(1, 100_000, 100):
            stores.titles.upsert(make_titles(100, start))
            confirmed += 100

    with pytest.raises(StoreUnavailable, match="disk is full"):
        fill()
    assert confirmed
    assert sum(stores.titles.count().values()) == confirmed
    stores.close()
    ballast.unlink()
    again = open_sqlite(path, SystemClock())
    assert [t for batch in again.titles.scan() for t in batch] == make_titles(confirmed)
    again.titles.upsert([make_title(999_999)])
    again.close()


def test_a_damaged_file_is_an_error_not_an_empty_answer(tmp_path: Path) -> None:
    path = tmp_path / "watcher.sqlite3"
    stores = open_sqlite(path, SystemClock())
    stores.titles.upsert(make_titles(2000))
    stores.close()
    with path.open("r+b") as file:
        size = path.stat().st_size
        file.seek(size // 4)
        file.write(b"\xff" * (size // 2))
    again = open_sqlite(path, SystemClock())
    with pytest.raises(StoreUnavailable, match="damaged"):
        list(again.titles.scan())
    again.close()


def test_a_lock_that_is_never_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.2)
    path = tmp_path / "watcher.sqlite3"
    stores = open_sqlite(path, SystemClock())
    stores.titles.upsert(make_titles(1))
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        stores.titles.upsert(make_titles(1, start=2))
    assert stores.titles.get(movie(1)) == make_title(1)  # readers don't wait for writers
    other.close()
    stores.titles.upsert(make_titles(1, start=2))
    assert sum(stores.titles.count().values()) == 2
    stores.close()


def test_a_file_that_another_process_is_just_making(tmp_path: Path) -> None:
    path = tmp_path / "watcher.sqlite3"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.3, other.execute, ["COMMIT"])
    release.start()
    stores = open_sqlite(path, SystemClock())
    stores.titles.upsert(make_titles(1))
    assert stores.titles.get(movie(1)) == make_title(1)
    stores.close()
    release.join()
    other.close()
