"""Lanes of work: beside each other, one job after the other in each, progress kept."""

import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest

from app.bootstrap import Services
from app.domain.errors import StoreUnavailable
from app.domain.jobs import Job, JobState
from app.domain.progress import Progress
from app.doors.worker.kind import JobContext
from app.doors.worker.registry import KINDS
from app.doors.worker.runner import Runner
from app.worker import _finished
from stand_ins.tmdb.serving import FakeTmdb, Hang
from tests.builders import make_titles, movie
from tests.jobs import let_do
from tests.worker_world import (
    ONE_OF_EACH_LANE,
    OtherProcess,
    ended,
    stored,
    until,
    worker,
)
from tests.world import open_world


class Recorder:
    """Work that tells what ran beside what, and goes on while `busy` is set."""

    def __init__(self) -> None:
        self.begun: list[str] = []
        self.most_at_once = 0
        self._running = 0
        self._lock = threading.Lock()
        self.busy = threading.Event()

    def __call__(self, job: JobContext) -> str:
        with self._lock:
            self.begun.append(job.arguments.get("n", ""))
            self._running += 1
            self.most_at_once = max(self.most_at_once, self._running)
        try:
            job.report(Progress(0, None, "begun"))
            while self.busy.is_set():
                job.report(Progress(1, None, "busy"))
                time.sleep(0.001)
        finally:
            with self._lock:
                self._running -= 1
        return "Did it."


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """In place of all work."""
    made = Recorder()
    for kind in KINDS:
        let_do(monkeypatch, kind, made)
    return made


def kinds(services: Services, state: JobState) -> set[str]:
    return {job.kind for job in services.jobs.recent(state=state)}


def test_a_long_sync_holds_up_neither_embedding_nor_the_index(
    tmp_path: Path, fake: FakeTmdb
) -> None:
    services = open_world(tmp_path, tmdb=fake)
    services.titles.upsert(make_titles(5, start=900_000))
    last = next(n for n in reversed(fake.ids("movie")) if not fake.body("movie", n)["adult"])
    hanging = fake.fault(Hang(), f"/3/movie/{last}")
    with worker(services):
        until(lambda: hanging.used)
        until(lambda: {"embed_full", "rebuild_index"} <= kinds(services, JobState.DONE))
        assert kinds(services, JobState.RUNNING) == {"sync_tmdb"}
        fake.clear_faults()
        until(lambda: not services.jobs.recent(state=JobState.RUNNING))
        sync = next(job for job in services.jobs.recent() if job.kind == "sync_tmdb")
        assert sync.state is JobState.DONE, sync.outcome
        assert sync.done == sync.total
        assert services.titles.get(movie(last)) is not None
    services.close()


