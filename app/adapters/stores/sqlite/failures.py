"""Ids that could not be fetched, in SQLite."""

import json
from collections.abc import Collection
from typing import Final

from app.adapters.stores.common.failed_rows import failed_rows
from app.adapters.stores.common.portions import key_portions
from app.adapters.stores.sqlite.database import Database
from app.domain.catalogue.source_answers import Failed, Failure
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.ports.work import Clock

_NOTE: Final = """INSERT INTO failures (key, reason, attempts, last_at) VALUES (?, ?, 1, ?)
    ON CONFLICT (key) DO UPDATE SET
    reason = excluded.reason, attempts = attempts + 1, last_at = excluded.last_at"""
_AMONG: Final = "SELECT key, attempts FROM failures WHERE key IN (SELECT value FROM json_each(?))"
_DELETE: Final = "DELETE FROM failures WHERE key IN (SELECT value FROM json_each(?))"
_ALL: Final = "SELECT key, reason, attempts, last_at FROM failures ORDER BY key"


class SqliteFailureStore:
    """`FailureStore` over one file."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def note(self, failures: Collection[Failed]) -> dict[TitleId, int]:
        rows = failed_rows(failures)
        if not rows:
            return {}
        with self._database.transaction() as connection:
            now = self._clock.now()
            connection.executemany(_NOTE, ((key, reason, now) for key, reason in rows))
            # Read before the lock is given back: each process gets the number that it made.
            return {
                TitleId.from_key(key): attempts
                for keys in key_portions({failed.id for failed in failures})
                for key, attempts in connection.execute(_AMONG, (json.dumps(keys),))
            }

    def clear(self, ids: Collection[TitleId]) -> int:
        with self._database.transaction() as connection:
            return sum(
                connection.execute(_DELETE, (json.dumps(keys),)).rowcount
                for keys in key_portions(ids)
            )

    def attempts(self, ids: Collection[TitleId]) -> dict[TitleId, int]:
        return {
            TitleId.from_key(key): attempts
            for keys in key_portions(ids)
            for key, attempts in self._database.rows(_AMONG, (json.dumps(keys),))
        }

    def all(self, kind: MediaKind | None = None) -> list[Failure]:
        found = (
            Failure(TitleId.from_key(key), reason, attempts, last_at)
            for key, reason, attempts, last_at in self._database.rows(_ALL)
        )
        return [failure for failure in found if kind in {None, failure.id.kind}]
