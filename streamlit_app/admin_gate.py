"""Before the operator's page: the admin token, kept in this session alone."""

from __future__ import annotations

from typing import Final

import streamlit as st

from streamlit_app import answers
from streamlit_app.api.admin import Admin
from streamlit_app.api.transport import ApiUnauthorized

_TOKEN: Final = "admin_token"  # noqa: S105 -- a place in the session
_GIVEN: Final = "w_admin_token"
_LONGEST: Final = 200


def opened() -> Admin | None:
    """The admin's calls, with a token that was good a moment ago; else ask for it, and None."""
    token: str = st.session_state.get(_TOKEN, "")
    if token:
        admin = answers.client().admin(token)
        try:
            admin.jobs(1)
        except ApiUnauthorized:
            forget()
            _ask(was_wrong=True)
            return None
        return admin
    _ask(was_wrong=False)
    return None


def forget() -> None:
    """Let the token go."""
    st.session_state.pop(_TOKEN, None)


def _ask(*, was_wrong: bool) -> None:
    st.html(
        '<p class="w-lead w-quiet">This page asks for the admin token: the setting '
        "<code>ADMIN_TOKEN</code>, or what stands in the file <code>admin_token</code> in the data "
        "folder. It is kept until you close or reload this page.</p>"
    )
    if was_wrong:
        st.error("That is not the admin token.")
    with (
        st.form("admin-token", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        st.text_input(
            "Admin token",
            key=_GIVEN,
            type="password",
            autocomplete="off",
            max_chars=_LONGEST,
            width=360,
        )
        st.form_submit_button("Open", type="primary", on_click=_given)


def _given() -> None:
    st.session_state[_TOKEN] = (st.session_state[_GIVEN] or "").strip()
    # The box lets go of it: the session's own copy is enough.
    st.session_state[_GIVEN] = ""
