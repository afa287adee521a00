"""What a reader is told when something can't be shown, and how the page comes back by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Final, Literal

import streamlit as st

from streamlit_app import answers
from streamlit_app.api.transport import (
    ApiError,
    ApiNotReady,
    ApiRefused,
    ApiSlow,
    ApiUnauthorized,
    ApiUnreachable,
)
from streamlit_app.links import ADMIN, page_link

_POLL_SECONDS: Final = 2.0
_SHOWN: Final = "notice_shown"
_PREPARES: Final = (
    "<code>./start.sh</code> prepares all that a first start needs: titles, their vectors, the "
    "index."
)
_COMES_BACK: Final = " This page comes back by itself."

State = Literal["away", "not_ready", "ready"]


def begin() -> None:
    """Call at the start of a run: no notice is shown yet."""
    st.session_state[_SHOWN] = False


def is_shown() -> bool:
    """True where this run already told that the API can't answer."""
    return bool(st.session_state.get(_SHOWN))


@contextmanager
def guard(remedy: str = "") -> Iterator[None]:
    """Around whatever asks the API: an error becomes its notice, and the rest of the page stays.

    `remedy` is what to do where the API refuses the question, as text.
    """
    try:
        yield
    except ApiError as error:
        tell(error, remedy)


def tell(error: ApiError, remedy: str = "") -> None:
    """The notice that fits the error."""
    if isinstance(error, ApiUnreachable | ApiNotReady):
        waiting(error)
    else:
        refused(error, remedy)


def waiting(error: ApiUnreachable | ApiNotReady) -> None:
    """Tell that the API is away, slow or not ready, and run the page again once that changed."""
    st.session_state[_SHOWN] = True
    if isinstance(error, ApiSlow):
        remedy = "A sync or a rebuild may keep it busy for a moment."
        notice("watcher is slow", error.detail, remedy + _COMES_BACK)
    elif isinstance(error, ApiUnreachable):
        remedy = (
            "Start it with <code>./start.sh</code>, or set <code>API_BASE_URL</code> to where "
            "it runs."
        )
        notice("watcher is away", error.detail, remedy + _COMES_BACK)
    else:
        preparing = isinstance(error, ApiNotReady) and error.code == "not_ready"
        heading = "Almost there" if preparing else "Something is missing"
        notice(heading, error.detail, (_PREPARES if preparing else "") + _COMES_BACK)
        page_link(ADMIN, "How far it is", icon=":material/admin_panel_settings:")
    watch(error)


def refused(error: ApiError, remedy: str = "") -> None:
    """Tell what the API said to a question that it won't answer."""
    heading = "A token is needed" if isinstance(error, ApiUnauthorized) else "That did not work"
    code = error.code if isinstance(error, ApiRefused) else ""
    if not remedy and code == "invalid_input":
        remedy = "Change what you asked for and try again."
    notice(heading, error.detail, escape(remedy))


def notice(heading: str, sentence: str, remedy_html: str = "") -> None:
    """A framed notice. Heading and sentence are text; the remedy is our own HTML."""
    remedy = f'<p class="w-quiet">{remedy_html}</p>' if remedy_html else ""
    st.html(
        f'<div class="w-notice" role="status"><p><strong>{escape(heading)}</strong></p>'
        f"<p>{escape(sentence)}</p>{remedy}</div>"
    )


def watch(error: ApiError) -> None:
    """Run the page again once the API, away or not ready now, has changed."""
    if isinstance(error, ApiUnreachable):
        _watch("away", time.monotonic())
    elif isinstance(error, ApiNotReady):
        _watch("not_ready", time.monotonic())


@st.fragment(run_every=_POLL_SECONDS)
def _watch(told: State, since: float) -> None:
    """Ask for the API's health every two seconds while a notice stands."""
    if time.monotonic() - since < _POLL_SECONDS / 2:
        return  # The run that shows the notice has just asked.
    if _state() != told:
        st.rerun()


def _state() -> State:
    try:
        answers.health_now()
    except ApiUnreachable:
        return "away"
    except ApiError:
        return "not_ready"
    return "ready"
