"""The events of each profile in SQLite."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Final

from app.adapters.stores.common.event_codec import EVENTS, in_order
from app.adapters.stores.common.portions import text_portions
from app.adapters.stores.common.profile_rules import no_profile
from app.adapters.stores.sqlite.database import Database
from app.adapters.stores.sqlite.profiles import known_place, place_of
from app.domain.people.ledger import Event
from app.domain.ports.people import Changed

_ADD: Final = "INSERT INTO events (profile, key, body) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_REPLACE: Final = "UPDATE events SET body = ?3 WHERE profile = ?1 AND key = ?2 AND body <> ?3"
_REMOVE: Final = "DELETE FROM events WHERE profile = ? AND key = ?"
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
        bodies = {event.key: EVENTS.encode(event) for event in events}
        with self._database.transaction() as connection:
            place = known_place(connection, profile_id)
            # In order of key, neighbours meet on the same page of the table.
            rows = [(place, key, bodies[key]) for key in sorted(bodies)]
            added = connection.executemany(_ADD, rows).rowcount if rows else 0
            # The new ones are equal to themselves by now: only others are replaced.
            replaced = connection.executemany(_REPLACE, rows).rowcount if rows else 0
            if added or replaced:
                connection.execute(_CHANGED, (place,))
        return Changed(added, replaced)

    def remove(self, profile_id: str, keys: Collection[str]) -> int:
        with self._database.transaction() as connection:
            place = place_of(connection, profile_id)
            removed = sum(
                connection.executemany(_REMOVE, [(place, key) for key in part]).rowcount
                for part in text_portions(keys)
            )
            if removed:
                connection.execute(_CHANGED, (place,))
        return removed

    def events(self, profile_id: str) -> list[Event]:
        rows = self._database.rows(_EVENTS, (profile_id,))
        if not rows:
            raise no_profile(profile_id)
        return in_order(self._decoded(body) for (body,) in rows if body is not None)

    def version(self, profile_id: str) -> int:
        for (version,) in self._database.rows(_VERSION, (profile_id,)):
            return int(version)
        raise no_profile(profile_id)
