"""The events of each profile in MongoDB: one document each, under the profile's record.

A single server has no transactions, so whoever changes events first leaves a mark, a writer, in
the profile's document, and takes it away in the step that raises the version. While a mark is
there, each call of `version` raises the version itself: what was read meanwhile is never taken
for the last word, and a writer that died in the middle hides nothing. Its mark expires.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

import bson
from pymongo import ReplaceOne, ReturnDocument

from app.adapters.stores.common.event_codec import EVENTS, in_order
from app.adapters.stores.common.portions import IDS_PER_CALL, portions, text_portions
from app.adapters.stores.common.profile_rules import no_profile
from app.adapters.stores.mongo.connection import Document, MongoDatabase, reported
from app.adapters.stores.mongo.profiles import clear_remains
from app.adapters.stores.mongo.titles import write_all
from app.domain.people.ledger import Event
from app.domain.ports.people import Changed
from app.domain.ports.work import Clock

WRITING_SECONDS: Final = 600.0
"""After this a writer is taken for dead; only its mark is removed, whatever it does."""


class MongoLedger:
    """`Ledger` over one collection.

    A `put` or `remove` that raises `StoreUnavailable` may have changed some of its events; the
    version has grown then, or grows until it is known what became of the call.
    """

    def __init__(self, database: MongoDatabase, address: str, clock: Clock) -> None:
        self._database = database
        self._profiles = database["profiles"]
        self._events = database["events"]
        self._address = address
        self._clock = clock

    def put(self, profile_id: str, events: Sequence[Event]) -> Changed:
        documents = {event.key: EVENTS.document(event) for event in events}
        with reported(self._address):
            for document in documents.values():
                bson.encode(document)  # what can't be written is refused before anything is
            record = self._record(profile_id)
            changed = self._differing(
                [{"_id": f"{record}{key}", "record": record, **documents[key]} for key in documents]
            )
            if not changed:
                return Changed(0, 0)
            with self._writing(profile_id, record):
                added = sum(
                    write_all(
                        self._events,
                        [ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in part],
                    )
                    for part in portions(changed, IDS_PER_CALL)
                )
        return Changed(added, len(changed) - added)

    def remove(self, profile_id: str, keys: Collection[str]) -> int:
        with reported(self._address):
            person = self._profiles.find_one({"profile": profile_id}, {"_id": 1})
            if person is None:
                return 0
            record = person["_id"]
            wanted = [
                {"_id": {"$in": [f"{record}{key}" for key in part]}} for part in text_portions(keys)
            ]
            if not any(self._events.find_one(part, {"_id": 1}) for part in wanted):
                return 0
            with self._writing(profile_id, record):
                return sum(self._events.delete_many(part).deleted_count for part in wanted)

    def events(self, profile_id: str) -> list[Event]:
        with reported(self._address):
            record = self._record(profile_id)
            found = list(self._events.find({"record": record}))
            # Deleted meanwhile, the profile may have lost some of its events before they were read.
            if self._record(profile_id) != record:
                raise no_profile(profile_id)
        return in_order(EVENTS.from_document(document) for document in found)

    def version(self, profile_id: str) -> int:
        person = {"profile": profile_id}
        with reported(self._address):
            found = self._profiles.find_one(person, {"version": 1, "writers": 1})
            if found and found["writers"]:
                now = self._clock.now()
                dead = [token for token, until in found["writers"].items() if until <= now]
                update: Document = {"$inc": {"version": 1}}
                if dead:
                    update["$unset"] = {f"writers.{token}": "" for token in dead}
                found = self._profiles.find_one_and_update(
                    person, update, {"version": 1}, return_document=ReturnDocument.AFTER
                )
        if not found:
            raise no_profile(profile_id)
        return int(found["version"])

    def _record(self, profile_id: str) -> str:
        found = self._profiles.find_one({"profile": profile_id}, {"_id": 1})
        if found is None:
            raise no_profile(profile_id)
        return str(found["_id"])

    def _differing(self, documents: Sequence[Document]) -> list[Document]:
        """Those that aren't stored as they are."""
        differing = []
        for part in portions(documents, IDS_PER_CALL):
            ids = [document["_id"] for document in part]
            stored = {
                found["_id"]: found
                for found in self._events.find({"_id": {"$in": ids}}, batch_size=len(ids))
            }
            differing += [each for each in part if stored.get(each["_id"]) != each]
        return differing

    @contextmanager
    def _writing(self, profile_id: str, record: str) -> Iterator[None]:
        """The time in which events are changed; raises `NotFound` if the profile goes meanwhile."""
        mark = f"writers.{uuid4().hex}"
        until = self._clock.now() + WRITING_SECONDS
        begun = self._profiles.update_one(
            {"_id": record, "profile": profile_id}, {"$set": {mark: until}}
        )
        if not begun.matched_count:
            raise no_profile(profile_id)
        try:
            yield
        finally:
            ended = self._profiles.find_one_and_update(
                {"_id": record},
                {"$inc": {"version": 1}, "$unset": {mark: ""}},
                {"profile": 1},
                return_document=ReturnDocument.AFTER,
            )
        if ended is None or "profile" not in ended:
            self._events.delete_many({"record": record})
            clear_remains(self._database, self._clock.now())
            raise no_profile(profile_id)
