"""A generation of the index is built and published."""

from app.bootstrap import Services
from app.domain.errors import Damaged
from app.doors.worker.kind import AdminRoute, Every, JobContext, JobKind, Lane
from app.services.index import rebuild


def _first_is_due(services: Services) -> bool:
    try:
        if services.publisher.current() is not None:
            return False
    except Damaged:  # there was one
        return False
    return bool(services.vectors.status(services.embedder.model).count)


def _work(job: JobContext) -> str:
    manifest = job.services.rebuild_index(job.report)
    return f"{manifest.name} published: {manifest.count:,} titles, recall@10 {manifest.recall:.4f}."


KIND = JobKind(
    label="Rebuild of the index",
    lane=Lane.INDEX,
    order=60,
    when={
        # Until there is one nothing can be searched, and somebody may be waiting.
        Every(5): _first_is_due,
        Every(60): lambda s: rebuild.is_due(s.vectors, s.publisher, s.embedder.model),
    },
    route=AdminRoute("/faiss/rebuild", "Rebuild the index, in the worker"),
    work=_work,
)
