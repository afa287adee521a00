"""Linked accounts in MongoDB: part of the profile's document, so that they go with it."""

from collections.abc import Callable
from operator import itemgetter

from app.adapters.stores.common.profile_rules import no_profile
from app.adapters.stores.mongo.alone import alone
from app.adapters.stores.mongo.connection import MongoDatabase, reported
from app.domain.ports.accounts import Account
from app.domain.ports.work import Clock


class MongoAccountStore:
    """`AccountStore` over the collection of profiles."""

    def __init__(self, database: MongoDatabase, address: str, clock: Clock) -> None:
        self._profiles = database["profiles"]
        self._meta = database["meta"]
        self._address = address
        self._clock = clock

    def put(self, profile_id: str, account: Account) -> None:
        kept = {"sealed": account.sealed, "state": account.state}
        with reported(self._address):
            written = self._profiles.update_one(
                {"profile": profile_id}, {"$set": {_field(account.provider): kept}}
            )
        if not written.matched_count:
            raise no_profile(profile_id)

    def change(
        self, profile_id: str, provider: str, how: Callable[[Account | None], Account]
    ) -> None:
        with reported(self._address):
            person = self._profiles.find_one({"profile": profile_id}, {"_id": 1})
            if person is None:
                raise no_profile(profile_id)
            # One after another: to look and to write are two steps.
            with alone(self._meta, f"accounts of {person['_id']}", self._clock):
                self.put(profile_id, how(self.get(profile_id, provider)))

    def get(self, profile_id: str, provider: str) -> Account | None:
        with reported(self._address):
            name = _name(provider)
            found = self._profiles.find_one({"profile": profile_id}, {"accounts": 1})
        kept = found["accounts"].get(name) if found else None
        return Account(provider, bytes(kept["sealed"]), kept["state"]) if kept else None

    def delete(self, profile_id: str, provider: str) -> bool:
        with reported(self._address):
            field = _field(provider)
            deleted = self._profiles.update_one(
                {"profile": profile_id, field: {"$exists": True}}, {"$unset": {field: ""}}
            )
        return bool(deleted.matched_count)

    def linked(self, provider: str) -> list[str]:
        with reported(self._address):
            found = list(self._profiles.find({_field(provider): {"$exists": True}}, {"profile": 1}))
        return sorted(map(itemgetter("profile"), found))


def _field(provider: str) -> str:
    return f"accounts.{_name(provider)}"


def _name(provider: str) -> str:
    """What the provider's account is called: its own name may hold what a field's may not."""
    return f"by_{provider.encode().hex()}"
