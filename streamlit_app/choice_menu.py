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

    `label` and the names are Markdown. Browsers draw it with the program that the rating menus of
    cards need in any case; a select box costs a page opened by its address a tenth of its time.
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
