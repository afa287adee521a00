"""The people of the household in MongoDB.

A person's document has an ``_id`` of its own, the record, under which their events are kept. To
delete somebody, their document is first stripped of all that is theirs, their accounts included:
from that one step on they are gone for everybody, and id and name are free. Then their events
go, and what is left of the document last, so that whoever deletes next completes what a crash
left behind. No record is made twice, so nobody ever sees events of a former owner of their id.
"""

import re
from typing import Final
from uuid import uuid4

from pymongo import ASCENDING
from pymongo.errors import DuplicateKeyError

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
from app.adapters.stores.mongo.alone import alone
from app.adapters.stores.mongo.connection import Document, MongoDatabase, reported
from app.domain.errors import InvalidInput
from app.domain.people.ledger import Profile
from app.domain.ports.work import Clock

_FIELDS: Final = ("profile", "name", "created_at", "token_hash")
_THEIRS: Final = (*_FIELDS, "name_key", "version", "accounts")
"""All of a document but `writers`, those who are putting events at the moment."""


_THERE: Final[Document] = {"profile": {"$exists": True}}


class MongoProfileStore:
    """`ProfileStore` over one collection."""

    def __init__(self, database: MongoDatabase, address: str, clock: Clock) -> None:
        self._database = database
        self._profiles = database["profiles"]
        self._address = address
        self._clock = clock

    def create(self, profile: Profile, most: int | None = None) -> None:
        checked_profile(profile)
        key = name_key(profile.name)
        document = {
            "_id": uuid4().hex,
            "profile": profile.id,
            "name": profile.name,
            "name_key": key,
            "created_at": profile.created_at,
            "token_hash": profile.token_hash,
            "version": first_version(),
            "writers": {},
            "accounts": {},
        }
        # One after another: to count and to add are two steps.
        with (
            reported(self._address),
            alone(self._database["meta"], "adding a profile", self._clock),
        ):
            if most is not None and self._profiles.count_documents(_THERE) >= most:
                raise too_many(most)
            if self._is_shared(key, profile.id):
                raise name_taken(profile.name)
            try:
                self._profiles.insert_one(document)
            except DuplicateKeyError as error:
                if self._profiles.find_one({"profile": profile.id}):
                    raise id_taken(profile.id) from error
                raise name_taken(profile.name) from error

    def rename(self, profile_id: str, name: str, *, may_share: bool = False) -> Profile:
        key = name_key(name)
        fields = {"name": name, "name_key": key}
        shared = fields | {"name_key": shared_key(key, profile_id)}
        with reported(self._address):
            is_shared = self._is_shared(key, profile_id)
        try:
            if is_shared:
                raise name_taken(name)
            return self._change(profile_id, fields)
        except InvalidInput:
            if not may_share:
                raise
            return self._change(profile_id, shared)

    def set_token(self, profile_id: str, token_hash: str) -> Profile:
        return self._change(profile_id, {"token_hash": token_hash})

    def delete(self, profile_id: str) -> bool:
        with reported(self._address):
            stripped = self._profiles.update_one(
                {"profile": profile_id}, {"$unset": dict.fromkeys(_THEIRS, "")}
            )
            clear_remains(self._database, self._clock.now())
        return bool(stripped.matched_count)

    def get(self, profile_id: str) -> Profile | None:
        with reported(self._address):
            found = self._profiles.find_one({"profile": profile_id}, _FIELDS)
        return _profile(found) if found else None

    def all(self) -> list[Profile]:
        with reported(self._address):
            found = list(
                self._profiles.find(_THERE, _FIELDS).sort(
                    [("created_at", ASCENDING), ("profile", ASCENDING)]
                )
            )
        return [_profile(document) for document in found]

    def _is_shared(self, key: str, profile_id: str) -> bool:
        """Whether somebody else bears a name of this key beside others: `shared_key`."""
        others: Document = {"$regex": f"^{re.escape(shared_key(key, ''))}"}
        return bool(
            self._profiles.find_one(
                {"profile": {"$ne": profile_id}, "name_key": others}, {"_id": 1}
            )
        )

    def _change(self, profile_id: str, fields: dict[str, str]) -> Profile:
        with reported(self._address):
            try:
                self._profiles.update_one({"profile": profile_id}, {"$set": fields})
            except DuplicateKeyError as error:  # only a name can collide
                raise name_taken(fields["name"]) from error
        changed = self.get(profile_id)
        if changed is None:
            raise no_profile(profile_id)
        return changed


def clear_remains(database: MongoDatabase, now: float) -> None:
    """Complete every deletion that was begun.

    Where somebody was still putting events of the deleted profile, its document stays until they
    have taken back what they put, or for the next call.
    """
    profiles, events = database["profiles"], database["events"]
    for left in list(profiles.find({"profile": {"$exists": False}}, {"writers": 1})):
        events.delete_many({"record": left["_id"]})
        if all(until <= now for until in left.get("writers", {}).values()):
            profiles.delete_one({"_id": left["_id"]})


def _profile(document: Document) -> Profile:
    return Profile(
        id=document["profile"],
        name=document["name"],
        created_at=document["created_at"],
        token_hash=document["token_hash"],
    )
