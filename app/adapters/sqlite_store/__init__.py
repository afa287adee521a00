"""The embedded store: one SQLite file, safe for several threads and processes."""

from __future__ import annotations

from pathlib import Path

from app.adapters.sqlite_store.accounts import SqliteAccountStore
from app.adapters.sqlite_store.database import Database
from app.adapters.sqlite_store.failures import SqliteFailureStore
from app.adapters.sqlite_store.jobs import SqliteJobStore
from app.adapters.sqlite_store.ledger import SqliteLedger
from app.adapters.sqlite_store.profiles import SqliteProfileStore
from app.adapters.sqlite_store.state import SqliteStateStore
from app.adapters.sqlite_store.titles import SqliteTitleStore
from app.adapters.sqlite_store.vectors import SqliteVectorStore
from app.adapters.stores import Stores
from app.domain.ports import Clock


def open_sqlite(path: Path, clock: Clock) -> Stores:
    """Open the file, making it and its folder where they don't exist.

    Raises `StoreUnavailable` where it can't be used, `NotConfigured` where it belongs to a newer
    version or to another program.
    """
    database = Database(path)
    return Stores(
        titles=SqliteTitleStore(database),
        vectors=SqliteVectorStore(database),
        state=SqliteStateStore(database, clock),
        jobs=SqliteJobStore(database, clock),
        failures=SqliteFailureStore(database, clock),
        profiles=SqliteProfileStore(database),
        ledger=SqliteLedger(database),
        accounts=SqliteAccountStore(database),
        name=f"sqlite {path}",
        close=database.close,
    )
