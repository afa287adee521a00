"""Links to a search of the Similar page."""

from __future__ import annotations

from typing import Final

import streamlit as st

from streamlit_app.search_state import Search

_PAGE: Final = "pages/similar.py"


def link(label: str, search: Search, icon: str | None = None, *, wide: bool = False) -> None:
    """A link to a search. The label is Markdown."""
    st.page_link(
        _PAGE,
        label=label,
        icon=icon,
        query_params=search.to_params() or None,
        width="stretch" if wide else "content",
    )
