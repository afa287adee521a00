"""The one table from errors to HTTP, and the one shape that every error has."""

import logging
from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.types import Scope

from app.domain import errors
from app.domain.errors import WatcherError
from app.doors.http.discreet import discreet
from app.settings import Settings

_log = logging.getLogger(__name__)

STATUS: Final[dict[type[WatcherError], int]] = {
    errors.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Unauthorized: HTTPStatus.UNAUTHORIZED,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Stalled: HTTPStatus.REQUEST_TIMEOUT,
    errors.Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.WrongBody: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.NotConfigured: HTTPStatus.NOT_IMPLEMENTED,
    errors.NotReady: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.StoreUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.UpstreamUnavailable: HTTPStatus.BAD_GATEWAY,
    errors.ConnectAgain: HTTPStatus.CONFLICT,
    errors.AccountLimited: HTTPStatus.PAYMENT_REQUIRED,
    errors.SlowDown: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.LeaseHeld: HTTPStatus.CONFLICT,
    errors.LeaseLost: HTTPStatus.CONFLICT,
    errors.Cancelled: HTTPStatus.CONFLICT,
    errors.Damaged: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.ModelUnusable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DimensionMismatch: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""Every error has a row; a test compares them."""

_RETRY_AFTER: Final = "5"
_LONGEST: Final = 2000
_BODY: Final = ("body", "query", "path", "header")


def answer(request: Request, status: int, code: str, detail: str) -> JSONResponse:
    """An error as every route gives it; the log has what is left out of `detail`."""
    headers = {}
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.BAD_GATEWAY):
        headers["Retry-After"] = _RETRY_AFTER
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    request_id = request.scope.get("request_id", "")
    body = {"error": code, "detail": discreet(detail, _settings(request)), "request_id": request_id}
    return JSONResponse(body, status, headers)


def _settings(request: Request) -> Settings | None:
    """None where the program isn't open, and in a door's own application before it is."""
    program = getattr(request.app.state, "services", None)
    return program.settings if program else None


def logged_path(scope: Scope) -> str:
    """A request's path; of a mounted door only where it stands: its own paths may hold tokens."""
    return str(scope["root_path"] if "app_root_path" in scope else scope["path"])


def add_error_handlers(app: Starlette) -> None:
    """Let every error leave through `answer`."""
    app.add_exception_handler(WatcherError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _from_framework)
    app.add_exception_handler(Exception, _unexpected)


def _expected(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, WatcherError)  # noqa: S101 -- registered for this type
    return answer(request, STATUS[type(error)], error.code, error.detail)


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 -- registered for this type
    wrong = "; ".join(dict.fromkeys(_sentence(fault) for fault in error.errors()))
    code = errors.InvalidInput.code
    return answer(request, HTTPStatus.UNPROCESSABLE_ENTITY, code, wrong[:_LONGEST])


def _sentence(fault: dict[str, object]) -> str:
    """Which field, and why; never the value, which may be long or secret."""
    if fault["type"] == "json_invalid":
        return "body: this is not valid JSON"
    place = fault["loc"]
    parts = [str(p) for p in place if p not in _BODY] if isinstance(place, tuple) else []
    message = str(fault["msg"]).removeprefix("Value error, ")
    if not parts:
        return message if fault["type"] == "value_error" else f"body: {message}"
    return f"{'.'.join(parts)}: {message}"


def _from_framework(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for this type
    code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
    refusal = answer(request, error.status_code, code, str(error.detail))
    refusal.headers.update(error.headers or {})
    if error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        refusal.headers["Allow"] = _allowed(request) or refusal.headers["Allow"]
    return refusal


def _allowed(request: Request) -> str:
    """All methods of a path: the framework tells those of the first route there alone."""
    path = request.scope["path"]
    routes = [one for one in getattr(request.app.state, "routes", ()) if one.path_regex.match(path)]
    # A path that a route names as it is means that route, whatever else it could be read as.
    named = [one for one in routes if one.path == path]
    found = {method for one in named or routes for method in one.methods}
    return ", ".join(sorted(found))


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    seen = {"path": logged_path(request.scope), "request_id": request.scope.get("request_id", "")}
    if request.scope.get("fault") is not error:  # a mounted door's comes by twice on its way out
        request.scope["fault"] = error
        _log.error("A fault of ours (request %s)", seen["request_id"], exc_info=error, extra=seen)
    detail = "This is a fault of watcher's own. The log names it under the request id."
    refusal = answer(request, HTTPStatus.INTERNAL_SERVER_ERROR, WatcherError.code, detail)
    refusal.headers["X-Request-ID"] = seen["request_id"]  # it leaves outside of what sets that
    return refusal
