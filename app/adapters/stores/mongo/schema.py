"""Collections and indexes of the MongoDB store, as the steps that made them."""

from collections.abc import Callable, Sequence
from typing import Final

from pymongo import ASCENDING

from app.adapters.stores.mongo.alone import alone
from app.adapters.stores.mongo.connection import MongoCollection, MongoDatabase
from app.domain.errors import NotConfigured
from app.domain.ports.work import Clock

Migration = Callable[[MongoDatabase], None]
"""One step. It may be cut short and run again, so it must bear repeating."""

_LOCK_SECONDS: Final = 60.0


def _first(database: MongoDatabase) -> None:
    database["titles"].create_index([("kind", ASCENDING)])
    database["jobs"].create_index([("waiting_as", ASCENDING)], unique=True, sparse=True)
    database["jobs"].create_index([("state", ASCENDING), ("place", ASCENDING)])
    database["jobs"].create_index([("place", ASCENDING)], unique=True)
    for name, start in (("vector_log", VECTOR_LOG_START), ("job_counter", {"last": 0})):
        database["meta"].update_one({"_id": name}, {"$setOnInsert": start}, upsert=True)


def _failures(database: MongoDatabase) -> None:
    database["failures"].create_index([("kind", ASCENDING)])


def _external_ids(database: MongoDatabase) -> None:
    database["titles"].create_index([("imdb_id", ASCENDING)], sparse=True)
    database["titles"].create_index([("tvdb_id", ASCENDING)], sparse=True)


def _people(database: MongoDatabase) -> None:
    # Sparse: somebody whose deletion is under way has neither id nor name any more.
    database["profiles"].create_index([("profile", ASCENDING)], unique=True, sparse=True)
    database["profiles"].create_index([("name_key", ASCENDING)], unique=True, sparse=True)
    database["events"].create_index([("record", ASCENDING)])


VECTOR_LOG_START: Final = {
    "allocated": 0,
    "committed": 0,
    "models": [],
    "holder": "",
    "expires_at": 0.0,
    "uncounted": False,
}

MIGRATIONS: Final[tuple[Migration, ...]] = (_first, _failures, _external_ids, _people)
"""Step n brings a database from version n to n + 1. Append only: all versions exist somewhere."""

_OURS: Final = frozenset({"titles", "jobs", "state", "leases", "failures", "profiles", "events"})


def migrate(
    database: MongoDatabase, clock: Clock, address: str, migrations: Sequence[Migration]
) -> None:
    """Bring the database to the newest version; one process at a time.

    Raises `NotConfigured`, changing nothing, for a database of a newer version, or one that holds
    another program's collections of the same names.
    """
    meta = database["meta"]
    if _version(meta, address, migrations) == len(migrations):
        return
    with alone(meta, "migrating", clock, seconds=_LOCK_SECONDS):
        version = _version(meta, address, migrations)
        if version is None:
            foreign = _OURS.intersection(database.list_collection_names())
            if foreign:
                raise NotConfigured(
                    f"The database {database.name} in MongoDB at {address} holds collections of "
                    f"another program ({', '.join(sorted(foreign))}): set MONGODB_DB_NAME to "
                    "another name"
                )
            meta.insert_one({"_id": "schema", "version": 0})
        for number, step in enumerate(migrations[version or 0 :], start=(version or 0) + 1):
            step(database)
            meta.update_one({"_id": "schema"}, {"$set": {"version": number}})


def _version(meta: MongoCollection, address: str, migrations: Sequence[Migration]) -> int | None:
    """The database's version, None where it is new."""
    found = meta.find_one({"_id": "schema"})
    if found is None:
        return None
    version = int(found["version"])
    if version > len(migrations):
        raise NotConfigured(
            f"The database {meta.database.name} in MongoDB at {address} comes from a newer watcher "
            f"(schema {version}, this one knows {len(migrations)}): use the newer watcher, or set "
            "MONGODB_DB_NAME to another name"
        )
    return version
