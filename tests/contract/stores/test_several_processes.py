import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from app.adapters.clock import SystemClock
from app.domain.catalogue.titles import TitleId
from app.domain.ports.vectors import VectorStore
from tests.builders import make_title, make_titles, movie, vector_rows
from tests.contract.conftest import Place
from tests.contract.stores.store_process import BATCH, SHARED
from tests.fakes.clock import MovedClock

ROOT = Path(__file__).parents[3]
Process = subprocess.Popen[str]


@contextmanager
def processes(place: Place, work: str, count: int, rounds: int = 0) -> Iterator[list[Process]]:
    """Processes that begin the work at the same moment; whatever is left of them is killed."""
    started = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.contract.stores.store_process", work),
                *(place.backend, place.where, place.database, str(number), str(rounds)),
            ],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(count)
    ]
    try:
        for process in started:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


def finish(started: list[Process]) -> list[list[str]]:
    """What each printed; all must have ended well."""
    printed = [process.communicate(timeout=120)[0].split("\n")[:-1] for process in started]
    assert [process.returncode for process in started] == [0] * len(started)
    return printed


class Follower:
    """Reads the log as a serving process does, keeping the latest change of every title."""

    def __init__(self, vectors: VectorStore) -> None:
        self.latest: dict[TitleId, bytes | None] = {}
        self._vectors = vectors
        self._seq = 0

    def read(self) -> None:
        while changes := self._vectors.changes("m", self._seq, limit=16):
            for change in changes:
                vector = change.vector
                self.latest[change.id] = None if vector is None else vector.tobytes()
            self._seq = changes[-1].seq

    def present(self) -> dict[TitleId, bytes]:
        return {title: vector for title, vector in self.latest.items() if vector is not None}


def stored(vectors: VectorStore) -> dict[TitleId, bytes]:
    return {
        TitleId.from_key(int(key)): row.tobytes()
        for batch in vectors.scan("m")
        for key, row in zip(batch.keys, batch.vectors, strict=True)
    }


def test_processes_that_make_the_store_at_once_lose_no_title(place: Place) -> None:
    with processes(place, "write_titles", 4, rounds=15) as started:
        finish(started)
    titles = place.open().titles
    seen = [title for batch in titles.scan() for title in batch]
    assert seen == [t for p in range(4) for t in make_titles(15 * BATCH, 1 + p * 1_000_000)]
    assert sum(titles.count().values()) == 4 * 15 * BATCH


def test_a_reader_of_changes_misses_nothing_while_processes_write(place: Place) -> None:
    vectors = place.open().vectors
    follower = Follower(vectors)
    reads = 0
    with processes(place, "write_vectors", 3, rounds=12) as started:
        while any(process.poll() is None for process in started):
            follower.read()
            reads += 1
        printed = finish(started)
    follower.read()
    assert reads > 3
    confirmed = {movie(n) for lines in printed for line in lines for n in json.loads(line)}
    assert confirmed <= follower.present().keys() | set(SHARED)
    assert follower.present() == stored(vectors)
    assert vectors.status("m").count == len(stored(vectors))


@pytest.mark.parametrize("work", ["write_titles", "write_vectors"])
def test_a_writer_killed_midway_loses_nothing_it_confirmed(place: Place, work: str) -> None:
    lines: list[str] = []
    with processes(place, work, 1) as (writer,):
        assert writer.stdout
        lines = [writer.stdout.readline() for _ in range(8)]
        writer.send_signal(signal.SIGKILL)
        rest, _ = writer.communicate()
    lines += [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    # What the dead writer still held has expired for whoever comes a minute later.
    stores = place.open(MovedClock(SystemClock().now() + 60))
    if work == "write_titles":
        starts = [int(line) for line in lines]
        expected = {t.id: t for start in starts for t in make_titles(BATCH, start)}
        assert stores.titles.get_many(expected.keys()) == expected
        stores.titles.upsert([make_title(9_000_000)])
        assert stores.titles.get(movie(9_000_000)) == make_title(9_000_000)
        return
    follower = Follower(stores.vectors)
    follower.read()
    confirmed = {movie(n) for line in lines for n in json.loads(line)}
    assert confirmed <= follower.present().keys()
    stores.vectors.upsert("m", vector_rows([movie(9_000_000)]))
    follower.read()
    assert follower.present() == stored(stores.vectors)
    assert stores.vectors.status("m").count == len(stored(stores.vectors))


def test_a_lease_is_taken_by_one_of_many_processes(place: Place) -> None:
    place.open()
    with processes(place, "take_lease", 4) as started:
        holders = {line for lines in finish(started) for line in lines}
    assert len(holders) == 1


def test_each_job_is_claimed_by_one_of_many_processes(place: Place) -> None:
    jobs = place.open().jobs
    ids = [jobs.submit("embed", {"n": str(n)}).id for n in range(60)]
    with processes(place, "claim_jobs", 3) as started:
        claimed = [line for lines in finish(started) for line in lines]
    assert sorted(claimed) == sorted(ids)


def test_equal_requests_made_at_once_are_one_job(place: Place) -> None:
    jobs = place.open().jobs
    with processes(place, "submit_job", 4) as started:
        ids = {line for lines in finish(started) for line in lines}
    assert {job.id for job in jobs.recent()} == ids
    assert len(ids) == 1


def test_processes_that_note_the_same_failures_all_count(place: Place) -> None:
    failures = place.open().failures
    with processes(place, "note_failures", 3, rounds=15) as started:
        printed = finish(started)
    assert failures.attempts(SHARED) == dict.fromkeys(SHARED, 3 * 15)
    for lines in printed:  # each process sees its own attempts add up
        told = [int(line) for line in lines]
        assert told == sorted(set(told))
        assert len(told) == 15


def test_threads_share_the_stores(place: Place) -> None:
    stores = place.open()
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(5):
                part = make_titles(BATCH, 1 + number * 1000 + turn * BATCH)
                stores.titles.upsert(part)
                stores.vectors.upsert("m", vector_rows([t.id for t in part]))
                assert stores.titles.get(part[3].id) == part[3]
        except BaseException as error:  # noqa: BLE001  # shown by the test's own thread
            failures.append(error)

    run_together([partial(work, number) for number in range(6)])
    assert failures == []
    assert sum(len(batch) for batch in stores.titles.scan()) == 6 * 5 * BATCH
    assert stores.vectors.status("m").count == 6 * 5 * BATCH


def run_together(calls: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=call) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
