"""Cursors and leases in MongoDB."""

from typing import Final

from pymongo.errors import DuplicateKeyError

from app.adapters.stores.common.leases import checked_lease
from app.adapters.stores.mongo.connection import MongoDatabase, reported
from app.domain.errors import StoreUnavailable
from app.domain.ports.work import Clock

_ATTEMPTS: Final = 20


class MongoStateStore:
    """`StateStore` over two collections."""

    def __init__(self, database: MongoDatabase, address: str, clock: Clock) -> None:
        self._state = database["state"]
        self._leases = database["leases"]
        self._address = address
        self._clock = clock

    def read(self, name: str) -> str | None:
        with reported(self._address):
            found = self._state.find_one({"_id": name})
        return found["value"] if found else None

    def write(self, name: str, value: str) -> None:
        with reported(self._address):
            for attempt in range(_ATTEMPTS):
                try:
                    self._state.replace_one(
                        {"_id": name}, {"_id": name, "value": value}, upsert=True
                    )
                except DuplicateKeyError:  # two processes wrote the name for the first time
                    if attempt == _ATTEMPTS - 1:
                        raise
                else:
                    return

    def acquire(self, lease: str, owner: str, ttl: float, *, steal_from: str | None = None) -> str:
        checked_lease(owner, ttl)
        with reported(self._address):
            for _ in range(_ATTEMPTS):
                if self._took(lease, owner, ttl, steal_from):
                    return owner
                held = self._leases.find_one({"_id": lease})
                if held:
                    return str(held["owner"])
        raise StoreUnavailable(f"The lease {lease} changes hands too fast: try again")

    def release(self, lease: str, owner: str) -> None:
        with reported(self._address):
            self._leases.delete_one({"_id": lease, "owner": owner})

    def _took(self, lease: str, owner: str, ttl: float, steal_from: str | None) -> bool:
        now = self._clock.now()
        terms = {"owner": owner, "expires_at": now + ttl}
        owners = [name for name in (owner, steal_from) if name is not None]
        free = {"_id": lease, "$or": [{"owner": {"$in": owners}}, {"expires_at": {"$lte": now}}]}
        if self._leases.update_one(free, {"$set": terms}).matched_count:
            return True
        try:
            self._leases.insert_one({"_id": lease, **terms})
        except DuplicateKeyError:
            return False
        return True
