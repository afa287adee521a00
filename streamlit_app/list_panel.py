"""The widgets of a list. The address is the truth: widgets follow it and write to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeVar

import streamlit as st

from streamlit_app import address
from streamlit_app.list_state import MAX_COUNT, MAX_SEED, Wish
from streamlit_app.search_state import MINUTES, YEARS
from streamlit_app.vocabulary import GENRES, KINDS_NAMES, LANGUAGES

_VOTES: Final = (0, 50, 200, 1000, 5000)
_SHOWN: Final = "list_address_shown"
_T = TypeVar("_T")


def current() -> Wish:
    """The list that the address names."""
    return Wish.from_params(address.params())


def panel(wish: Wish, *, has_model: bool) -> None:
    """Show the widgets, set to `wish`; a change goes into the address and runs the page.

    `has_model`: a language model is there to be asked.
    """
    _follow(wish)
    with st.container(key="l-panel", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.segmented_control(
                "What to show",
                list(KINDS_NAMES),
                format_func=KINDS_NAMES.__getitem__,
                key="l_kinds",
                required=True,
                on_change=_changed,
                label_visibility="collapsed",
            )
            st.selectbox(
                "How many",
                range(1, MAX_COUNT + 1),
                format_func=lambda count: f"{count} titles" if count > 1 else "1 title",
                key="l_count",
                width=120,
                on_change=_changed,
                label_visibility="collapsed",
            )
            st.button("Another list", icon=":material/refresh:", type="primary", on_click=_another)
            if has_model:
                st.toggle("Let the language model word it", key="l_worded", on_change=_changed)
        count = len(wish.of.filters)
        label = f"Filters · {count} set" if count else "Filters"
        with st.expander(label, icon=":material/tune:", key="filters"):
            _filters(wish)


def _filters(wish: Wish) -> None:
    first, second = st.columns(2, gap="medium")
    with first:
        _bounds("From year", "l_from", "To year", "l_to", YEARS)
        _bounds("Minutes, at least", "l_longer", "at most", "l_shorter", MINUTES)
        st.selectbox(
            "Votes",
            _with_own(_VOTES, wish.of.min_votes),
            format_func=lambda votes: f"At least {votes:,}" if votes else "Any number",
            key="l_votes",
            on_change=_changed,
        )
        st.slider(
            "Rating of at least",
            0.0,
            10.0,
            step=0.5,
            format="%.1f",
            key="l_rating",
            on_change=_changed,
        )
    with second:
        for label, key in (("Any of these genres", "l_genres"), ("None of these", "l_not")):
            st.multiselect(label, GENRES, key=key, placeholder="Choose genres", on_change=_changed)
        st.multiselect(
            "Made in one of these languages",
            _with_own(sorted(LANGUAGES, key=LANGUAGES.__getitem__), *wish.of.languages),
            format_func=lambda code: LANGUAGES.get(code, code),
            key="l_lang",
            placeholder="Choose languages",
            on_change=_changed,
        )
        st.number_input(
            "Number of the list",
            0,
            MAX_SEED,
            step=1,
            key="l_seed",
            on_change=_changed,
            help="The same number gives the same list, as long as your history stays as it is.",
        )
        st.button("Clear all filters", on_click=_clear, disabled=not wish.of.filters)


def _bounds(least: str, least_key: str, most: str, most_key: str, range_: tuple[int, int]) -> None:
    """Two boxes beside each other for numbers within a range; empty for any."""
    for place, label, key in zip(
        st.columns(2, gap="small"), (least, most), (least_key, most_key), strict=True
    ):
        place.number_input(label, *range_, step=1, key=key, placeholder="Any", on_change=_changed)


def _follow(wish: Wish) -> None:
    """Set the widgets to a list that they did not make: a link, a reload, the back button."""
    state = st.session_state
    if state.get(_SHOWN) == wish and "l_kinds" in state:
        return
    if _SHOWN in state:
        # A link within the page reaches this process but not the browser's address bar.
        address.show_again()
    state[_SHOWN] = wish
    of = wish.of
    state["l_kinds"], state["l_count"], state["l_seed"] = of.results, wish.count, wish.seed
    state["l_worded"] = wish.worded
    state["l_from"], state["l_to"] = of.year_from, of.year_to
    state["l_genres"], state["l_not"] = list(of.genres), list(of.without_genres)
    state["l_lang"] = list(of.languages)
    state["l_votes"], state["l_rating"] = of.min_votes, of.min_rating
    state["l_longer"], state["l_shorter"] = of.runtime_from, of.runtime_to


def _changed() -> None:
    state, before = st.session_state, current()
    of = replace(
        before.of,
        results=state["l_kinds"],
        year_from=state["l_from"],
        year_to=state["l_to"],
        genres=tuple(state["l_genres"]),
        without_genres=tuple(state["l_not"]),
        languages=tuple(state["l_lang"]),
        min_votes=state["l_votes"],
        min_rating=state["l_rating"],
        runtime_from=state["l_longer"],
        runtime_to=state["l_shorter"],
    )
    worded = bool(state.get("l_worded", before.worded))
    seed = state["l_seed"] or 0
    wish = Wish(of=of, count=state["l_count"], seed=seed, worded=worded)
    state[_SHOWN] = wish
    address.go(wish.to_params())


def _another() -> None:
    # The widgets follow the address at the next run.
    address.go(current().another().to_params())


def _clear() -> None:
    address.go(current().without_filters().to_params())


def _with_own(options: Sequence[_T], *own: _T) -> list[_T]:
    return [*options, *(value for value in own if value not in options)]
