"""The operator's side: what there is, long work, settings."""

from typing import Final, Literal

from pydantic import Field, TypeAdapter

from streamlit_app.api.history import JOB, Job
from streamlit_app.api.transport import Answer, Caller, Params, Transport
from streamlit_app.questions.vocabulary import Kind

Work = Literal["sync/tmdb", "sync/tmdb/retry", "sync/trakt", "embed/full", "faiss/rebuild"]
"""What the worker can be asked for, by its route."""


class IndexState(Answer):
    """The index that is served; `built_at` in Unix seconds, `recall_at_10` from 0 to 1."""

    ready: bool = False
    version: str = ""
    reason: str = ""
    count: int = 0
    delta: int = 0
    removed: int = 0
    refused: tuple[str, ...] = ()
    model: str = ""
    dimension: int = 0
    recall_at_10: float | None = None
    recall_target: float | None = None
    built_at: float = 0.0
    build_seconds: float = 0.0


class Coverage(Answer):
    """How much of TMDB is stored; moments in Unix seconds, 0 for never."""

    stored: int = 0
    listed: int = 0
    exported: str = ""
    cursor: str = ""
    partial: bool = False
    running_since: float = 0.0
    synced_at: float = 0.0
    set_aside: int = 0


class CoRatings(Answer):
    """The co-rating model in use; `problem` is empty, or what is wrong and the remedy."""

    version: str = ""
    problem: str = ""


class Unreadable(Answer):
    """Whose history has how many entries that can't be read."""

    name: str
    entries: int


class Status(Answer):
    """Everything at a glance; `worker` is "running", or a sentence on what is wrong."""

    version: str
    store: str
    titles: dict[str, int] = Field(default_factory=dict)
    vectors: int = 0
    model: str = ""
    index: IndexState = IndexState()
    co_ratings: CoRatings = CoRatings()
    tmdb: dict[str, Coverage] = Field(default_factory=dict)
    unreadable: tuple[Unreadable, ...] = ()
    worker: str = ""


class FailedId(Answer):
    """An id that is set aside; `last_at` in Unix seconds."""

    media_type: Kind
    tmdb_id: int
    reason: str
    attempts: int
    last_at: float


class RecentError(Answer):
    """Something that went wrong at `at` (Unix seconds); `where` is a part of the API or a job."""

    at: float
    level: str
    where: str
    message: str


class Setting(Answer):
    """A setting in force; of a secret, only whether it is set."""

    name: str
    value: str
    secret: bool = False


_STATUS: Final = TypeAdapter(Status)
_JOBS: Final = TypeAdapter(tuple[Job, ...])
_FAILED: Final = TypeAdapter(tuple[FailedId, ...])
_ERRORS: Final = TypeAdapter(tuple[RecentError, ...])
_SETTINGS: Final = TypeAdapter(tuple[Setting, ...])


class Admin:
    """The admin's calls; each raises `ApiUnauthorized` where the token isn't the admin's."""

    def __init__(self, transport: Transport, token: str) -> None:
        self._transport = transport
        self._caller = Caller(token=token)

    def status(self) -> Status:
        """Counts, coverage, index, worker."""
        return self._transport.ask(_STATUS, "GET", "/admin/status", self._caller)

    def jobs(self, limit: int, state: str = "") -> tuple[Job, ...]:
        """The newest jobs first, of one state or of all."""
        params: Params = {"limit": limit} | ({"state": state} if state else {})
        return self._transport.ask(_JOBS, "GET", "/admin/jobs", self._caller, params=params)

    def start(self, work: Work) -> Job:
        """Ask the worker for this; where it waits or runs already, that job."""
        return self._transport.ask(JOB, "POST", f"/admin/{work}", self._caller)

    def cancel(self, job: Job) -> Job:
        """Ask a job to stop."""
        return self._transport.ask(JOB, "POST", f"/admin/jobs/{job.id}/cancel", self._caller)

    def failed(self) -> tuple[FailedId, ...]:
        """Ids that could not be fetched."""
        return self._transport.ask(_FAILED, "GET", "/admin/failed", self._caller)

    def errors(self) -> tuple[RecentError, ...]:
        """What went wrong of late, the newest first."""
        return self._transport.ask(_ERRORS, "GET", "/admin/errors", self._caller)

    def settings(self) -> tuple[Setting, ...]:
        """The settings in force."""
        return self._transport.ask(_SETTINGS, "GET", "/admin/settings", self._caller)
