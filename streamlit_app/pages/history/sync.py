"""Trakt's strip on the history: when it was synced, sync it now, how far that is."""

from functools import partial
from typing import Final

from streamlit_app.api.history import Job
from streamlit_app.api.people import TraktState
from streamlit_app.asked import Asked
from streamlit_app.pages.words import notice, synced, words
from streamlit_app.parts import Again, Button, Fragment, Link, Parts, Row, widget

_POLL_SECONDS: Final = 1.0
_WATCHED: Final = "sync_watched"


def sync_strip(asked: Asked) -> Parts:
    """Shown only to those who connected Trakt."""
    state = asked.client.trakt(asked.who.caller).state()
    if not state.connected:
        return
    is_active = _is_active(asked.history.syncing())
    if is_active:
        asked.session[_WATCHED] = True
    inside = partial(_strip, asked, state, was_active=is_active)
    yield Fragment(inside, every=_POLL_SECONDS if is_active else None)


def _is_active(job: Job | None) -> bool:
    return job is not None and not job.has_ended


def _strip(asked: Asked, state: TraktState, *, was_active: bool) -> Parts:
    job = asked.history.syncing()
    if was_active and not _is_active(job):
        asked.changed()
        yield Again()
    yield Row(_line(asked, state, job), "sync", align="center")
    if state.problem:
        yield notice("Trakt needs you", state.problem)
    elif job is not None and not job.has_ended:
        yield from _progress(job)
    elif job is not None and asked.session.pop(_WATCHED, False):
        heading = "Trakt is in" if job.state == "done" else "The sync did not work"
        # The worker names the person by their id, whom nobody else is meant by here.
        told = job.outcome.removeprefix(f"{job.arguments.get('profile', '')}: ")
        yield notice(heading, told or "It was stopped.")


def _line(asked: Asked, state: TraktState, job: Job | None) -> Parts:
    yield words(f"Trakt: {synced(state.synced_at)}", grows=False)
    if state.problem:
        yield Link("Connect Trakt again", "people", icon="link")
    elif not _is_active(job):
        pressed = yield Button("Sync now", "sync-now", "sync")
        if pressed:
            asked.history.sync()
            yield Again()


def _progress(job: Job) -> Parts:
    """A job's bar while it runs, with what it is at; a sentence where no worker does it."""
    if job.worker != "running":
        yield notice("No worker", job.worker, "It goes on by itself once a worker runs.")
        return
    text = job.message or ("Waiting for the worker" if job.state == "waiting" else "Working")
    if job.total:
        left = f", about {job.eta_seconds:.0f} s left" if job.eta_seconds else ""
        text += f": {job.done:,} of {job.total:,}{left}"
    elif job.done:
        text += f": {job.done:,} so far"
    yield widget("progress", min(job.done / job.total, 1.0) if job.total else 0.0, text)
