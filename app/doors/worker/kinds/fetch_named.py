"""The titles that somebody's history names and the catalogue lacks are fetched."""

from __future__ import annotations

from app.bootstrap import Services
from app.doors.worker.kind import Every, JobContext, JobKind, Lane, When
from app.doors.worker.tmdb_jobs import ingesting
from app.services.catalogue import missing_titles


def _wanted(services: Services) -> bool:
    return services.settings.tmdb_is_set and bool(services.named_missing())


def _work(job: JobContext) -> str:
    missing = job.services.named_missing()
    if not missing:
        return "Every title that a history names is here."
    with ingesting(job) as (ingest, report):
        done = missing_titles.fetch(ingest, missing, job.services.state, report, embed=True)
    return str(done)


KIND = JobKind(
    name="fetch_named",
    label="Titles that a history names",
    lane=Lane.FETCH,
    order=80,
    fed=False,
    when=(When(Every(600), _wanted),),
    work=_work,
)
