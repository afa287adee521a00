"""Files that running processes have mapped are replaced, never written to: see their `ctime`."""

import ast
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from app.adapters.clock import SystemClock
from app.adapters.co_rating_files import CoRatingFiles
from app.domain.errors import WatcherError
from app.domain.search.filters import EVERYTHING
from app.services.search.search import BOTH
from tests.builders import make_title, movie, random_vectors
from tests.index_world import DIMENSION, IndexWorld

ROOT = Path(__file__).parents[3]
ROOMS = ("faiss_index", "word_index")
FILES = ("co_rating_files.py", "published_folder.py", "sealed_files.py")
CALLS = {
    *("truncate", "ftruncate", "posix_fallocate", "pwrite", "pwritev", "memmap", "copyfile"),
    *("ACCESS_WRITE", "PROT_WRITE", "O_WRONLY", "O_RDWR"),
}
MODES = {"r+", "r+b", "rb+", "a", "ab", "a+", "w+", "w+b", "c", "readwrite"}

Seen = dict[Path, tuple[int, int, int]]


def files_below(root: Path) -> Seen:
    """What any writing to a file would change: which one it is, its size, when it last changed."""
    found = {path: path.stat() for path in root.rglob("*") if path.is_file()}
    return {path: (at.st_ino, at.st_size, at.st_ctime_ns) for path, at in found.items()}


def untouched(before: Seen) -> None:
    for path, was in before.items():
        if path.exists() and path.name != "CURRENT":
            at = path.stat()
            assert (at.st_ino, at.st_size, at.st_ctime_ns) == was, path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[IndexWorld]:
    made = IndexWorld(tmp_path)
    made.fill(400, 10)
    yield made
    made.stores.close()


def test_nothing_writes_to_a_generation_that_may_be_open(world: IndexWorld) -> None:
    def breaks_off() -> None:
        with suppress(WatcherError):
            world.build(factory="nonsense")

    def changes() -> None:
        world.put([make_title(5000)], seed=2)
        index = world.opened()
        index.refresh()
        index.search(random_vectors(1, DIMENSION, seed=5)[0], 20, BOTH, EVERYTHING)
        assert index.vector(movie(5000)) is not None
        world.remove([movie(5000)])
        index.refresh()

    world.build()
    for step in (changes, breaks_off, world.build, world.publisher.roll_back, world.build):
        before = files_below(world.root)
        assert len(before) > 20
        pointer = (world.root / "CURRENT").open("rb")
        held = pointer.read()
        step()
        untouched(before)
        pointer.seek(0)
        assert pointer.read() == held  # another file took its name
        pointer.close()


def test_nothing_writes_to_a_co_rating_model_that_may_be_open(tmp_path: Path) -> None:
    files = CoRatingFiles(tmp_path / "co_ratings", SystemClock())
    for seed in range(3):
        files.save({"weights": np.arange(seed + 10.0)}, {"seed": seed})
        before = files_below(tmp_path)
        assert files.load() is not None
        files.save({"weights": np.zeros(3)}, {})
        untouched(before)


def test_none_of_our_code_changes_a_file_in_place() -> None:
    """New files only (`wb`): to change one in place would begin with one of these."""
    adapters = ROOT / "app" / "adapters"
    modules = [adapters / name for name in FILES]
    modules += [one for room in ROOMS for one in (adapters / room).glob("*.py")]
    found = []
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            name = node.attr if isinstance(node, ast.Attribute) else ""
            value = node.value if isinstance(node, ast.Constant) else ""
            if name in CALLS or value in MODES:
                found.append(f"{module.name}: {name or value!r}")
    assert len(modules) > 10
    assert found == []
