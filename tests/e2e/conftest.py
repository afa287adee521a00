"""A small real installation: eight hundred titles of the sample, prepared by the real program."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from app.adapters.clock import SystemClock
from app.adapters.sample_catalogue import read_sample
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.dumps import Record
from app.domain.catalogue.titles import MediaKind, Title
from scripts.check_health import web_app_is_healthy
from tests.e2e.browsing import ARGUMENTS, CHROMIUM, Held, opened, plain_page
from tests.e2e.program import Api, api_started, call, copy_project, free_port, started, until

FILMS = 700


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All that stands in this folder starts real processes."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.e2e)


def some_titles() -> list[Title]:
    """The best known films of the sample, and all its series."""
    titles = [row.title for row in read_sample() if isinstance(row, Record)]
    films = (title for title in titles if title.id.kind is MediaKind.MOVIE)
    series = (title for title in titles if title.id.kind is MediaKind.TV)
    return [*islice(films, FILMS), *series]


def fill(data_dir: Path) -> Path:
    """A data folder with titles that are not embedded yet."""
    stores = open_sqlite(data_dir / "watcher.sqlite3", SystemClock())
    stores.titles.upsert(some_titles())
    stores.close()
    return data_dir


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_project(tmp_path_factory.mktemp("clone") / "watcher")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory, project: Path) -> Path:
    """A data folder with titles, vectors and an index. Tests take a copy of it."""
    data_dir = fill(tmp_path_factory.mktemp("prepared") / "data")
    done = call(project, data_dir, "-m", "scripts.prepare")
    assert done.returncode == 0, done.stderr
    return data_dir


@pytest.fixture
def data_dir(prepared: Path, tmp_path: Path) -> Path:
    """A prepared data folder of the test's own."""
    return Path(shutil.copytree(prepared, tmp_path / "data"))


@dataclass
class Running:
    """API, worker and web app, each from `./start.sh`."""

    api_url: str
    ui_url: str
    data_dir: Path
    project: Path
    _api: ExitStack = field(default_factory=ExitStack)

    @property
    def admin_token(self) -> str:
        return (self.data_dir / "admin_token").read_text().strip()

    def start_api(self) -> Api:
        """Start the API at its address; returns when it is healthy."""
        port = int(self.api_url.rpartition(":")[2])
        return self._api.enter_context(api_started(self.project, self.data_dir, port=port))

    def stop_api(self) -> None:
        """Kill the API; the web app stays."""
        self._api.close()


@pytest.fixture(scope="session")
def running(
    prepared: Path, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("running")
    data_dir = Path(shutil.copytree(prepared, folder / "data"))
    api_port, ui_port = free_port(), free_port()
    running = Running(
        f"http://127.0.0.1:{api_port}", f"http://127.0.0.1:{ui_port}", data_dir, project
    )
    settings = {
        "WATCHER_DATA_DIR": str(data_dir),
        "API_PORT": str(api_port),
        "UI_PORT": str(ui_port),
    }
    with (
        started(project, folder / "worker.out", "worker", **settings),
        started(project, folder / "ui.out", "ui", **settings),
        running._api,
    ):
        running.start_api()
        until(lambda: web_app_is_healthy(running.ui_url), "the web app answers")
        yield running


@pytest.fixture(scope="session")
def api(prepared: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A running API without worker and web app. It is only asked, so that tests can share it."""
    data_dir = Path(shutil.copytree(prepared, tmp_path_factory.mktemp("api") / "data"))
    with api_started(project, data_dir) as api:
        yield api


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, running: Running) -> Iterator[Page]:
    yield from opened(browser, running, 1280, 900)


@pytest.fixture
def phone(browser: Browser, running: Running) -> Iterator[Page]:
    yield from opened(browser, running, 390, 844)


@pytest.fixture(scope="module")
def fan(running: Running) -> Iterator[str]:
    """Somebody with a history, beside somebody else; their profile."""
    with httpx2.Client(base_url=running.api_url, trust_env=False, timeout=30) as api:
        made = [api.post("/profiles", json={"name": name}).json()["id"] for name in ("Fan", "Eve")]
        whose = {"profile": made[0]}
        for number, rating in (
            (603, 9),
            (348, 8),
            (680, 10),
            (194, 8),
            (13, 3),
            (120, 9),
            (129, 9),
        ):
            body = {"tmdb_id": number, "media_type": "movie", "rating": rating}
            assert api.post("/ratings", params=whose, json=body).status_code == 200
        yield made[0]
        for one in made:
            assert api.delete(f"/profiles/{one}").status_code == 204


@pytest.fixture
def width() -> int:
    """Of the window of `held`; a test may have another."""
    return 1280


@pytest.fixture
def held(browser: Browser, running: Running, fan: str, width: int) -> Iterator[Held]:
    with plain_page(browser, running, width, 900) as page:
        yield Held(page, fan)
