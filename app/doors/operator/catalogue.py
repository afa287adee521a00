"""The operator's calls on the catalogue."""

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from app.bootstrap import Services, open_services
from app.domain.errors import Damaged, InvalidInput
from app.doors.operator.alone import alone
from app.doors.operator.progress_line import progress_line
from app.services.catalogue import dumps
from app.services.catalogue.dumps import CatalogueImport
from app.services.leases import CATALOGUE, Lease, held
from app.settings import settings


def import_files(paths: Iterable[str | Path]) -> list[CatalogueImport]:
    """Import files of any layout known, one report per file, in order.

    A file that can't be read says so in its report and doesn't keep the others back. Raises
    `StoreUnavailable`, and `LeaseHeld` where another import is running.
    """
    with (
        closing(open_services()) as services,
        held(services.state, CATALOGUE, services.processes) as lease,
    ):
        return [_import_file(services, Path(path), lease) for path in paths]


def load_sample_if_empty() -> CatalogueImport | None:
    """Load the packaged sample into an empty catalogue, unless a TMDB key is set.

    None where there was nothing to do. Raises `Damaged`, `StoreUnavailable`, `LeaseHeld`.
    """
    if settings().tmdb_is_set:
        return None
    with alone(CATALOGUE, "Loading the sample") as (services, report):
        read_sample = services.adapters.read_sample
        return dumps.load_sample_if_empty(services.titles, read_sample, report)


def _import_file(services: Services, path: Path, lease: Lease) -> CatalogueImport:
    try:
        dump = services.adapters.open_dump(path)
    except (InvalidInput, Damaged) as error:
        return CatalogueImport(name=path.name, failed=error.detail)
    with progress_line(f"Importing {dump.name}") as report:
        return dumps.import_dump(services.titles, dump, lease.guarding(report))
