"""What a person watched, rated and marked; brought in, settled, synced."""

from __future__ import annotations

from typing import Final

import streamlit as st

from streamlit_app import address, gate, notices
from streamlit_app.followed import Followed
from streamlit_app.history_list import history_list
from streamlit_app.import_panel import import_panel
from streamlit_app.names_panel import names_panel
from streamlit_app.questions.history import VIEWS, HistoryView, View
from streamlit_app.sync_strip import sync_strip


def show() -> None:
    """The whole page."""
    st.html("<h1>History</h1>")
    if gate.known("see what you have watched") is None:
        return
    asked = HistoryView.from_params(address.params())
    _VIEW.begin(asked.view)
    st.segmented_control(
        "What to do",
        list(VIEWS),
        default=asked.view,
        format_func=VIEWS.__getitem__,
        required=True,
        wrap=True,
        label_visibility="collapsed",
        **_VIEW.bound("view"),
    )
    with notices.guard():
        sync_strip()
        if asked.view == "import":
            import_panel()
        elif asked.view == "names":
            names_panel()
        else:
            history_list(asked)


def _current() -> View:
    return HistoryView.from_params(address.params()).view


def _write(view: View) -> None:
    address.go(HistoryView(view=view).to_params())


_VIEW: Final = Followed("history", _current, _write, lambda _view, _field, chosen: chosen)
show()
