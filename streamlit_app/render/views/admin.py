"""The operator's side: what there is, long work with its progress, settings."""

from __future__ import annotations

from typing import Final

import streamlit as st

from streamlit_app import admin_gate, notices
from streamlit_app.admin_jobs import jobs_panel
from streamlit_app.admin_status import errors_panel, failed_panel, settings_panel, status_panel
from streamlit_app.api.admin import Admin

_STATUS_SECONDS: Final = 3.0


def show() -> None:
    """The whole page."""
    st.html("<h1>Admin</h1>")
    with notices.guard():
        admin = admin_gate.opened()
        if admin is None:
            return
        st.html('<h2 class="w-ask">Long work</h2>')
        jobs_panel(admin)
        st.html('<h2 class="w-ask">What there is</h2>')
        _status(admin)
        errors_panel(admin)
        failed_panel(admin)
        settings_panel(admin)
    st.button("Forget the token", icon=":material/logout:", on_click=admin_gate.forget)


@st.fragment(run_every=_STATUS_SECONDS)
def _status(admin: Admin) -> None:
    """Looked at now and then: a server takes a new index over some seconds after it was built."""
    with notices.guard():
        status = admin.status()
        if status.worker != "running":
            notices.notice("No worker", status.worker, "Long work waits until one runs.")
        if status.co_ratings.problem:
            notices.notice("The co-rating model is not sound", status.co_ratings.problem)
        status_panel(status)


show()
