"""The operator's side: what there is, long work with its progress, settings."""

from __future__ import annotations

import streamlit as st

from streamlit_app import admin_gate, notices
from streamlit_app.admin_jobs import jobs_panel
from streamlit_app.admin_status import failed_panel, settings_panel, status_panel


def show() -> None:
    """The whole page."""
    st.html("<h1>Admin</h1>")
    with notices.guard():
        admin = admin_gate.opened()
        if admin is None:
            return
        status = admin.status()
        if status.worker != "running":
            notices.notice("No worker", status.worker, "Long work waits until one runs.")
        st.html('<h2 class="w-ask">Long work</h2>')
        jobs_panel(admin)
        st.html('<h2 class="w-ask">What there is</h2>')
        status_panel(status)
        failed_panel(admin)
        settings_panel(admin)
        st.html(
            '<p class="w-quiet">Errors of requests stand in the log of the API, by the id that '
            "each answer bears.</p>"
        )
    st.button("Forget the token", icon=":material/logout:", on_click=admin_gate.forget)


show()
