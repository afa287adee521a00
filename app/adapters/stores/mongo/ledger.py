"""The events of each profile in MongoDB: one document each, under the profile's record.

A single server has no transactions, so whoever changes events first leaves a mark, a writer, in
the profile's document, and takes it away in the step that raises the version. While a mark is
there, each call of `version` raises the version itself: what was read meanwhile is never taken
for the last word, and a writer that died in the middle hides nothing. Its mark expires.

`change` and `replace` look before they write: of these, one at a time is at a person's events.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final
from uuid import uuid4

import bson
from pymongo import ReplaceOne, ReturnDocument

from app.adapters.stores.common.event_codec import EVENTS, read_all, readable
from app.adapters.stores.common.portions import IDS_PER_CALL, portions, text_portions
from app.adapters.stores.common.profile_rules import no_profile
from app.adapters.stores.mongo.alone import alone
from app.adapters.stores.mongo.connection import Document, MongoDatabase, reported
from app.adapters.stores.mongo.profiles import clear_remains
from app.adapters.stores.mongo.titles import write_all
from app.domain.people.ledger import Event
from app.domain.ports.people import Changed, LedgerRead
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
        by_key = {event.key: event for event in events}
        with reported(self._address):
            _check(by_key.values())
            record = self._record(profile_id)
            changed = self._differing(record, list(by_key.values()))
            if not changed:
                return Changed(0, 0)
            with self._writing(profile_id, record):
                added = self._put(record, changed)
        return Changed(added, len(changed) - added)

    def remove(self, profile_id: str, keys: Collection[str]) -> int:
        with reported(self._address):
            person = self._profiles.find_one({"profile": profile_id}, {"_id": 1})
            if person is None:
                return 0
            record = person["_id"]
            if not any(self._events.find_one(part, {"_id": 1}) for part in _of(record, keys)):
                return 0
            with self._writing(profile_id, record):
                return self._remove(record, keys)

    def change(self, profile_id: str, put: Sequence[Event], remove: Collection[str]) -> list[Event]:
        by_key = {event.key: event for event in put}
        gone = set(remove) - by_key.keys()
        with reported(self._address):
            _check(by_key.values())
            record = self._record(profile_id)
            with self._looking_first(record):
                before = self._stored(record, {*by_key, *gone})
                differing = self._differing(record, list(by_key.values()))
                if differing or not gone.isdisjoint(event.key for event in before):
                    with self._writing(profile_id, record):
                        self._put(record, differing)
                        self._remove(record, gone)
        return before

    def replace(self, profile_id: str, pairs: Sequence[tuple[Event, Event]]) -> list[Event]:
        by_key = {old.key: (old, new) for old, new in pairs}
        with reported(self._address):
            _check(new for _, new in by_key.values())
            record = self._record(profile_id)
            with self._looking_first(record):
                left = [one for one in self._stored(record, by_key) if one == by_key[one.key][0]]
                if left:
                    with self._writing(profile_id, record):
                        # No upsert: what a sync takes out at this moment must not come back.
                        for part in portions(left, IDS_PER_CALL):
                            new = [_document(record, by_key[one.key][1]) for one in part]
                            self._events.bulk_write(
                                [ReplaceOne({"_id": one["_id"]}, one) for one in new]
                            )
        return left

    def events(self, profile_id: str) -> list[Event]:
        return readable(self._kept(profile_id), EVENTS.from_document)

    def read(self, profile_id: str) -> LedgerRead:
        return read_all(self._kept(profile_id), EVENTS.from_document)

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

    def _kept(self, profile_id: str) -> list[Document]:
        with reported(self._address):
            record = self._record(profile_id)
            found = list(self._events.find({"record": record}))
            # Deleted meanwhile, the profile may have lost some of its events before they were read.
            if self._record(profile_id) != record:
                raise no_profile(profile_id)
        return found

    def _stored(self, record: str, keys: Collection[str]) -> list[Event]:
        found = [one for part in _of(record, keys) for one in self._events.find(part)]
        return read_all(found, EVENTS.from_document).events

    def _put(self, record: str, events: Sequence[Event]) -> int:
        """Returns how many were new."""
        added = 0
        for part in portions(events, IDS_PER_CALL):
            new = [_document(record, event) for event in part]
            added += write_all(
                self._events, [ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in new]
            )
        return added

    def _remove(self, record: str, keys: Collection[str]) -> int:
        return sum(self._events.delete_many(part).deleted_count for part in _of(record, keys))

    def _differing(self, record: str, events: Sequence[Event]) -> list[Event]:
        """Those that aren't stored as they are."""
        differing = []
        for part in portions(events, IDS_PER_CALL):
            wanted = [_document(record, event) for event in part]
            ids = [document["_id"] for document in wanted]
            stored = {
                found["_id"]: found
                for found in self._events.find({"_id": {"$in": ids}}, batch_size=len(ids))
            }
            differing += [
                event
                for event, document in zip(part, wanted, strict=True)
                if stored.get(document["_id"]) != document
            ]
        return differing

    def _looking_first(self, record: str) -> AbstractContextManager[None]:
        return alone(self._database["meta"], f"events of {record}", self._clock)

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


def _document(record: str, event: Event) -> Document:
    return {"_id": f"{record}{event.key}", "record": record, **EVENTS.document(event)}


def _of(record: str, keys: Collection[str]) -> list[Document]:
    """Filters that find the events of these keys."""
    return [{"_id": {"$in": [f"{record}{key}" for key in part]}} for part in text_portions(keys)]


def _check(events: Iterable[Event]) -> None:
    """Refuse what can't be written before anything is."""
    for event in events:
        bson.encode(EVENTS.document(event))
