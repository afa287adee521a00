"""All routes at once: who may call them, and that every error has its number."""

import inspect

from app.domain import errors
from app.domain.errors import WatcherError
from app.doors.access import Access
from app.doors.http.errors import STATUS
from app.main import create_app
from tests.our_routes import our_routes, unclassed


def test_every_route_has_exactly_one_class_of_access() -> None:
    routes = our_routes(create_app())
    assert {"/mcp/knn", "/health", "/admin/status"} <= {route.path for route in routes}
    assert unclassed(create_app()) == set()


OPEN = {
    "/mcp/knn",
    "/health",
    "/metrics",
    "/titles/search",
    "/titles/{media_type}/{tmdb_id}",
    "/auth/trakt/start",
    "/auth/trakt/callback",
}
"""Anybody may call these; those of Trakt check a ticket and a state themselves."""


def test_each_route_is_of_the_class_that_its_data_demands() -> None:
    for route in our_routes(create_app()):
        if route.path.startswith("/admin"):
            assert route.access == {Access.ADMIN}, route.path
        elif route.path in OPEN:
            assert route.access == {Access.PUBLIC}, route.path
        else:
            assert route.access <= {Access.PROFILE, Access.HOUSEHOLD, Access.CALLER}, route.path


def test_every_error_has_its_number() -> None:
    ours = {
        one
        for one in vars(errors).values()
        if inspect.isclass(one) and issubclass(one, WatcherError) and one is not WatcherError
    }
    assert set(STATUS) == ours
    codes = [one.code for one in ours]
    assert len(codes) == len(set(codes))
