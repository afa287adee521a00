"""Embeddings in MongoDB: one collection per model, the title's key as ``_id``."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from bson.binary import VECTOR_SUBTYPE, Binary, BinaryVectorDtype
from pymongo import ASCENDING, UpdateOne

from app.adapters.stores.common.portions import checked_size, key_portions, portions
from app.adapters.stores.common.vector_rows import (
    PackedRow,
    batch_of,
    packed,
    refuse_other_length,
    unpacked,
)
from app.adapters.stores.mongo.connection import Document, MongoDatabase, reported
from app.adapters.stores.mongo.titles import write_all
from app.adapters.stores.mongo.vector_log import Model, VectorLog, WriteTurn
from app.domain.catalogue.titles import TitleId
from app.domain.ports.vectors import VectorBatch, VectorChange, VectorRow, VectorStatus
from app.domain.ports.work import Clock

_ROWS_PER_CALL: Final = 1000
_HEADER: Final = BinaryVectorDtype.FLOAT32.value + b"\x00"
"""A BSON vector begins with its type and the number of unused bits."""

_PRESENT: Final = {"vector": {"$exists": True}}
_REMOVE: Final = {"$unset": {"text_hash": "", "vector": ""}}


class MongoVectorStore:
    """`VectorStore` over one collection per model.

    A call that raises `StoreUnavailable` may have written some of its rows, as in
    `MongoTitleStore`; repeating it completes it.
    """

    def __init__(self, database: MongoDatabase, address: str, clock: Clock) -> None:
        self._log = VectorLog(database, clock)
        self._address = address

    def upsert(self, model: str, rows: Sequence[VectorRow]) -> None:
        if not rows:
            return
        ready, dimension = packed(model, rows)
        with reported(self._address):
            self._log.write(lambda turn: self._upsert(turn, model, dimension, ready))

    def delete(self, ids: Collection[TitleId]) -> int:
        with reported(self._address):
            return self._log.write(lambda turn: self._delete(turn, ids))

    def hashes(self, model: str, ids: Collection[TitleId]) -> dict[TitleId, bytes]:
        with reported(self._address):
            _, known = self._find(model)
            if known is None:
                return {}
            return {
                TitleId.from_key(row["_id"]): bytes(row["text_hash"])
                for keys in key_portions(ids)
                for row in self._log.collection(known).find(
                    {"_id": {"$in": list(keys)}, **_PRESENT},
                    {"text_hash": 1},
                    batch_size=len(keys),
                )
            }

    def scan(self, model: str, batch_size: int = 4096) -> Iterator[VectorBatch]:
        return self._scan(model, checked_size("batch_size", batch_size))

    def changes(self, model: str, after_seq: int, limit: int = 4096) -> list[VectorChange]:
        checked_size("limit", limit)
        with reported(self._address):
            committed, known = self._find(model)
            if known is None:
                return []
            rows = list(
                self._log.collection(known)
                .find({"seq": {"$gt": after_seq, "$lte": committed}}, limit=limit, batch_size=limit)
                .sort("seq", ASCENDING)
            )
        return [
            VectorChange(
                row["seq"],
                TitleId.from_key(row["_id"]),
                unpacked(row["vector"], len(_HEADER)) if "vector" in row else None,
            )
            for row in rows
        ]

    def status(self, model: str) -> VectorStatus:
        with reported(self._address):
            _, known = self._find(model)
        if known is None:
            return VectorStatus(0, None, 0)
        return VectorStatus(known.count, known.dimension if known.count else None, known.last_seq)

    def _find(self, name: str) -> tuple[int, Model | None]:
        committed, models = self._log.read()
        return committed, next((model for model in models if model.name == name), None)

    def _scan(self, model: str, batch_size: int) -> Iterator[VectorBatch]:
        with reported(self._address):
            _, known = self._find(model)
        if known is None:
            return
        last = 0
        while True:
            with reported(self._address):
                rows = list(
                    self._log.collection(known)
                    .find(
                        {"_id": {"$gt": last}, **_PRESENT},
                        {"vector": 1},
                        limit=batch_size,
                        batch_size=batch_size,
                    )
                    .sort("_id", ASCENDING)
                )
            if not rows:
                return
            last = rows[-1]["_id"]
            yield batch_of(
                (row["_id"] for row in rows), (row["vector"] for row in rows), len(_HEADER)
            )

    def _upsert(
        self, turn: WriteTurn, name: str, dimension: int, rows: Sequence[PackedRow]
    ) -> None:
        model = self._ready_for(turn, name, dimension)
        collection = self._log.collection(model)
        for part in portions(rows, _ROWS_PER_CALL):
            seq = turn.take_numbers(len(part))
            known = collection.count_documents(
                {"_id": {"$in": [row.key for row in part]}, **_PRESENT}
            )
            write_all(
                collection,
                [
                    UpdateOne({"_id": row.key}, {"$set": _fields(row, seq + place)}, upsert=True)
                    for place, row in enumerate(part)
                ],
            )
            model.count += len(part) - known
            model.last_seq = seq + len(part) - 1

    def _delete(self, turn: WriteTurn, ids: Collection[TitleId]) -> int:
        removed = 0
        for model in turn.models:
            collection = self._log.collection(model)
            for keys in key_portions(ids):
                present = collection.find({"_id": {"$in": list(keys)}, **_PRESENT}, {"_id": 1})
                gone: list[int] = [row["_id"] for row in present]
                if not gone:
                    continue
                seq = turn.take_numbers(len(gone))
                write_all(
                    collection,
                    [
                        UpdateOne({"_id": key}, {"$set": {"seq": seq + place}, **_REMOVE})
                        for place, key in enumerate(gone)
                    ],
                )
                removed += len(gone)
                model.count -= len(gone)
                model.last_seq = seq + len(gone) - 1
        return removed

    def _ready_for(self, turn: WriteTurn, name: str, dimension: int) -> Model:
        """The model, made where it is new; refuses vectors of another length."""
        for model in turn.models:
            if model.name == name:
                if model.count:
                    refuse_other_length(name, model.dimension, dimension)
                model.dimension = dimension
                return model
        number = 1 + max((model.number for model in turn.models), default=0)
        model = Model(number, name, dimension, 0, 0)
        self._log.collection(model).create_index([("seq", ASCENDING)])
        turn.models.append(model)
        turn.save_models()
        return model


def _fields(row: PackedRow, seq: int) -> Document:
    return {
        "seq": seq,
        "text_hash": row.text_hash,
        "vector": Binary(_HEADER + row.vector, VECTOR_SUBTYPE),
    }
