"""All routes at once: who may call them, and that every error has its number."""

import inspect
from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Route

from app.api.deps import ACCESS_OF, Access
from app.api.errors import STATUS
from app.domain import errors
from app.domain.errors import WatcherError
from app.main import create_app

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


def test_every_route_has_exactly_one_class_of_access() -> None:
    routes = our_routes(create_app())
    assert {"/mcp/knn", "/health", "/admin/status"} <= {route.path for route in routes}
    for route in routes:
        assert len(access_of(route)) == 1, route.path


def test_admin_routes_and_only_they_need_the_token() -> None:
    for route in our_routes(create_app()):
        is_admin = route.path.startswith("/admin")
        assert access_of(route) == {Access.ADMIN if is_admin else Access.PUBLIC}, route.path


def test_every_error_has_its_number() -> None:
    ours = {
        one
        for one in vars(errors).values()
        if inspect.isclass(one) and issubclass(one, WatcherError) and one is not WatcherError
    }
    assert set(STATUS) == ours
    codes = [one.code for one in ours]
    assert len(codes) == len(set(codes))
