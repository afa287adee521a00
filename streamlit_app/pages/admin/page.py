"""The operator's page."""

from functools import partial
from typing import Final

from streamlit_app.api.admin import Admin
from streamlit_app.api.transport import ApiUnauthorized
from streamlit_app.asked import Asked
from streamlit_app.pages.admin.jobs import jobs
from streamlit_app.pages.admin.status import errors, failed, settings, state, unreadable
from streamlit_app.pages.gate import token_form
from streamlit_app.pages.words import heading, notice, section
from streamlit_app.parts import Button, Fragment, Guarded, Html, Parts, widget

_TOKEN: Final = "admin_token"  # noqa: S105 -- a place in the session
_STATUS_SECONDS: Final = 3.0


def admin(asked: Asked) -> Parts:
    """The whole page; the token is kept in this session alone."""
    yield heading("Admin")
    token: str = asked.session.get(_TOKEN, "")
    if not token:
        yield from _ask(asked, was_wrong=False)
        return
    calls = asked.client.admin(token)
    try:
        calls.jobs(1)
    except ApiUnauthorized:
        asked.session.pop(_TOKEN)
        yield from _ask(asked, was_wrong=True)
        return
    yield Guarded(_opened(asked, calls))
    forget = partial(asked.session.pop, _TOKEN, None)
    yield Button("Forget the token", icon="logout", does=forget)


def _ask(asked: Asked, *, was_wrong: bool) -> Parts:
    yield Html(
        '<p class="w-lead w-quiet">This page asks for the admin token: the setting '
        "<code>ADMIN_TOKEN</code>, or what stands in the file <code>admin_token</code> in the data "
        "folder. It is kept until you close or reload this page.</p>"
    )
    if was_wrong:
        yield widget("error", "That is not the admin token.")
    yield from token_form(asked, "admin-token", "Admin token", _TOKEN)


def _opened(asked: Asked, admin: Admin) -> Parts:
    yield section("Long work")
    yield from jobs(asked, admin)
    yield section("What there is")
    # Looked at now and then: a server takes a new index over some seconds after it was built.
    yield Fragment(partial(_status, admin), every=_STATUS_SECONDS)
    yield errors(admin)
    yield failed(admin)
    yield settings(admin)


def _status(admin: Admin) -> Parts:
    status = admin.status()
    if status.worker != "running":
        yield notice("No worker", status.worker, "Long work waits until one runs.")
    if status.co_ratings.problem:
        yield notice("The co-rating model is not sound", status.co_ratings.problem)
    if status.unreadable:
        yield notice("Entries that can't be read", unreadable(status))
    yield from state(status)
