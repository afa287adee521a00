"""What happens to a published index when files are damaged, builders die and disks fill."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.faiss_index.generation_files import FORMAT
from app.domain.errors import NotFound, NotReady
from app.domain.search.filters import EVERYTHING
from app.services.index.rebuild import is_due
from app.services.search.search import BOTH
from tests.builders import make_title, movie, random_vectors
from tests.index_world import DIMENSION, IndexWorld

QUERY = random_vectors(1, DIMENSION, seed=5)[0]
FILES = ("movie.faiss", "movie.vectors", "movie.keys.npy", "movie.scales.npy", "movie.columns.npy")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[IndexWorld]:
    made = IndexWorld(tmp_path)
    made.fill(400, 10)
    yield made
    made.stores.close()


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def vanish(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [truncate, flip, vanish])
@pytest.mark.parametrize("name", [*FILES, "manifest.json"])
def test_a_damaged_generation_is_refused_and_the_former_served(
    world: IndexWorld, name: str, damage: object
) -> None:
    former = world.build()
    world.put([make_title(5000)], seed=2)
    latest = world.build()
    assert callable(damage)
    damage(world.root / latest.name / name)
    index = world.opened()
    status = index.status()
    assert status.version == former.name
    assert latest.name in status.refused[0]
    # The former generation, with the log of changes on top, knows the new title too.
    assert [n.id for n in index.search(QUERY, 20, BOTH, EVERYTHING)] == world.nearest(QUERY, 20)
    assert index.vector(movie(5000)) is not None


def test_a_running_reader_keeps_what_it_serves(world: IndexWorld) -> None:
    served = world.build()
    index = world.opened()
    latest = world.build()
    truncate(world.root / latest.name / "movie.faiss")
    index.refresh()
    assert index.status().version == served.name
    repaired = world.build()
    index.refresh()
    assert index.status().version == repaired.name


def test_a_damaged_generation_is_not_kept_for_rolling_back(world: IndexWorld) -> None:
    sound = world.build()
    damaged = world.build()
    truncate(world.root / damaged.name / "movie.vectors")
    world.build()
    assert world.publisher.roll_back().name == sound.name


def test_nothing_sound_is_not_ready(world: IndexWorld) -> None:
    only = world.build()
    flip(world.root / only.name / "movie.keys.npy")
    with pytest.raises(NotReady, match=r"damaged .*movie\.keys\.npy fails its checksum"):
        world.opened().search(QUERY, 1, BOTH, EVERYTHING)


@pytest.mark.parametrize("text", ["{nonsense", '{"current": "../../elsewhere"}'])
def test_a_damaged_pointer_is_refused_and_mended_by_a_rebuild(world: IndexWorld, text: str) -> None:
    world.build()
    (world.root / "CURRENT").write_text(text)
    with pytest.raises(NotReady, match="CURRENT is damaged"):
        world.opened().search(QUERY, 1, BOTH, EVERYTHING)
    latest = world.build()
    assert world.opened().status().version == latest.name


def test_what_a_former_version_wrote_is_replaced_by_a_rebuild(world: IndexWorld) -> None:
    former = world.build()
    manifest = world.root / former.name / "manifest.json"
    written = manifest.read_text()
    manifest.write_text(written.replace(f'"format": {FORMAT},', f'"format": {FORMAT - 1},'))
    index = world.opened()
    with pytest.raises(NotReady, match=r"another version wrote it.*scripts\.rebuild_index"):
        index.search(QUERY, 1, BOTH, EVERYTHING)
    assert "another version wrote it" in is_due(world.stores.vectors, world.publisher, "test")
    latest = world.build()
    assert index.refresh()
    assert [n.id for n in index.search(QUERY, 20, BOTH, EVERYTHING)] == world.nearest(QUERY, 20)
    assert not is_due(world.stores.vectors, world.publisher, "test")
    # It can't be gone back to, so it isn't kept.
    assert sorted(p.name for p in world.root.iterdir()) == sorted(["CURRENT", latest.name])


def test_roll_back_and_forth(world: IndexWorld) -> None:
    first = world.build()
    with pytest.raises(NotFound, match="no previous generation"):
        world.publisher.roll_back()
    second = world.build()
    index = world.opened()
    assert world.publisher.roll_back().name == first.name
    index.refresh()
    assert index.status().version == first.name
    assert world.publisher.roll_back().name == second.name


def test_only_the_published_and_the_previous_are_kept(world: IndexWorld) -> None:
    names = [world.build().name for _ in range(4)]
    assert sorted(p.name for p in world.root.iterdir()) == sorted(["CURRENT", *names[2:]])


BUILD = """
import sys, time
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.index_world import IndexWorld
import app.adapters.faiss_index.build as build
world = IndexWorld(Path({folder!r}))
{before}
try:
    world.build()
except Exception as error:
    print(type(error).__name__, error)
"""


def run_build(world: IndexWorld, before: str = "") -> subprocess.Popen[str]:
    root = str(Path(__file__).resolve().parents[3])
    code = BUILD.format(root=root, folder=str(world.folder), before=before)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_a_builder_killed_in_the_middle_leaves_what_is_published(world: IndexWorld) -> None:
    served = world.build()
    child = run_build(
        world, "build._finish = lambda *a: (print('here', flush=True), time.sleep(60))"
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "here\n"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    assert list(world.root.glob(".building-*"))
    assert world.opened().status().version == served.name
    world.build()
    assert not list(world.root.glob(".building-*"))


def test_a_full_disk_is_said_and_changes_nothing(world: IndexWorld) -> None:
    served = world.build()
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))"
    child = run_build(world, limit)
    output, _ = child.communicate(timeout=60)
    assert "StoreUnavailable The disk under" in output
    assert "free some space" in output
    assert world.publisher.current() == served
    assert not list(world.root.glob(".building-*"))
    assert world.opened().status().version == served.name


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_of_another_owner_is_refused(world: IndexWorld) -> None:
    former = world.build()
    latest = world.build()
    (world.root / latest.name / "movie.vectors").chmod(0)
    assert world.opened().status().version == former.name


def test_swapping_under_load_gives_no_failed_and_no_wrong_answer(world: IndexWorld) -> None:
    world.build()
    index = world.opened()
    expected = world.nearest(QUERY, 10)
    ended, faults, asked = threading.Event(), [], [0]

    def ask() -> None:
        while not ended.is_set():
            found = [n.id for n in index.search(QUERY, 10, BOTH, EVERYTHING)]
            asked[0] += 1
            if found != expected:
                faults.append(found)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    versions: set[str] = set()
    deadline = time.monotonic() + 30
    while len(versions) < 6 and time.monotonic() < deadline:
        world.build()
        index.refresh()
        versions.add(index.status().version)
    ended.set()
    for thread in threads:
        thread.join()
    assert len(versions) == 6
    assert asked[0] > 100
    assert not faults
