"""Nobody is told by an error where things lie on this machine, nor how a service is let in."""

import inspect
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.routing import Mount
from starlette.testclient import TestClient

from app.bootstrap import Services
from app.domain import errors
from app.domain.errors import StoreUnavailable, WatcherError
from app.domain.jobs import SYNC_TRAKT, JobState
from app.domain.ports.accounts import Account
from app.doors.http.discreet import discreet
from app.main import create_app
from app.services.accounts.linking import TRAKT, SeenBefore
from app.settings import read_settings
from tests.people_world import home, services_in

ERRORS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, WatcherError) and kind is not WatcherError
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder below a name that is nobody's business, with a blank in it."""
    return tmp_path / "Ada Private" / "data"


@pytest.fixture
def services(folder: Path) -> Iterator[Services]:
    made = services_in(folder)
    yield made
    made.close()


def is_discreet(text: str, folder: Path) -> None:
    for word in ("Private", "secret", str(folder), *folder.parts[1:-1]):
        assert word not in text, text


def sentence(folder: Path) -> str:
    return (
        f"The store {folder}/watcher.sqlite3 and {folder}: [Errno 13] Permission denied: "
        f"'/usr/lib/Private/thing.so', (/etc/Private/other), file:///tmp/Private/x and "
        f"mongodb://me:secret@db.example:27017/: send it to POST /history/import."
    )


def door(_: object) -> FastAPI:
    return FastAPI(openapi_url=None)


@pytest.mark.parametrize("mounted", ["", "/door"])
@pytest.mark.parametrize("kind", ERRORS)
def test_no_error_names_a_path(
    services: Services, folder: Path, kind: type[WatcherError], mounted: str
) -> None:
    app = create_app(services, mounted=(("/door", door),))
    raising = next(one.app for one in app.routes if isinstance(one, Mount)) if mounted else app
    assert isinstance(raising, FastAPI)

    def fails() -> None:
        raise kind(sentence(folder))

    raising.add_api_route("/fails", fails)
    with TestClient(app) as client:
        answer = client.get(f"{mounted}/fails")
    is_discreet(answer.text, folder)
    detail = answer.json()["detail"]
    assert "WATCHER_DATA_DIR/watcher.sqlite3 and WATCHER_DATA_DIR:" in detail
    assert "mongodb://***@db.example:27017/: send it to POST /history/import." in detail


def test_a_store_that_cannot_be_read(services: Services, folder: Path) -> None:
    with home(services) as client:
        services.stores.close()
        for path in ("/health", "/history", "/titles/movie/603"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert "watcher.sqlite3" in answer.json()["detail"]
            is_discreet(answer.text, folder)


def test_an_index_that_cannot_be_read(services: Services, folder: Path) -> None:
    pointer = folder / "index" / "CURRENT"
    pointer.parent.mkdir(exist_ok=True)
    pointer.write_text("{")
    services.index.refresh()
    with home(services) as client:
        health = client.get("/health").json()
        assert "damaged" in health["detail"], health
        asked = client.post("/mcp/knn", json={"tmdb_id": 603, "media_type": "movie"})
    for text in (health["detail"], asked.text):
        is_discreet(text, folder)


def test_what_became_of_a_persons_own_sync(services: Services, folder: Path) -> None:
    person = services.people.of(None)
    tokens = b'{"access":"a","refresh":"r","until":9e9}'
    sealed = services.adapters.seal.sealed(tokens)
    services.accounts.put(person.id, Account(TRAKT, sealed, "{}"))
    services.linking.note(person.id, SeenBefore(problem=sentence(folder)))
    services.jobs.submit(SYNC_TRAKT, {"profile": person.id})
    job = services.jobs.claim("me")
    assert job is not None
    services.jobs.save(replace(job, state=JobState.FAILED, outcome=sentence(folder)))
    with home(services) as client:
        for path in ("/history/sync", "/auth/trakt"):
            answer = client.get(path)
            assert "WATCHER_DATA_DIR/watcher.sqlite3" in answer.text
            is_discreet(answer.text, folder)


def test_the_operator_is_told_all(
    services: Services, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("app.some").error("%s", sentence(folder))
    assert str(folder / "watcher.sqlite3") in caplog.text
    services.stores.close()
    with pytest.raises(StoreUnavailable, match="Private"):
        services.titles.count()


def test_a_relative_data_folder_and_a_models_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    chosen = read_settings(
        watcher_data_dir="data", embedding_model=str(tmp_path / "data" / "model")
    )
    said = f"{tmp_path}/data/model/x holds nothing, and {tmp_path}/data/models/y neither"
    assert discreet(said, chosen) == (
        "EMBEDDING_MODEL/x holds nothing, and WATCHER_DATA_DIR/models/y neither"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Ask for GET /history/unmatched, or send it to /profiles/import",
        "https://api.example/usr/lib and 1/2 of the titles, and/or more",
        "a / b",
    ],
)
def test_other_slashes_stay(text: str) -> None:
    assert discreet(text) == text
