"""Parts of a page that draw what they hold once they are opened.

Boxes, tables and forms that nobody sees would be loaded and drawn before what people came for.
A part is known by its key and its label together: a label that changes would close it.
"""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

Draw = Callable[[], None]


def expander(label: str, draw: Draw, *, key: str) -> None:
    """A part below its label. An icon would stand where its arrow does: it has none."""
    part = st.expander(label, key=key, on_change="rerun")
    if part.open:
        with part:
            draw()


def popover(label: str, draw: Draw, *, key: str, icon: str) -> None:
    """A part that lies over the page."""
    part = st.popover(label, icon=icon, key=key, on_change="rerun")
    if part.open:
        with part:
            draw()
