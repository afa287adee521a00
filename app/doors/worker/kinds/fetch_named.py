"""The titles that somebody's history names and the catalogue lacks are fetched."""

from app.doors.worker.kind import Every, JobContext, JobKind, Lane
from app.doors.worker.tmdb_jobs import ingesting
from app.services.catalogue import missing_titles


def _work(job: JobContext) -> str:
    missing = job.services.named_missing()
    if not missing:
        return "Every title that a history names is here."
    with ingesting(job) as (ingest, report):
        return str(missing_titles.fetch(ingest, missing, job.services.state, report, embed=True))


KIND = JobKind(
    label="Titles that a history names",
    lane=Lane.FETCH,
    order=80,
    fed=False,
    when={Every(600): lambda s: s.settings.tmdb_is_set and s.named_missing()},
    work=_work,
)
