"""One person's history: read, changed, brought in, synced."""

import time
from collections.abc import Iterable
from typing import Any, Final, Literal

import httpx2
from pydantic import Field, TypeAdapter

from streamlit_app.api.titles import TitleCard
from streamlit_app.api.transport import Answer, Caller, Params, Transport
from streamlit_app.questions.search import TitleRef
from streamlit_app.questions.vocabulary import Kind

Mark = Literal["loved", "watchlisted", "dismissed"]
Undo = dict[str, Any]
"""What the API gave to take a change back; nobody else's business."""

_IMPORT_TIMEOUT: Final = httpx2.Timeout(120.0, connect=2.0)


class HistoryRow(Answer):
    """One title of a history; `title` is None where the catalogue lacks it.

    `rating` is the person's own, 1 to 10. `last_at` is in Unix seconds, 0 where unknown.
    """

    media_type: Kind
    tmdb_id: int | None = None
    name: str
    year: int | None = None
    watched: bool = False
    plays: int = 0
    episodes: int = 0
    rating: int | None = None
    loved: bool = False
    watchlisted: bool = False
    dismissed: bool = False
    last_at: int = 0
    title: TitleCard | None = None


class HistoryPage(Answer):
    """Some rows of `total`."""

    total: int
    offset: int
    rows: tuple[HistoryRow, ...]


class Suggested(Answer):
    """A title that a name may mean; `score` from 0 to 1."""

    score: float
    title: TitleCard


class UnmatchedName(Answer):
    """A name without a sure title, how many entries bear it, what it may mean."""

    media_type: Kind
    name: str
    year: int | None = None
    entries: int = 0
    suggestions: tuple[Suggested, ...] = ()


class UnmatchedPage(Answer):
    """Some names of `total`."""

    total: int
    offset: int
    rows: tuple[UnmatchedName, ...]


class RefusedLine(Answer):
    """A line that did not go in, or not wholly, and why."""

    line: int
    reason: str


class ImportReport(Answer):
    """What a file held and what became of it, or would where `preview`."""

    source: str
    preview: bool
    used: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    events: int = 0
    added: int = 0
    replaced: int = 0
    refused: int = 0
    refusals: tuple[RefusedLine, ...] = ()
    matched: dict[str, int] = Field(default_factory=dict)
    unmatched: tuple[UnmatchedName, ...] = ()
    unmatched_total: int = 0


class Job(Answer):
    """Long work of the worker's; `worker` is "running", or a sentence on what is wrong."""

    id: str
    kind: str
    label: str
    state: Literal["waiting", "running", "done", "failed", "cancelled"]
    done: int = 0
    total: int | None = None
    rate: float | None = None
    eta_seconds: float | None = None
    message: str = ""
    outcome: str = ""
    submitted_at: float = 0.0
    started_at: float = 0.0
    ended_at: float = 0.0
    cancel_requested: bool = False
    arguments: dict[str, str] = Field(default_factory=dict)
    worker: str = "running"

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ("done", "failed", "cancelled")


class _Done(Answer):
    undo: Undo


class _Matched(Answer):
    entries: int
    undo: Undo


class _Parted(Answer):
    entries: int


_PAGE: Final = TypeAdapter(HistoryPage)
_ROWS: Final = TypeAdapter(tuple[HistoryRow, ...])
_DONE: Final = TypeAdapter(_Done)
_REPORT: Final = TypeAdapter(ImportReport)
_UNMATCHED: Final = TypeAdapter(UnmatchedPage)
_MATCHED: Final = TypeAdapter(_Matched)
_PARTED: Final = TypeAdapter(_Parted)
JOB: Final = TypeAdapter(Job)
_JOB_OR_NONE: Final = TypeAdapter(Job | None)


class History:
    """One person's ledger; each change returns what takes it back."""

    def __init__(self, transport: Transport, caller: Caller) -> None:
        self._transport = transport
        self._caller = caller

    def page(self, asked: Params) -> HistoryPage:
        """Rows by the API's filter: `show`, `sort`, `q`, `offset`, `limit` and so on."""
        return self._transport.ask(_PAGE, "GET", "/history", self._caller, params=asked)

    def standings(self, refs: Iterable[TitleRef]) -> tuple[HistoryRow, ...]:
        """The rows of those titles that the history knows."""
        titles = [_ref(ref) for ref in refs]
        path = "/history/standings"
        return self._transport.ask(_ROWS, "POST", path, self._caller, json={"titles": titles})

    def watched(self, ref: TitleRef) -> Undo:
        """Note that a title was watched, just now."""
        # With the moment in it, the call may be made twice.
        return self._changed("/history", _ref(ref) | {"at": int(time.time())})

    def not_watched(self, ref: TitleRef) -> Undo:
        """Note that a title was not watched, whatever any source tells."""
        path, params = "/history", {"tmdb_id": ref.tmdb_id, "media_type": ref.kind}
        return self._transport.ask(_DONE, "DELETE", path, self._caller, params=params).undo

    def rate(self, ref: TitleRef, rating: int | None) -> Undo:
        """1 to 10, or None to take it back."""
        return self._changed("/ratings", _ref(ref) | {"rating": rating})

    def mark(self, ref: TitleRef, mark: Mark, *, on: bool) -> Undo:
        """Love, put on the watchlist or dismiss, or take that back."""
        return self._changed("/marks", _ref(ref) | {"mark": mark, "on": on})

    def undo(self, undo: Undo) -> Undo:
        """Take a change back."""
        return self._changed("/history/undo", undo)

    def bring_in(self, name: str, content: bytes, user_id: str, *, preview: bool) -> ImportReport:
        """A file of a history; with `preview` only what would become of it."""
        params = {"name": name, "user_id": user_id, "preview": "true" if preview else "false"}
        return self._transport.ask(
            _REPORT,
            "POST",
            "/history/import",
            self._caller,
            params=params,
            content=content,
            timeout=_IMPORT_TIMEOUT,
        )

    def unmatched(self, offset: int, limit: int) -> UnmatchedPage:
        """Names that no title was found for, those of most entries first."""
        params: Params = {"offset": offset, "limit": limit}
        path = "/history/unmatched"
        return self._transport.ask(_UNMATCHED, "GET", path, self._caller, params=params)

    def match(self, name: UnmatchedName, tmdb_id: int | None) -> Undo:
        """Say which title a name means, None for none; returns what `unmatch` takes back."""
        body = {"media_type": name.media_type, "name": name.name, "year": name.year}
        path, body = "/history/match", body | {"tmdb_id": tmdb_id}
        return self._transport.ask(_MATCHED, "POST", path, self._caller, json=body).undo

    def unmatch(self, undo: Undo) -> None:
        """Take back what a name was said to mean."""
        self._transport.ask(_PARTED, "POST", "/history/match/undo", self._caller, json=undo)

    def sync(self) -> Job:
        """Ask the worker to bring in the Trakt history."""
        return self._transport.ask(JOB, "POST", "/history/sync", self._caller)

    def syncing(self) -> Job | None:
        """The newest sync that was asked for."""
        return self._transport.ask(_JOB_OR_NONE, "GET", "/history/sync", self._caller)

    def _changed(self, path: str, body: dict[str, object]) -> Undo:
        return self._transport.ask(_DONE, "POST", path, self._caller, json=body).undo


def _ref(ref: TitleRef) -> dict[str, object]:
    return {"tmdb_id": ref.tmdb_id, "media_type": ref.kind}
