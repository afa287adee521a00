"""The ids that failed are tried again."""

from app.doors.worker.kind import AdminRoute, JobContext, JobKind, Lane
from app.doors.worker.tmdb_jobs import EMBEDDING, asked_kinds, ingesting, needs_key


def _work(job: JobContext) -> str:
    with ingesting(job) as (ingest, report):
        return str(ingest.retry_failed(asked_kinds(job), report, embed=job.says("embed_updated")))


KIND = JobKind(
    label="Failed ids again",
    lane=Lane.FETCH,
    route=AdminRoute("/sync/tmdb/retry", "Try the failed ids again", "501 without a TMDB key."),
    arguments=EMBEDDING,
    check=needs_key,
    work=_work,
)
