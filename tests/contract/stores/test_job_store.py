import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app.domain.errors import InvalidInput, NotFound
from app.domain.jobs import ENDED, Job, JobState
from app.domain.ports.work import JobStore
from tests.contract.conftest import Place
from tests.fakes.clock import MovedClock


def test_a_request_is_recorded_and_found(jobs: JobStore, clock: MovedClock) -> None:
    job = jobs.submit("embed", {"model": "nul \0 🎬 مرحبا", "batch": "128"})
    assert job.state is JobState.WAITING
    assert job.arguments == (("batch", "128"), ("model", "nul \0 🎬 مرحبا"))
    assert job.submitted_at == clock.now()
    assert job.total is None
    assert jobs.get(job.id) == job
    assert jobs.get("unknown") is None


def test_an_equal_request_is_the_same_while_it_waits(jobs: JobStore) -> None:
    first = jobs.submit("embed", {"a": "1", "b": "2"})
    assert jobs.submit("embed", {"b": "2", "a": "1"}) == first
    assert jobs.submit("embed", {"a": "1"}).id != first.id
    assert jobs.submit("build", {"a": "1", "b": "2"}).id != first.id
    assert jobs.claim("worker") is not None
    assert jobs.submit("embed", {"a": "1", "b": "2"}).id != first.id
    assert len(jobs.recent()) == 4


def test_the_oldest_is_claimed_first(jobs: JobStore, clock: MovedClock) -> None:
    ids = [jobs.submit("embed", {"n": str(n)}).id for n in range(12)]
    clock.forward(5)
    claimed = [jobs.claim("worker") for _ in ids]
    assert [job.id for job in claimed if job] == ids
    assert jobs.claim("worker") is None
    first = claimed[0]
    assert first is not None
    assert (first.state, first.owner) == (JobState.RUNNING, "worker")
    assert first.started_at == first.heartbeat_at == clock.now()
    assert jobs.get(first.id) == first


def test_only_the_named_kinds_are_claimed(jobs: JobStore) -> None:
    kinds = ("sync", "embed", "build", "sync", "embed")
    sync, embed, build, later_sync, later_embed = (
        jobs.submit(kind, {"n": str(n)}).id for n, kind in enumerate(kinds)
    )

    def claimed(kinds: Sequence[str] | None) -> str | None:
        job = jobs.claim("worker", kinds)
        return job.id if job else None

    assert claimed(["refresh"]) is None
    assert claimed(["embed"]) == embed
    # The oldest of all that are named, whatever the order of the names.
    assert claimed(("embed", "sync")) == sync
    assert claimed(("sync", "build")) == build
    assert claimed(("sync", "embed")) == later_sync
    assert claimed(("sync", "build")) is None
    assert claimed(None) == later_embed
    assert claimed(None) is None
    assert {job.state for job in jobs.recent()} == {JobState.RUNNING}


def test_no_kinds_claim_nothing(jobs: JobStore) -> None:
    waiting = jobs.submit("embed", {})
    assert jobs.claim("worker", []) is None
    assert jobs.claim("worker", frozenset()) is None
    assert jobs.get(waiting.id) == waiting


def test_workers_of_different_kinds_at_once_take_each_job_once(place: Place) -> None:
    jobs = place.open().jobs
    kinds = {jobs.submit(kind, {"n": str(n)}).id: kind for n in range(15) for kind in "abc"}
    named = [("a",), ("a", "b"), ("b",), None]
    start = threading.Barrier(len(named))

    def work(kinds: Sequence[str] | None) -> list[Job]:
        own = place.open().jobs  # as another process has it
        start.wait(30)
        taken = []
        while job := own.claim("worker", kinds):
            taken.append(job)
        return taken

    with ThreadPoolExecutor(len(named)) as workers:
        taken = list(workers.map(work, named))
    assert sorted(job.id for each in taken for job in each) == sorted(kinds)
    assert all(kinds[job.id] == job.kind for each in taken for job in each)
    for only, each in zip(named, taken, strict=True):
        assert {job.kind for job in each} <= set(only or "abc")


