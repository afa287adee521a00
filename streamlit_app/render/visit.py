"""A visit of a page: who asks, by Streamlit's session and address, and answers that were kept.

Answers are kept for a short time, so that a click on a widget asks nothing again. Errors are not
kept: the next run asks anew. What depends on a person is kept by their token.
"""

from collections.abc import Mapping
from typing import Final

import streamlit as st

from streamlit_app.api.client import ApiClient, Health, base_url
from streamlit_app.api.titles import Similar, TitleCard, TitleFacts, Titles
from streamlit_app.api.transport import NOBODY, ApiNotReady, Caller
from streamlit_app.asked import CHANGES, Asked
from streamlit_app.household import is_at_home, who_is_watching
from streamlit_app.questions.address import Address
from streamlit_app.questions.search import Search, TitleRef

_KEPT_SECONDS: Final = 60
_KEPT_ANSWERS: Final = 500
_HEALTH_KEPT_SECONDS: Final = 5


def visit() -> Asked:
    """What is asked in this run."""
    address = Address(
        lambda: {name: st.query_params.get_all(name) for name in st.query_params},
        st.query_params.from_dict,
    )
    session = st.session_state
    headers, client = asked_by()
    at_home = is_at_home(headers, client or "127.0.0.1")
    who = who_is_watching(_client(), session, address, at_home=at_home)
    return Asked(address, session, who, _client(), KeptTitles(_client().transport), health)


def asked_by() -> tuple[Mapping[str, str], str | None]:
    """What the browser sent as this session began, and its address: None for this machine's own."""
    return st.context.headers, st.context.ip_address


@st.cache_resource(show_spinner=False, on_release=ApiClient.close)
def _client() -> ApiClient:
    """The one client of this process: all people share its connections."""
    return ApiClient(base_url(), "second")


@st.cache_data(ttl=_HEALTH_KEPT_SECONDS, show_spinner=False)
def health() -> Health:
    """The state of an API that can search; raises `ApiNotReady` while it can't."""
    state = _client().health()
    if not state.index.ready:
        raise ApiNotReady(state.detail or "watcher is starting: its index is not loaded yet.")
    return state


class KeptTitles(Titles):
    """Titles of a moment ago."""

    def similar(self, search: Search, caller: Caller = NOBODY) -> Similar:
        """Kept until the session changes a history, whose titles it may leave out."""
        changes = "" if caller == NOBODY else st.session_state.get(CHANGES, "")
        return _similar(search, caller, changes)

    def title(self, ref: TitleRef) -> TitleFacts:
        """Kept by its number."""
        return _title(ref)

    def named(self, typed: str, limit: int = 8) -> tuple[TitleCard, ...]:
        """Kept by what was typed."""
        return _named(typed, limit)


@st.cache_data(ttl=_KEPT_SECONDS, max_entries=_KEPT_ANSWERS, show_spinner="Looking for titles …")
def _similar(search: Search, caller: Caller, changes: str) -> Similar:
    del changes
    return _client().titles.similar(search, caller)


@st.cache_data(ttl=_KEPT_SECONDS, max_entries=_KEPT_ANSWERS, show_spinner=False)
def _title(ref: TitleRef) -> TitleFacts:
    return _client().titles.title(ref)


@st.cache_data(ttl=_KEPT_SECONDS, max_entries=_KEPT_ANSWERS, show_spinner=False)
def _named(typed: str, limit: int) -> tuple[TitleCard, ...]:
    return _client().titles.named(typed, limit)
