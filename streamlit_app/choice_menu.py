"""One of a few, behind a button that says which it is now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

from streamlit_app.followed import Followed

_T = TypeVar("_T")


def choice_menu(
    panel: Followed[Any],
    field: str,
    label: str,
    now: _T | None,
    options: Sequence[_T],
    named: Callable[[_T], str],
    *,
    icon: str | None = None,
) -> None:
    """A menu of `options`, marked where it is the one of `now`; the choice becomes a `field`.

    `label` and the names are Markdown. A menu, for browsers have its program from the rating menus
    of cards: that of a select box would be one more to load before the page is drawn.
    """
    bound = panel.bound(field)
    st.menu_button(
        label,
        options,
        format_func=lambda one: f":material/check: {named(one)}" if one == now else named(one),
        key=bound["key"],
        icon=icon,
        on_click=bound["on_change"],
        args=bound["args"],
        wrap=False,
    )
