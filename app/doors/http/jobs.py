"""Long work as the operator sees it: progress, outcome, and a way to stop it."""

from collections.abc import Iterable, Mapping
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from app.bootstrap import Services
from app.domain.errors import NotFound
from app.domain.heartbeat import SIGN, worker_seen
from app.domain.jobs import KEPT, Job, JobState
from app.doors.http.deps import ADMIN, Program
from app.doors.http.gate import Gated
from app.doors.http.openapi import raising
from app.doors.worker.registry import kind_named, label_of

router = APIRouter(route_class=Gated, prefix="/admin/jobs", tags=["admin"], dependencies=[ADMIN])

_SHOWN = 20


class JobAnswer(BaseModel):
    """A job; times are Unix seconds, 0 where not yet, `total` is null where unknown.

    `label` is the kind's name for people.
    """

    id: str
    kind: str
    label: str
    arguments: dict[str, str]
    state: JobState
    submitted_at: float
    started_at: float
    ended_at: float
    done: int
    total: int | None
    rate: float | None
    eta_seconds: float | None
    message: str
    outcome: str
    cancel_requested: bool
    worker: str


@router.get("", summary="The newest jobs")
def jobs(
    program: Program,
    limit: Annotated[int, Query(ge=1, le=KEPT)] = _SHOWN,
    state: JobState | None = None,
) -> list[JobAnswer]:
    """The newest first; of those that have ended, the newest 1,000 are kept."""
    return all_shown(program, program.jobs.recent(limit, state))


@router.get("/{job_id}", summary="One job's progress or outcome", responses=raising(NotFound))
def job(job_id: str, program: Program) -> JobAnswer:
    """Where it is now."""
    return shown(program, _existing(program.jobs.get(job_id), job_id))


@router.post("/{job_id}/cancel", summary="Ask a job to stop", responses=raising(NotFound))
def cancel(job_id: str, program: Program) -> JobAnswer:
    """A waiting job ends at once, a running one at its next safe point."""
    return shown(program, _existing(program.jobs.cancel(job_id), job_id))


def worker(program: Services) -> str:
    """When a worker was last seen, as a sentence."""
    return worker_seen(program.state.read(SIGN), program.clock.now())


def all_shown(program: Services, found: Iterable[Job]) -> list[JobAnswer]:
    """In the same order."""
    seen = worker(program)
    return [_answer(one, seen) for one in found]


def ask_for(program: Services, kind: str, arguments: Mapping[str, str]) -> JobAnswer:
    """Record a request. Raises `NotFound` for a kind that there isn't."""
    return shown(program, program.jobs.submit(kind_named(kind).name, arguments))


def shown(program: Services, found: Job) -> JobAnswer:
    """A job as it is told."""
    return _answer(found, worker(program))


def _existing(found: Job | None, job_id: str) -> Job:
    if found is None:
        raise NotFound(f"There is no job {job_id[:80]}.")
    return found


def _answer(found: Job, worker: str) -> JobAnswer:
    rate, left = found.rate, found.seconds_left
    return JobAnswer(
        **{
            name: getattr(found, name)
            for name in JobAnswer.model_fields
            if name in Job.__dataclass_fields__ and name != "arguments"
        },
        label=label_of(found.kind),
        arguments=dict(found.arguments),
        rate=None if rate is None else round(rate, 1),
        eta_seconds=None if left is None else round(left, 1),
        worker=worker,
    )
