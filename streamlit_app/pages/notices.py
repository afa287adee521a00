"""What a reader is told when something can't be shown, and how the page comes back by itself."""

import time
from functools import partial
from typing import Final, Literal

from streamlit_app.api.transport import (
    ApiError,
    ApiNotReady,
    ApiRefused,
    ApiSlow,
    ApiUnauthorized,
    ApiUnreachable,
)
from streamlit_app.asked import Asked
from streamlit_app.pages.words import notice
from streamlit_app.parts import Again, Fragment, Html, Link, Parts

_POLL_SECONDS: Final = 2.0
_PREPARES: Final = (
    "<code>./start.sh</code> prepares all that a first start needs: titles, their vectors, the "
    "index."
)
_COMES_BACK: Final = " This page comes back by itself."

State = Literal["away", "not_ready", "ready"]


def told(asked: Asked, error: ApiError) -> Parts:
    """The notice that fits the error; the page is told anew once the API is there or ready."""
    if isinstance(error, ApiSlow):
        remedy = "A sync or a rebuild may keep it busy for a moment."
        yield notice("watcher is slow", error.detail, remedy + _COMES_BACK)
    elif isinstance(error, ApiUnreachable):
        remedy = (
            "Start it with <code>./start.sh</code>, or set <code>API_BASE_URL</code> to where "
            "it runs."
        )
        yield notice("watcher is away", error.detail, remedy + _COMES_BACK)
    elif isinstance(error, ApiNotReady):
        preparing = error.code == "not_ready"
        heading = "Almost there" if preparing else "Something is missing"
        yield notice(heading, error.detail, (_PREPARES if preparing else "") + _COMES_BACK)
        yield Link("How far it is", "admin", icon="admin_panel_settings")
    else:
        yield refused(error)
    yield from watch(asked, error)


def refused(error: ApiError) -> Html:
    """What the API said to a question that it won't answer."""
    heading = "A token is needed" if isinstance(error, ApiUnauthorized) else "That did not work"
    is_invalid = isinstance(error, ApiRefused) and error.code == "invalid_input"
    remedy = "Change what you asked for and try again." if is_invalid else ""
    return notice(heading, error.detail, remedy)


def watch(asked: Asked, error: ApiError) -> Parts:
    """Have the page told anew once the API, away or not ready now, has changed."""
    state = _state_by(error)
    if state:
        looks = partial(_watched, asked, state, time.monotonic())
        yield Fragment(looks, every=_POLL_SECONDS)


def _watched(asked: Asked, told: State, since: float) -> Parts:
    """Ask for the API's health every two seconds while a notice stands."""
    if time.monotonic() - since < _POLL_SECONDS / 2:
        return  # The run that shows the notice has just asked.
    if _state(asked) != told:
        yield Again()


def _state(asked: Asked) -> State:
    try:
        is_ready = asked.client.health().index.ready
    except ApiError as error:
        return _state_by(error) or "not_ready"
    return "ready" if is_ready else "not_ready"


def _state_by(error: ApiError) -> State | None:
    if isinstance(error, ApiUnreachable):
        return "away"
    return "not_ready" if isinstance(error, ApiNotReady) else None
