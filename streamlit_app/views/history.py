"""What a person watched, rated and marked; brought in, settled, synced."""

from __future__ import annotations

import streamlit as st

from streamlit_app import address, gate, notices
from streamlit_app.history_list import history_list
from streamlit_app.history_state import VIEWS, HistoryView
from streamlit_app.import_panel import import_panel
from streamlit_app.names_panel import names_panel
from streamlit_app.sync_strip import sync_strip

_VIEW = "h_view"


def show() -> None:
    """The whole page."""
    st.html("<h1>History</h1>")
    if gate.known("see what you have watched") is None:
        return
    asked = HistoryView.from_params(address.params())
    if st.session_state.get(_VIEW) != asked.view:
        st.session_state[_VIEW] = asked.view
    st.segmented_control(
        "What to do",
        list(VIEWS),
        format_func=VIEWS.__getitem__,
        key=_VIEW,
        required=True,
        wrap=True,
        label_visibility="collapsed",
        on_change=_view_chosen,
    )
    with notices.guard():
        sync_strip()
        if asked.view == "import":
            import_panel()
        elif asked.view == "names":
            names_panel()
        else:
            history_list(asked)


def _view_chosen() -> None:
    address.go(HistoryView(view=st.session_state[_VIEW]).to_params())


show()
