"""Long work on the operator's page: started, followed, stopped."""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Final

from streamlit_app.api.admin import Admin, Work
from streamlit_app.api.history import Job
from streamlit_app.api.transport import ApiError
from streamlit_app.asked import Asked
from streamlit_app.pages.words import ago, lasting, status, words
from streamlit_app.parts import Button, Column, Expander, Fragment, Html, Parts, Row, widget

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
_STATES: Final = {
    "waiting": "waits",
    "running": "runs",
    "done": "done",
    "failed": "failed",
    "cancelled": "stopped",
}


def jobs(asked: Asked, admin: Admin) -> Parts:
    """Buttons and the newest jobs, looked at every second."""
    yield Fragment(partial(_jobs, asked, admin), every=_POLL_SECONDS)


def _jobs(asked: Asked, admin: Admin) -> Parts:
    starts = [
        Button(label, f"work-{work}", icon, partial(_try, asked, partial(admin.start, work)))
        for work, (label, icon) in _WORKS.items()
    ]
    yield Row(starts, "works")
    if problem := asked.session.get(_PROBLEM):
        yield status(problem, "w-failed")
    newest = admin.jobs(_SHOWN)
    failures = admin.jobs(_FAILURES, "failed")
    if not newest:
        yield words("Nothing was asked for yet.")
    for job in newest:
        yield Column(_job(asked, admin, job), f"job-{job.id}", "xxsmall")
    others = [_line(job) for job in failures if job not in newest]
    if others:
        yield Expander("Earlier failures", partial(list, others), "failures", at_once=True)


def _job(asked: Asked, admin: Admin, job: Job) -> Parts:
    if job.has_ended:
        yield _line(job)
        return
    stop = Button(
        "Stopping …" if job.cancel_requested else "Stop",
        f"stop-{job.id}",
        "stop",
        partial(_try, asked, partial(admin.cancel, job)),
        disabled=job.cancel_requested,
    )
    yield Row([_line(job), stop], align="center", wraps=False)
    share = min(job.done / job.total, 1.0) if job.total else 0.0
    yield widget("progress", share, _progress(job))


def _line(job: Job) -> Html:
    """One job as HTML: what, how it stands, when, and what came of it."""
    when = ago(job.ended_at or job.started_at or job.submitted_at)
    took = (
        f", took {lasting(job.ended_at - job.started_at)}"
        if job.ended_at and job.started_at
        else ""
    )
    switches = ", ".join(f"{n} {v}" for n, v in job.arguments.items() if n != "profile")
    switches = f" ({switches.replace('_', ' ')})" if switches else ""
    outcome = f'<p class="w-quiet">{escape(job.outcome)}</p>' if job.outcome else ""
    style = "w-failed" if job.state == "failed" else "w-quiet"
    return Html(
        f'<div class="w-job"><p><strong>{escape(job.label)}</strong>{escape(switches)} · '
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


def _try(asked: Asked, call: Callable[[], Job]) -> None:
    asked.session[_PROBLEM] = ""
    try:
        call()
    except ApiError as error:
        asked.session[_PROBLEM] = error.detail
