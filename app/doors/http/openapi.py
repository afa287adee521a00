"""What `/openapi.json` says beyond what FastAPI knows: every status that a route may answer with.

FastAPI reads the shapes of a route's questions and answers. What the gate before it refuses, and
the one shape that errors have, it can't know.
"""

from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from pydantic import BaseModel

from app.domain import errors
from app.domain.errors import WatcherError
from app.doors.access import Access
from app.doors.http.errors import STATUS
from app.doors.http.gate import Gated

_SCHEMA: Final = "ErrorAnswer"
_REFERENCE: Final = {"$ref": f"#/components/schemas/{_SCHEMA}"}
_TOKEN: Final = "token"  # noqa: S105 -- no token
_BEARER: Final = {
    "type": "http",
    "scheme": "bearer",
    "description": "A profile's token, or the admin's.",
}
_RETRY: Final = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY}


class ErrorAnswer(BaseModel):
    """The one shape of every error: `error` is for programs, `detail` for people."""

    error: str
    detail: str
    request_id: str


def described(app: FastAPI, routes: Iterable[Gated]) -> Callable[[], dict[str, Any]]:
    """What is to make the application's document, with the refusals of these routes in it."""
    plain = app.openapi

    def made() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            for route in routes:
                _complete(document["paths"][route.path_format], route)
            document["components"]["securitySchemes"] = {_TOKEN: _BEARER}
            schemas = document["components"]["schemas"]
            schemas[_SCHEMA] = ErrorAnswer.model_json_schema()
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
        schema: dict[str, Any] = app.openapi_schema or {}
        return schema

    return made


def raising(*kinds: type[WatcherError]) -> dict[int | str, dict[str, Any]]:
    """A route's own errors, for its `responses=`; those that the gate knows of are there anyway."""
    return {STATUS[kind]: {} for kind in kinds}


def _complete(operations: dict[str, Any], route: Gated) -> None:
    for method in route.methods or ():
        operation = operations[method.lower()]
        if route.access is not Access.PUBLIC:
            # At home, and there alone, most routes need none.
            optional: list[dict[str, Any]] = [] if route.access is Access.ADMIN else [{}]
            operation["security"] = [{_TOKEN: []}, *optional]
        answers: dict[str, Any] = operation["responses"]
        own = [int(status) for status in answers if int(status) >= HTTPStatus.BAD_REQUEST]
        for status in sorted({*own, *_of_the_gate(route)}):
            answers[str(status)] = _answer(HTTPStatus(status))


def _of_the_gate(route: Gated) -> Iterator[int]:
    """Statuses by what the route is: who may call it, and what it takes."""
    yield HTTPStatus.SERVICE_UNAVAILABLE
    asks_who = route.access is not Access.PUBLIC
    takes_values = bool(
        route.body_field or route.dependant.query_params or route.dependant.path_params
    )
    if asks_who:
        yield HTTPStatus.UNAUTHORIZED
    if asks_who or route.methods != {"GET"}:
        yield HTTPStatus.FORBIDDEN
    if route.access in (Access.PROFILE, Access.CALLER):
        yield STATUS[errors.NotFound]
    if takes_values or route.access is Access.PROFILE:
        yield STATUS[errors.InvalidInput]
    if route.reads_body:
        yield from (
            HTTPStatus.BAD_REQUEST,
            STATUS[errors.Stalled],
            STATUS[errors.TooLarge],
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        )


def _answer(status: HTTPStatus) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": status.phrase,
        "content": {"application/json": {"schema": _REFERENCE}},
    }
    if status in _RETRY:
        seconds = {"description": "Seconds to wait.", "schema": {"type": "string"}}
        answer["headers"] = {"Retry-After": seconds}
    if status == HTTPStatus.UNAUTHORIZED:
        scheme = {"description": "How to send a token.", "schema": {"type": "string"}}
        answer["headers"] = {"WWW-Authenticate": scheme}
    return answer
