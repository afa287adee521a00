"""How every operator's call works: services of its own, a lease, and progress on stderr."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from app.bootstrap import Services, open_services
from app.domain.progress import Report
from app.doors.operator.progress_line import progress_line
from app.services.leases import held


@contextmanager
def alone(lease_name: str, title: str) -> Iterator[tuple[Services, Report]]:
    """Services, and a report that draws under this title and stops the work if the lease is lost.

    Raises `LeaseHeld` where another process does this now, and what `open_services` raises.
    """
    with (
        closing(open_services()) as services,
        held(services.state, lease_name, services.processes) as lease,
        progress_line(title) as report,
    ):
        yield services, lease.guarding(report)
