"""The embedded store: one SQLite file, safe for several threads and processes."""

from pathlib import Path

from app.adapters.stores.common.stores import Stores
from app.adapters.stores.sqlite.accounts import SqliteAccountStore
from app.adapters.stores.sqlite.database import Database
from app.adapters.stores.sqlite.failures import SqliteFailureStore
from app.adapters.stores.sqlite.jobs import SqliteJobStore
from app.adapters.stores.sqlite.ledger import SqliteLedger
from app.adapters.stores.sqlite.profiles import SqliteProfileStore
from app.adapters.stores.sqlite.state import SqliteStateStore
from app.adapters.stores.sqlite.titles import SqliteTitleStore
from app.adapters.stores.sqlite.vectors import SqliteVectorStore
from app.domain.ports.work import Clock


def open_sqlite(path: Path, clock: Clock, busy_seconds: float | None = None) -> Stores:
    """Open the file, making it and its folder where they don't exist.

    A call waits for another's transaction for `busy_seconds` at most, half a minute where None.

    Raises `StoreUnavailable` where it can't be used, `NotConfigured` where it belongs to a newer
    version or to another program.
    """
    database = Database(path, busy_seconds=busy_seconds)
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
