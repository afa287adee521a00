"""The operator's calls on the index."""

from contextlib import closing

from app.bootstrap import open_services
from app.domain.index.generations import Manifest
from app.doors.operator.progress_line import progress_line
from app.services.index import rebuild
from app.services.leases import INDEX, held


def rebuild_index(dim: int | None = None, factory: str | None = None) -> Manifest:
    """Build the index from the stored vectors and publish it; running servers swap to it.

    `dim` is only a check against the stored vectors (None: whatever they have). `factory` is
    ``auto`` or a FAISS factory string (None: the setting VECTOR_INDEX_FACTORY). Raises
    `DimensionMismatch`, `NotReady`, `InvalidInput`, `LeaseHeld`, `StoreUnavailable`.
    """
    with (
        closing(open_services()) as services,
        progress_line("Building the index") as report,
    ):
        return services.rebuild_index(report, factory=factory, dimension=dim)


def roll_back_index() -> Manifest:
    """Publish the previous generation again. Raises `NotFound`, `LeaseHeld`, `Damaged`."""
    with (
        closing(open_services()) as services,
        held(services.state, INDEX, services.processes),
    ):
        return services.publisher.roll_back()


def index_due() -> str:
    """Why a rebuild is due, as a sentence; empty where it isn't."""
    with closing(open_services()) as services:
        return rebuild.is_due(services.vectors, services.publisher, services.embedder.model)
