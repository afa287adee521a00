"""A job asks TMDB over clients of its own: its end closes them, and nobody else's."""

from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from app.domain.catalogue.source_answers import Answer, Fetched
from app.domain.errors import Cancelled
from app.domain.jobs import JobState
from app.domain.progress import Progress
from app.doors.worker.kind import JobContext
from stand_ins.tmdb.serving import FakeTmdb, Hang
from tests.builders import movie
from tests.jobs import let_do
from tests.worker_world import ended, until, worker
from tests.world import open_world


def test_cancelling_a_job_ends_nobody_elses_calls(tmp_path: Path, fake: FakeTmdb) -> None:
    services = open_world(tmp_path, tmdb=fake)
    of_the_job, others = fake.fault(Hang(), "/3/tv/*"), fake.fault(Hang(), "/3/movie/*")
    answers: list[Answer] = []
    asked = services.jobs.submit("sync_tmdb", {"media_type": "tv"})
    with closing(services.open_catalogue_source()) as source, worker(services):
        wanted = movie(next(n for n in fake.ids("movie")))
        asking = Thread(
            target=lambda: answers.extend(one for one in source.details([wanted]) if one)
        )
        until(lambda: of_the_job.used)
        asking.start()
        until(lambda: others.used)
        services.jobs.cancel(asked.id)
        assert ended(services, asked).state is JobState.CANCELLED
        assert asking.is_alive(), "still waiting for its answer"
        fake.clear_faults()
        asking.join(30)
    assert [type(one) for one in answers] == [Fetched]
    services.close()


def test_what_a_job_opened_is_closed_when_it_ends(
    tmp_path: Path, fake: FakeTmdb, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = open_world(tmp_path, tmdb=fake)
    opened = []

    def work(job: JobContext) -> str:
        opened.append(job.clients.enter_context(closing(services.open_catalogue_source())))
        job.report(Progress(1, 1, "opened"))
        return "Opened."

    let_do(monkeypatch, "retry_failed", work)
    asked = services.jobs.submit("retry_failed", {})
    with worker(services):
        assert ended(services, asked).state is JobState.DONE
    with pytest.raises(Cancelled):
        list(opened[0].details([movie(1)]))
    services.close()
