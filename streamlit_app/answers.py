"""The API's answers, kept for a short time so that a click on a widget asks nothing again.

Errors are not kept: the next run asks anew. What depends on a person is kept by their token.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import streamlit as st

from streamlit_app.api.client import ApiClient, Health, base_url
from streamlit_app.api.people import Profile
from streamlit_app.api.titles import Similar, TitleCard, TitleFacts, only_existing
from streamlit_app.api.transport import NOBODY, ApiNotReady, Caller
from streamlit_app.questions.search import Search, TitleRef

_KEPT_SECONDS: Final = 60
_KEPT_ANSWERS: Final = 500
_HEALTH_KEPT_SECONDS: Final = 5
_COMPLETIONS: Final = 8


@st.cache_resource(show_spinner=False, on_release=ApiClient.close)
def client() -> ApiClient:
    """The one client of this process: all people share its connections."""
    return ApiClient(base_url(), "second")


@st.cache_data(ttl=_KEPT_SECONDS, max_entries=_KEPT_ANSWERS, show_spinner="Looking for titles …")
def similar(search: Search, caller: Caller = NOBODY, changes: str = "") -> Similar:
    """Titles for a search that isn't empty.

    `caller` and `changes` say whose history it leaves out, and as of which change.
    """
    del changes
    return client().titles.similar(search, caller)


@st.cache_data(ttl=_KEPT_SECONDS, max_entries=_KEPT_ANSWERS, show_spinner=False)
def title(ref: TitleRef) -> TitleFacts:
    """The facts of one title."""
    return client().titles.title(ref)


def existing(refs: Iterable[TitleRef]) -> list[TitleFacts]:
    """Those of the titles that the catalogue has."""
    return only_existing(refs, title)


@st.cache_data(ttl=_KEPT_SECONDS, max_entries=_KEPT_ANSWERS, show_spinner=False)
def named(typed: str) -> tuple[TitleCard, ...]:
    """Titles whose names go on from what was typed, best known first."""
    return client().titles.named(typed, _COMPLETIONS)


def people(token: str) -> tuple[Profile, ...]:
    """Those whom a token may see, asked for this moment.

    Not kept: whoever was deleted elsewhere a moment ago would meet refusals on every page.
    """
    return client().people(Caller(token)).all()


@st.cache_data(ttl=_HEALTH_KEPT_SECONDS, show_spinner=False)
def health() -> Health:
    """The state of an API that can search; raises `ApiNotReady` while it can't."""
    return health_now()


def health_now() -> Health:
    """As `health`, asked for this moment."""
    state = client().health()
    if not state.index.ready:
        raise ApiNotReady(state.detail or "watcher is starting: its index is not loaded yet.")
    return state
