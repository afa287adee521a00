"""Popularity, and what only an export shows, are taken over."""

from __future__ import annotations

from app.bootstrap import Services
from app.doors.worker.kind import DAY, HOUR, Every, JobContext, JobKind, Lane, When, passed
from app.doors.worker.tmdb_jobs import EMBEDDING, any_state, asked_kinds, ingesting


def _wanted(services: Services) -> bool:
    now = services.clock.now()
    return any_state(
        services, lambda state: bool(state.cursor) and passed(now, state.followed_at, 7 * DAY)
    )


def _work(job: JobContext) -> str:
    with ingesting(job) as (ingest, report):
        done = ingest.follow_export(asked_kinds(job), report, embed=job.says("embed_updated"))
    return str(done)


KIND = JobKind(
    name="follow_export",
    label="TMDB's daily lists",
    lane=Lane.FETCH,
    order=30,
    # No oftener, for where there is no export it stays due.
    when=(When(Every(6 * HOUR), _wanted),),
    arguments=EMBEDDING,
    work=_work,
)
