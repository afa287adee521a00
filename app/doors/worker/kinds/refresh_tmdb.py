"""What grew old is fetched again."""

from __future__ import annotations

from app.bootstrap import Services
from app.doors.worker.kind import DAY, Every, JobContext, JobKind, Lane, When, passed
from app.doors.worker.tmdb_jobs import EMBEDDING, any_state, asked_kinds, ingesting
from app.services.catalogue.sync_plan import LONGEST_AGE


def _wanted(services: Services) -> bool:
    now = services.clock.now()
    return any_state(
        services, lambda state: bool(state.cursor) and passed(now, state.refreshed_at, DAY)
    )


def _work(job: JobContext) -> str:
    with ingesting(job) as (ingest, report):
        done = ingest.refresh(
            asked_kinds(job),
            report,
            stale_after=float(job.arguments.get("stale_after_seconds", LONGEST_AGE)),
            embed=job.says("embed_updated"),
        )
    return str(done)


KIND = JobKind(
    name="refresh_tmdb",
    label="Renewal of the oldest answers",
    lane=Lane.FETCH,
    order=40,
    when=(When(Every(600), _wanted),),
    arguments=EMBEDDING,
    work=_work,
)
