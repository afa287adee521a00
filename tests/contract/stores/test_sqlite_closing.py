"""Closing the embedded store while other threads are using it."""

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.adapters.clock import SystemClock
from app.adapters.stores.sqlite.database import Database
from app.adapters.stores.sqlite.state import SqliteStateStore
from app.domain.errors import StoreUnavailable
from tests.worker_world import until

ROOT = Path(__file__).parents[3]
CLOSINGS = 60
WRITE = "INSERT INTO state (name, value) VALUES (?, '1')"
PATIENCE = 60
"""Seconds after which a test fails instead of hanging."""


def names(path: Path) -> set[str]:
    again = Database(path)
    found = {name for (name,) in again.rows("SELECT name FROM state")}
    again.close()
    return found


def assert_all_closed(folder: Path) -> None:
    """SQLite removes its log with the last connection."""
    assert [path.name for path in folder.iterdir()] == ["watcher.sqlite3"]


def test_a_process_that_closes_in_the_midst_of_calls_lives_on(tmp_path: Path) -> None:
    program = ("-X", "faulthandler", "-m", "tests.contract.stores.closing_process")
    ended = subprocess.run(
        [sys.executable, *program, str(tmp_path), str(CLOSINGS)],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=5 * PATIENCE,
    )
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) >= CLOSINGS
    assert_all_closed(tmp_path)


def test_closing_waits_for_a_transaction_in_progress(tmp_path: Path) -> None:
    database = Database(tmp_path / "watcher.sqlite3")
    begun, go_on = threading.Event(), threading.Event()

    def write() -> None:
        with database.transaction() as connection:
            connection.execute(WRITE, ("first",))
            begun.set()
            assert go_on.wait(PATIENCE)
            connection.execute(WRITE, ("second",))

    with ThreadPoolExecutor(3) as threads:
        writing = threads.submit(write)
        assert begun.wait(PATIENCE)
        closing = threads.submit(database.close)
        try:
            until(lambda: database._closed, PATIENCE)
            with pytest.raises(StoreUnavailable, match="closed"):
                threads.submit(database.rows, "SELECT 1").result(PATIENCE)
            assert not closing.done()
        finally:
            go_on.set()
        closing.result(PATIENCE)
        assert_all_closed(tmp_path)
        writing.result(PATIENCE)
    assert names(database.path) == {"first", "second"}


def test_a_thread_that_closes_within_its_own_transaction_ends_it(tmp_path: Path) -> None:
    database = Database(tmp_path / "watcher.sqlite3")

    def write() -> None:
        with database.transaction() as connection:
            connection.execute(WRITE, ("first",))
            database.close()
            with pytest.raises(StoreUnavailable, match="closed"):
                database.rows("SELECT 1")
            connection.execute(WRITE, ("second",))

    with ThreadPoolExecutor(1) as threads:
        threads.submit(write).result(PATIENCE)
    assert_all_closed(tmp_path)
    assert names(database.path) == {"first", "second"}


@pytest.mark.parametrize("used_before", ["used before", "not used before"])
def test_later_calls_are_refused_in_every_thread(tmp_path: Path, used_before: str) -> None:
    database = Database(tmp_path / "watcher.sqlite3")
    state = SqliteStateStore(database, SystemClock())
    calls: list[Callable[[], object]] = [
        lambda: state.read("name"),
        lambda: state.write("name", "value"),
        lambda: state.acquire("lease", "owner", 1.0),
    ]
    with ThreadPoolExecutor(1) as threads:
        if used_before == "used before":
            threads.submit(state.write, "name", "value").result(PATIENCE)
        database.close()
        database.close()
        for call in calls:
            with pytest.raises(StoreUnavailable, match="closed"):
                threads.submit(call).result(PATIENCE)
    assert_all_closed(tmp_path)
