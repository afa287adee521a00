"""The histories of everybody who connected Trakt are brought in."""

from contextlib import closing

from app.bootstrap import Services
from app.domain.errors import (
    AccountLimited,
    ConnectAgain,
    LeaseHeld,
    NotConfigured,
    NotFound,
    UpstreamUnavailable,
    WatcherError,
)
from app.doors.worker.kind import HOUR, AdminRoute, Every, JobContext, JobKind, Lane
from app.services.accounts.linking import TRAKT


def _check(services: Services) -> None:
    if not services.settings.trakt_is_set:
        raise NotConfigured(
            "TRAKT_CLIENT_ID and TRAKT_CLIENT_SECRET are not set: make an app at trakt.tv "
            "(settings, API apps) and put both into the environment or .env."
        )


def _work(job: JobContext) -> str:
    """One's trouble isn't the others'. With the argument ``profile``, of that person alone."""
    source = job.clients.enter_context(closing(job.services.open_history_source()))
    sync = job.services.history_sync(source)
    done: list[str] = []
    failed: list[WatcherError] = []
    for profile_id in job.services.accounts.linked(TRAKT):
        if profile_id != job.arguments.get("profile", profile_id):
            continue
        try:
            done.append(str(sync.sync(profile_id, job.report)))
        except NotFound:  # disconnected or deleted since
            continue
        except (ConnectAgain, AccountLimited, LeaseHeld, UpstreamUnavailable) as error:
            failed.append(type(error)(f"{profile_id}: {error.detail}"))
    sentence = "; ".join([*done, *(error.detail for error in failed)])
    # Worth another try soon, whoever else was synced.
    unreached = [error for error in failed if isinstance(error, UpstreamUnavailable)]
    if unreached or (failed and not done):
        raise type((unreached or failed)[0])(sentence)
    return sentence or "Nobody has connected Trakt."


KIND = JobKind(
    label="Sync of Trakt",
    lane=Lane.PEOPLE,
    order=70,
    fed=False,
    when={Every(HOUR): lambda s: s.settings.trakt_is_set and s.accounts.linked(TRAKT)},
    route=AdminRoute(
        "/sync/trakt", "Bring in everybody's Trakt history", "501 without a Trakt app."
    ),
    check=_check,
    work=_work,
)
