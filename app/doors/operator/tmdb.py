"""The operator's calls on TMDB."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from app.bootstrap import open_services
from app.domain.catalogue.source_answers import Failure
from app.domain.catalogue.titles import MediaKind, kinds_named
from app.domain.errors import InvalidInput
from app.domain.progress import Report
from app.doors.operator.alone import alone
from app.services.catalogue.fetching import ATTEMPTS
from app.services.catalogue.ingest import Ingest, SyncReport
from app.services.catalogue.sync_plan import LONGEST_AGE
from app.services.leases import CATALOGUE


def sync_tmdb(
    media_type: str = "all",
    full_sync: bool = False,  # noqa: FBT001, FBT002 -- the operator's call, by position or name
    embed_updated: bool = False,  # noqa: FBT001, FBT002
    force_refresh: bool = False,  # noqa: FBT001, FBT002
    include_adult: bool = False,  # noqa: FBT001, FBT002
) -> SyncReport:
    """Bring the catalogue up to TMDB: all of it the first time, afterwards what changed.

    `media_type` is ``movie``, ``tv`` or ``all``. `full_sync` goes through the whole export again
    and fetches what is missing or older than six months; `force_refresh` fetches everything again.
    `embed_updated` embeds what is written, so that running servers find it within seconds. An
    interrupted call is resumed by the next. Raises `NotConfigured` without a usable key,
    `UpstreamUnavailable`, `LeaseHeld` where another process writes the catalogue,
    `StoreUnavailable`, `InvalidInput`.
    """
    with _ingesting("Fetching from TMDB", media_type) as (ingest, kinds, report):
        return ingest.sync(
            kinds,
            report,
            full=full_sync,
            embed=embed_updated,
            force=force_refresh,
            include_adult=include_adult,
        )


def refresh_tmdb(
    media_type: str = "all",
    stale_after: float = LONGEST_AGE,
    *,
    embed_updated: bool = False,
    include_adult: bool = False,
) -> SyncReport:
    """Fetch again what was fetched more than `stale_after` seconds ago, the oldest first."""
    if stale_after < 0:
        raise InvalidInput("stale_after must not be negative.")

    with _ingesting("Renewing from TMDB", media_type) as (ingest, kinds, report):
        return ingest.refresh(
            kinds,
            report,
            stale_after=stale_after,
            embed=embed_updated,
            include_adult=include_adult,
        )


def follow_export(
    media_type: str = "all", *, embed_updated: bool = False, include_adult: bool = False
) -> SyncReport:
    """Take over the export's popularity, fetch what is missing, drop what TMDB has no more."""
    with _ingesting("Comparing with TMDB's export", media_type) as (ingest, kinds, report):
        return ingest.follow_export(kinds, report, embed=embed_updated, include_adult=include_adult)


def retry_failed(
    media_type: str = "all", *, embed_updated: bool = False, include_adult: bool = False
) -> SyncReport:
    """Try the ids again that failed."""
    with _ingesting("Trying again", media_type) as (ingest, kinds, report):
        return ingest.retry_failed(kinds, report, embed=embed_updated, include_adult=include_adult)


def failed_ids(media_type: str = "all") -> list[Failure]:
    """The ids that were set aside, with the reason of each."""
    with closing(open_services()) as services:
        return [
            failure
            for kind in kinds_named(media_type)
            for failure in services.failures.all(kind)
            if failure.attempts >= ATTEMPTS
        ]


@contextmanager
def _ingesting(
    title: str, media_type: str
) -> Iterator[tuple[Ingest, tuple[MediaKind, ...], Report]]:
    kinds = kinds_named(media_type)
    with (
        alone(CATALOGUE, title) as (services, report),
        closing(services.open_catalogue_source()) as source,
    ):
        yield services.ingest(source), kinds, report
