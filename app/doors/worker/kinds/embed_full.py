"""What changed is embedded."""

from app.bootstrap import Services
from app.doors.worker.kind import HOUR, AdminRoute, Every, JobContext, JobKind, Lane
from app.services.index.embed import embed_all
from app.services.leases import EMBED


def _titles_lack_vectors(services: Services) -> bool:
    titles = sum(services.titles.count().values())
    return titles != services.vectors.status(services.embedder.model).count


def _work(job: JobContext) -> str:
    services = job.services
    with job.holding(EMBED) as report:
        return str(embed_all(services.titles, services.vectors, services.embedder, report=report))


KIND = JobKind(
    label="Embedding",
    lane=Lane.EMBED,
    order=50,
    when={
        Every(900): _titles_lack_vectors,
        # A changed text shows in no count: every title is looked at, so not often.
        Every(HOUR): lambda _: True,
    },
    route=AdminRoute("/embed/full", "Embed what changed, in the worker"),
    work=_work,
)
