"""The widgets of a list. The address is the truth: widgets follow it and write to it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Final

import streamlit as st

from streamlit_app import address
from streamlit_app.filter_widgets import filters, how_many, kinds
from streamlit_app.followed import Followed, Value
from streamlit_app.questions.lists import MAX_COUNT, MAX_SEED, Wish


def current() -> Wish:
    """The list that the address names."""
    return Wish.from_params(address.params())


def panel(wish: Wish, *, has_model: bool) -> None:
    """Show the widgets, set to `wish`; a change goes into the address and runs the page.

    `has_model`: a language model is there to be asked.
    """
    _PANEL.begin(wish)
    with st.container(key="l-panel", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            kinds(_PANEL, wish.of)
            how_many(_PANEL, "count", range(1, MAX_COUNT + 1), wish.count)
            st.button("Another list", icon=":material/refresh:", type="primary", on_click=_another)
            if has_model:
                st.toggle(
                    "Let the language model word it", value=wish.worded, **_PANEL.bound("worded")
                )
        filters(_PANEL, wish.of, partial(_last, wish))


def _last(wish: Wish) -> None:
    st.number_input(
        "Number of the list",
        0,
        MAX_SEED,
        value=wish.seed,
        step=1,
        help="The same number gives the same list, as long as your history stays as it is.",
        **_PANEL.bound("seed"),
    )
    st.button("Clear all filters", on_click=_clear, disabled=not wish.of.filters)


def _change(wish: Wish, field: str, value: Value) -> Wish:
    if field in {"count", "worded"}:
        return replace(wish, **{field: value})
    if field == "seed":
        return replace(wish, seed=value or 0)
    return replace(wish, of=replace(wish.of, **{field: value}))


def _write(wish: Wish) -> None:
    address.go(wish.to_params())


def _another() -> None:
    _write(current().another())


def _clear() -> None:
    _write(current().without_filters())


_PANEL: Final = Followed("l", current, _write, _change)
