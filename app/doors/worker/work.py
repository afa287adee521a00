"""What each kind of job does, over the services."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from typing import Final

from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind, TitleId, kinds_named
from app.domain.errors import (
    AccountLimited,
    ConnectAgain,
    LeaseHeld,
    NotFound,
    UpstreamUnavailable,
    WatcherError,
)
from app.domain.job_kinds import (
    EMBED_FULL,
    EMBED_ITEM,
    FETCH_NAMED,
    FOLLOW_EXPORT,
    LOAD_SAMPLE,
    REBUILD_INDEX,
    REFRESH_TMDB,
    RETRY_FAILED,
    SYNC_TMDB,
    SYNC_TRAKT,
)
from app.domain.progress import Report
from app.services.accounts.linking import TRAKT
from app.services.catalogue import dumps, missing_titles
from app.services.catalogue.ingest import Ingest
from app.services.catalogue.sync_plan import LONGEST_AGE
from app.services.index import rebuild
from app.services.index.embed import embed_all, embed_titles
from app.services.leases import CATALOGUE, EMBED, INDEX, held

Arguments = Mapping[str, str]
Work = Callable[[Services, Report, Arguments, ExitStack], str]
"""Does a job and returns its outcome as a sentence. `Report` may raise `Cancelled`.

What it opens outside goes into the stack, which is closed where the job must end at once.
"""


def load_sample(services: Services, report: Report, *_: object) -> str:
    """Fill an empty catalogue with the sample, unless a TMDB key is set."""
    if services.settings.tmdb_is_set:
        return "A TMDB key is set: no sample is needed."
    with held(services.state, CATALOGUE, services.processes) as lease:
        loaded = dumps.load_sample_if_empty(
            services.titles, services.adapters.read_sample, lease.guarding(report)
        )
    return "There are titles already." if loaded is None else f"{loaded.written:,} titles loaded."


def embed_full(services: Services, report: Report, *_: object) -> str:
    """Embed what changed."""
    with held(services.state, EMBED, services.processes) as lease:
        done = embed_all(
            services.titles,
            services.vectors,
            services.embedder,
            report=lease.guarding(report),
        )
    return str(done)


def rebuild_index(services: Services, report: Report, *_: object) -> str:
    """Build and publish a generation."""
    with held(services.state, INDEX, services.processes) as lease:
        manifest = rebuild.rebuild(
            services.titles,
            services.vectors,
            services.publisher,
            model=services.embedder.model,
            factory=services.settings.vector_index_factory,
            recall_target=services.settings.vector_recall_target,
            report=lease.guarding(report),
        )
    return f"{manifest.name} published: {manifest.count:,} titles, recall@10 {manifest.recall:.4f}."


def embed_item(
    services: Services, _report: Report, arguments: Arguments, _opened: ExitStack
) -> str:
    """Embed one title."""
    title_id = TitleId(MediaKind(arguments["media_type"]), int(arguments["tmdb_id"]))
    done = embed_titles(services.titles, services.vectors, services.embedder, [title_id])
    if done.unknown:
        return f"There is no {title_id} in the catalogue."
    return f"{title_id} embedded." if done.embedded else f"{title_id} had its vector already."


def sync_tmdb(services: Services, report: Report, arguments: Arguments, opened: ExitStack) -> str:
    """Bring the catalogue up to TMDB."""
    with held(services.state, CATALOGUE, services.processes) as lease:
        done = _ingest(services, opened).sync(
            _kinds(arguments),
            lease.guarding(report),
            full=_yes(arguments, "full_sync"),
            embed=_yes(arguments, "embed_updated"),
            force=_yes(arguments, "force_refresh"),
            include_adult=_yes(arguments, "include_adult"),
        )
    return str(done)


def follow_export(
    services: Services, report: Report, arguments: Arguments, opened: ExitStack
) -> str:
    """Take over popularity and what only an export shows."""
    with held(services.state, CATALOGUE, services.processes) as lease:
        done = _ingest(services, opened).follow_export(
            _kinds(arguments), lease.guarding(report), embed=_yes(arguments, "embed_updated")
        )
    return str(done)


def refresh_tmdb(
    services: Services, report: Report, arguments: Arguments, opened: ExitStack
) -> str:
    """Fetch again what grew old."""
    with held(services.state, CATALOGUE, services.processes) as lease:
        done = _ingest(services, opened).refresh(
            _kinds(arguments),
            lease.guarding(report),
            stale_after=float(arguments.get("stale_after_seconds", LONGEST_AGE)),
            embed=_yes(arguments, "embed_updated"),
        )
    return str(done)


def retry_failed(
    services: Services, report: Report, arguments: Arguments, opened: ExitStack
) -> str:
    """Try the ids again that failed."""
    with held(services.state, CATALOGUE, services.processes) as lease:
        done = _ingest(services, opened).retry_failed(
            _kinds(arguments), lease.guarding(report), embed=_yes(arguments, "embed_updated")
        )
    return str(done)


def fetch_named(
    services: Services, report: Report, _arguments: Arguments, opened: ExitStack
) -> str:
    """Fetch the titles that somebody's history names and the catalogue lacks."""
    wanted = services.named_missing()
    if not wanted:
        return "Every title that a history names is here."
    with held(services.state, CATALOGUE, services.processes) as lease:
        done = missing_titles.fetch(
            _ingest(services, opened), wanted, services.state, lease.guarding(report), embed=True
        )
    return str(done)


def sync_trakt(services: Services, report: Report, arguments: Arguments, opened: ExitStack) -> str:
    """Bring in the histories of everybody who connected Trakt; one's trouble isn't the others'.

    With the argument ``profile``, of that person alone.
    """
    sync = services.history_sync(opened.enter_context(closing(services.open_history_source())))
    told: list[str] = []
    failed: list[WatcherError] = []
    for profile_id in services.accounts.linked(TRAKT):
        if profile_id != arguments.get("profile", profile_id):
            continue
        try:
            told.append(str(sync.sync(profile_id, report)))
        except NotFound:  # disconnected or deleted since
            continue
        except (ConnectAgain, AccountLimited, LeaseHeld, UpstreamUnavailable) as error:
            failed.append(type(error)(f"{profile_id}: {error.detail}"))
    sentence = "; ".join([*told, *(error.detail for error in failed)])
    # Worth another try soon, whoever else was synced.
    unreached = [error for error in failed if isinstance(error, UpstreamUnavailable)]
    if unreached or (failed and not told):
        raise type((unreached or failed)[0])(sentence)
    return sentence or "Nobody has connected Trakt."


def _ingest(services: Services, opened: ExitStack) -> Ingest:
    return services.ingest(opened.enter_context(closing(services.open_catalogue_source())))


def _kinds(arguments: Arguments) -> tuple[MediaKind, ...]:
    return kinds_named(arguments.get("media_type", "all"))


def _yes(arguments: Arguments, name: str) -> bool:
    return arguments.get(name) == "true"


WORK: Final[dict[str, Work]] = {
    LOAD_SAMPLE: load_sample,
    EMBED_FULL: embed_full,
    EMBED_ITEM: embed_item,
    REBUILD_INDEX: rebuild_index,
    SYNC_TMDB: sync_tmdb,
    FOLLOW_EXPORT: follow_export,
    REFRESH_TMDB: refresh_tmdb,
    RETRY_FAILED: retry_failed,
    FETCH_NAMED: fetch_named,
    SYNC_TRAKT: sync_trakt,
}
