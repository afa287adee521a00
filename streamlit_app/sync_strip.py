"""Trakt's strip on the history: when it was synced, sync it now, how far that is."""

from __future__ import annotations

from typing import Final

import streamlit as st

from streamlit_app import answers, notices, viewer
from streamlit_app.api.history import Job
from streamlit_app.api.people import TraktState
from streamlit_app.api.transport import ApiError
from streamlit_app.links import PEOPLE, page_link
from streamlit_app.trakt_words import ago

_POLL_SECONDS: Final = 1.0
_WATCHED: Final = "sync_watched"


def sync_strip() -> None:
    """Shown only to those who connected Trakt."""
    caller = viewer.caller()
    state = answers.client().trakt(caller).state()
    if not state.connected:
        return
    job = answers.client().history(caller).syncing()
    active = job is not None and not job.has_ended
    if active:
        st.session_state[_WATCHED] = True
    st.fragment(_strip, run_every=_POLL_SECONDS if active else None)(state, active)


def progress(job: Job) -> None:
    """A job's bar while it runs, with what it is at; a sentence where no worker does it."""
    if job.worker != "running":
        notices.notice("No worker", job.worker, "It goes on by itself once a worker runs.")
        return
    text = job.message or ("Waiting for the worker" if job.state == "waiting" else "Working")
    if job.total:
        share = min(job.done / job.total, 1.0)
        left = f", about {job.eta_seconds:.0f} s left" if job.eta_seconds else ""
        st.progress(share, f"{text}: {job.done:,} of {job.total:,}{left}")
    else:
        st.progress(0.0, f"{text}: {job.done:,} so far" if job.done else text)


def _strip(state: TraktState, active: bool) -> None:  # noqa: FBT001 -- as a fragment passes it
    try:
        job = answers.client().history(viewer.caller()).syncing()
    except ApiError as error:
        notices.tell(error)
        return
    if active and (job is None or job.has_ended):
        viewer.changed()
        st.rerun()
    with st.container(key="sync", horizontal=True, vertical_alignment="center", gap="small"):
        st.html(f'<p class="w-quiet">Trakt: {ago(state.synced_at)}</p>', width="content")
        if state.problem:
            page_link(PEOPLE, "Connect Trakt again", icon=":material/link:")
        elif (job is None or job.has_ended) and st.button(
            "Sync now", icon=":material/sync:", key="sync-now"
        ):
            _begin()
    if state.problem:
        notices.notice("Trakt needs you", state.problem)
    elif job is not None and not job.has_ended:
        progress(job)
    elif job is not None and st.session_state.pop(_WATCHED, False):
        heading = "Trakt is in" if job.state == "done" else "The sync did not work"
        # The worker names the person by their id, whom nobody else is meant by here.
        told = job.outcome.removeprefix(f"{job.arguments.get('profile', '')}: ")
        notices.notice(heading, told or "It was stopped.")


def _begin() -> None:
    try:
        answers.client().history(viewer.caller()).sync()
    except ApiError as error:
        notices.tell(error)
        return
    st.rerun()
