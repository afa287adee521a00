"""Who may work, and what happens to the work of the dead."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.clock import SystemClock
from app.adapters.processes import LocalProcesses
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.sqlite import open_sqlite
from app.domain.errors import LeaseHeld, LeaseLost
from app.domain.progress import Progress, silent
from app.services.leases import held


class NamedProcesses:
    """A process with a name of the test's choice, which knows who is dead."""

    def __init__(self, name: str, dead: frozenset[str] = frozenset()) -> None:
        self.name = name
        self._dead = dead

    def is_dead(self, name: str) -> bool:
        return name in self._dead


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[Stores]:
    opened = open_sqlite(tmp_path / "watcher.sqlite3", SystemClock())
    yield opened
    opened.close()


def test_the_second_is_told_who_holds_it(stores: Stores) -> None:
    first, second = NamedProcesses("box:1:1"), NamedProcesses("box:2:2")
    with held(stores.state, "index", first):
        with (
            pytest.raises(LeaseHeld, match=r"lease 'index', held by box:1:1"),
            held(stores.state, "index", second),
        ):
            pass
        with held(stores.state, "embed", second):
            pass
    with held(stores.state, "index", second):
        pass


def test_a_dead_holder_is_followed_at_once(stores: Stores) -> None:
    stores.state.acquire("index", "box:1:1#7", 30)
    with held(stores.state, "index", NamedProcesses("box:2:2", frozenset({"box:1:1"}))) as lease:
        lease.check()


def test_it_is_given_back_when_the_work_fails(stores: Stores) -> None:
    with (
        pytest.raises(ZeroDivisionError),
        held(stores.state, "index", NamedProcesses("box:1:1")),
    ):
        _ = 1 / 0
    with held(stores.state, "index", NamedProcesses("box:2:2")):
        pass


def test_it_is_renewed_while_the_work_lasts(stores: Stores) -> None:
    with held(stores.state, "index", NamedProcesses("box:1:1"), ttl=0.6):
        time.sleep(1.5)
        assert stores.state.acquire("index", "other", 1).startswith("box:1:1")


def test_work_stops_once_another_took_over(stores: Stores) -> None:
    reports = 0

    def work() -> None:
        nonlocal reports
        with held(stores.state, "index", NamedProcesses("box:1:1"), ttl=0.6) as lease:
            guarded = lease.guarding(silent)
            guarded(Progress(1, 2, "working"))
            reports += 1
            holder = stores.state.acquire("index", "thief", 30)
            stores.state.acquire("index", "thief", 30, steal_from=holder)
            time.sleep(1)
            guarded(Progress(2, 2, "working"))
            reports += 1

    with pytest.raises(LeaseLost, match="taken over by thief"):
        work()
    assert reports == 1


def test_processes_tell_the_living_from_the_dead() -> None:
    processes = LocalProcesses()
    assert not processes.is_dead(processes.name)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    host, _, start = processes.name.partition(":")[0], "", ""
    stat = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()
    start = stat[19]
    name = f"{host}:{child.pid}:{start}"
    assert not processes.is_dead(name)
    assert processes.is_dead(f"{host}:{child.pid}:1"), "the same number, started at another time"
    assert not processes.is_dead(f"elsewhere:{child.pid}:1"), "another machine's may well live"
    child.kill()
    time.sleep(0.2)
    assert processes.is_dead(name), "a zombie does no work"
    child.communicate()
    assert processes.is_dead(name)
