"""Words survive what breaks, and are shared by threads and processes."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.adapters.faiss_index.index import FaissIndex
from app.adapters.word_index.index import TantivyWords
from app.domain.errors import NotReady
from app.domain.search.filters import EVERYTHING
from app.services.search.search import BOTH
from tests.builders import make_title, movie, random_vectors
from tests.index_world import DIMENSION, IndexWorld

QUERY = random_vectors(1, DIMENSION, seed=5)[0]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[IndexWorld]:
    made = IndexWorld(tmp_path)
    made.fill(300, 10)
    yield made
    made.stores.close()


def described(index: FaissIndex, text: str, k: int = 500) -> list[int]:
    found = TantivyWords(index.words).described(text, k, BOTH, EVERYTHING)
    return [match.id.tmdb_id for match in found]


def named(index: FaissIndex, name: str, k: int = 500) -> list[int]:
    return [m.id.tmdb_id for m in TantivyWords(index.words).named(name, k, BOTH, EVERYTHING)]


def flip(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


def truncate(data: bytes) -> bytes:
    return data[: len(data) // 2]


def vanish(_data: bytes) -> None:
    return None


Damage = Callable[[bytes], bytes | None]


@pytest.mark.parametrize("damage", [truncate, flip, vanish])
def test_damaged_words_are_refused_and_the_former_generation_served(
    world: IndexWorld, damage: Damage
) -> None:
    former = world.build()
    world.put([make_title(5000, name="Walrus", overview="A wombat.")], seed=2)
    world.remove([movie(7)])
    latest = world.build()
    files = [path for path in (world.root / latest.name / "words").rglob("*") if path.is_file()]
    assert len(files) >= 6
    for path in files:
        data = path.read_bytes()
        damaged = damage(data)
        if damaged is None:
            path.unlink()
        else:
            path.write_bytes(damaged)
        index = world.opened()
        assert index.status().version == former.name, path.name
        assert f"words/{path.parent.name}/{path.name}" in index.status().refused[0]
        # With the log of changes on top, both know what the damaged generation knew.
        assert described(index, "wombat") == named(index, "walrus") == [5000]
        found = [n.id for n in index.search(QUERY, 20, BOTH, EVERYTHING)]
        assert found == world.nearest(QUERY, 20)
        path.write_bytes(data)
    assert world.opened().status().version == latest.name


def test_without_any_sound_words_nothing_is_served(world: IndexWorld) -> None:
    only = world.build()
    path = next((world.root / only.name / "words").rglob("*.term"))
    path.write_bytes(flip(path.read_bytes()))
    index = world.opened()
    with pytest.raises(NotReady, match=r"damaged .*fails its checksum"):
        described(index, "winter")
    with pytest.raises(NotReady, match=r"damaged .*fails its checksum"):
        index.search(QUERY, 1, BOTH, EVERYTHING)


def test_a_running_reader_keeps_the_words_it_serves(world: IndexWorld) -> None:
    served = world.build()
    index = world.opened()
    latest = world.build()
    for path in (world.root / latest.name / "words").rglob("*.idx"):
        path.unlink()
    index.refresh()
    assert index.status().version == served.name
    assert len(described(index, "winter", 10)) == 10


def test_rolling_back_brings_back_the_former_words(world: IndexWorld) -> None:
    world.stores.titles.upsert([make_title(5, name="Walrus", overview="A wombat.")])
    world.build()
    world.stores.titles.upsert([make_title(5, name="Quokka", overview="A gibbon.")])
    world.build()
    index = world.opened()
    assert named(index, "quokka") == described(index, "gibbon") == [5]
    assert named(index, "walrus") == described(index, "wombat") == []
    world.publisher.roll_back()
    assert index.refresh()
    assert named(index, "walrus") == described(index, "wombat") == [5]
    assert named(index, "quokka") == described(index, "gibbon") == []


def test_searches_while_another_thread_refreshes(world: IndexWorld) -> None:
    world.put([make_title(1, name="Walrus", overview="A wombat.")], seed=2)
    world.build()
    index = world.opened()
    ended, faults, asked = threading.Event(), list[object](), [0]

    def ask() -> None:
        while not ended.is_set():
            try:
                found = (described(index, "wombat"), named(index, "walrus"))
                full = len(described(index, "harbour", 20))
            except BaseException as error:  # noqa: BLE001  # shown by the test's own thread
                faults.append(error)
                return
            asked[0] += 1
            if found != ([1], [1]) or full != 20:
                faults.append((found, full))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 20
    turn = 0
    while turn < 12 and time.monotonic() < deadline:
        world.put([make_title(1, name="Walrus", overview=f"A wombat, {turn}.")], seed=turn)
        world.put([make_title(n) for n in range(600 + turn, 640 + turn)], seed=turn)
        world.remove([movie(600 + turn)])
        if turn % 4 == 3:
            world.build()
        index.refresh()
        turn += 1
    ended.set()
    for thread in threads:
        thread.join()
    assert turn == 12
    assert asked[0] > 20
    assert not faults


READER = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.contract.index.test_word_index_faults import described, named
from tests.index_world import IndexWorld
index = IndexWorld(Path({folder!r})).opened()
for line in sys.stdin:
    print(index.status().version, described(index, "wombat"), named(index, "walrus"), flush=True)
    index.refresh()
"""


def test_two_processes_read_one_generation(world: IndexWorld) -> None:
    world.put([make_title(1, name="Walrus", overview="A wombat.")], seed=2)
    first = world.build()
    index = world.opened()
    code = READER.format(root=str(Path(__file__).resolve().parents[3]), folder=str(world.folder))
    child = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def answer() -> str:
        assert child.stdin
        assert child.stdout
        child.stdin.write("go\n")
        child.stdin.flush()
        return child.stdout.readline().strip()

    try:
        assert answer() == f"{first.name} [1] [1]"
        assert described(index, "wombat") == named(index, "walrus") == [1]
        world.put([make_title(2, name="Walrus", overview="A wombat."), make_title(1)], seed=2)
        answer()
        index.refresh()
        assert answer() == f"{first.name} [2] [2]"
        assert described(index, "wombat") == named(index, "walrus") == [2]
        latest = world.build()
        answer()
        assert answer() == f"{latest.name} [2] [2]"
    finally:
        child.kill()
        child.communicate()
