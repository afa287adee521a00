"""Long work on the operator's page: started, followed, stopped."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Final

import streamlit as st

from streamlit_app import notices
from streamlit_app.api.admin import Admin, Work
from streamlit_app.api.history import Job
from streamlit_app.api.transport import ApiError
from streamlit_app.moments import ago, lasting

_POLL_SECONDS: Final = 1.0
_SHOWN: Final = 8
_FAILURES: Final = 5
_PROBLEM: Final = "admin_problem"
_WORKS: Final[dict[Work, tuple[str, str]]] = {
    "sync/tmdb": ("Sync with TMDB", "sync"),
    "embed/full": ("Embed what changed", "scatter_plot"),
    "faiss/rebuild": ("Rebuild the index", "build"),
    "sync/tmdb/retry": ("Try failed ids again", "replay"),
    "sync/trakt": ("Sync everybody's Trakt", "group"),
}
_NAMES: Final = {
    "load_sample": "Loading of the sample",
    "sync_tmdb": "Sync with TMDB",
    "follow_export": "TMDB's daily lists",
    "refresh_tmdb": "Renewal of the oldest answers",
    "fetch_named": "Titles that a history names",
    "sync_trakt": "Sync of Trakt",
    "retry_failed": "Failed ids again",
    "embed_full": "Embedding",
    "embed_item": "Embedding of one title",
    "rebuild_index": "Rebuild of the index",
}
_STATES: Final = {
    "waiting": "waits",
    "running": "runs",
    "done": "done",
    "failed": "failed",
    "cancelled": "stopped",
}


@st.fragment(run_every=_POLL_SECONDS)
def jobs_panel(admin: Admin) -> None:
    """Buttons and the newest jobs, looked at every second; only this runs."""
    with st.container(key="works", horizontal=True, gap="small"):
        for work, (label, icon) in _WORKS.items():
            st.button(
                label,
                icon=f":material/{icon}:",
                key=f"work-{work}",
                on_click=_asked,
                args=(partial(admin.start, work),),
            )
    if problem := st.session_state.get(_PROBLEM):
        st.html(f'<p class="w-failed" role="status">{escape(problem)}</p>')
    try:
        jobs = admin.jobs(_SHOWN)
        failures = admin.jobs(_FAILURES, "failed")
    except ApiError as error:
        notices.tell(error)
        return
    if not jobs:
        st.html('<p class="w-quiet">Nothing was asked for yet.</p>')
    for job in jobs:
        _job(admin, job)
    others = [job for job in failures if job not in jobs]
    if others:
        with st.expander("Earlier failures", key="failures"):
            for job in others:
                st.html(_line(job))


def _job(admin: Admin, job: Job) -> None:
    with st.container(key=f"job-{job.id}", gap="xxsmall"):
        if job.has_ended:
            st.html(_line(job))
            return
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.html(_line(job))
            st.button(
                "Stopping …" if job.cancel_requested else "Stop",
                key=f"stop-{job.id}",
                icon=":material/stop:",
                disabled=job.cancel_requested,
                on_click=_asked,
                args=(partial(admin.cancel, job),),
            )
        st.progress(min(job.done / job.total, 1.0) if job.total else 0.0, _progress(job))


def _line(job: Job) -> str:
    """One job as HTML: what, how it stands, when, and what came of it."""
    when = ago(job.ended_at or job.started_at or job.submitted_at)
    took = (
        f", took {lasting(job.ended_at - job.started_at)}"
        if job.ended_at and job.started_at
        else ""
    )
    name = _NAMES.get(job.kind, job.kind.replace("_", " "))
    switches = ", ".join(f"{n} {v}" for n, v in job.arguments.items() if n != "profile")
    switches = f" ({switches.replace('_', ' ')})" if switches else ""
    outcome = f'<p class="w-quiet">{escape(job.outcome)}</p>' if job.outcome else ""
    style = "w-failed" if job.state == "failed" else "w-quiet"
    return (
        f'<div class="w-job"><p><strong>{escape(name)}</strong>{escape(switches)} · '
        f'<span class="{style}">{_STATES[job.state]}, {when}{took}</span></p>{outcome}</div>'
    )


def _progress(job: Job) -> str:
    text = job.message or ("Waiting for the worker" if job.state == "waiting" else "Working")
    if job.total:
        text += f": {job.done:,} of {job.total:,}"
    elif job.done:
        text += f": {job.done:,} so far"
    if job.rate:
        text += f", {job.rate:,.0f} a second"
    return text + (f", about {lasting(job.eta_seconds)} left" if job.eta_seconds else "")


def _asked(call: partial[Job]) -> None:
    try:
        call()
    except ApiError as error:
        st.session_state[_PROBLEM] = error.detail
    else:
        st.session_state[_PROBLEM] = ""
