"""Before a person's own pages: who is it, and may they?"""

from __future__ import annotations

from typing import Final

import streamlit as st

from streamlit_app import notices, viewer
from streamlit_app.household import Viewer
from streamlit_app.render.markdown import plain

_GIVEN: Final = "w_token"
_LONGEST_TOKEN: Final = 200


def known(purpose: str) -> Viewer | None:
    """Who is watching; where that isn't known, ask for it and return None.

    `purpose` goes on from "to": "see what you have watched".
    """
    who = viewer.now()
    if who.is_known:
        return who
    if who.state == "choose":
        _choose(who)
    elif who.state == "token":
        _ask_token(purpose)
    elif who.problem is not None:
        notices.tell(who.problem)
    return None


def _choose(who: Viewer) -> None:
    st.html('<h2 class="w-ask">Who is watching?</h2>')
    with st.container(key="whom", horizontal=True, gap="small"):
        for person in who.people:
            st.button(
                plain(person.name),
                key=f"whom-{person.id}",
                icon=":material/person:",
                on_click=viewer.choose,
                args=(person.id,),
            )


def _ask_token(purpose: str) -> None:
    st.html(
        '<h2 class="w-ask">Your token</h2><p class="w-lead w-quiet">This watcher is shared over a '
        f"network, so it asks for your token to {purpose}. You got it when your profile was made; "
        "the admin's opens everybody's. It is kept until you close or reload this page.</p>"
    )
    if viewer.token():
        st.error("That token is not good, or no longer.")
    with st.form("token", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Token",
            key=_GIVEN,
            type="password",
            autocomplete="off",
            max_chars=_LONGEST_TOKEN,
            width=360,
        )
        st.form_submit_button("Open", type="primary", on_click=_given)


def _given() -> None:
    viewer.give_token(st.session_state[_GIVEN])
    # The box lets go of it: the session's own copy is enough.
    st.session_state[_GIVEN] = ""
