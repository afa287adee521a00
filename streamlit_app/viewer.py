"""Who is watching: one choice for all pages, in the address; the token in this session alone."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

import streamlit as st

from streamlit_app import address, answers
from streamlit_app.api.transport import ApiError, ApiUnauthorized, Caller
from streamlit_app.choice_menu import choice_menu
from streamlit_app.followed import Followed
from streamlit_app.household import Viewer, watching
from streamlit_app.render.markdown import plain

_TOKEN: Final = "viewer_token"  # noqa: S105 -- a place in the session
_CHOSEN: Final = "viewer_profile"
_NOW: Final = "viewer_now"
_CHANGES: Final = "viewer_changes"


def begin() -> Viewer:
    """Find out who is watching; once a run, before the page."""
    found = _found()
    address.set_profile(found.profile.id if found.profile and len(found.people) > 1 else "")
    st.session_state[_NOW] = found
    return found


def now() -> Viewer:
    """Who is watching in this run."""
    found: Viewer = st.session_state.get(_NOW, Viewer("away"))
    return found


def caller() -> Caller:
    """For calls on a history; only where the viewer is known."""
    return now().caller


def token() -> str:
    """The token of this session, empty where none was given."""
    given: str = st.session_state.get(_TOKEN, "")
    return given


def give_token(given: str) -> None:
    """Keep a token for this session."""
    st.session_state[_TOKEN] = given.strip()


def forget_token() -> None:
    """Let the token go."""
    st.session_state.pop(_TOKEN, None)
    st.session_state.pop(_CHOSEN, None)


def choose(profile_id: str) -> None:
    """Watch as this person from now on; empty for nobody."""
    st.session_state[_CHOSEN] = profile_id
    address.set_profile(profile_id)


def changes() -> str:
    """The last change that this session made: answers that depend on a history are kept by it.

    No other session has the same, unless neither made one.
    """
    last: str = st.session_state.get(_CHANGES, "")
    return last


def changed() -> None:
    """Call after a change of a history or of the people."""
    st.session_state[_CHANGES] = uuid4().hex


def picker() -> None:
    """The choice of the person, where there are several; else nothing."""
    who = now()
    if len(who.people) < 2:  # noqa: PLR2004 -- one person has no choice
        return
    names = {person.id: person.name for person in who.people}
    chosen = who.profile.id if who.profile else ""
    _PICKER.begin(chosen)
    with st.container(key="who", width="content"):
        choice_menu(
            _PICKER,
            "who",
            plain(names.get(chosen, "")) or "Who is watching?",
            chosen,
            list(names),
            lambda one: plain(names[one]),
            icon=":material/person:",
        )


def _found() -> Viewer:
    named = address.profile() or st.session_state.get(_CHOSEN, "")
    try:
        found = watching(answers.people(token()), token(), named)
    except ApiUnauthorized as error:
        return Viewer("token", problem=error)
    except ApiError as error:
        return Viewer("away", problem=error)
    if found.profile and len(found.people) > 1:
        st.session_state[_CHOSEN] = found.profile.id
    return found


_PICKER: Final = Followed(
    "header", address.profile, choose, lambda _before, _field, chosen: chosen or ""
)
