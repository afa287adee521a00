"""Popularity, and what only an export shows, are taken over."""

from app.doors.worker.kind import DAY, HOUR, Every, JobContext, JobKind, Lane
from app.doors.worker.tmdb_jobs import EMBEDDING, asked_kinds, due_where, ingesting

_WEEKLY = Every(7 * DAY)


def _work(job: JobContext) -> str:
    with ingesting(job) as (ingest, report):
        return str(ingest.follow_export(asked_kinds(job), report, embed=job.says("embed_updated")))


KIND = JobKind(
    label="TMDB's daily lists",
    lane=Lane.FETCH,
    order=30,
    # No oftener, for where there is no export it stays due.
    when={
        Every(6 * HOUR): due_where(lambda s, now: s.cursor and _WEEKLY.has_come(now, s.followed_at))
    },
    arguments=EMBEDDING,
    work=_work,
)
