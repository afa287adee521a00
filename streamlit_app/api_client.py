"""The web app's only door to the API: typed answers, three errors."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final, TypeVar

import httpx2
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from streamlit_app.search_state import Search, TitleRef
from streamlit_app.vocabulary import Kind

DEFAULT_BASE_URL: Final = "http://127.0.0.1:8080"
_NOT_READY: Final = 503
_GATEWAY: Final = {502, 504}
_ERRORS_FROM: Final = 400
_TIMEOUT: Final = httpx2.Timeout(10.0, connect=2.0)
_HEALTH_TIMEOUT: Final = httpx2.Timeout(2.0, connect=1.0)
# Servers commonly close an idle connection after five seconds; be earlier.
_LIMITS: Final = httpx2.Limits(
    max_connections=50, max_keepalive_connections=10, keepalive_expiry=3.0
)
_DROPPED: Final = (httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError)

_T = TypeVar("_T")


class ApiError(Exception):
    """Base of the three; `detail` is a sentence for a reader."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class ApiUnreachable(ApiError):
    """No answer: not running, not at this address, or too slow."""


class ApiNotReady(ApiError):
    """The API answers, but something must be loaded or built first; `detail` says what."""


class ApiRefused(ApiError):
    """The API won't answer this question; `code` is its word for why, `detail` its sentence."""

    def __init__(self, detail: str, code: str = "") -> None:
        super().__init__(detail)
        self.code = code


class _Answer(BaseModel):
    # Fields that a newer API adds are none of our business.
    model_config = ConfigDict(frozen=True, extra="ignore")


class TitleCard(_Answer):
    """One title of an answer. `runtime` is in minutes, `rating` 0 to 10."""

    tmdb_id: int
    media_type: Kind
    title: str
    year: int | None = None
    score: float = 0.0
    genres: tuple[str, ...] = ()
    overview: str | None = None
    poster_url: str | None = None
    rating: float | None = None
    votes: int = 0
    runtime: int | None = None
    makers: tuple[str, ...] = ()

    @property
    def ref(self) -> TitleRef:
        """Its identity."""
        return TitleRef(self.media_type, self.tmdb_id)


class TitleFacts(TitleCard):
    """All that a title's own page shows."""

    original_title: str | None = None
    tagline: str | None = None
    keywords: tuple[str, ...] = ()
    cast: tuple[str, ...] = ()


class Similar(_Answer):
    """Titles like the one asked for, best first; `took_ms` is the API's own time."""

    results: tuple[TitleCard, ...]
    index_version: str | int | None = None
    took_ms: float | None = None


class Completions(_Answer):
    """Titles whose names go on from what was typed, best known first."""

    results: tuple[TitleCard, ...]


class IndexHealth(_Answer):
    """Whether there is something to search."""

    ready: bool = False
    count: int | None = None


class Health(_Answer):
    """The API's state; `titles` counts the catalogue by kind."""

    status: str
    index: IndexHealth = Field(default_factory=IndexHealth)
    titles: dict[str, int] = Field(default_factory=dict)
    detail: str | None = None


_SIMILAR: Final = TypeAdapter(Similar)
_FACTS: Final = TypeAdapter(TitleFacts)
_COMPLETIONS: Final = TypeAdapter(Completions)
_HEALTH: Final = TypeAdapter(Health)


def base_url() -> str:
    """Where the API is, by the environment's `API_BASE_URL`."""
    return (os.environ.get("API_BASE_URL") or DEFAULT_BASE_URL).rstrip("/")


class ApiClient:
    """Calls of the API over one pool of connections; safe for several threads."""

    def __init__(self, address: str) -> None:
        self.address = address
        # The API is this machine's or this network's: a proxy for the outside isn't asked.
        self._http = httpx2.Client(
            base_url=address, timeout=_TIMEOUT, limits=_LIMITS, trust_env=False
        )

    def similar(self, search: Search) -> Similar:
        """Titles like the search's title, or that fit its text."""
        answer = self._call("POST", "/mcp/knn", json=search.to_request())
        return _read(_SIMILAR, _accepted(answer))

    def title(self, ref: TitleRef) -> TitleFacts:
        """The facts of one title."""
        return _read(_FACTS, _accepted(self._call("GET", f"/titles/{ref.kind}/{ref.tmdb_id}")))

    def named(self, typed: str, limit: int) -> tuple[TitleCard, ...]:
        """Up to `limit` titles whose names go on from what was typed."""
        answer = self._call("GET", "/titles/search", params={"q": typed, "limit": limit})
        return _read(_COMPLETIONS, _accepted(answer)).results

    def health(self) -> Health:
        """How the API is; answers, or fails, within about two seconds."""
        answer = self._call("GET", "/health", timeout=_HEALTH_TIMEOUT)
        # An API that is starting may say so with an error's number and a state in the body.
        return _read(_HEALTH, answer if "status" in _object(answer) else _accepted(answer))

    def close(self) -> None:
        """End all connections."""
        self._http.close()

    def _call(
        self,
        method: str,
        path: str,
        *,
        json: Mapping[str, object] | None = None,
        params: Mapping[str, str | int] | None = None,
        timeout: httpx2.Timeout = _TIMEOUT,
    ) -> httpx2.Response:
        try:
            asked = self._http.build_request(
                method, path, json=json, params=params, timeout=timeout
            )
            try:
                answer = self._http.send(asked)
            except _DROPPED:
                # A kept connection may have been closed meanwhile. Every call only reads.
                answer = self._http.send(asked)
        except httpx2.TimeoutException as error:
            raise ApiUnreachable(f"watcher at {self.address} takes too long to answer.") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise ApiUnreachable(f"watcher does not answer at {self.address}.") from error
        if answer.status_code in _GATEWAY:
            raise ApiUnreachable(f"What stands before watcher at {self.address} can't reach it.")
        return answer


def _accepted(answer: httpx2.Response) -> httpx2.Response:
    if answer.status_code < _ERRORS_FROM:
        return answer
    body = _object(answer)
    detail, code = body.get("detail"), body.get("error")
    if answer.status_code == _NOT_READY:
        raise ApiNotReady(detail if isinstance(detail, str) else "watcher is not ready yet.")
    if not isinstance(detail, str):
        detail = f"watcher refused this request ({answer.status_code})."
    raise ApiRefused(detail, code if isinstance(code, str) else "")


def _object(answer: httpx2.Response) -> dict[str, object]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _read(kind: TypeAdapter[_T], answer: httpx2.Response) -> _T:
    try:
        return kind.validate_json(answer.content)
    except ValidationError as error:
        raise ApiRefused(
            f"What answers at {answer.url} is not watcher, or another version of it. "
            "Check API_BASE_URL."
        ) from error
