"""What meets each port, opened as the settings say: stores, index, sources, models, secrets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from pydantic import SecretStr

from app.adapters.clock import SystemClock
from app.adapters.co_rating_files import CoRatingFiles
from app.adapters.dumps import open_dump
from app.adapters.embedders import open_embedder
from app.adapters.history_files import open_history
from app.adapters.processes import LocalProcesses
from app.adapters.sample_catalogue import read_sample
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.sqlite import open_sqlite
from app.adapters.token_file import kept_token
from app.domain.catalogue.dumps import DumpReader, Record, Refusal
from app.domain.errors import NotConfigured
from app.domain.people.history_files import HistoryReader
from app.domain.ports.accounts import AccountStore, HistorySource, Seal
from app.domain.ports.catalogue import CatalogueSource, FailureStore, TitleStore
from app.domain.ports.collaborative_models import CoRatingStore
from app.domain.ports.index import Embedder, IndexPublisher, VectorIndex, WordIndex
from app.domain.ports.language_model import LanguageModel
from app.domain.ports.people import Ledger, ProfileStore
from app.domain.ports.vectors import VectorStore
from app.domain.ports.work import Clock, JobStore, Processes, StateStore
from app.settings import Settings


@dataclass
class WiredAdapters:
    """Everything that services work over. What is costly to load is made at first use."""

    settings: Settings
    stores: Stores
    clock: Clock
    processes: Processes
    embedder: Embedder
    open_dump: DumpReader
    read_sample: Callable[[], Iterable[Record | Refusal]]
    open_history: HistoryReader = open_history

    @classmethod
    def opened(cls, chosen: Settings) -> Self:
        """Over the chosen stores. Raises `NotConfigured`, `StoreUnavailable`, `ModelUnusable`."""
        clock = SystemClock()
        embedder = open_embedder(chosen.embedding_model, chosen.watcher_data_dir / "models")
        return cls(
            settings=chosen,
            stores=_open_stores(chosen, clock),
            clock=clock,
            processes=LocalProcesses(),
            embedder=embedder,
            open_dump=open_dump,
            read_sample=read_sample,
        )

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
    def co_ratings(self) -> CoRatingStore:
        """The co-rating model, where one was trained."""
        return CoRatingFiles(self.settings.watcher_data_dir / "co_ratings", self.clock)

    def open_catalogue_source(self) -> CatalogueSource:
        """TMDB, to be closed by the caller. Raises `NotConfigured` where no key is set."""
        from app.adapters.tmdb.access import Access  # noqa: PLC0415 -- not loaded where not used
        from app.adapters.tmdb.source import TmdbSource  # noqa: PLC0415

        key = self.settings.tmdb_api_key
        if key is None:
            raise NotConfigured(
                "TMDB_API_KEY is not set: make a free key at themoviedb.org (account settings, "
                "API) and put it into the environment or .env."
            )
        access = Access(
            api_url=self.settings.tmdb_api_url,
            export_url=self.settings.tmdb_export_url,
            key=key.get_secret_value(),
            requests_per_second=self.settings.tmdb_requests_per_second,
            lookback_days=self.settings.tmdb_export_lookback_days,
            discover_max_pages=self.settings.tmdb_discover_max_pages,
        )
        return TmdbSource(access, self.clock)

    @cached_property
    def history_source(self) -> HistorySource:
        """Trakt, for people who connect it."""
        return self.open_history_source()

    def open_history_source(self) -> HistorySource:
        """Trakt, to be closed by the caller; without an app it says so where it is used."""
        from app.adapters.trakt.access import Access  # noqa: PLC0415 -- not always needed
        from app.adapters.trakt.source import TraktSource  # noqa: PLC0415

        chosen = self.settings
        access = Access(
            api_url=chosen.trakt_api_url,
            site_url=chosen.trakt_url,
            client_id=_secret(chosen.trakt_client_id),
            client_secret=_secret(chosen.trakt_client_secret),
            redirect_uri=chosen.trakt_redirect_uri,
        )
        return TraktSource(access, self.clock)

    @cached_property
    def language_model(self) -> LanguageModel | None:
        """The one that is set up, None where there is none. Raises `NotConfigured`."""
        chosen = self.settings
        if chosen.openai_api_key is None and not chosen.llm_base_url:
            return None
        from app.adapters.llm.client import OpenAiModel  # noqa: PLC0415 -- not always needed

        return OpenAiModel(
            base_url=chosen.llm_base_url,
            key=_secret(chosen.openai_api_key),
            model=chosen.llm_model,
            clock=self.clock,
        )

    @cached_property
    def seal(self) -> Seal:
        """What keeps secrets unreadable at rest, by the set key or the one made at first use."""
        from app.adapters.sealing import FernetSeal  # noqa: PLC0415 -- not loaded where not used

        key = self.settings.secret_key
        if key is not None:
            return FernetSeal(key.get_secret_value())
        return FernetSeal(kept_token(self.settings.watcher_data_dir / "secret_key", "SECRET_KEY"))

    @cached_property
    def admin_token(self) -> str:
        """The set token, or the one made at first start."""
        if self.settings.admin_token is not None:
            return self.settings.admin_token.get_secret_value()
        return kept_token(self.settings.watcher_data_dir / "admin_token", "ADMIN_TOKEN")

    def drop_language_model(self) -> None:
        """End what it is asked; nothing is loaded where it wasn't used."""
        model = self.__dict__.pop("language_model", None)
        if model is not None:
            model.close()

    def close(self) -> None:
        """Give back connections and files."""
        if "history_source" in self.__dict__:  # only where one was made
            self.history_source.close()
        self.drop_language_model()
        self.stores.close()


def _secret(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()


def _open_stores(chosen: Settings, clock: Clock) -> Stores:
    if chosen.mongodb_uri is None:
        return open_sqlite(chosen.watcher_data_dir / "watcher.sqlite3", clock)
    from app.adapters.stores.mongo import open_mongo  # noqa: PLC0415 -- not loaded where not used

    return open_mongo(chosen.mongodb_uri.get_secret_value(), chosen.mongodb_db_name, clock)
