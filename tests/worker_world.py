"""A worker over a real store and index; only the model, and where need be TMDB, are stand-ins."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from app.bootstrap import Services
from app.domain.jobs import Job, JobState
from app.doors.worker.runner import Runner

ENDED = {JobState.DONE, JobState.FAILED, JobState.CANCELLED}

ONE_OF_EACH_LANE = ("retry_failed", "embed_item", "rebuild_index")
"""Kinds of jobs."""


class OtherProcess:
    """A process of another name, to which those called `dead…` are dead."""

    def __init__(self, name: str) -> None:
        self.name = name

    def is_dead(self, name: str) -> bool:
        return name.startswith("dead")


def make_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers look, keep progress and lose patience soon."""
    monkeypatch.setattr("app.doors.worker.runner._POLL", 0.01)
    monkeypatch.setattr("app.doors.worker.running._EVERY", 0.01)
    monkeypatch.setattr("app.doors.worker.running._PATIENCE", 0.1)


def dont_wait_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests in which many days pass: nothing in them loses its power."""
    monkeypatch.setattr(
        "app.adapters.stores.sqlite.database._PRAGMAS", ("PRAGMA synchronous = OFF",)
    )


@contextmanager
def worker(services: Services) -> Iterator[threading.Event]:
    """A worker that watches; it ends with the block, or once the event given is set."""
    stop = threading.Event()
    thread = threading.Thread(target=Runner(services, stop).watch)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(60)  # a busy machine needs seconds for what is under way
        assert not thread.is_alive()


def until(condition: Callable[[], object], seconds: float = 60.0) -> None:
    """Return once it holds; what is in a store gives no sign."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it didn't come to hold in time"
        time.sleep(0.005)


def stored(services: Services, job: Job) -> Job:
    found = services.jobs.get(job.id)
    assert found is not None
    return found


def ended(services: Services, job: Job) -> Job:
    """The job, once it has ended."""
    until(lambda: stored(services, job).state in ENDED)
    return stored(services, job)
