"""Finding a title by its name: a box whose matches appear under it while one types."""

from __future__ import annotations

import re
from html import escape
from typing import Final

import streamlit as st

from streamlit_app import answers, notices
from streamlit_app.api_client import ApiError, TitleCard
from streamlit_app.links import link
from streamlit_app.search_state import MAX_NAME, Search
from streamlit_app.vocabulary import KIND_NAMES

NAME: Final = "w_name"
"""The box's place in the session's state."""

_SIGNS: Final = re.compile(r"([!-/:-@\[-`{-~])")
# Of a colon before a letter, Streamlit makes icons and colours even where it is escaped.
_CODES: Final = re.compile(r":(?=\w)")
_NO_BREAK: Final = "\u2060"


@st.fragment
def name_box(search: Search) -> None:
    """The box and its matches; each leads to what is similar, under the wishes of `search`.

    Typing runs this function only, and leaves the rest of the page alone.
    """
    st.session_state.setdefault(NAME, "")
    typed = st.text_input(
        "Name of a film or series",
        key=NAME,
        type="search",
        live=True,
        max_chars=MAX_NAME,
        placeholder="Begin to type a name, such as The Matrix",
        label_visibility="collapsed",
    )
    name = " ".join((typed or "").split())
    if name:
        _matches(name, search)


def _matches(name: str, search: Search) -> None:
    try:
        titles = answers.named(name)
    except ApiError as error:
        _status(error.detail)
        notices.watch(error)
        return
    if not titles:
        _status("No title in the catalogue has a name like that.")
        link("Look for it in your own words", search.for_text(name), icon=":material/search:")
        return
    count = (
        "1 title of this name" if len(titles) == 1 else f"{len(titles)} titles, best known first"
    )
    with st.container(key="names", gap=None):
        _status(count, seen=False)
        for title in titles:
            link(label(title), search.for_title(title.ref), wide=True)


def label(title: TitleCard) -> str:
    """Name, year and kind as Markdown, in which the name's own signs mean nothing."""
    plain = _CODES.sub(f":{_NO_BREAK}", " ".join(title.title.split()))
    name = _SIGNS.sub(r"\\\1", plain)
    parts = [f"**{name}**", str(title.year or ""), KIND_NAMES[title.media_type]]
    return " · ".join(part for part in parts if part)


def _status(sentence: str, *, seen: bool = True) -> None:
    style = "w-lead w-quiet" if seen else "w-unseen"
    st.html(f'<p class="{style}" role="status">{escape(sentence)}</p>')
