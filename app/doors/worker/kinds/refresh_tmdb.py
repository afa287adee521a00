"""What grew old is fetched again."""

from app.doors.worker.kind import DAY, Every, JobContext, JobKind, Lane
from app.doors.worker.tmdb_jobs import EMBEDDING, asked_kinds, due_where, ingesting
from app.services.catalogue.sync_plan import LONGEST_AGE

_DAILY = Every(DAY)


def _work(job: JobContext) -> str:
    with ingesting(job) as (ingest, report):
        kinds, embed = asked_kinds(job), job.says("embed_updated")
        return str(ingest.refresh(kinds, report, stale_after=LONGEST_AGE, embed=embed))


KIND = JobKind(
    label="Renewal of the oldest answers",
    lane=Lane.FETCH,
    order=40,
    when={Every(600): due_where(lambda s, now: s.cursor and _DAILY.has_come(now, s.refreshed_at))},
    arguments=EMBEDDING,
    work=_work,
)
