"""The widgets of a search. The address is the truth: widgets follow it and write to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeVar, cast

import streamlit as st

from streamlit_app import address, viewer
from streamlit_app.name_box import NAME, name_box
from streamlit_app.search_state import MAX_TEXT, MINUTES, YEARS, Search, parse_title
from streamlit_app.several import several
from streamlit_app.vocabulary import GENRES, KIND_NAMES, KINDS_NAMES, LANGUAGES, Kind

_MODES: Final = {
    "words": "In your words",
    "name": "By name",
    "several": "Several",
    "id": "By id",
}
_COUNTS: Final = (10, 20, 40, 60, 100, 200)
_VOTES: Final = (0, 50, 200, 1000, 5000)
_SHOWN: Final = "address_shown"
_PROBLEM: Final = "id_problem"
_T = TypeVar("_T")


def current() -> Search:
    """The search that the address names."""
    return Search.from_params(address.params())


def panel(search: Search) -> None:
    """Show the widgets, set to `search`; a change goes into the address and runs the page."""
    _follow(search)
    with st.container(key="panel", gap="small"):
        with st.container(
            horizontal=True,
            horizontal_alignment="distribute",
            vertical_alignment="center",
            gap="small",
        ):
            mode = st.segmented_control(
                "How to look",
                list(_MODES),
                format_func=_MODES.__getitem__,
                key="w_mode",
                required=True,
                wrap=True,
                label_visibility="collapsed",
            )
            _options(search)
        if mode == "id":
            _ask_by_id(search)
        elif mode == "name":
            name_box(search)
        elif mode == "several":
            several(search)
            if search.like:
                _ask_by_words(search)
        else:
            _ask_by_words(search)
        count = len(search.filters) + search.unseen
        label = f"Filters · {count} set" if count else "Filters"
        with st.expander(label, icon=":material/tune:", key="filters"):
            _filters(search)


def _ask_by_words(search: Search) -> None:
    st.session_state.setdefault("w_text", search.text)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", wrap=False):
        st.text_input(
            "What would you like to watch?",
            key="w_text",
            type="search",
            max_chars=MAX_TEXT,
            placeholder="… but funnier, or in space"
            if search.like
            else "A mood, a plot, a title, a director …",
            label_visibility="collapsed",
            on_change=_words_given,
        )
        st.button("Search", type="primary", on_click=_words_given)


def _ask_by_id(search: Search) -> None:
    st.session_state.setdefault("w_kind", search.title.kind if search.title else "movie")
    st.session_state.setdefault("w_id", str(search.title.tmdb_id) if search.title else "")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.segmented_control(
            "Kind",
            list(KIND_NAMES),
            format_func=KIND_NAMES.__getitem__,
            key="w_kind",
            required=True,
            on_change=_id_given,
        )
        st.text_input(
            "TMDB id or address",
            key="w_id",
            max_chars=200,
            placeholder="603, or themoviedb.org/movie/603",
            on_change=_id_given,
            width=300,
        )
        st.button("Find similar titles", type="primary", on_click=_id_given)
    if problem := st.session_state.get(_PROBLEM):
        st.error(problem)


def _options(search: Search) -> None:
    with st.container(horizontal=True, width="content", vertical_alignment="center", gap="small"):
        st.segmented_control(
            "What to show",
            list(KINDS_NAMES),
            format_func=KINDS_NAMES.__getitem__,
            key="w_results",
            required=True,
            on_change=_options_changed,
            label_visibility="collapsed",
        )
        st.selectbox(
            "How many",
            _with_own(_COUNTS, search.k),
            format_func=lambda count: f"{count} titles" if count > 1 else "1 title",
            key="w_k",
            width=120,
            on_change=_options_changed,
            label_visibility="collapsed",
        )


def _filters(search: Search) -> None:
    first, second = st.columns(2, gap="medium")
    with first:
        _bounds("From year", "w_from", "To year", "w_to", YEARS)
        _bounds("Minutes, at least", "w_longer", "at most", "w_shorter", MINUTES)
        st.selectbox(
            "Votes",
            _with_own(_VOTES, search.min_votes),
            format_func=lambda votes: f"At least {votes:,}" if votes else "Any number",
            key="w_votes",
            on_change=_options_changed,
        )
        st.slider(
            "Rating of at least",
            0.0,
            10.0,
            step=0.5,
            format="%.1f",
            key="w_rating",
            on_change=_options_changed,
        )
    with second:
        for label, key in (("Any of these genres", "w_genres"), ("None of these", "w_not")):
            st.multiselect(
                label, GENRES, key=key, placeholder="Choose genres", on_change=_options_changed
            )
        st.multiselect(
            "Made in one of these languages",
            _with_own(sorted(LANGUAGES, key=LANGUAGES.__getitem__), *search.languages),
            format_func=lambda code: LANGUAGES.get(code, code),
            key="w_lang",
            placeholder="Choose languages",
            on_change=_options_changed,
        )
        if viewer.now().is_known:
            st.toggle("Leave out what I have watched", key="w_unseen", on_change=_options_changed)
        else:
            st.session_state["w_unseen"] = search.unseen
        st.button(
            "Clear all filters",
            on_click=_clear_filters,
            disabled=not (search.filters or search.unseen),
        )


def _bounds(least: str, least_key: str, most: str, most_key: str, range_: tuple[int, int]) -> None:
    """Two boxes beside each other for numbers within a range; empty for any."""
    for place, label, key in zip(
        st.columns(2, gap="small"), (least, most), (least_key, most_key), strict=True
    ):
        place.number_input(
            label, *range_, step=1, key=key, placeholder="Any", on_change=_options_changed
        )


def _follow(search: Search) -> None:
    """Set the widgets to a search that they did not make: a link, a reload, the back button."""
    state = st.session_state
    if state.get(_SHOWN) == search:
        return
    if _SHOWN in state:
        # A link within the page reaches this process but not the browser's address bar.
        address.show_again()
    state[_SHOWN] = search
    state[_PROBLEM] = ""
    if search.like:
        state["w_mode"] = "several"
    elif search.text:
        state["w_mode"] = "words"
    elif "w_mode" not in state:
        state["w_mode"] = "name" if search.title else "words"
    state["w_text"], state[NAME] = search.text, ""
    if search.title:
        state["w_kind"], state["w_id"] = search.title.kind, str(search.title.tmdb_id)
    else:
        state["w_id"] = ""
    state["w_results"], state["w_k"] = search.results, search.k
    state["w_from"], state["w_to"] = search.year_from, search.year_to
    state["w_genres"], state["w_not"] = list(search.genres), list(search.without_genres)
    state["w_lang"] = list(search.languages)
    state["w_votes"], state["w_rating"] = search.min_votes, search.min_rating
    state["w_longer"], state["w_shorter"] = search.runtime_from, search.runtime_to
    state["w_unseen"] = search.unseen


def _go(search: Search) -> None:
    st.session_state[_SHOWN] = search
    st.session_state[_PROBLEM] = ""
    address.go(search.to_params())


def _words_given() -> None:
    search = current()
    if st.session_state["w_mode"] != "several":
        search = replace(search, like=(), unlike=())
    _go(search.for_text(st.session_state["w_text"] or ""))


def _id_given() -> None:
    text = (st.session_state["w_id"] or "").strip()
    if not text:
        st.session_state[_PROBLEM] = ""
        return
    title = parse_title(text, cast("Kind", st.session_state["w_kind"]))
    if title is None:
        st.session_state[_PROBLEM] = (
            "A TMDB id is a number such as 603; the address of a film or series on "
            "themoviedb.org will do as well."
        )
        return
    st.session_state["w_kind"], st.session_state["w_id"] = title.kind, str(title.tmdb_id)
    _go(current().for_title(title))


def _options_changed() -> None:
    state = st.session_state
    _go(
        replace(
            current(),
            results=state["w_results"],
            k=state["w_k"],
            year_from=state["w_from"],
            year_to=state["w_to"],
            genres=tuple(state["w_genres"]),
            without_genres=tuple(state["w_not"]),
            languages=tuple(state["w_lang"]),
            min_votes=state["w_votes"],
            min_rating=state["w_rating"],
            runtime_from=state["w_longer"],
            runtime_to=state["w_shorter"],
            unseen=state["w_unseen"],
        )
    )


def _clear_filters() -> None:
    # The widgets follow the address at the next run.
    address.go(current().without_filters().to_params())


def _with_own(options: Sequence[_T], *own: _T) -> list[_T]:
    return [*options, *(value for value in own if value not in options)]
