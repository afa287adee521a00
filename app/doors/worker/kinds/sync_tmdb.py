"""The catalogue is brought up to TMDB."""

from __future__ import annotations

from app.bootstrap import Services
from app.domain.jobs import SYNC_TMDB
from app.doors.worker.kind import HOUR, Every, JobContext, JobKind, Lane, When, passed
from app.doors.worker.tmdb_jobs import EMBEDDING, any_state, asked_kinds, ingesting, needs_key


def _wanted(services: Services) -> bool:
    now = services.clock.now()
    return any_state(
        services, lambda state: state.open is not None or passed(now, state.synced_at, 6 * HOUR)
    )


def _work(job: JobContext) -> str:
    with ingesting(job) as (ingest, report):
        done = ingest.sync(
            asked_kinds(job),
            report,
            full=job.says("full_sync"),
            embed=job.says("embed_updated"),
            force=job.says("force_refresh"),
            include_adult=job.says("include_adult"),
        )
    return str(done)


KIND = JobKind(
    name=SYNC_TMDB,
    label="Sync with TMDB",
    lane=Lane.FETCH,
    order=20,
    when=(When(Every(60), _wanted),),
    arguments=EMBEDDING,
    check=needs_key,
    work=_work,
)