def test_the_lanes_run_beside_each_other(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    meeting = threading.Barrier(len(ONE_OF_EACH_LANE))

    def meet(_job: JobContext) -> str:
        meeting.wait(10)
        return "All met."

    for kind in KINDS:
        let_do(monkeypatch, kind, lambda _: "Not this.")
    for kind in ONE_OF_EACH_LANE:
        let_do(monkeypatch, kind, meet)
    asked = [services.jobs.submit(kind, {"n": "1"}) for kind in ONE_OF_EACH_LANE]
    with worker(services):
        assert [ended(services, job).outcome for job in asked] == ["All met."] * 3


def test_jobs_of_a_lane_run_one_after_the_other(services: Services, recorder: Recorder) -> None:
    recorder.busy.set()
    numbers = [str(n) for n in range(6)]
    of_one_lane = ("sync_tmdb", "retry_failed", "refresh_tmdb")
    asked = [services.jobs.submit(of_one_lane[int(n) % 3], {"n": n}) for n in numbers]
    with worker(services):
        until(lambda: numbers[0] in recorder.begun)
        # The same again, while it runs: done once more, afterwards.
        asked.append(services.jobs.submit(of_one_lane[0], {"n": numbers[0]}))
        assert len({job.id for job in asked}) == 7
        recorder.busy.clear()
        assert {ended(services, job).state for job in asked} == {JobState.DONE}
    assert [n for n in recorder.begun if n] == [*numbers, numbers[0]]
    each = [stored(services, job) for job in asked]
    assert all(one.ended_at <= later.started_at for one, later in pairwise(each))


def test_an_unknown_kind_fails_with_a_sentence(services: Services) -> None:
    asked = services.jobs.submit("paint_posters", {"n": "1"})
    with worker(services):
        job = ended(services, asked)
    assert (job.state, job.outcome) == (
        JobState.FAILED,
        "This version knows no job of the kind paint_posters.",
    )


def test_progress_is_kept_while_a_job_runs_and_when_it_has_ended(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = threading.Event()

    def work(job: JobContext) -> str:
        job.report(Progress(3, 10, "three of them"))
        assert seen.wait(10)
        for n in range(4, 11):
            job.report(Progress(n, 10, f"the {n}th"))
        return "All ten."

    let_do(monkeypatch, "retry_failed", work)
    asked = services.jobs.submit("retry_failed", {})
    with worker(services):
        until(lambda: stored(services, asked).done)
        job = stored(services, asked)
        assert (job.done, job.total, job.message) == (3, 10, "three of them")
        assert job.state is JobState.RUNNING
        seen.set()
        job = ended(services, asked)
    assert (job.done, job.total, job.message) == (10, 10, "the 10th")
    assert (job.state, job.outcome) == (JobState.DONE, "All ten.")
    assert job.submitted_at <= job.started_at <= job.ended_at


def test_a_step_that_reports_nothing_gives_signs_of_life(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.doors.worker.running.HEARTBEAT", 0.02)
    going = threading.Event()
    let_do(monkeypatch, "rebuild_index", lambda _: str(going.wait(10)))
    asked = services.jobs.submit("rebuild_index", {"n": "1"})
    with worker(services):
        until(lambda: stored(services, asked).heartbeat_at > stored(services, asked).started_at > 0)
        going.set()
        assert ended(services, asked).state is JobState.DONE


def test_a_store_that_fails_for_a_moment_ends_no_work(
    services: Services, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder.busy.set()
    failures: list[Job] = []
    real = services.jobs.save

    def failing(job: Job) -> Job:
        if len(failures) < 3:
            failures.append(job)
            raise StoreUnavailable("away for a moment")
        return real(job)

    monkeypatch.setattr(services.jobs, "save", failing)
    asked = services.jobs.submit("retry_failed", {"n": "1"})
    with worker(services):
        until(lambda: stored(services, asked).message == "busy")
        recorder.busy.clear()
        assert ended(services, asked).state is JobState.DONE
    assert len(failures) == 3
    assert recorder.begun.count("1") == 1


def test_an_end_that_could_not_be_recorded_is_made_good(
    services: Services, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, lost = services.jobs.save, threading.Event()

    def failing(job: Job) -> Job:
        if job.id == asked.id and job.state is JobState.DONE and not lost.is_set():
            lost.set()
            raise StoreUnavailable("away for a moment")
        return real(job)

    asked = services.jobs.submit("retry_failed", {"n": "1"})
    monkeypatch.setattr(services.jobs, "save", failing)
    with worker(services):
        until(lambda: recorder.begun.count("1") == 2)
        assert ended(services, asked).state is JobState.DONE


def test_two_workers_share_the_work_and_do_each_job_once(
    tmp_path: Path, recorder: Recorder
) -> None:
    both = [open_world(tmp_path, processes=OtherProcess(name)) for name in ("one", "two")]
    both[0].titles.upsert(make_titles(3))
    numbers = [str(n) for n in range(12)]
    asked = [both[0].jobs.submit(ONE_OF_EACH_LANE[int(n) % 3], {"n": n}) for n in numbers]
    with worker(both[0]), worker(both[1]):
        for job in asked:
            assert ended(both[0], job).state is JobState.DONE
    assert sorted(n for n in recorder.begun if n) == sorted(numbers)
    for services in both:
        services.close()


def test_one_pass_does_what_is_due_and_what_was_left(tmp_path: Path, fake: FakeTmdb) -> None:
    services = open_world(tmp_path, tmdb=fake)
    left = services.jobs.submit("embed_item", {"media_type": "movie", "tmdb_id": "999999"})
    host = services.processes.name.partition(":")[0]
    assert services.jobs.claim(f"{host}:999999:1#embed"), "by a worker that is dead"
    done = Runner(services, threading.Event()).pass_once()
    assert [job.kind for job in done] == [
        *("embed_item", "sync_tmdb", "refresh_tmdb", "embed_full", "rebuild_index")
    ]
    assert {job.state for job in done} == {JobState.DONE}
    assert done[0].id == left.id
    manifest = services.publisher.current()
    assert manifest is not None
    assert manifest.count == sum(services.titles.count().values()) > 40
    later = Runner(services, threading.Event()).pass_once()
    assert [job.kind for job in later] == ["embed_full"], "nothing else is due again"
    services.close()


def test_a_fault_of_ours_ends_the_worker_with_a_failure() -> None:
    def broken() -> None:
        raise RuntimeError("a fault")

    assert _finished(broken, threading.Event()) is False
    assert _finished(lambda: None, threading.Event()) is True
