"""The API: `uvicorn app.main:app`."""

import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Final

from anyio import to_thread
from fastapi import FastAPI
from starlette.applications import Starlette

from app import __version__
from app.bootstrap import Services, open_services
from app.doors.http import (
    admin,
    feedback,
    health,
    history,
    history_import,
    history_sync,
    jobs,
    knn,
    metrics,
    predict,
    profiles,
    recommend,
    taste,
    titles,
    trakt_sign_in,
)
from app.doors.http.errors import add_error_handlers
from app.doors.http.following import Follower
from app.doors.http.gate import Gated
from app.doors.http.lanes import THREADS, Lanes
from app.doors.http.limits import RequestLimits
from app.doors.http.metrics import HttpFigures
from app.doors.http.openapi import described
from app.doors.http.serving import set_for_serving
from app.doors.http.starting import QuietStart, saying_why
from app.doors.http.unreadable import answer_unreadable
from app.logs import RecentTroubles, set_up_logging
from app.settings import settings

ROUTERS: Final = (
    knn.router,
    titles.router,
    history.router,
    history_import.router,
    history_sync.router,
    feedback.router,
    profiles.router,
    recommend.router,
    predict.router,
    taste.router,
    trakt_sign_in.router,
    health.router,
    metrics.router,
    admin.router,
    jobs.router,
)
MadeDoor = Callable[[Callable[[], Services]], Starlette]
"""A door with an application of its own, made with a way to the services: they open at start."""

MOUNTED: Final[tuple[tuple[str, MadeDoor], ...]] = ()
"""Each such door, with the path below which it answers."""

_LOCK_WAITED_FOR = 2.0
"""Seconds that a request waits for somebody else's transaction in the store."""


def create_app(
    services: Services | None = None, mounted: Sequence[tuple[str, MadeDoor]] = MOUNTED
) -> FastAPI:
    """The application; services are opened at start unless given, and closed if opened here."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with saying_why():
            opened = services or _opened()
            _ = opened.search  # made before threads make it twice; loads what the limit is for
        for opening in (app, *(door for _, door in doors)):
            opening.state.services = opened
        app.state.troubles = troubles = RecentTroubles()
        logging.getLogger().addHandler(troubles)
        to_thread.current_default_thread_limiter().total_tokens = THREADS
        follower = Follower(opened)
        follower.start()
        set_for_serving()
        try:
            yield
        finally:
            follower.stop()
            logging.getLogger().removeHandler(troubles)
            if services is None:
                opened.close()

    app = FastAPI(
        title="watcher",
        version=__version__,
        description="Similar films and series, by a title or by words.",
        lifespan=lifespan,
    )
    app.state.figures, app.state.lanes = HttpFigures(), Lanes()
    app.add_middleware(QuietStart)
    app.add_middleware(RequestLimits, figures=app.state.figures, lanes=app.state.lanes)
    add_error_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    app.state.routes = routes = _gated()
    app.openapi = described(app, routes)  # type: ignore[method-assign]  # as FastAPI tells one to
    doors = [(path, made(lambda: app.state.services)) for path, made in mounted]
    for path, door in doors:
        add_error_handlers(door)
        app.mount(path, door)
    return app


def _gated() -> list[Gated]:
    return [one for router in ROUTERS for one in router.routes if isinstance(one, Gated)]


def _opened() -> Services:
    chosen = settings()
    set_up_logging(chosen.log_level, chosen.log_format)
    opened = open_services(chosen, _LOCK_WAITED_FOR)
    _ = opened.admin_token  # made now, so that the operator finds it
    _ = opened.explainer  # made now: a setting that can't be used is told, and nobody waits
    return opened


answer_unreadable()
app = create_app()
