"""Linked accounts in SQLite."""

from collections.abc import Callable
from typing import Final

from app.adapters.stores.sqlite.database import Database
from app.adapters.stores.sqlite.profiles import known_place, place_of
from app.domain.ports.accounts import Account

_PUT: Final = """INSERT INTO accounts (profile, provider, sealed, state) VALUES (?, ?, ?, ?)
    ON CONFLICT (profile, provider) DO UPDATE SET
    sealed = excluded.sealed, state = excluded.state"""
_GET: Final = """SELECT sealed, state FROM accounts JOIN profiles ON place = profile
    WHERE id = ? AND provider = ?"""
_OF_PLACE: Final = "SELECT sealed, state FROM accounts WHERE profile = ? AND provider = ?"
_DELETE: Final = "DELETE FROM accounts WHERE profile = ? AND provider = ?"
_LINKED: Final = """SELECT id FROM accounts JOIN profiles ON place = profile
    WHERE provider = ? ORDER BY id"""


class SqliteAccountStore:
    """`AccountStore` over one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, profile_id: str, account: Account) -> None:
        with self._database.transaction() as connection:
            place = known_place(connection, profile_id)
            connection.execute(_PUT, (place, account.provider, account.sealed, account.state))

    def change(
        self, profile_id: str, provider: str, how: Callable[[Account | None], Account]
    ) -> None:
        with self._database.transaction() as connection:
            place = known_place(connection, profile_id)
            row = connection.execute(_OF_PLACE, (place, provider)).fetchone()
            made = how(Account(provider, *row) if row else None)
            connection.execute(_PUT, (place, provider, made.sealed, made.state))

    def get(self, profile_id: str, provider: str) -> Account | None:
        for sealed, state in self._database.rows(_GET, (profile_id, provider)):
            return Account(provider, sealed, state)
        return None

    def delete(self, profile_id: str, provider: str) -> bool:
        with self._database.transaction() as connection:
            place = place_of(connection, profile_id)
            return connection.execute(_DELETE, (place, provider)).rowcount > 0

    def linked(self, provider: str) -> list[str]:
        return [profile_id for (profile_id,) in self._database.rows(_LINKED, (provider,))]
