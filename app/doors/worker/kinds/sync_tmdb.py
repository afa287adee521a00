"""The catalogue is brought up to TMDB."""

from app.doors.worker.kind import HOUR, Every, JobContext, JobKind, Lane
from app.doors.worker.tmdb_jobs import EMBEDDING, asked_kinds, due_where, ingesting, needs_key

_OFTEN = Every(6 * HOUR)


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
    label="Sync with TMDB",
    lane=Lane.FETCH,
    order=20,
    when={Every(60): due_where(lambda s, now: s.open or _OFTEN.has_come(now, s.synced_at))},
    arguments=EMBEDDING,
    check=needs_key,
    work=_work,
)
