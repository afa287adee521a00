"""The events of each profile in SQLite."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

from app.adapters.stores.common.event_codec import EVENTS, read_all, readable
from app.adapters.stores.common.portions import text_portions
from app.adapters.stores.common.profile_rules import no_profile
from app.adapters.stores.sqlite.database import Database
from app.adapters.stores.sqlite.profiles import known_place, place_of
from app.domain.people.ledger import Event
from app.domain.ports.people import Changed, LedgerRead

_ADD: Final = "INSERT INTO events (profile, key, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_REPLACE: Final = "UPDATE events SET body = ?3 WHERE profile = ?1 AND key = ?2 AND body <> ?3"
_REMOVE: Final = "DELETE FROM events WHERE profile = ? AND key = ?"
_ONE: Final = "SELECT body FROM events WHERE profile = ? AND key = ?"
_CHANGED: Final = "UPDATE profiles SET version = version + 1 WHERE place = ?"
_VERSION: Final = "SELECT version FROM profiles WHERE id = ?"
# One query, so that profile and events are of the same moment; a profile without any is one row.
_EVENTS: Final = """SELECT body FROM profiles LEFT JOIN events ON events.profile = profiles.place
    WHERE profiles.id = ?"""

_EVENTS_KEPT: Final = 50_000
"""Events that stay decoded: after a change nearly all of a ledger is read again as it was."""


class SqliteLedger:
    """`Ledger` over one file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._decoded = lru_cache(_EVENTS_KEPT)(EVENTS.decode)

    def put(self, profile_id: str, events: Sequence[Event]) -> Changed:
        bodies = _bodies(events)
        with self._database.transaction() as connection:
            place = known_place(connection, profile_id)
            changed = _put(connection, place, bodies)
            if changed.added or changed.replaced:
                connection.execute(_CHANGED, (place,))
        return changed

    def remove(self, profile_id: str, keys: Collection[str]) -> int:
        with self._database.transaction() as connection:
            place = place_of(connection, profile_id)
            removed = _remove(connection, place, keys)
            if removed:
                connection.execute(_CHANGED, (place,))
        return removed

    def change(self, profile_id: str, put: Sequence[Event], remove: Collection[str]) -> list[Event]:
        bodies = _bodies(put)
        gone = set(remove) - bodies.keys()
        with self._database.transaction() as connection:
            place = known_place(connection, profile_id)
            before = self._stored(connection, place, {*bodies, *gone})
            changed = _put(connection, place, bodies)
            if _remove(connection, place, gone) or changed.added or changed.replaced:
                connection.execute(_CHANGED, (place,))
        return before

    def replace(self, profile_id: str, pairs: Sequence[tuple[Event, Event]]) -> list[Event]:
        by_key = {old.key: old for old, _ in pairs}
        bodies = _bodies(new for _, new in pairs)
        with self._database.transaction() as connection:
            place = known_place(connection, profile_id)
            stored = self._stored(connection, place, by_key)
            left = [one for one in stored if one == by_key[one.key]]
            changed = _put(connection, place, {one.key: bodies[one.key] for one in left})
            if changed.replaced:
                connection.execute(_CHANGED, (place,))
        return left

    def events(self, profile_id: str) -> list[Event]:
        return readable(self._kept(profile_id), self._decoded)

    def read(self, profile_id: str) -> LedgerRead:
        return read_all(self._kept(profile_id), self._decoded)

    def version(self, profile_id: str) -> int:
        for (version,) in self._database.rows(_VERSION, (profile_id,)):
            return int(version)
        raise no_profile(profile_id)

    def _kept(self, profile_id: str) -> list[bytes]:
        rows = self._database.rows(_EVENTS, (profile_id,))
        if not rows:
            raise no_profile(profile_id)
        return [body for (body,) in rows if body is not None]

    def _stored(
        self, connection: sqlite3.Connection, place: int, keys: Collection[str]
    ) -> list[Event]:
        found = (
            connection.execute(_ONE, (place, key)).fetchone()
            for part in text_portions(keys)
            for key in part
        )
        return read_all([row[0] for row in found if row], self._decoded).events


def _bodies(events: Iterable[Event]) -> dict[str, bytes]:
    return {event.key: EVENTS.encode(event) for event in events}


def _put(connection: sqlite3.Connection, place: int, bodies: Mapping[str, bytes]) -> Changed:
    # In order of key, neighbours meet on the same page of the table.
    rows = [(place, key, bodies[key]) for key in sorted(bodies)]
    added = connection.executemany(_ADD, rows).rowcount if rows else 0
    # The new ones are equal to themselves by now: only others are replaced.
    replaced = connection.executemany(_REPLACE, rows).rowcount if rows else 0
    return Changed(added, replaced)


def _remove(connection: sqlite3.Connection, place: int | None, keys: Collection[str]) -> int:
    return sum(
        connection.executemany(_REMOVE, [(place, key) for key in part]).rowcount
        for part in text_portions(keys)
    )
