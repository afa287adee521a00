"""Links within the web app; each keeps who is watching."""

from __future__ import annotations

from typing import Final, NamedTuple

import streamlit as st

from streamlit_app import address
from streamlit_app.questions.search import Search

HOME: Final = "views/home.py"
RECOMMENDATIONS: Final = "views/recommendations.py"
SIMILAR: Final = "views/similar.py"
HISTORY: Final = "views/history.py"
TASTE: Final = "views/taste.py"
PEOPLE: Final = "views/people.py"
ADMIN: Final = "views/admin.py"


class Place(NamedTuple):
    """A page of the menu: its script, its path in an address, its name and its sign."""

    script: str
    path: str
    title: str
    icon: str


PLACES: Final = (
    Place(HOME, "", "Home", "home"),
    Place(RECOMMENDATIONS, "recommendations", "Recommendations", "playlist_play"),
    Place(SIMILAR, "similar", "Similar", "explore"),
    Place(HISTORY, "history", "History", "history"),
    Place(TASTE, "taste", "Taste", "bubble_chart"),
    Place(PEOPLE, "people", "People", "group"),
    Place(ADMIN, "admin", "Admin", "admin_panel_settings"),
)
"""In the order of the menu."""


def link(label: str, search: Search, icon: str | None = None, *, wide: bool = False) -> None:
    """A link to a search of the Similar page. The label is Markdown."""
    page_link(SIMILAR, label, search.to_params(), icon=icon, wide=wide)


def page_link(
    page: str,
    label: str,
    params: address.Params | None = None,
    *,
    icon: str | None = None,
    wide: bool = False,
) -> None:
    """A link to a page with these parameters. The label is Markdown."""
    st.page_link(
        page,
        label=label,
        icon=icon,
        query_params=address.with_profile(params or {}) or None,
        width="stretch" if wide else "content",
    )
