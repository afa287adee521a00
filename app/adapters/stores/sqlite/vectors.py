"""Embeddings in SQLite, with their log of changes.

Writers take turns (one transaction at a time), and a reader sees a transaction whole; so numbers
taken from the counter inside the transaction appear to readers in ascending order.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from app.adapters.stores.common.portions import checked_size, key_portions
from app.adapters.stores.common.vector_rows import batch_of, packed, refuse_other_length, unpacked
from app.adapters.stores.sqlite.database import Database
from app.domain.catalogue.titles import TitleId
from app.domain.ports.vectors import VectorBatch, VectorChange, VectorRow, VectorStatus

_UPSERT: Final = """INSERT INTO vectors (model, key, seq, text_hash, vector)
    VALUES (?, ?, ?, ?, ?) ON CONFLICT (model, key) DO UPDATE SET
    seq = excluded.seq, text_hash = excluded.text_hash, vector = excluded.vector"""
_AMONG: Final = """SELECT rowid FROM vectors WHERE model = ?
    AND key IN (SELECT value FROM json_each(?)) AND vector IS NOT NULL"""
_REMOVE: Final = "UPDATE vectors SET seq = ?, text_hash = x'', vector = NULL WHERE rowid = ?"
_HASHES: Final = """SELECT key, text_hash FROM vectors WHERE model = ?
    AND key IN (SELECT value FROM json_each(?)) AND vector IS NOT NULL"""
_NEXT: Final = """SELECT key, vector FROM vectors WHERE model = ? AND key > ?
    AND vector IS NOT NULL ORDER BY key LIMIT ?"""
_CHANGES: Final = """SELECT seq, key, vector FROM vectors
    WHERE model = (SELECT id FROM models WHERE name = ?) AND seq > ? ORDER BY seq LIMIT ?"""
_STATUS: Final = """SELECT count, dimension,
    (SELECT max(seq) FROM vectors WHERE model = models.id) FROM models WHERE name = ?"""


class SqliteVectorStore:
    """`VectorStore` over one file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def upsert(self, model: str, rows: Sequence[VectorRow]) -> None:
        if not rows:
            return
        ready, dimension = packed(model, rows)
        with self._database.transaction() as connection:
            number = _number_of(connection, model, dimension)
            seq = _take_numbers(connection, len(ready))
            connection.executemany(
                _UPSERT,
                (
                    (number, row.key, seq + place, row.text_hash, row.vector)
                    for place, row in enumerate(ready)
                ),
            )

    def delete(self, ids: Collection[TitleId]) -> int:
        removed = 0
        with self._database.transaction() as connection:
            models = connection.execute("SELECT id FROM models").fetchall()
            for keys in key_portions(ids):
                for (model,) in models:
                    found = connection.execute(_AMONG, (model, json.dumps(keys))).fetchall()
                    seq = _take_numbers(connection, len(found))
                    connection.executemany(
                        _REMOVE, ((seq + place, row) for place, (row,) in enumerate(found))
                    )
                    removed += len(found)
        return removed

    def hashes(self, model: str, ids: Collection[TitleId]) -> dict[TitleId, bytes]:
        number = self._known(model)
        if number is None:
            return {}
        return {
            TitleId.from_key(key): text_hash
            for keys in key_portions(ids)
            for key, text_hash in self._database.rows(_HASHES, (number, json.dumps(keys)))
        }

    def scan(self, model: str, batch_size: int = 4096) -> Iterator[VectorBatch]:
        return self._scan(model, checked_size("batch_size", batch_size))

    def changes(self, model: str, after_seq: int, limit: int = 4096) -> list[VectorChange]:
        rows = self._database.rows(_CHANGES, (model, after_seq, checked_size("limit", limit)))
        return [
            VectorChange(seq, TitleId.from_key(key), None if vector is None else unpacked(vector))
            for seq, key, vector in rows
        ]

    def status(self, model: str) -> VectorStatus:
        for count, dimension, last_seq in self._database.rows(_STATUS, (model,)):
            return VectorStatus(count, dimension if count else None, last_seq or 0)
        return VectorStatus(0, None, 0)

    def _known(self, model: str) -> int | None:
        for (number,) in self._database.rows("SELECT id FROM models WHERE name = ?", (model,)):
            return int(number)
        return None

    def _scan(self, model: str, batch_size: int) -> Iterator[VectorBatch]:
        number, last = self._known(model), 0
        while batch := self._database.rows(_NEXT, (number, last, batch_size)):
            last = batch[-1][0]
            yield batch_of((key for key, _ in batch), (vector for _, vector in batch))


def _number_of(connection: sqlite3.Connection, model: str, dimension: int) -> int:
    """The model's number, made where it has none; refuses vectors of another length."""
    row = connection.execute(
        "SELECT id, dimension, count FROM models WHERE name = ?", (model,)
    ).fetchone()
    if row is None:
        made = connection.execute(
            "INSERT INTO models (name, dimension) VALUES (?, ?)", (model, dimension)
        )
        return int(made.lastrowid or 0)
    number, stored, count = row
    if count:
        refuse_other_length(model, stored, dimension)
    else:
        connection.execute("UPDATE models SET dimension = ? WHERE id = ?", (dimension, number))
    return int(number)


def _take_numbers(connection: sqlite3.Connection, count: int) -> int:
    """Reserve `count` numbers of the log; returns the first."""
    connection.execute("UPDATE vector_log SET last_seq = last_seq + ?", (count,))
    (last,) = connection.execute("SELECT last_seq FROM vector_log").fetchone()
    return int(last) - count + 1