def test_progress_and_outcome_are_stored(jobs: JobStore, clock: MovedClock) -> None:
    jobs.submit("embed", {})
    job = jobs.claim("worker")
    assert job is not None
    clock.forward(3)
    running = replace(job, done=5, total=10, message="half", heartbeat_at=clock.now())
    assert jobs.save(running) == running
    ended = replace(running, state=JobState.DONE, ended_at=clock.now(), outcome="All of it")
    assert jobs.save(ended) == ended
    assert jobs.get(job.id) == ended
    assert jobs.recent(state=JobState.DONE) == [ended]


def test_a_waiting_job_is_cancelled_at_once(jobs: JobStore, clock: MovedClock) -> None:
    job = jobs.submit("embed", {})
    clock.forward(2)
    cancelled = jobs.cancel(job.id)
    assert cancelled is not None
    assert cancelled.state is JobState.CANCELLED
    assert cancelled.ended_at == clock.now()
    assert jobs.claim("worker") is None
    assert jobs.cancel("unknown") is None
    assert jobs.submit("embed", {}).id != job.id


def test_a_running_job_is_asked_to_stop_and_saving_does_not_hide_it(jobs: JobStore) -> None:
    jobs.submit("embed", {})
    job = jobs.claim("worker")
    assert job is not None
    asked = jobs.cancel(job.id)
    assert asked == replace(job, cancel_requested=True)
    # The worker still holds the job as it was, and saves its progress.
    saved = jobs.save(replace(job, done=7))
    assert saved == replace(job, done=7, cancel_requested=True)
    ended = jobs.save(replace(saved, state=JobState.CANCELLED))
    assert jobs.cancel(job.id) == ended


def test_an_ended_job_is_not_changed_by_cancelling(jobs: JobStore) -> None:
    jobs.submit("embed", {})
    job = jobs.claim("worker")
    assert job is not None
    done = jobs.save(replace(job, state=JobState.DONE))
    assert jobs.cancel(job.id) == done


def test_an_ended_job_stays_as_it_ended(jobs: JobStore) -> None:
    jobs.submit("embed", {})
    job = jobs.claim("worker")
    assert job is not None
    done = jobs.save(replace(job, state=JobState.DONE, outcome="All of it"))
    assert jobs.save(replace(job, done=3)) == done
    assert jobs.save(replace(job, state=JobState.FAILED)) == done
    assert jobs.requeue(job, "again") == done
    assert jobs.get(job.id) == done


def test_a_running_job_can_wait_again_from_its_start(jobs: JobStore, clock: MovedClock) -> None:
    asked = jobs.submit("embed", {"a": "1"})
    claimed = jobs.claim("dead")
    assert claimed is not None
    held = jobs.save(replace(claimed, done=7, total=9, message="half", heartbeat_at=clock.now()))
    waiting = jobs.requeue(held, "Its worker died")
    assert waiting == replace(asked, message="Its worker died")
    assert jobs.submit("embed", {"a": "1"}) == waiting, "it counts as waiting"
    again = jobs.claim("worker")
    assert again is not None
    assert (again.id, again.owner) == (asked.id, "worker")


def test_a_job_waits_again_once_however_many_see_its_worker_dead(place: Place) -> None:
    jobs = place.open().jobs
    jobs.submit("embed", {})
    held = jobs.claim("dead")
    assert held is not None
    start = threading.Barrier(4)

    def take_over(_: int) -> list[Job]:
        own = place.open().jobs  # as another process has it
        start.wait(30)
        own.requeue(held, "Its worker died")
        claimed = own.claim(f"worker {_}")
        # It looked a moment ago, and acts only now.
        own.requeue(held, "Its worker died")
        return [claimed] if claimed else []

    with ThreadPoolExecutor(4) as workers:
        taken = [job for each in workers.map(take_over, range(4)) for job in each]
    assert [job.id for job in taken] == [held.id]
    assert jobs.recent() == taken


