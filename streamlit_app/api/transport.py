"""Calls over one pool of connections: what was answered, or one of a few errors."""

from collections.abc import Mapping
from contextlib import nullcontext
from json import dumps
from typing import Final, Literal, NamedTuple, TypedDict, TypeVar, Unpack

import httpx2
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from streamlit_app.api.handed_on import HANDED_ON

_NOT_READY: Final = 503
_GATEWAY: Final = {502, 504}
_UNAUTHORIZED: Final = {401, 403}
_ERRORS_FROM: Final = 400
_ONLY_ASK: Final = ("/mcp/knn", "/recommend/", "/history/standings")
"""What is asked by POST and changes nothing."""
_NOTES: Final = "/feedback"
"""Told after each list; it changes no answer that a list of now could show."""

_PASSED_ON: Final = "for=unknown"
"""RFC 7239: for whom isn't told, but that it is for somebody."""

TIMEOUT: Final = httpx2.Timeout(10.0, connect=2.0)
# Servers commonly close an idle connection after five seconds; be earlier.
_LIMITS: Final = httpx2.Limits(
    max_connections=50, max_keepalive_connections=10, keepalive_expiry=3.0
)
_DROPPED: Final = (httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError)

_T = TypeVar("_T")


class ApiError(Exception):
    """Base of all; `detail` is a sentence for a reader."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class ApiUnreachable(ApiError):
    """No answer: not running, or not at this address."""


class ApiSlow(ApiUnreachable):
    """No answer in time."""


class ApiNotReady(ApiError):
    """The API answers, but something must be loaded or built first; `detail` says what.

    `code` is another than "not_ready" where something that it needs is away or damaged.
    """

    def __init__(self, detail: str, code: str = "not_ready") -> None:
        super().__init__(detail)
        self.code = code


class ApiRefused(ApiError):
    """The API won't answer this question; `code` is its word for why, `detail` its sentence."""

    def __init__(self, detail: str, code: str = "") -> None:
        super().__init__(detail)
        self.code = code


class ApiUnauthorized(ApiRefused):
    """A token is needed, or another one."""


class Answer(BaseModel):
    """Base of all answers."""

    # Fields that a newer API adds are none of our business.
    model_config = ConfigDict(frozen=True, extra="ignore")


class Caller(NamedTuple):
    """Who asks, and whose data it is about; both may be empty: at home, and a person alone.

    `at_home`: whoever looks at the page is on this machine, as the web app itself is. For anybody
    else the API is told that the question was passed on, and asks for their token.
    """

    token: str = ""
    profile: str = ""
    at_home: bool = False


NOBODY: Final = Caller()
Params = Mapping[str, str | int]


class Sent(TypedDict, total=False):
    """What goes with a call. `again`: doing it twice is doing it once, so it may be repeated."""

    json: Mapping[str, object]
    params: Params
    content: bytes
    timeout: httpx2.Timeout
    again: bool


Role = Literal["alone", "first", "second"]
"""Whether answers are handed on: the second takes those that the first kept."""


class Transport:
    """Calls of the API at `address`; safe for several threads."""

    def __init__(self, address: str, role: Role = "alone") -> None:
        self.address = address
        self._role = role
        # The API is this machine's or this network's: a proxy for the outside isn't asked.
        self._http = httpx2.Client(
            base_url=address, timeout=TIMEOUT, limits=_LIMITS, trust_env=False
        )

    def ask(
        self,
        kind: TypeAdapter[_T],
        method: str,
        path: str,
        caller: Caller = NOBODY,
        **sent: Unpack[Sent],
    ) -> _T:
        """The answer's body, read as `kind`; raises an `ApiError`."""
        question = None if self._role == "alone" else _question(method, path, caller, sent)
        if self._role == "second" and question is not None:
            known = HANDED_ON.take(question)
            if known is not None:
                return kind.validate_json(known)
        changes = self._role == "second" and question is None and path != _NOTES
        with HANDED_ON.changing() if changes else nullcontext():
            turn = HANDED_ON.turn
            answer = self._answer(method, path, caller, sent)
        found = read(kind, answer)
        if self._role == "first" and question is not None:
            HANDED_ON.keep(question, answer.content or b"null", turn)
        return found

    def _answer(self, method: str, path: str, caller: Caller, sent: Sent) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {caller.token}"} if caller.token else {}
        if not caller.at_home:
            headers["Forwarded"] = _PASSED_ON
        content = sent.get("content")
        if content is not None:
            headers["Content-Type"] = "application/octet-stream"
        whose: dict[str, str | int] = {"profile": caller.profile} if caller.profile else {}
        asked = self._http.build_request(
            method,
            path,
            json=sent.get("json"),
            params={**whose, **sent.get("params", {})} or None,
            content=content,
            headers=headers,
            timeout=sent.get("timeout", TIMEOUT),
        )
        return accepted(self.send(asked, again=sent.get("again", True)))

    def send(self, asked: httpx2.Request, *, again: bool = True) -> httpx2.Response:
        """Any answer, errors among them; raises `ApiUnreachable` where there is none."""
        try:
            try:
                answer = self._http.send(asked)
            except _DROPPED:
                # A kept connection may have been closed meanwhile.
                if not again:
                    raise
                answer = self._http.send(asked)
        except httpx2.TimeoutException as error:
            raise ApiSlow(f"watcher at {self.address} takes too long to answer.") from error
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise ApiUnreachable(f"watcher does not answer at {self.address}.") from error
        if answer.status_code in _GATEWAY and "error" not in body_of(answer):
            raise ApiUnreachable(f"What stands before watcher at {self.address} can't reach it.")
        return answer

    def get(self, path: str, timeout: httpx2.Timeout) -> httpx2.Response:
        """Any answer to a plain question."""
        return self.send(self._http.build_request("GET", path, timeout=timeout))

    def close(self) -> None:
        """End all connections."""
        self._http.close()


def _question(method: str, path: str, caller: Caller, sent: Sent) -> object | None:
    """What is asked, by whom, to be compared; None for what may change something."""
    if method != "GET" and not path.startswith(_ONLY_ASK):
        return None
    return method, path, caller, dumps([sent.get("json"), sent.get("params")], sort_keys=True)


def accepted(answer: httpx2.Response) -> httpx2.Response:
    """The answer, if it is a good one; raises what it says otherwise."""
    if answer.status_code < _ERRORS_FROM:
        return answer
    body = body_of(answer)
    detail, code = body.get("detail"), body.get("error")
    if answer.status_code == _NOT_READY:
        sentence = detail if isinstance(detail, str) else "watcher is not ready yet."
        raise ApiNotReady(sentence, code if isinstance(code, str) else "not_ready")
    if not isinstance(detail, str):
        detail = f"watcher refused this request ({answer.status_code})."
    kind = ApiUnauthorized if answer.status_code in _UNAUTHORIZED else ApiRefused
    raise kind(detail, code if isinstance(code, str) else "")


def body_of(answer: httpx2.Response) -> dict[str, object]:
    """The answer's JSON object; empty where it is none."""
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def read(kind: TypeAdapter[_T], answer: httpx2.Response) -> _T:
    """The answer's body as `kind`."""
    try:
        return kind.validate_json(answer.content or b"null")
    except ValidationError as error:
        raise ApiRefused(
            f"What answers at {answer.url} is not watcher, or another version of it. "
            "Check API_BASE_URL."
        ) from error
