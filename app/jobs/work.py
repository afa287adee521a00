"""What each kind of job does, over the services."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from app.domain.progress import Report
from app.domain.worker_sign import EMBED_FULL, LOAD_SAMPLE, REBUILD_INDEX
from app.services import catalogue, index
from app.services.embed import embed_all
from app.services.leases import CATALOGUE, EMBED, INDEX, held
from app.wiring import Services

Work = Callable[[Services, Report], str]
"""Does a job and returns its outcome as a sentence. `Report` may raise `Cancelled`."""


def load_sample(services: Services, report: Report) -> str:
    """Fill an empty catalogue with the sample, unless a TMDB key is set."""
    if services.settings.tmdb_api_key is not None:
        return "A TMDB key is set: no sample is needed."
    with held(services.state, CATALOGUE, services.processes) as lease:
        loaded = catalogue.load_sample_if_empty(
            services.titles, services.read_sample, lease.guarding(report)
        )
    return "There are titles already." if loaded is None else f"{loaded.written} titles loaded."


def embed_full(services: Services, report: Report) -> str:
    """Embed what changed."""
    with held(services.state, EMBED, services.processes) as lease:
        done = embed_all(
            services.titles,
            services.vectors,
            services.embedder,
            report=lease.guarding(report),
        )
    return str(done)


def rebuild_index(services: Services, report: Report) -> str:
    """Build and publish a generation."""
    with held(services.state, INDEX, services.processes) as lease:
        manifest = index.rebuild(
            services.titles,
            services.vectors,
            services.publisher,
            model=services.embedder.model,
            factory=services.settings.vector_index_factory,
            recall_target=services.settings.vector_recall_target,
            report=lease.guarding(report),
        )
    return f"{manifest.name} published: {manifest.count} titles, recall@10 {manifest.recall:.4f}."


WORK: Final[dict[str, Work]] = {
    LOAD_SAMPLE: load_sample,
    EMBED_FULL: embed_full,
    REBUILD_INDEX: rebuild_index,
}
