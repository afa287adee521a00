"""The people of the household: their profiles, their tokens, their Trakt accounts."""

from __future__ import annotations

import streamlit as st

from streamlit_app import gate, notices, viewer
from streamlit_app.people_panel import add_person, new_token, person
from streamlit_app.trakt_panel import trakt_panel


def show() -> None:
    """The whole page."""
    st.html("<h1>People</h1>")
    who = gate.known("see your profile")
    if who is None and not who_is_there():
        return
    new_token()
    people = viewer.now().people
    if who is not None:
        with notices.guard():
            trakt_panel(who)
    if people:
        st.html('<h2 class="w-ask">Profiles</h2>')
        for one in people:
            person(one, is_viewer=bool(who and who.profile == one))
    elif who is not None:
        st.html(
            '<p class="w-lead w-quiet">You are alone here, and need no profile. Add people to give '
            "each a history of their own.</p>"
        )
    add_person()
    if viewer.token():
        st.button(
            "Forget my token", icon=":material/logout:", on_click=viewer.forget_token, key="forget"
        )


def who_is_there() -> bool:
    """Whether there are people to be shown, though nobody was chosen yet."""
    return viewer.now().state == "choose"


show()
