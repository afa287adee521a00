"""The world of a test: the program over a folder, put together as the product does it.

Only the embedder is a stand-in, and whoever is outside where a stand-in for them is given.
"""

from collections.abc import Iterable
from pathlib import Path

from app.adapters.clock import SystemClock
from app.adapters.processes import LocalProcesses
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.sqlite import open_sqlite
from app.adapters_in_use import Adapters
from app.bootstrap import Services
from app.domain.catalogue.titles import Title
from app.domain.ports.index import Embedder
from app.domain.ports.work import Clock, Processes
from app.domain.progress import silent
from app.services.index.embed import embed_all
from app.settings import read_settings
from stand_ins.canaries import MARK
from stand_ins.llm.serving import KEY, MODEL, FakeLlm
from stand_ins.tmdb.serving import FakeTmdb
from stand_ins.trakt.serving import FakeTrakt
from tests.fakes.embedder import WordEmbedder

ADMIN = f"{MARK}admin-token"


def open_world(  # noqa: PLR0913 -- what a test may set, by name
    folder: Path,
    *,
    stores: Stores | None = None,
    clock: Clock | None = None,
    processes: Processes | None = None,
    embedder: Embedder | None = None,
    tmdb: FakeTmdb | None = None,
    trakt: FakeTrakt | None = None,
    llm: FakeLlm | None = None,
    titles: Iterable[Title] = (),
    indexed: bool = False,
    **settings: object,
) -> Services:
    """Services over the folder, with no key of anybody's but those of the stand-ins given.

    Where the catalogue is empty it gets the `titles`; `indexed` has an index of them served.
    """
    chosen: dict[str, object] = {
        "watcher_data_dir": folder,
        "admin_token": ADMIN,
        "secret_key": f"{MARK}secret-key",
        **dict.fromkeys(("mongodb_uri", "tmdb_api_key", "trakt_client_id", "openai_api_key")),
        "llm_base_url": "",
    }
    if tmdb is not None:
        chosen |= {
            "tmdb_api_key": tmdb.key,
            "tmdb_api_url": tmdb.api_url,
            "tmdb_export_url": tmdb.export_url,
            "tmdb_requests_per_second": 1000,
        }
    if trakt is not None:
        chosen |= {
            "trakt_client_id": trakt.client_id,
            "trakt_client_secret": trakt.client_secret,
            "trakt_api_url": trakt.api_url,
            "trakt_url": trakt.site_url,
            "trakt_redirect_uri": trakt.redirect_uri,
        }
    if llm is not None:
        chosen |= {"openai_api_key": KEY, "llm_base_url": llm.base_url, "llm_model": MODEL}
    clock = clock or SystemClock()
    made = Services(
        Adapters(
            settings=read_settings(_env_file=None, **chosen | settings),
            stores=stores or open_sqlite(folder / "watcher.sqlite3", clock),
            clock=clock,
            processes=processes or LocalProcesses(),
            embedder=embedder or WordEmbedder(),
        )
    )
    if not any(made.titles.count().values()):
        made.titles.upsert(list(titles))
    if indexed:
        if made.publisher.current() is None:
            index(made)
        made.index.refresh()
    return made


def index(services: Services) -> None:
    """Embed what is stored, and publish an index of it."""
    embed_all(services.titles, services.vectors, services.embedder)
    services.rebuild_index(silent)
