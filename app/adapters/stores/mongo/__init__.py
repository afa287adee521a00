"""The store for several machines: MongoDB through PyMongo, one server or a replica set."""

from collections.abc import Sequence

from app.adapters.stores.common.stores import Stores
from app.adapters.stores.mongo.accounts import MongoAccountStore
from app.adapters.stores.mongo.connection import connect, reported, shown_address
from app.adapters.stores.mongo.failures import MongoFailureStore
from app.adapters.stores.mongo.jobs import MongoJobStore
from app.adapters.stores.mongo.ledger import MongoLedger
from app.adapters.stores.mongo.profiles import MongoProfileStore
from app.adapters.stores.mongo.schema import MIGRATIONS, Migration, migrate
from app.adapters.stores.mongo.state import MongoStateStore
from app.adapters.stores.mongo.titles import MongoTitleStore
from app.adapters.stores.mongo.vectors import MongoVectorStore
from app.domain.ports.work import Clock


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
        accounts=MongoAccountStore(opened, address, clock),
        name=f"mongodb {address}/{database}",
        close=client.close,
    )
