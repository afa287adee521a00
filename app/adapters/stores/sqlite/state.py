"""Cursors and leases in SQLite."""

from typing import Final

from app.adapters.stores.common.leases import checked_lease
from app.adapters.stores.sqlite.database import Database
from app.domain.ports.work import Clock

_WRITE: Final = """INSERT INTO state (name, value) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value"""
_ACQUIRE: Final = """INSERT INTO leases (name, owner, expires_at) VALUES (?, ?, ?)
    ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at
    WHERE expires_at <= ? OR owner = excluded.owner OR owner = ?"""


class SqliteStateStore:
    """`StateStore` over one file."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def read(self, name: str) -> str | None:
        for (value,) in self._database.rows("SELECT value FROM state WHERE name = ?", (name,)):
            return str(value)
        return None

    def write(self, name: str, value: str) -> None:
        with self._database.transaction() as connection:
            connection.execute(_WRITE, (name, value))

    def acquire(self, lease: str, owner: str, ttl: float, *, steal_from: str | None = None) -> str:
        checked_lease(owner, ttl)
        with self._database.transaction() as connection:
            # The time is read once the lock is held: waiting for it may have taken long.
            now = self._clock.now()
            connection.execute(_ACQUIRE, (lease, owner, now + ttl, now, steal_from))
            (holder,) = connection.execute(
                "SELECT owner FROM leases WHERE name = ?", (lease,)
            ).fetchone()
        return str(holder)

    def release(self, lease: str, owner: str) -> None:
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM leases WHERE name = ? AND owner = ?", (lease, owner))
