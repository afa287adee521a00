"""The packaged sample comes into a catalogue that would stay empty."""

from app.bootstrap import Services
from app.doors.worker.kind import Every, JobContext, JobKind, Lane
from app.services.catalogue import dumps
from app.services.leases import CATALOGUE


def _wanted(services: Services) -> bool:
    return not services.settings.tmdb_is_set and next(iter(services.titles.scan(1)), None) is None


def _work(job: JobContext) -> str:
    services = job.services
    if services.settings.tmdb_is_set:
        return "A TMDB key is set: no sample is needed."
    with job.holding(CATALOGUE) as report:
        loaded = dumps.load_sample_if_empty(services.titles, services.adapters.read_sample, report)
    return "There are titles already." if loaded is None else f"{loaded.written:,} titles loaded."


KIND = JobKind(
    label="Loading of the sample",
    lane=Lane.EMBED,
    order=10,
    when={Every(60): _wanted},
    work=_work,
)
