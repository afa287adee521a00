"""The stores of one place, opened together."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.ports.accounts import AccountStore
from app.domain.ports.catalogue import FailureStore, TitleStore
from app.domain.ports.people import Ledger, ProfileStore
from app.domain.ports.vectors import VectorStore
from app.domain.ports.work import JobStore, StateStore


@dataclass(frozen=True, slots=True)
class Stores:
    """Every store that keeps something. `name` says for people which; it holds no credentials.

    `close` gives back connections and files; the stores can't be used afterwards.
    """

    titles: TitleStore
    vectors: VectorStore
    state: StateStore
    jobs: JobStore
    failures: FailureStore
    profiles: ProfileStore
    ledger: Ledger
    accounts: AccountStore
    name: str
    close: Callable[[], None]
