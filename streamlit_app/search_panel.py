"""The widgets of a search. The address is the truth: widgets follow it and write to it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final, cast

import streamlit as st

from streamlit_app import address, viewer
from streamlit_app.filter_widgets import filters, how_many, kinds
from streamlit_app.followed import Followed, Value
from streamlit_app.name_box import name_box
from streamlit_app.questions.search import COUNTS, MAX_TEXT, MODES, Search, longer, parse_title
from streamlit_app.questions.vocabulary import KIND_NAMES, Kind
from streamlit_app.several import several

_MODE: Final = "search_mode"
_PROBLEM: Final = "id_problem"


def current() -> Search:
    """The search that the address names."""
    return Search.from_params(address.params())


def panel(search: Search) -> None:
    """Show the widgets, set to `search`; a change goes into the address and runs the page."""
    before = _PANEL.shown()
    if _PANEL.begin(search):
        _begun(search, before)
    mode: str = st.session_state[_MODE]
    with st.container(key="panel", gap="small"):
        with st.container(
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
            gap="small",
        ):
            _modes(mode)
            with st.container(
                horizontal=True, width="content", vertical_alignment="center", gap="small"
            ):
                kinds(_PANEL, search)
                how_many(_PANEL, "k", COUNTS, search.k)
        if mode == "id":
            _ask_by_id(search)
        elif mode == "name":
            name_box(search, _PANEL.key("name"))
        elif mode == "several":
            several(search, _PANEL.key("name"))
            if search.like:
                _ask_by_words(search)
        else:
            _ask_by_words(search)
        filters(_PANEL, search, partial(_last, search))


def more(search: Search, shown: int) -> None:
    """A button for a longer list, where there may be more than the `shown` ones."""
    count = longer(search, shown)
    if count is None:
        return
    with st.container(key="more", horizontal=True, horizontal_alignment="center"):
        st.button("Show more", icon=":material/expand_more:", on_click=_show, args=(count,))


def _show(count: int) -> None:
    _write(replace(current(), k=count))


def _begun(search: Search, before: Search | None) -> None:
    """The way of asking that fits a search which no widget made; as at first look of its page."""
    state = st.session_state
    state[_PROBLEM] = ""
    chosen = len(before.like + before.unlike) if before else 0
    # Whoever lets the last one go may want to add another.
    let_go = search.is_empty and len(search.unlike) == chosen - 1
    if search.like or let_go:
        state[_MODE] = "several"
    elif not search.title:
        state[_MODE] = "words"
    elif state.get(_MODE) != "id":
        state[_MODE] = "name"


def _modes(now: str) -> None:
    st.segmented_control(
        "How to look",
        list(MODES),
        default=now,
        format_func=MODES.__getitem__,
        required=True,
        wrap=True,
        label_visibility="collapsed",
        **_PANEL.bound("mode", _mode_chosen),
    )


def _mode_chosen() -> None:
    st.session_state[_MODE] = st.session_state[_PANEL.key("mode")]


def _ask_by_words(search: Search) -> None:
    bound = _PANEL.bound("text")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", wrap=False):
        st.text_input(
            "What would you like to watch?",
            search.text,
            type="search",
            max_chars=MAX_TEXT,
            placeholder="… but funnier, or in space"
            if search.like
            else "A mood, a plot, a title, a director …",
            label_visibility="collapsed",
            **bound,
        )
        st.button("Search", type="primary", on_click=bound["on_change"], args=bound["args"])


def _ask_by_id(search: Search) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.segmented_control(
            "Kind",
            list(KIND_NAMES),
            default=search.title.kind if search.title else "movie",
            format_func=KIND_NAMES.__getitem__,
            required=True,
            **_PANEL.bound("kind", _id_given),
        )
        st.text_input(
            "TMDB id or address",
            str(search.title.tmdb_id) if search.title else "",
            max_chars=200,
            placeholder="603, or themoviedb.org/movie/603",
            width=300,
            **_PANEL.bound("id", _id_given),
        )
        st.button("Find similar titles", type="primary", on_click=_id_given)
    if problem := st.session_state.get(_PROBLEM):
        st.error(problem)


def _last(search: Search) -> None:
    if viewer.now().is_known:
        st.toggle("Leave out what I have watched", value=search.unseen, **_PANEL.bound("unseen"))
    st.button(
        "Clear all filters",
        on_click=_clear_filters,
        disabled=not (search.filters or search.unseen),
    )


def _change(search: Search, field: str, value: Value) -> Search:
    if field != "text":
        return replace(search, **{field: value})
    if st.session_state[_MODE] != "several":
        search = replace(search, like=(), unlike=())
    return search.for_text(value or "")


def _write(search: Search) -> None:
    st.session_state[_PROBLEM] = ""
    address.go(search.to_params())


def _id_given() -> None:
    text = (st.session_state[_PANEL.key("id")] or "").strip()
    if not text:
        st.session_state[_PROBLEM] = ""
        return
    title = parse_title(text, cast("Kind", st.session_state[_PANEL.key("kind")]))
    if title is None:
        st.session_state[_PROBLEM] = (
            "A TMDB id is a number such as 603; the address of a film or series on "
            "themoviedb.org will do as well."
        )
        return
    # The boxes begin anew, with kind and number as they were understood.
    _write(current().for_title(title))


def _clear_filters() -> None:
    _write(current().without_filters())


_PANEL: Final = Followed("w", current, _write, _change)
