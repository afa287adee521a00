"""The API: `uvicorn app.main:app`."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from anyio import to_thread
from fastapi import FastAPI

from app import __version__
from app.bootstrap import Services, open_services
from app.domain.errors import WatcherError
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
from app.doors.http.limits import RequestLimits
from app.doors.http.metrics import HttpFigures, RequestFigures
from app.doors.http.serving import set_for_serving
from app.logs import RecentTroubles, set_up_logging
from app.settings import settings

_THREADS = 8
"""A request computes for about a millisecond: more threads than this only take turns."""


def create_app(services: Services | None = None) -> FastAPI:
    """The application; services are opened at start unless given, and closed if opened here."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        opened = services or _opened()
        app.state.services = opened
        app.state.troubles = troubles = RecentTroubles()
        logging.getLogger().addHandler(troubles)
        to_thread.current_default_thread_limiter().total_tokens = _THREADS
        _ = opened.search  # made before threads could make it twice; loads what the limit is for
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
    app.add_middleware(RequestLimits)
    app.state.figures = HttpFigures()
    app.add_middleware(RequestFigures, figures=app.state.figures)
    add_error_handlers(app)
    for module in (
        knn,
        titles,
        history,
        history_import,
        history_sync,
        feedback,
        profiles,
        recommend,
        predict,
        taste,
        trakt_sign_in,
        health,
        metrics,
        admin,
        jobs,
    ):
        app.include_router(module.router)
    return app


def _opened() -> Services:
    """Open the services, or end with a sentence instead of a trace."""
    try:
        chosen = settings()
        set_up_logging(chosen.log_level, chosen.log_format)
        opened = open_services(chosen)
        _ = opened.admin_token  # made now, so that the operator finds it
        _ = opened.explainer  # made now: a setting that can't be used is told, and nobody waits
    except WatcherError as error:
        logging.getLogger("watcher").critical("watcher can't start: %s", error.detail)
        raise SystemExit(3) from None
    return opened


app = create_app()