def test_who_lost_a_job_can_not_change_it(jobs: JobStore) -> None:
    jobs.submit("embed", {})
    lost = jobs.claim("silent")
    assert lost is not None
    waiting = jobs.requeue(lost, "again")
    assert jobs.save(replace(lost, done=5)) == waiting
    held = jobs.claim("worker")
    assert held is not None
    assert jobs.save(replace(lost, state=JobState.FAILED)) == held
    assert jobs.requeue(lost, "again") == held
    assert jobs.get(lost.id) == held


def test_a_job_that_was_asked_to_stop_does_not_wait_again(
    jobs: JobStore, clock: MovedClock
) -> None:
    jobs.submit("embed", {})
    held = jobs.claim("dead")
    assert held is not None
    jobs.cancel(held.id)
    clock.forward(3)
    ended = jobs.requeue(held, "again")
    assert (ended.state, ended.ended_at) == (JobState.CANCELLED, clock.now())
    assert "Cancelled" in ended.outcome
    assert jobs.claim("worker") is None


def test_a_job_that_waits_again_beside_an_equal_one_waits_too(jobs: JobStore) -> None:
    first = jobs.submit("embed", {})
    job = jobs.claim("dead")
    assert job is not None
    second = jobs.submit("embed", {})
    jobs.requeue(job, "again")
    claimed = [jobs.claim("worker"), jobs.claim("worker"), jobs.claim("worker")]
    assert [each.id for each in claimed if each] == [first.id, second.id]


def test_only_the_newest_of_the_ended_jobs_are_kept(
    jobs: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    for store in ("sqlite", "mongo"):
        monkeypatch.setattr(f"app.adapters.stores.{store}.jobs.KEPT", 5)
    waiting = jobs.submit("waits", {})
    jobs.submit("runs", {})
    running = jobs.claim("worker", ["runs"])
    assert running is not None
    ended = []
    for n, state in enumerate([*ENDED, *ENDED, *ENDED]):
        jobs.submit("embed", {"n": str(n)})
        job = jobs.claim("worker", ["embed"])
        assert job is not None
        ended.append(jobs.save(replace(job, state=state)))
    assert jobs.submit("waits", {}) == waiting
    newest = jobs.submit("embed", {})
    # What ended last is dropped with the next request.
    assert jobs.recent() == [newest, *ended[:-6:-1], running, waiting]
    assert jobs.get(ended[0].id) is None


def test_the_newest_come_first(jobs: JobStore) -> None:
    ids = [jobs.submit("embed", {"n": str(n)}).id for n in range(12)]
    assert [job.id for job in jobs.recent()] == ids[::-1]
    assert [job.id for job in jobs.recent(3)] == ids[:-4:-1]
    jobs.claim("worker")
    assert [job.id for job in jobs.recent(state=JobState.RUNNING)] == ids[:1]
    assert [job.id for job in jobs.recent(2, JobState.WAITING)] == ids[:-3:-1]
    with pytest.raises(InvalidInput):
        jobs.recent(0)


def test_saving_a_job_that_nobody_asked_for_is_an_error(jobs: JobStore) -> None:
    with pytest.raises(NotFound):
        jobs.save(Job(id="made up", kind="embed"))
    with pytest.raises(NotFound):
        jobs.save(Job(id="made up", kind="embed", state=JobState.DONE))
    with pytest.raises(NotFound):
        jobs.requeue(Job(id="made up", kind="embed"), "again")
    assert jobs.recent() == []


def test_jobs_survive_opening_again(place: Place) -> None:
    first = place.open()
    job = first.jobs.submit("embed", {"a": "1"})
    first.close()
    second = place.open()
    assert second.jobs.get(job.id) == job
    assert second.jobs.submit("embed", {"a": "1"}).id == job.id
