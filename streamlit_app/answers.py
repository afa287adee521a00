"""The API's answers, kept for a short time so that a click on a widget asks nothing again.

Errors are not kept: the next run asks anew.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from streamlit_app.api_client import (
    ApiClient,
    ApiNotReady,
    Health,
    Similar,
    TitleCard,
    TitleFacts,
    base_url,
)
from streamlit_app.search_state import Search, TitleRef

_KEPT_SECONDS: Final = 60
_KEPT_ANSWERS: Final = 500
_HEALTH_KEPT_SECONDS: Final = 5
_COMPLETIONS: Final = 8


@st.cache_resource(show_spinner=False, on_release=ApiClient.close)
def client() -> ApiClient:
    """The one client of this process: all people share its connections."""
    return ApiClient(base_url())


@st.cache_data(ttl=_KEPT_SECONDS, max_entries=_KEPT_ANSWERS, show_spinner="Looking for titles …")
def similar(search: Search) -> Similar:
    """Titles for a search that isn't empty."""
    return client().similar(search)


@st.cache_data(ttl=_KEPT_SECONDS, max_entries=_KEPT_ANSWERS, show_spinner=False)
def title(ref: TitleRef) -> TitleFacts:
    """The facts of one title."""
    return client().title(ref)


@st.cache_data(ttl=_KEPT_SECONDS, max_entries=_KEPT_ANSWERS, show_spinner=False)
def named(typed: str) -> tuple[TitleCard, ...]:
    """Titles whose names go on from what was typed, best known first."""
    return client().named(typed, _COMPLETIONS)


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
