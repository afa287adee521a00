"""The histories of everybody who connected Trakt are brought in."""

from contextlib import closing

from app.bootstrap import Services
from app.domain.errors import NotConfigured
from app.doors.worker.kind import HOUR, AdminRoute, Every, JobContext, JobKind, Lane
from app.services.accounts.linking import TRAKT


def _check(services: Services) -> None:
    if not services.settings.trakt_is_set:
        raise NotConfigured(
            "TRAKT_CLIENT_ID and TRAKT_CLIENT_SECRET are not set: make an app at trakt.tv "
            "(settings, API apps) and put both into the environment or .env."
        )


def _work(job: JobContext) -> str:
    """With the argument ``profile``, of that person alone."""
    source = job.clients.enter_context(closing(job.services.open_history_source()))
    return job.services.history_sync(source).sync_all(job.report, job.arguments.get("profile"))


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
