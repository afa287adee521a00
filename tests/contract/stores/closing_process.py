"""A process that closes SQLite stores while its threads use them.

``python -m tests.contract.stores.closing_process FOLDER TIMES`` prints how many calls went well.
"""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app.adapters.clock import SystemClock
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.sqlite import open_sqlite
from app.domain.errors import StoreUnavailable

THREADS = 4


def use(stores: Stores, number: int, called: threading.Semaphore) -> int:
    """Write and read until the store is closed; the number of calls that went well."""
    calls = 0
    while True:
        try:
            stores.state.acquire(f"lease {number}", "owner", 30)
            stores.jobs.recent()
        except StoreUnavailable as error:
            if "has been closed" not in error.detail:
                raise
            return calls
        calls += 1
        called.release()


def close_while_used(path: Path) -> int:
    """Close a store in the midst of its threads' calls; the number of those that went well."""
    stores, called = open_sqlite(path, SystemClock()), threading.Semaphore(0)
    with ThreadPoolExecutor(THREADS) as threads:
        uses = [threads.submit(use, stores, number, called) for number in range(THREADS)]
        for _ in range(2 * THREADS):
            called.acquire()
        stores.close()
        return sum(each.result() for each in uses)


if __name__ == "__main__":
    place = Path(sys.argv[1]) / "watcher.sqlite3"
    sys.stdout.write(f"{sum(close_while_used(place) for _ in range(int(sys.argv[2])))}\n")
