"""A person's own sync with Trakt: `/history/sync`."""

from fastapi import APIRouter

from app.bootstrap import Services
from app.domain.errors import NotConfigured
from app.domain.jobs import KEPT, SYNC_TRAKT
from app.doors.http.deps import Person, Program
from app.doors.http.discreet import discreet
from app.doors.http.gate import Gated
from app.doors.http.jobs import JobAnswer, ask_for, shown
from app.doors.http.openapi import raising
from app.services.accounts.linking import TRAKT

router = APIRouter(route_class=Gated, tags=["history"])


@router.post(
    "/history/sync",
    status_code=202,
    summary="Bring in one person's Trakt history",
    responses=raising(NotConfigured),
)
def sync(program: Program, person: Person) -> JobAnswer:
    """Records the request and answers at once; the worker does it. 501 where none is connected."""
    if program.accounts.get(person.id, TRAKT) is None:
        raise NotConfigured("Trakt is not connected for this person: connect it first.")
    return _discreet(ask_for(program, SYNC_TRAKT, {"profile": person.id}), program)


@router.get("/history/sync", summary="How far this person's own sync is")
def syncing(program: Program, person: Person) -> JobAnswer | None:
    """The newest that was asked for; null where none is known."""
    mine = (("profile", person.id),)
    for job in program.jobs.recent(KEPT):
        if job.kind == SYNC_TRAKT and job.arguments == mine:
            return _discreet(shown(program, job), program)
    return None


def _discreet(job: JobAnswer, program: Services) -> JobAnswer:
    """As its own person sees it, who need not be the operator."""
    said = {name: discreet(getattr(job, name), program.settings) for name in ("message", "outcome")}
    return job.model_copy(update=said)
