"""The tables of the SQLite store, as the steps that made them."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.domain.errors import NotConfigured

Migration = tuple[str, ...]
"""The statements of one step, applied together or not at all."""

APPLICATION_ID: Final = 0x57415443
"""In the file's header, so that another program's database is never taken for ours ("WATC")."""

_PAGE_BYTES: Final = 8192

_FIRST: Final[Migration] = (
    # Rows stand in order of insertion, with an index beside them: titles often come in no order
    # of key, and the key as the table's own order would touch a page of the file for each of them.
    "CREATE TABLE titles (key INTEGER NOT NULL, body BLOB NOT NULL)",
    "CREATE UNIQUE INDEX titles_by_key ON titles (key)",
    "CREATE TABLE title_counts (is_tv INTEGER PRIMARY KEY, count INTEGER NOT NULL)",
    "INSERT INTO title_counts VALUES (0, 0), (1, 0)",
    """CREATE TRIGGER title_added AFTER INSERT ON titles BEGIN
        UPDATE title_counts SET count = count + 1 WHERE is_tv = NEW.key & 1; END""",
    """CREATE TRIGGER title_removed AFTER DELETE ON titles BEGIN
        UPDATE title_counts SET count = count - 1 WHERE is_tv = OLD.key & 1; END""",
    """CREATE TABLE models (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
        dimension INTEGER, count INTEGER NOT NULL DEFAULT 0)""",
    # A row whose vector is NULL tells of a removal. Vectors are made in order of key, so that the
    # order of insertion lets a scan by key read the file forward.
    """CREATE TABLE vectors (
        model INTEGER NOT NULL, key INTEGER NOT NULL, seq INTEGER NOT NULL,
        text_hash BLOB NOT NULL, vector BLOB)""",
    "CREATE UNIQUE INDEX vectors_by_key ON vectors (model, key)",
    "CREATE INDEX vectors_by_seq ON vectors (model, seq)",
    """CREATE TRIGGER vector_added AFTER INSERT ON vectors WHEN NEW.vector IS NOT NULL BEGIN
        UPDATE models SET count = count + 1 WHERE id = NEW.model; END""",
    """CREATE TRIGGER vector_changed AFTER UPDATE OF vector ON vectors
        WHEN (OLD.vector IS NULL) <> (NEW.vector IS NULL) BEGIN
        UPDATE models SET count = count + (OLD.vector IS NULL) - (NEW.vector IS NULL)
        WHERE id = NEW.model; END""",
    "CREATE TABLE vector_log (last_seq INTEGER NOT NULL)",
    "INSERT INTO vector_log VALUES (0)",
    "CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE leases (
        name TEXT PRIMARY KEY, owner TEXT NOT NULL, expires_at REAL NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE jobs (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
        arguments TEXT NOT NULL, state TEXT NOT NULL, owner TEXT NOT NULL,
        submitted_at REAL NOT NULL, started_at REAL NOT NULL, ended_at REAL NOT NULL,
        heartbeat_at REAL NOT NULL, done INTEGER NOT NULL, total INTEGER,
        message TEXT NOT NULL, outcome TEXT NOT NULL, cancel_requested INTEGER NOT NULL)""",
    "CREATE INDEX jobs_by_state ON jobs (state, place)",
)

_FAILURES: Final[Migration] = (
    """CREATE TABLE failures (
        key INTEGER PRIMARY KEY, reason TEXT NOT NULL, attempts INTEGER NOT NULL,
        last_at REAL NOT NULL)""",
)

_EXTERNAL_IDS: Final[Migration] = (
    # `family` is 0 for IMDb (texts), 1 for TVDB (numbers, of series only). The row is its own key,
    # and small: ids come in no order, so each title touches a page of its own.
    """CREATE TABLE external_ids (
        family INTEGER NOT NULL, id NOT NULL, key INTEGER NOT NULL,
        PRIMARY KEY (family, id, key)) WITHOUT ROWID""",
    # One pass over the titles, sorted before it is written; a body that is no JSON bears nothing.
    """INSERT INTO external_ids (family, id, key)
        SELECT member.key = 'tvdb_id' AS family, member.value AS id, titles.key AS bearer
        FROM titles, json_each(
            CASE WHEN json_valid(CAST(body AS TEXT)) THEN CAST(body AS TEXT) END) AS member
        WHERE member.key = 'imdb_id' OR (member.key = 'tvdb_id' AND titles.key & 1)
        ORDER BY family, id, bearer""",
)

_PEOPLE: Final[Migration] = (
    # A place is never given twice: what is kept of a person can't be taken for another's.
    """CREATE TABLE profiles (
        place INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
        name_key TEXT NOT NULL UNIQUE, created_at REAL NOT NULL, token_hash TEXT NOT NULL,
        version INTEGER NOT NULL)""",
    """CREATE TABLE events (
        profile INTEGER NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (profile, key)) WITHOUT ROWID""",
    """CREATE TABLE accounts (
        profile INTEGER NOT NULL, provider TEXT NOT NULL, sealed BLOB NOT NULL,
        state TEXT NOT NULL, PRIMARY KEY (profile, provider)) WITHOUT ROWID""",
)

MIGRATIONS: Final[tuple[Migration, ...]] = (_FIRST, _FAILURES, _EXTERNAL_IDS, _PEOPLE)
"""Step n brings a file from version n to n + 1. Append only: files of every version exist."""


def page_size_for_new(connection: sqlite3.Connection) -> None:
    """Set the size of pages; without effect on a file that has some."""
    connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> None:
    """Bring the file to the newest version, under its write lock; `path` is for the errors.

    Raises `NotConfigured`, changing nothing, for a file of a newer version or of another program.
    """
    _refuse_foreign(connection, path, migrations)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _refuse_foreign(connection, path, migrations)
        for step in migrations[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        # Written at each start: a file that can't be written is then found out at once.
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _refuse_foreign(
    connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]
) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application != APPLICATION_ID and (tables or version or application):
        raise NotConfigured(
            f"The file {path} is another program's database: set WATCHER_DATA_DIR to another folder"
        )
    if version > len(migrations):
        raise NotConfigured(
            f"The store {path} comes from a newer watcher (schema {version}, this one knows "
            f"{len(migrations)}): use the newer watcher, or set WATCHER_DATA_DIR to another folder"
        )
    return int(version)
