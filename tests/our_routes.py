"""The routes of the program, and who may call each, for tests that walk all of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from app.doors.access import ACCESS_OF, Access

FRAMEWORK = {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}


@dataclass(frozen=True)
class OurRoute:
    """A route, or an application below a path whose routes can't be seen; `path` from the root."""

    path: str
    methods: frozenset[str]
    access: frozenset[Access]


def our_routes(app: Starlette) -> list[OurRoute]:
    """All of them, those of mounted applications too, but for the framework's own."""
    return [route for route in _walked(app.routes, "") if route.path not in FRAMEWORK]


def unclassed(app: Starlette) -> set[str]:
    """Paths of routes that don't state exactly one class of access."""
    return {route.path for route in our_routes(app) if len(route.access) != 1}


def _walked(routes: Iterable[BaseRoute], below: str) -> Iterator[OurRoute]:
    for route in routes:
        included = getattr(route, "original_router", None)
        path = f"{below}{getattr(route, 'path', '')}"
        if included is not None:
            yield from _walked(included.routes, path)
        elif inner := getattr(route, "routes", ()):
            yield from _walked(inner, path)
        else:
            methods = frozenset(getattr(route, "methods", None) or ())
            yield OurRoute(path or str(route), methods, _access_of(route))


def _access_of(route: BaseRoute) -> frozenset[Access]:
    """By what a route depends on; where that isn't FastAPI's way, by what answers it."""
    checks: list[object] = [getattr(route, "endpoint", None), getattr(route, "app", None)]
    if isinstance(route, APIRoute):
        checks = [dependency.call for dependency in route.dependant.dependencies]
    return frozenset(access for check, access in ACCESS_OF.items() if check in checks)
