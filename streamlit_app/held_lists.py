"""The list that stands on a page: it stays the same while one acts on its cards.

An action changes what the API would answer; the next list is without the title, this one isn't.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, NamedTuple

import streamlit as st

from streamlit_app import answers, viewer
from streamlit_app.api.recommendations import Picks
from streamlit_app.api.transport import Caller
from streamlit_app.questions.lists import Wish

_HELD: Final = "list_held"
_WORDED: Final = "list_worded"
_AT_ONCE: Final = 8


class _Key(NamedTuple):
    whose: Caller
    wish: Wish


def forget() -> None:
    """Call where a page is come to: it asks for its list anew."""
    st.session_state.pop(_HELD, None)
    st.session_state.pop(_WORDED, None)


def picks(wish: Wish) -> Picks:
    """The list for a wish in plain words; raises an `ApiError`."""
    key = _Key(viewer.caller(), wish.unworded)
    held: tuple[_Key, Picks] | None = st.session_state.get(_HELD)
    if held is None or held[0] != key:
        with st.spinner("Choosing for you …"):
            found = answers.client().recommendations(key.whose).picks(key.wish)
        held = st.session_state[_HELD] = key, found
    return held[1]


def worded(wish: Wish) -> Future[Picks]:
    """The same by the language model, asked for beside the page; asked once."""
    key = _Key(viewer.caller(), wish)
    asked: tuple[_Key, Future[Picks]] | None = st.session_state.get(_WORDED)
    if asked is None or asked[0] != key:
        lists = answers.client().recommendations(key.whose)
        asked = key, _threads().submit(lists.picks, wish, worded=True)
        st.session_state[_WORDED] = asked
    return asked[1]


@st.cache_resource(show_spinner=False)
def _threads() -> ThreadPoolExecutor:
    """For answers that take seconds; nothing in them speaks to Streamlit."""
    return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="worded")
