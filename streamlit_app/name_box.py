"""Finding a title by its name: a box whose matches appear under it while one types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from html import escape

import streamlit as st

from streamlit_app import answers, notices
from streamlit_app.api.titles import TitleCard
from streamlit_app.api.transport import ApiError
from streamlit_app.links import link
from streamlit_app.questions.search import MAX_NAME, Search
from streamlit_app.questions.vocabulary import KIND_NAMES
from streamlit_app.render.markdown import plain
from streamlit_app.wording import counted

Matches = Callable[[Sequence[TitleCard]], None]
"""Draws what can be done with the titles that match."""


def name_box(search: Search, key: str) -> None:
    """The box and its matches; each leads to what is similar, under the wishes of `search`."""
    pick_by_name(
        "Name of a film or series",
        partial(_leading_on, search=search),
        partial(_in_words, search=search),
        key=key,
    )


@st.fragment
def pick_by_name(
    name_of_box: str,
    matches: Matches,
    nothing: Callable[[str], None] | None = None,
    *,
    key: str,
) -> None:
    """A box for a name; `matches` draws what it finds, `nothing` a way on where that is none.

    Typing runs this function only, and leaves the rest of the page alone.
    """
    typed = st.text_input(
        name_of_box,
        key=key,
        type="search",
        live=True,
        max_chars=MAX_NAME,
        placeholder="Begin to type a name, such as The Matrix",
        label_visibility="collapsed",
    )
    name = " ".join((typed or "").split())
    if name:
        _found(name, matches, nothing)


def label(title: TitleCard) -> str:
    """Name, year and kind as Markdown, in which the name's own signs mean nothing."""
    parts = [f"**{plain(title.title)}**", str(title.year or ""), KIND_NAMES[title.media_type]]
    return " · ".join(part for part in parts if part)


def _found(name: str, matches: Matches, nothing: Callable[[str], None] | None) -> None:
    try:
        titles = answers.named(name)
    except ApiError as error:
        _status(error.detail)
        notices.watch(error)
        return
    if not titles:
        _status("No title in the catalogue has a name like that.")
        if nothing:
            nothing(name)
        return
    with st.container(key="names", gap=None):
        _status(f"{counted(len(titles), 'title')} for “{name}”, best known first", seen=False)
        matches(titles)


def _leading_on(titles: Sequence[TitleCard], search: Search) -> None:
    for title in titles:
        link(label(title), search.for_title(title.ref), wide=True)


def _in_words(name: str, search: Search) -> None:
    link("Look for it in your own words", search.for_text(name), icon=":material/search:")


def _status(sentence: str, *, seen: bool = True) -> None:
    style = "w-lead w-quiet" if seen else "w-unseen"
    st.html(f'<p class="{style}" role="status">{escape(sentence)}</p>')
