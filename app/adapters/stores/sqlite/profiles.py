"""The people of the household in SQLite."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from app.adapters.stores.common.profile_rules import (
    checked_profile,
    first_version,
    id_taken,
    name_key,
    name_taken,
    no_profile,
    shared_key,
    too_many,
)
from app.adapters.stores.sqlite.database import Database
from app.domain.people.ledger import Profile

_ALL: Final = "SELECT id, name, created_at, token_hash FROM profiles"
_ONE: Final = f"{_ALL} WHERE id = ?"
_IN_ORDER: Final = f"{_ALL} ORDER BY created_at, id"
_INSERT: Final = """INSERT INTO profiles (id, name, name_key, created_at, token_hash, version)
    VALUES (?, ?, ?, ?, ?, ?)"""
_COUNT: Final = "SELECT count(*) FROM profiles"
# Of those who share a name, each has a key of their own: `shared_key`.
_NAMESAKE: Final = """SELECT 1 FROM profiles
    WHERE id <> ?2 AND name_key IN (?1, ?1 || char(10) || id)"""
_PLACE: Final = "SELECT place FROM profiles WHERE id = ?"
_RENAME: Final = "UPDATE profiles SET name = ?, name_key = ? WHERE id = ?"
_SET_TOKEN: Final = "UPDATE profiles SET token_hash = ? WHERE id = ?"  # noqa: S105 -- no token
_DELETE: Final = (
    "DELETE FROM events WHERE profile = ?",
    "DELETE FROM accounts WHERE profile = ?",
    "DELETE FROM profiles WHERE place = ?",
)


class SqliteProfileStore:
    """`ProfileStore` over one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, profile: Profile, most: int | None = None) -> None:
        checked_profile(profile)
        with self._database.transaction() as connection:
            if most is not None and connection.execute(_COUNT).fetchone()[0] >= most:
                raise too_many(most)
            if place_of(connection, profile.id):
                raise id_taken(profile.id)
            key = name_key(profile.name)
            if not _is_free(connection, key, profile.id):
                raise name_taken(profile.name)
            connection.execute(
                _INSERT,
                (
                    *(profile.id, profile.name, key),
                    *(profile.created_at, profile.token_hash, first_version()),
                ),
            )

    def rename(self, profile_id: str, name: str, *, may_share: bool = False) -> Profile:
        with self._database.transaction() as connection:
            known_place(connection, profile_id)
            key = name_key(name)
            if not _is_free(connection, key, profile_id):
                if not may_share:
                    raise name_taken(name)
                key = shared_key(key, profile_id)
            connection.execute(_RENAME, (name, key, profile_id))
            return _stored(connection, profile_id)

    def set_token(self, profile_id: str, token_hash: str) -> Profile:
        with self._database.transaction() as connection:
            known_place(connection, profile_id)
            connection.execute(_SET_TOKEN, (token_hash, profile_id))
            return _stored(connection, profile_id)

    def delete(self, profile_id: str) -> bool:
        with self._database.transaction() as connection:
            place = place_of(connection, profile_id)
            if not place:
                return False
            for statement in _DELETE:
                connection.execute(statement, (place,))
            return True

    def get(self, profile_id: str) -> Profile | None:
        for row in self._database.rows(_ONE, (profile_id,)):
            return _profile(row)
        return None

    def all(self) -> list[Profile]:
        return [_profile(row) for row in self._database.rows(_IN_ORDER)]


def place_of(connection: sqlite3.Connection, profile_id: str) -> int | None:
    """What the profile's events and accounts are kept under (1 or more), None where there is none.

    To be called within the transaction that uses it: it may be gone in the next one.
    """
    row = connection.execute(_PLACE, (profile_id,)).fetchone()
    return int(row[0]) if row else None


def known_place(connection: sqlite3.Connection, profile_id: str) -> int:
    """As `place_of`; raises `NotFound`."""
    place = place_of(connection, profile_id)
    if place is None:
        raise no_profile(profile_id)
    return place


def _is_free(connection: sqlite3.Connection, key: str, profile_id: str) -> bool:
    """Whether nobody else bears a name of this key."""
    return connection.execute(_NAMESAKE, (key, profile_id)).fetchone() is None


def _stored(connection: sqlite3.Connection, profile_id: str) -> Profile:
    return _profile(connection.execute(_ONE, (profile_id,)).fetchone())


def _profile(row: Sequence[Any]) -> Profile:
    profile_id, name, created_at, token_hash = row
    return Profile(id=profile_id, name=name, created_at=created_at, token_hash=token_hash)
