"""What the kinds of jobs that ask TMDB have in common."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Final

from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind, kinds_named
from app.domain.progress import Report
from app.doors.worker.kind import JobContext
from app.services.catalogue.ingest import Ingest
from app.services.catalogue.sync_state import SyncState, read_state
from app.services.leases import CATALOGUE

EMBEDDING: Final = {"embed_updated": "true"}


def needs_key(services: Services) -> None:
    """Raise `NotConfigured` where TMDB can't be asked."""
    services.open_catalogue_source().close()


@contextmanager
def ingesting(job: JobContext) -> Iterator[tuple[Ingest, Report]]:
    """Hold the catalogue, with a connection to TMDB that is this job's own."""
    with job.holding(CATALOGUE) as report:
        source = job.clients.enter_context(closing(job.services.open_catalogue_source()))
        yield job.services.ingest(source), report


def due_where(wanted: Callable[[SyncState, float], object]) -> Callable[[Services], bool]:
    """Whether that holds now for how far films or series are; nothing is due without a key."""

    def due(services: Services) -> bool:
        if not services.settings.tmdb_is_set:
            return False
        # All are read first: that one can't be must not depend on what the other says.
        states, now = [read_state(services.state, kind) for kind in MediaKind], services.clock.now()
        return any(wanted(state, now) for state in states)

    return due


def asked_kinds(job: JobContext) -> tuple[MediaKind, ...]:
    """The kinds that the job is about. Raises `InvalidInput`."""
    return kinds_named(job.arguments.get("media_type", "all"))
