"""Where ports meet adapters: the one place that knows both, and the settings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from app.adapters.clock import SystemClock
from app.adapters.dumps import open_dump
from app.adapters.embedders import open_embedder
from app.adapters.processes import LocalProcesses
from app.adapters.sample_catalogue import read_sample
from app.adapters.sqlite_store import open_sqlite
from app.adapters.stores import Stores
from app.adapters.token_file import kept_token
from app.domain.dumps import DumpReader, Record, Refusal
from app.domain.errors import NotConfigured
from app.domain.people_ports import AccountStore, Ledger, ProfileStore
from app.domain.ports import (
    CatalogueSource,
    Clock,
    Embedder,
    FailureStore,
    IndexPublisher,
    JobStore,
    Processes,
    StateStore,
    TitleStore,
    VectorIndex,
    VectorStore,
    WordIndex,
)
from app.services.ingest import Ingest
from app.services.search import Search
from app.settings import Settings, settings


@dataclass
class Services:
    """Everything a door needs. What is costly to load is made at first use."""

    settings: Settings
    stores: Stores
    clock: Clock
    processes: Processes
    embedder: Embedder
    open_dump: DumpReader
    read_sample: Callable[[], Iterable[Record | Refusal]]

    @property
    def titles(self) -> TitleStore:
        """The catalogue."""
        return self.stores.titles

    @property
    def vectors(self) -> VectorStore:
        """Embeddings."""
        return self.stores.vectors

    @property
    def state(self) -> StateStore:
        """Cursors and leases."""
        return self.stores.state

    @property
    def jobs(self) -> JobStore:
        """Long work."""
        return self.stores.jobs

    @property
    def failures(self) -> FailureStore:
        """Ids that could not be fetched."""
        return self.stores.failures

    @property
    def profiles(self) -> ProfileStore:
        """The people of the household."""
        return self.stores.profiles

    @property
    def ledger(self) -> Ledger:
        """What they watched, rated, put aside."""
        return self.stores.ledger

    @property
    def accounts(self) -> AccountStore:
        """Their accounts at providers."""
        return self.stores.accounts

    @cached_property
    def index(self) -> VectorIndex:
        """The index for serving; nothing is opened before its first `refresh`."""
        from app.adapters.faiss_index.index import FaissIndex  # noqa: PLC0415 -- loads FAISS

        root = self.settings.watcher_data_dir / "index"
        return FaissIndex(root, self.embedder.model, self.vectors, self.titles)

    @cached_property
    def words(self) -> WordIndex:
        """Names and descriptions, of what `index` serves."""
        from app.adapters.faiss_index.index import FaissIndex  # noqa: PLC0415 -- loads FAISS
        from app.adapters.word_index.index import TantivyWords  # noqa: PLC0415 -- loads Tantivy

        assert isinstance(self.index, FaissIndex)  # noqa: S101 -- one generation holds both
        return TantivyWords(self.index.words)

    @cached_property
    def publisher(self) -> IndexPublisher:
        """The index's building side."""
        from app.adapters.faiss_index.build import FaissPublisher  # noqa: PLC0415 -- loads FAISS

        return FaissPublisher(self.settings.watcher_data_dir / "index", self.clock)

    @cached_property
    def source(self) -> CatalogueSource:
        """TMDB. Raises `NotConfigured` where no key is set."""
        from app.adapters.tmdb.source import TmdbSource  # noqa: PLC0415 -- not loaded where not used

        key = self.settings.tmdb_api_key
        if key is None:
            raise NotConfigured(
                "TMDB_API_KEY is not set: make a free key at themoviedb.org (account settings, "
                "API) and put it into the environment or .env."
            )
        return TmdbSource(
            api_url=self.settings.tmdb_api_url,
            export_url=self.settings.tmdb_export_url,
            key=key.get_secret_value(),
            rate=self.settings.tmdb_requests_per_second,
            lookback_days=self.settings.tmdb_export_lookback_days,
            max_pages=self.settings.tmdb_discover_max_pages,
            clock=self.clock,
        )

    @cached_property
    def ingest(self) -> Ingest:
        """What keeps the catalogue in step with TMDB. Raises `NotConfigured`."""
        return Ingest(
            source=self.source,
            titles=self.titles,
            vectors=self.vectors,
            state=self.state,
            failures=self.failures,
            embedder=self.embedder,
            clock=self.clock,
        )

    @cached_property
    def search(self) -> Search:
        """Similar titles."""
        return Search(self.titles, self.index, self.words, self.embedder)

    @cached_property
    def admin_token(self) -> str:
        """The set token, or the one made at first start."""
        if self.settings.admin_token is not None:
            return self.settings.admin_token.get_secret_value()
        return kept_token(self.settings.watcher_data_dir / "admin_token")

    def drop_source(self) -> None:
        """End what is being fetched, with `Cancelled` there; the next use makes a new source."""
        self.__dict__.pop("ingest", None)
        source = self.__dict__.pop("source", None)  # only where one was made
        if source is not None:
            source.close()

    def close(self) -> None:
        """Give back connections and files."""
        self.drop_source()
        self.stores.close()


def open_services(chosen: Settings | None = None) -> Services:
    """Assemble the program. Raises `NotConfigured`, `StoreUnavailable`, `ModelUnusable`."""
    chosen = chosen or settings()
    clock = SystemClock()
    embedder = open_embedder(chosen.embedding_model, chosen.watcher_data_dir / "models")
    return Services(
        settings=chosen,
        stores=_open_stores(chosen, clock),
        clock=clock,
        processes=LocalProcesses(),
        embedder=embedder,
        open_dump=open_dump,
        read_sample=read_sample,
    )


def _open_stores(chosen: Settings, clock: Clock) -> Stores:
    if chosen.mongodb_uri is None:
        return open_sqlite(chosen.watcher_data_dir / "watcher.sqlite3", clock)
    from app.adapters.mongo_store import open_mongo  # noqa: PLC0415 -- not loaded where not used

    return open_mongo(chosen.mongodb_uri.get_secret_value(), chosen.mongodb_db_name, clock)
