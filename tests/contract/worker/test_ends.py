"""How jobs end before they are done: cancelled, stopped with the worker, left by a dead one."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.bootstrap import Services
from app.domain.jobs import Job, JobState
from app.domain.progress import Progress
from app.doors.worker.kind import JobContext
from app.doors.worker.registry import KINDS
from app.doors.worker.runner import Runner
from stand_ins.tmdb.serving import FakeTmdb, Hang, Status
from tests.builders import make_titles
from tests.busy_machine import allowed
from tests.fakes.clock import MovedClock
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


class Endless:
    """Work of every kind that goes on until it is ended, or `done` is set; counts its runs."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.runs: list[str] = []

    def __call__(self, job: JobContext) -> str:
        self.runs.append(job.arguments.get("n", ""))
        while not self.done.is_set():
            job.report(Progress(2, 5, "going on"))
            time.sleep(0.001)
        return "Done."


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> Endless:
    made = Endless()
    for kind in KINDS:
        let_do(monkeypatch, kind, made)
    return made


def asked_for(services: Services) -> list[Job]:
    return [services.jobs.submit(kind, {"n": kind}) for kind in ONE_OF_EACH_LANE]


def all_run(services: Services, asked: list[Job]) -> Callable[[], bool]:
    return lambda: all(stored(services, job).done == 2 for job in asked)


def test_a_running_job_is_cancelled_in_each_lane(services: Services, endless: Endless) -> None:
    asked = asked_for(services)
    with worker(services):
        until(all_run(services, asked))
        services.jobs.cancel(asked[1].id)
        job = ended(services, asked[1])
        assert job.state is JobState.CANCELLED
        assert job.outcome == "Cancelled on request; what was done so far is kept."
        assert (job.done, job.total, job.message) == (2, 5, "going on")
        others = [stored(services, asked[0]), stored(services, asked[2])]
        assert {other.state for other in others} == {JobState.RUNNING}
        for other in others:
            services.jobs.cancel(other.id)
            assert ended(services, other).state is JobState.CANCELLED
    assert [endless.runs.count(kind) for kind in ONE_OF_EACH_LANE] == [1, 1, 1]


def test_a_job_cancelled_while_it_waits_is_not_begun(services: Services, endless: Endless) -> None:
    first, second = (services.jobs.submit("embed_item", {"n": n}) for n in "12")
    with worker(services):
        until(lambda: "1" in endless.runs)
        services.jobs.cancel(second.id)
        assert stored(services, second).state is JobState.CANCELLED
        endless.done.set()
        assert ended(services, first).state is JobState.DONE
    assert "2" not in endless.runs


@pytest.mark.parametrize(
    ("effect", "path"),
    [
        (Hang(), "/3/movie/*"),
        (Hang(), "/p/exports/*"),
        (Status(503), "*"),
        (Status(429, retry_after=60), "/3/movie/*"),
    ],
    ids=["details hang", "export hangs", "dead", "asks to wait"],
)
@pytest.mark.parametrize("how", ["cancelled", "stopped"])
def test_a_sync_that_waits_for_tmdb_ends_at_once(
    tmp_path: Path, fake: FakeTmdb, effect: Hang | Status, path: str, how: str
) -> None:
    services = open_world(tmp_path, tmdb=fake)
    fault = fake.fault(effect, path)
    asked = services.jobs.submit("sync_tmdb", {"embed_updated": "true"})
    with worker(services) as stop:
        until(lambda: fault.used)
        began = time.monotonic()
        if how == "cancelled":
            services.jobs.cancel(asked.id)
        else:
            stop.set()
        final = {"cancelled": JobState.CANCELLED, "stopped": JobState.WAITING}[how]
        until(lambda: stored(services, asked).state is final, allowed(4))
        assert time.monotonic() - began < allowed(3)
    fake.clear_faults()
    again = services.jobs.submit("sync_tmdb", {"embed_updated": "true"})
    with worker(services):
        assert ended(services, again).state is JobState.DONE
    assert services.titles.count()["tv"] > 0  # type: ignore[index]  # a kind is its text
    services.close()


def test_a_stopped_worker_leaves_all_lanes_and_the_next_goes_on(
    services: Services, endless: Endless
) -> None:
    asked = asked_for(services)
    with worker(services) as stop:
        until(all_run(services, asked))
        stop.set()
    for job in asked:
        waiting = stored(services, job)
        assert (waiting.state, waiting.owner, waiting.done) == (JobState.WAITING, "", 0)
        assert waiting.arguments == job.arguments
        assert "The worker was stopped" in waiting.message
    endless.done.set()
    with worker(services):
        assert [ended(services, job).state for job in asked] == [JobState.DONE] * 3
    assert [endless.runs.count(kind) for kind in ONE_OF_EACH_LANE] == [2, 2, 2]


