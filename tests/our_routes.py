"""The routes of the program, and who may call each, for tests that walk all of them."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route

from app.doors.http.deps import ACCESS_OF, Access

FRAMEWORK = {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}


def walk(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    """The routes, and those of routers that were included."""
    for route in routes:
        included = getattr(route, "original_router", None)
        if included is None:
            yield route
        else:
            yield from walk(included.routes)


def our_routes(app: FastAPI) -> list[APIRoute]:
    found = list(walk(app.routes))
    others = {
        route.path if isinstance(route, Route) else str(route)
        for route in found
        if not isinstance(route, APIRoute)
    }
    assert others <= FRAMEWORK, "a route that no class of access was looked for on"
    return [route for route in found if isinstance(route, APIRoute)]


def access_of(route: APIRoute) -> set[Access]:
    calls = [dependency.call for dependency in route.dependant.dependencies]
    return {access for call, access in ACCESS_OF.items() if call in calls}
