"""What meets each port, opened as the settings say: stores, index, sources, models, secrets."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from pydantic import SecretStr

from app.adapters.clock import SystemClock
from app.adapters.co_rating_files import CoRatingFiles
from app.adapters.dumps import open_dump
from app.adapters.embedders import open_embedder
from app.adapters.history_files import open_history
from app.adapters.private_files import make_private_tree
from app.adapters.processes import LocalProcesses
from app.adapters.profile_files import JsonProfileFiles
from app.adapters.sample_catalogue import read_sample
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.sqlite import open_sqlite
from app.adapters.token_file import kept_token
from app.domain.catalogue.dumps import DumpReader, Record, Refusal
from app.domain.errors import NotConfigured
from app.domain.people.history_files import HistoryReader
from app.domain.ports.accounts import HistorySource, Seal
from app.domain.ports.catalogue import CatalogueSource
from app.domain.ports.collaborative_models import CoRatingStore
from app.domain.ports.index import Embedder, IndexPublisher, WordIndex
from app.domain.ports.language_model import LanguageModel
from app.domain.ports.people import ProfileFiles
from app.domain.ports.work import Clock, Processes
from app.settings import Settings

if TYPE_CHECKING:  # it loads FAISS
    from app.adapters.faiss_index.index import FaissIndex


@dataclass
class Adapters:
    """Everything that services work over. What is costly to load is made at first use."""

    settings: Settings
    stores: Stores
    clock: Clock
    processes: Processes
    embedder: Embedder
    open_dump: DumpReader = open_dump
    read_sample: Callable[[], Iterable[Record | Refusal]] = read_sample
    open_history: HistoryReader = open_history
    profile_files: ProfileFiles = field(default_factory=JsonProfileFiles)
    to_close: ExitStack = field(default_factory=ExitStack, init=False)
    """What the program holds until its end; what was opened last is closed first."""

    def __post_init__(self) -> None:
        self.to_close.callback(self.stores.close)

    @cached_property
    def index(self) -> "FaissIndex":
        """The index for serving; nothing is opened before its first `refresh`."""
        from app.adapters.faiss_index.index import FaissIndex  # noqa: PLC0415 -- loads FAISS

        root = self.settings.watcher_data_dir / "index"
        return FaissIndex(root, self.embedder.model, self.stores.vectors, self.stores.titles)

    @cached_property
    def words(self) -> WordIndex:
        """Names and descriptions, of what `index` serves."""
        from app.adapters.word_index.index import TantivyWords  # noqa: PLC0415 -- loads Tantivy

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
        """A new client of TMDB, closed by the caller. Raises `NotConfigured` without a key."""
        from app.adapters.tmdb.access import TmdbAccess  # noqa: PLC0415 -- not loaded where not used
        from app.adapters.tmdb.source import TmdbSource  # noqa: PLC0415

        key = self.settings.tmdb_api_key
        if key is None:
            raise NotConfigured(
                "TMDB_API_KEY is not set: make a free key at themoviedb.org (account settings, "
                "API) and put it into the environment or .env."
            )
        access = TmdbAccess(
            api_url=self.settings.tmdb_api_url,
            export_url=self.settings.tmdb_export_url,
            key=key.get_secret_value(),
            requests_per_second=self.settings.tmdb_requests_per_second,
            lookback_days=self.settings.tmdb_export_lookback_days,
            discover_max_pages=self.settings.tmdb_discover_max_pages,
        )
        return TmdbSource(access, self.clock)

    def open_history_source(self) -> HistorySource:
        """A new client of Trakt, closed by the caller.

        Without an app's id and secret it says so where it is used.
        """
        from app.adapters.trakt.access import TraktAccess  # noqa: PLC0415 -- not always needed
        from app.adapters.trakt.source import TraktSource  # noqa: PLC0415

        chosen = self.settings
        access = TraktAccess(
            api_url=chosen.trakt_api_url,
            site_url=chosen.trakt_url,
            client_id=_secret(chosen.trakt_client_id),
            client_secret=_secret(chosen.trakt_client_secret),
            redirect_uri=chosen.trakt_redirect_uri,
        )
        return TraktSource(access, self.clock)

    @cached_property
    def history_source(self) -> HistorySource:
        """Trakt for whoever signs in or out: open until the program ends."""
        source = self.open_history_source()
        self.to_close.callback(source.close)
        return source

    @cached_property
    def language_model(self) -> LanguageModel | None:
        """The one that is set up, None where there is none. Raises `NotConfigured`."""
        chosen = self.settings
        if not chosen.language_model_is_set:
            return None
        from app.adapters.llm.client import OpenAiModel  # noqa: PLC0415 -- not always needed

        model = OpenAiModel(
            base_url=chosen.llm_base_url,
            key=_secret(chosen.openai_api_key),
            model=chosen.llm_model,
            clock=self.clock,
        )
        self.to_close.callback(model.close)
        return model

    @cached_property
    def seal(self) -> Seal:
        """What keeps secrets unreadable at rest, by the set key or the one made at first use."""
        from app.adapters.sealing import FernetSeal  # noqa: PLC0415 -- not loaded where not used

        return FernetSeal(self._kept("secret_key", self.settings.secret_key))

    @cached_property
    def admin_token(self) -> str:
        """The set token, or the one made at first start."""
        return self._kept("admin_token", self.settings.admin_token)

    def _kept(self, name: str, chosen: SecretStr | None) -> str:
        """A secret as it is set, or as it was made into the data folder."""
        return _secret(chosen) or kept_token(self.settings.watcher_data_dir / name, name.upper())


def open_adapters(chosen: Settings, busy_seconds: float | None = None) -> Adapters:
    """Over the chosen stores, whose locks are waited for `busy_seconds` (None: half a minute).

    Raises `NotConfigured`, `StoreUnavailable`, `ModelUnusable`.
    """
    with suppress(OSError):  # whoever needs the folder says what is wrong with it
        make_private_tree(chosen.watcher_data_dir)
    clock = SystemClock()
    embedder = open_embedder(chosen.embedding_model, chosen.watcher_data_dir / "models")
    stores = _open_stores(chosen, clock, busy_seconds)
    return Adapters(chosen, stores, clock, LocalProcesses(), embedder)


def _secret(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()


def _open_stores(chosen: Settings, clock: Clock, busy_seconds: float | None) -> Stores:
    if chosen.mongodb_uri is None:
        path = chosen.watcher_data_dir / "watcher.sqlite3"
        return open_sqlite(path, clock, busy_seconds)
    from app.adapters.stores.mongo import open_mongo  # noqa: PLC0415 -- not loaded where not used

    return open_mongo(chosen.mongodb_uri.get_secret_value(), chosen.mongodb_db_name, clock)
