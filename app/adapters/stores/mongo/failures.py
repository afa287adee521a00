"""Ids that could not be fetched, in MongoDB: one document each, the title's key as ``_id``."""

from collections.abc import Collection
from operator import itemgetter

from pymongo import UpdateOne

from app.adapters.stores.common.failed_rows import failed_rows
from app.adapters.stores.common.portions import key_portions
from app.adapters.stores.mongo.connection import MongoDatabase, reported
from app.adapters.stores.mongo.titles import write_all
from app.domain.catalogue.source_answers import Failed, Failure
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.ports.work import Clock


class MongoFailureStore:
    """`FailureStore` over one collection.

    A `note` that raises `StoreUnavailable` may have counted some of its failures: a single MongoDB
    server has no transactions.
    """

    def __init__(self, database: MongoDatabase, address: str, clock: Clock) -> None:
        self._failures = database["failures"]
        self._address = address
        self._clock = clock

    def note(self, failures: Collection[Failed]) -> dict[TitleId, int]:
        rows = failed_rows(failures)
        if not rows:
            return {}
        now = self._clock.now()
        writes = [
            UpdateOne(
                {"_id": key},
                {
                    "$inc": {"attempts": 1},
                    "$set": {
                        "kind": TitleId.from_key(key).kind.value,
                        "reason": reason,
                        "last_at": now,
                    },
                },
                upsert=True,
            )
            for key, reason in rows
        ]
        with reported(self._address):
            write_all(self._failures, writes)
        ids = {failed.id for failed in failures}
        # One that another process cleared in between has failed this once.
        return dict.fromkeys(ids, 1) | self.attempts(ids)

    def clear(self, ids: Collection[TitleId]) -> int:
        with reported(self._address):
            return sum(
                self._failures.delete_many({"_id": {"$in": list(keys)}}).deleted_count
                for keys in key_portions(ids)
            )

    def attempts(self, ids: Collection[TitleId]) -> dict[TitleId, int]:
        with reported(self._address):
            return {
                TitleId.from_key(found["_id"]): int(found["attempts"])
                for keys in key_portions(ids)
                for found in self._failures.find(
                    {"_id": {"$in": list(keys)}}, {"attempts": 1}, batch_size=len(keys)
                )
            }

    def all(self, kind: MediaKind | None = None) -> list[Failure]:
        wanted = {} if kind is None else {"kind": kind.value}
        with reported(self._address):
            found = list(self._failures.find(wanted))
        # Ordered here: no index gives a kind's documents by key, and there are few of them.
        return [
            Failure(
                id=TitleId.from_key(document["_id"]),
                reason=document["reason"],
                attempts=int(document["attempts"]),
                last_at=document["last_at"],
            )
            for document in sorted(found, key=itemgetter("_id"))
        ]
