"""One title is embedded."""

from app.domain.catalogue.titles import MediaKind, TitleId
from app.doors.worker.kind import JobContext, JobKind, Lane
from app.services.index.embed import embed_titles


def _work(job: JobContext) -> str:
    services, asked = job.services, job.arguments
    title_id = TitleId(MediaKind(asked["media_type"]), int(asked["tmdb_id"]))
    done = embed_titles(services.titles, services.vectors, services.embedder, [title_id])
    if done.unknown:
        return f"There is no {title_id} in the catalogue."
    return f"{title_id} embedded." if done.embedded else f"{title_id} had its vector already."


KIND = JobKind(label="Embedding of one title", lane=Lane.EMBED, work=_work)
