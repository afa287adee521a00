"""The store for several machines: MongoDB through PyMongo, one server or a replica set."""

from __future__ import annotations

from collections.abc import Sequence

from app.adapters.mongo_store.accounts import MongoAccountStore
from app.adapters.mongo_store.connection import connect, reported, shown_address
from app.adapters.mongo_store.failures import MongoFailureStore
from app.adapters.mongo_store.jobs import MongoJobStore
from app.adapters.mongo_store.ledger import MongoLedger
from app.adapters.mongo_store.profiles import MongoProfileStore
from app.adapters.mongo_store.schema import MIGRATIONS, Migration, migrate
from app.adapters.mongo_store.state import MongoStateStore
from app.adapters.mongo_store.titles import MongoTitleStore
from app.adapters.mongo_store.vectors import MongoVectorStore
from app.adapters.stores import Stores
from app.domain.ports import Clock


def open_mongo(
    uri: str, database: str, clock: Clock, migrations: Sequence[Migration] = MIGRATIONS
) -> Stores:
    """Reach the server within 5 s and bring the database's schema up to date.

    Raises `NotConfigured` for an address that can't be used, credentials that are refused or a
    database of a newer version, `StoreUnavailable` where nobody answers. No error holds the
    address's user or password.
    """
    client, opened = connect(uri, database)
    address = shown_address(client)
    try:
        with reported(address):
            migrate(opened, clock, address, migrations)
    except BaseException:
        client.close()
        raise
    return Stores(
        titles=MongoTitleStore(opened, address),
        vectors=MongoVectorStore(opened, address, clock),
        state=MongoStateStore(opened, address, clock),
        jobs=MongoJobStore(opened, address, clock),
        failures=MongoFailureStore(opened, address, clock),
        profiles=MongoProfileStore(opened, address, clock),
        ledger=MongoLedger(opened, address, clock),
        accounts=MongoAccountStore(opened, address),
        name=f"mongodb {address}/{database}",
        close=client.close,
    )
