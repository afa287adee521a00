"""``python -m scripts.train_co_ratings``: what it publishes, and what it leaves as it was."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from app.adapters.clock import SystemClock
from app.adapters.co_rating_files import CoRatingFiles
from tests.rating_worlds import FILMS, fill_store, made_ratings, write_set

ROOT = Path(__file__).resolve().parents[3]


def run(folder: Path, module: str, *options: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "TMPDIR"}}
    return subprocess.run(
        [sys.executable, "-m", module, *options],
        cwd=ROOT,
        env=kept | {"WATCHER_DATA_DIR": str(folder / "data")},
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    fill_store(folder / "data")
    write_set(folder / "ml-made", made_ratings(40))
    return folder


def test_a_model_is_published_beside_the_index_once_there_is_one(world: Path) -> None:
    kept = CoRatingFiles(world / "data" / "co_ratings", SystemClock())
    options = ("--ratings", str(world / "ml-made"))
    early = run(world, "scripts.train_co_ratings", *options)
    assert early.returncode == 1
    assert "python -m scripts.rebuild_index" in early.stderr
    assert kept.load() is None
    assert run(world, "scripts.rebuild_index").returncode == 0
    ended = run(world, "scripts.train_co_ratings", *options)
    assert ended.returncode == 0, ended.stderr
    found = kept.load()
    assert found is not None
    assert f"Published {found.version}: {FILMS} films" in ended.stdout
    assert "of 40 people, from ml-made" in ended.stdout
    assert (found.meta["source"], found.meta["people"]) == ("ml-made", 40)
    assert found.arrays["keys"].tolist() == np.unique(made_ratings(40).keys).tolist()
    bad = run(world, "scripts.train_co_ratings", "--ratings", str(world / "nowhere"))
    assert (bad.returncode, kept.current_version()) == (2, found.version)
    assert "nowhere does not exist" in bad.stderr