def test_one_pass_that_is_stopped_ends(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    stop = threading.Event()

    def stopped(job: JobContext) -> str:
        if not stop.is_set():
            stop.set()
            job.report(Progress(1, 2, "half"))
        return "Begun again, though stopped."

    let_do(monkeypatch, "embed_full", stopped)
    left = Runner(services, stop).pass_once()
    assert [(job.kind, job.state) for job in left] == [("embed_full", JobState.WAITING)]
    assert len(services.jobs.recent()) == 1


def test_what_was_cancelled_does_not_wait_again_when_the_worker_stops(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, stop = threading.Event(), threading.Event()

    def work(job: JobContext) -> str:
        begun.set()
        stop.wait(10)
        job.report(Progress(1, 2, "half"))
        return "Not reached."

    let_do(monkeypatch, "retry_failed", work)
    asked = services.jobs.submit("retry_failed", {})
    watching = threading.Thread(target=Runner(services, stop).watch)
    watching.start()
    assert begun.wait(10)
    services.jobs.cancel(asked.id)
    stop.set()
    watching.join(10)
    assert stored(services, asked).state is JobState.CANCELLED


def test_the_jobs_of_a_dead_worker_are_taken_over_once(tmp_path: Path, endless: Endless) -> None:
    endless.done.set()
    both = [open_world(tmp_path, processes=OtherProcess(name)) for name in ("one", "two")]
    both[0].titles.upsert(make_titles(3))
    asked = [
        both[0].jobs.submit(kind, {"n": f"{kind} {n}"})
        for kind in ONE_OF_EACH_LANE
        for n in range(5)
    ]
    for kind in ONE_OF_EACH_LANE:
        for _ in range(5):
            assert both[0].jobs.claim(f"dead#{kind}", [kind])
    with worker(both[0]), worker(both[1]):
        assert {ended(both[0], job).state for job in asked} == {JobState.DONE}
    runs = [run for run in endless.runs if run]
    assert sorted(runs) == sorted(job.arguments[0][1] for job in asked)
    for services in both:
        services.close()


def test_a_job_of_a_dead_worker_that_was_to_be_cancelled_is(
    services: Services, endless: Endless
) -> None:
    asked = services.jobs.submit("retry_failed", {"n": "1"})
    host = services.processes.name.partition(":")[0]
    assert services.jobs.claim(f"{host}:999999:1#fetch")
    services.jobs.cancel(asked.id)
    endless.done.set()
    with worker(services):
        assert ended(services, asked).state is JobState.CANCELLED
    assert "1" not in endless.runs


def test_a_worker_elsewhere_counts_as_gone_after_two_minutes_of_silence(
    tmp_path: Path, endless: Endless
) -> None:
    clock = MovedClock()
    services = open_world(tmp_path, clock=clock)
    services.titles.upsert(make_titles(3))
    asked = services.jobs.submit("retry_failed", {"n": "1"})
    assert services.jobs.claim("elsewhere#fetch")
    endless.done.set()
    with worker(services):
        clock.forward(119)
        for job in asked_for(services):
            ended(services, job)  # so each lane has looked
        assert stored(services, asked).owner == "elsewhere#fetch"
        clock.forward(2)
        assert ended(services, asked).state is JobState.DONE
    services.close()


def test_the_lanes_of_a_worker_do_not_take_each_others_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a laptop's sleep, its own jobs look as if nobody had worked on them for long."""
    clock = MovedClock()
    services = open_world(tmp_path, clock=clock)
    services.titles.upsert(make_titles(3))
    runs: list[int] = []
    going = threading.Event()

    def work(*_: object) -> str:
        runs.append(1)
        assert going.wait(10)
        return "Done."

    let_do(monkeypatch, "retry_failed", work)
    asked = services.jobs.submit("retry_failed", {})
    with worker(services):
        until(lambda: runs)
        clock.forward(8 * 3600)
        item = {"media_type": "movie", "tmdb_id": "1"}
        for _ in range(3):  # each time, that lane has looked
            assert ended(services, services.jobs.submit("embed_item", item)).outcome
        going.set()
        assert ended(services, asked).state is JobState.DONE
    assert len(runs) == 1
    services.close()


@pytest.mark.usefixtures("endless")
def test_who_was_taken_over_hears_of_it_and_changes_nothing(services: Services) -> None:
    asked = services.jobs.submit("retry_failed", {"n": "1"})
    stop = threading.Event()
    runner = Runner(services, stop)
    held = services.jobs.claim("this#fetch")
    assert held is not None
    working = threading.Thread(target=runner._run, args=(held,))
    working.start()
    until(lambda: stored(services, asked).done)
    services.jobs.requeue(held, "Nothing was heard of its worker.")
    working.join(10)
    assert not working.is_alive()
    waiting = stored(services, asked)
    assert (waiting.state, waiting.message) == (
        JobState.WAITING,
        "Nothing was heard of its worker.",
    )
