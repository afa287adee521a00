"""What went wrong of late, as the operator sees it: the API's own log, and the worker's jobs."""

from typing import Final

from fastapi import Request
from pydantic import BaseModel, SecretStr

from app.bootstrap import Services
from app.domain.jobs import JobState
from app.doors.http.settings_view import without_credentials
from app.logs import RecentTroubles, one_line

_MOST: Final = 100


class ErrorShown(BaseModel):
    """Something that went wrong at `at` (Unix seconds).

    `where` is the part of the API that logged it, or "worker: " and the kind of the job that
    failed; `level` is warning, error or critical.
    """

    at: float
    level: str
    where: str
    message: str


def errors_view(request: Request, program: Services) -> list[ErrorShown]:
    """The newest first: at most 100 of this process since its start, and 100 failed jobs."""
    troubles: RecentTroubles = request.app.state.troubles
    found = [
        ErrorShown(at=one.at, level=one.level, where=one.logger, message=one.message)
        for one in troubles.newest()
    ]
    found += [
        ErrorShown(at=job.ended_at, level="error", where=f"worker: {job.kind}", message=job.outcome)
        for job in program.jobs.recent(_MOST, JobState.FAILED)
    ]
    secrets = _secrets(program)
    for one in found:
        one.message = _without(one.message, secrets)
    return sorted(found, key=lambda one: -one.at)


def _secrets(program: Services) -> list[str]:
    chosen = program.settings
    values = (getattr(chosen, name) for name in type(chosen).model_fields)
    own = [value.get_secret_value() for value in values if isinstance(value, SecretStr)]
    # An empty one would be found between any two letters.
    return [secret for secret in (*own, program.admin_token) if secret]


def _without(message: str, secrets: list[str]) -> str:
    """Nobody should log a secret; where another's library does, it ends here. On one line."""
    for secret in secrets:
        message = message.replace(secret, "***")
    return one_line(without_credentials(message))
