"""Which titles bear the ids of other families, in SQLite.

What a title bore before stands in its stored body and is read there, not kept a second time by
key: that would be one more page of the file to write for each title that comes in no order.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from app.adapters.stores.common.portions import IDS_PER_CALL, portions
from app.adapters.stores.sqlite.database import Database
from app.domain.catalogue.titles import MediaKind, Title, TitleId

IMDB: Final = 0
TVDB: Final = 1

Entry = tuple[int, str | int, int]
"""Family, id, the title's key."""

_BODIES: Final = "SELECT key, body FROM titles WHERE key IN (SELECT value FROM json_each(?))"
_LOWEST: Final = """SELECT id, min(key) FROM external_ids
    WHERE family = ? AND id IN ({marks}) GROUP BY id"""
_ADD: Final = "INSERT INTO external_ids (family, id, key) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_REMOVE: Final = "DELETE FROM external_ids WHERE family = ? AND id = ? AND key = ?"
_REMOVE_ALL: Final = "DELETE FROM external_ids WHERE key = ?"


class _Ids(msgspec.Struct):
    """What is read of a stored title here."""

    imdb_id: str = ""
    tvdb_id: int | None = None


_decode = msgspec.json.Decoder(_Ids).decode


def entries_of(titles: Iterable[Title]) -> set[Entry]:
    """What the titles bear."""
    return {entry for title in titles for entry in _entries(title.id.key, title)}


def stored_entries(connection: sqlite3.Connection, keys: Sequence[int]) -> set[Entry]:
    """What the stored ones of these titles bear."""
    found: set[Entry] = set()
    for part in portions(keys, IDS_PER_CALL):
        for key, body in connection.execute(_BODIES, (json.dumps(part),)).fetchall():
            try:
                found.update(_entries(key, _decode(body)))
            except (msgspec.DecodeError, UnicodeDecodeError):
                # A damaged title may be replaced or deleted; what it bore is then looked for.
                connection.execute(_REMOVE_ALL, (key,))
    return found


def replace_entries(connection: sqlite3.Connection, old: set[Entry], new: set[Entry]) -> None:
    """Bring the table from what titles bore to what they bear now."""
    # In order, neighbours meet on the same page of the table.
    connection.executemany(_REMOVE, sorted(old - new))
    connection.executemany(_ADD, sorted(new - old))


def bearers(
    database: Database, family: int, ids: Sequence[str] | Sequence[int]
) -> list[tuple[str | int, TitleId]]:
    """Each of the ids that a title bears, with the lowest key; at most `IDS_PER_CALL`."""
    # Not by json_each, which ends a text at its first NUL.
    statement = _LOWEST.format(marks=",".join("?" * len(ids)))
    return [(each, TitleId.from_key(key)) for each, key in database.rows(statement, (family, *ids))]


def _entries(key: int, bearer: Title | _Ids) -> Iterator[Entry]:
    if bearer.imdb_id:
        yield IMDB, bearer.imdb_id, key
    if bearer.tvdb_id is not None and TitleId.from_key(key).kind is MediaKind.TV:
        yield TVDB, bearer.tvdb_id, key
