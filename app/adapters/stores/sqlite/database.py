"""One SQLite file: a connection per thread, transactions, and errors that say what to do."""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.adapters.private_files import make_private_folder, narrow, private_opener
from app.adapters.stores.sqlite.schema import MIGRATIONS, Migration, migrate, page_size_for_new
from app.domain.errors import InvalidInput, StoreUnavailable

BUSY_SECONDS: Final = 30.0
"""How long a call waits for another transaction, where nobody waits for it."""

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
    sqlite3.SQLITE_BUSY: "somebody else kept it locked for too long: try again in a few seconds",
    sqlite3.SQLITE_LOCKED: "another connection keeps it locked: try again later",
    sqlite3.SQLITE_IOERR: "reading or writing failed: check the disk",
}
_PRIMARY_CODE: Final = 0xFF


@dataclass(slots=True)
class _Own:
    """One thread's connection, and how many of its calls are in progress."""

    connection: sqlite3.Connection
    calls: int = 0


class Database:
    """The file that the stores share; safe for several threads and processes.

    Each thread has its own connection. Do not carry an object over a fork: open it anew there.
    """

    def __init__(
        self,
        path: Path,
        migrations: Sequence[Migration] = MIGRATIONS,
        busy_seconds: float | None = None,
    ) -> None:
        """Open or create the file and bring its schema up to date.

        A call waits for another's transaction for `busy_seconds`, `BUSY_SECONDS` where None.
        Raises `StoreUnavailable` where the file can't be used, `NotConfigured` where it belongs
        to a newer version or to another program.
        """
        self.path = path
        self._busy_seconds = BUSY_SECONDS if busy_seconds is None else busy_seconds
        self._closed = False
        self._changing = threading.Condition()
        self._owns: dict[threading.Thread, _Own] = {}
        try:
            make_private_folder(path.parent)
        except OSError as error:
            raise StoreUnavailable(
                f"The folder {path.parent} can't be made ({error.strerror}): set WATCHER_DATA_DIR "
                "to a folder that the user who runs watcher may write"
            ) from error
        self._make_private()
        with self._reported():
            self._prepare(migrations)

    def rows(self, statement: str, parameters: Sequence[object] = ()) -> list[Any]:
        """All rows of one query; the read transaction ends with it."""
        with self._reported(), self._call() as connection:
            return connection.execute(statement, parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A write transaction: everything in it or nothing; durable when the block is left."""
        with self._reported(), self._call() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        """Close every thread's connection; later calls raise `StoreUnavailable`.

        Waits for the calls that other threads have in progress. Within a call of its own, such as
        a transaction, a thread's connection is closed when that ends.
        """
        mine = threading.current_thread()
        with self._changing:
            self._closed = True
            for thread in [t for t, own in self._owns.items() if not own.calls]:
                self._owns.pop(thread).connection.close()
            self._changing.wait_for(lambda: not self._owns.keys() - {mine})

    def _make_private(self) -> None:
        """Before SQLite would make the file as wide as the umask lets it: its log takes after it.

        What can't be opened is told when SQLite tries.
        """
        with suppress(OSError):
            os.close(private_opener(str(self.path), os.O_CREAT | os.O_RDWR))
        for end in ("", "-wal", "-shm"):
            narrow(self.path.with_name(self.path.name + end))

    def _prepare(self, migrations: Sequence[Migration]) -> None:
        # Switching to the write-ahead log needs the file alone for a moment and doesn't wait for
        # it as other statements do, so two processes that create the file at once try again.
        deadline = time.monotonic() + BUSY_SECONDS
        try:
            while True:
                try:
                    with self._call() as connection:
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

    @contextmanager
    def _call(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection, which no other thread closes while the block lasts.

        To close one in the middle of another thread's statement would end the process.
        """
        thread = threading.current_thread()
        own = self._begun(thread)
        try:
            yield own.connection
        finally:
            with self._changing:
                own.calls -= 1
                if self._closed and not own.calls:
                    self._owns.pop(thread).connection.close()
                    self._changing.notify_all()

    def _begun(self, thread: threading.Thread) -> _Own:
        with self._changing:
            self._check_open()
            own = self._owns.get(thread)
            if own is not None:
                own.calls += 1
                return own
        connection = self._connected()  # outside the lock, for it may wait for the file
        with self._changing:
            if self._closed:
                connection.close()
            self._check_open()
            for ended in [t for t in self._owns if not t.is_alive()]:
                with suppress(sqlite3.Error):  # nobody can use it any more
                    self._owns.pop(ended).connection.close()
            own = self._owns[thread] = _Own(connection, calls=1)
        return own

    def _check_open(self) -> None:
        if self._closed:
            raise StoreUnavailable(f"The store {self.path} has been closed")

    def _connected(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=self._busy_seconds, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in _PRAGMAS:
                connection.execute(pragma)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.ProgrammingError:
            raise
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
