"""One SQLite file: a connection per thread, transactions, and errors that say what to do."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from app.adapters.sqlite_store.schema import MIGRATIONS, Migration, migrate, page_size_for_new
from app.domain.errors import InvalidInput, StoreUnavailable

BUSY_SECONDS: Final = 30.0
"""How long a call waits for another process's transaction."""

_PRAGMAS: Final = (
    "PRAGMA synchronous = FULL",
    # Longer than SQLite's own 4 MB: a bulk write then copies the log into the file less often.
    "PRAGMA wal_autocheckpoint = 8000",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -4000",
)

_ADVICE: Final = {
    sqlite3.SQLITE_FULL: "the disk is full: make room and run it again, nothing that was "
    "confirmed is lost",
    sqlite3.SQLITE_READONLY: "it can't be written: give the user who runs watcher ownership of "
    "the file and of its folder",
    sqlite3.SQLITE_CANTOPEN: "it can't be opened: the folder must exist, and the user who runs "
    "watcher must own it and the files in it",
    sqlite3.SQLITE_PERM: "access is refused: give the user who runs watcher ownership of the "
    "file and of its folder",
    sqlite3.SQLITE_NOTADB: "it is not a SQLite database: move it away, or set WATCHER_DATA_DIR to "
    "another folder",
    sqlite3.SQLITE_CORRUPT: "it is damaged: move it away and restore a backup, or start afresh",
    sqlite3.SQLITE_BUSY: f"another process kept it locked for more than {BUSY_SECONDS:.0f} s: "
    "try again later",
    sqlite3.SQLITE_LOCKED: "another connection keeps it locked: try again later",
    sqlite3.SQLITE_IOERR: "reading or writing failed: check the disk",
}
_PRIMARY_CODE: Final = 0xFF


class Database:
    """The file that the stores share; safe for several threads and processes.

    Each thread has its own connection. Do not carry an object over a fork: open it anew there.
    """

    def __init__(self, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
        """Open or create the file and bring its schema up to date.

        Raises `StoreUnavailable` where the file can't be used, `NotConfigured` where it belongs
        to a newer version or to another program.
        """
        self.path = path
        self._closed = False
        self._lock = threading.Lock()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(
                f"The folder {path.parent} can't be made ({error.strerror}): set WATCHER_DATA_DIR "
                "to a folder that the user who runs watcher may write"
            ) from error
        with self._reported():
            self._prepare(migrations)

    def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
        """All rows of one query; the read transaction ends with it."""
        with self._reported():
            return self._connection().execute(statement, parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: everything in it or nothing; durable when the block is left."""
        with self._reported():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close every thread's connection; later calls raise `StoreUnavailable`."""
        with self._lock:
            self._closed = True
            for connection in self._connections.values():
                connection.close()
            self._connections.clear()

    def _prepare(self, migrations: Sequence[Migration]) -> None:
        # Switching to the write-ahead log needs the file alone for a moment and doesn't wait for
        # it as other statements do, so two processes that create the file at once try again.
        deadline = time.monotonic() + BUSY_SECONDS
        try:
            while True:
                try:
                    connection = self._connection()
                    page_size_for_new(connection)
                    migrate(connection, self.path, migrations)
                except sqlite3.OperationalError as error:
                    if not _is_busy(error) or time.monotonic() > deadline:
                        raise
                    time.sleep(0.02)
                else:
                    return
        except BaseException:
            self.close()
            raise

    def _connection(self) -> sqlite3.Connection:
        thread = threading.current_thread()
        connection = self._connections.get(thread)
        if connection is not None:
            return connection
        if self._closed:
            raise StoreUnavailable(f"The store {self.path} has been closed")
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        with self._lock:
            for ended in [t for t in self._connections if not t.is_alive()]:
                with suppress(sqlite3.Error):  # nobody can use it any more
                    self._connections.pop(ended).close()
            self._connections[thread] = connection
        return connection

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError as error:
            if not self._closed:
                raise
            raise StoreUnavailable(f"The store {self.path} has been closed") from error
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & _PRIMARY_CODE
            advice = _ADVICE.get(code, "the call failed")
            raise StoreUnavailable(f"The store {self.path}: {advice} ({error})") from error
        except UnicodeEncodeError as error:
            raise InvalidInput(
                "The text can't be stored: it holds half a character (a lone surrogate)"
            ) from error
        except OverflowError as error:
            raise InvalidInput("A number can't be stored: it needs more than 64 bits") from error


def _is_busy(error: sqlite3.OperationalError) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
    return code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
