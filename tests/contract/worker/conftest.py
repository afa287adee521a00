"""Workers that look often, over a small store, and TMDB's stand-in."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.bootstrap import Services
from stand_ins.tmdb.serving import FakeTmdb, tmdb_server
from tests.builders import make_titles
from tests.worker_world import make_quick
from tests.world import open_world


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    make_quick(monkeypatch)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    """Without TMDB's key; three titles are stored."""
    made = open_world(tmp_path)
    made.titles.upsert(make_titles(3))
    yield made
    made.close()


@pytest.fixture
def fake() -> Iterator[FakeTmdb]:
    with tmdb_server(movies=40, series=10) as running:
        yield running
