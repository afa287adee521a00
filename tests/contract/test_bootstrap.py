"""Who closes what: the program what it holds, whoever opened a client of somebody outside that."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.adapters.llm.client import OpenAiModel
from app.adapters.stores.sqlite.database import Database
from app.adapters.tmdb.source import TmdbSource
from app.adapters.trakt.source import TraktSource
from app.bootstrap import Services
from app.domain.errors import NotConfigured
from app.services.reasons.explain import Explainer
from tests.world import open_world

SET: dict[str, object] = {
    "tmdb_api_key": "a-key",
    "trakt_client_id": "an-id",
    "trakt_client_secret": "a-secret",
    "llm_base_url": "http://127.0.0.1:9/v1",
}


@pytest.fixture
def services(tmp_path: Path) -> Services:
    return open_world(tmp_path, **SET)  # type: ignore[arg-type]  # settings


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what was closed, in that order."""
    names: list[str] = []
    for kind in (OpenAiModel, Database, TmdbSource, TraktSource, Explainer):
        monkeypatch.setattr(kind, "close", _noting(names, kind.__name__, kind.close))
    return names


def _noting(names: list[str], name: str, close: Callable[[Any], None]) -> Callable[[Any], None]:
    def noted(closed: object) -> None:
        names.append(name)
        close(closed)

    return noted


def test_what_was_used_is_closed_before_what_it_needs(
    closed: list[str], services: Services
) -> None:
    _ = services.linking
    _ = services.explainer
    services.close()
    assert closed == ["Explainer", "OpenAiModel", "TraktSource", "Database"]


def test_what_was_not_used_is_not_made_to_be_closed(closed: list[str], services: Services) -> None:
    services.close()
    assert closed == ["Database"]


def test_a_client_belongs_to_who_opened_it(closed: list[str], services: Services) -> None:
    opened = [services.open_catalogue_source(), services.open_catalogue_source()]
    history = services.open_history_source()
    assert opened[0] is not opened[1]
    assert history is not services.adapters.history_source
    services.close()
    assert closed == ["TraktSource", "Database"], "the one that the program holds"
    for source in opened:
        source.close()
    history.close()
    assert closed[2:] == ["TmdbSource", "TmdbSource", "TraktSource"]


def test_without_a_key_there_is_no_client_of_tmdb(tmp_path: Path) -> None:
    services = open_world(tmp_path)
    assert not services.settings.tmdb_is_set
    with pytest.raises(NotConfigured, match="TMDB_API_KEY"):
        services.open_catalogue_source()
    services.close()


@pytest.mark.parametrize("lacking", ["trakt_client_id", "trakt_client_secret"])
def test_trakt_is_set_with_both_parts_of_its_app(tmp_path: Path, lacking: str) -> None:
    services = open_world(tmp_path, **SET | {lacking: None})  # type: ignore[arg-type]  # settings
    assert not services.settings.trakt_is_set
    services.close()
