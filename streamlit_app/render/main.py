"""The web app's frame, which `server.py` serves."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent
_APP: Final = _HERE.parent
# Streamlit puts this folder on the path, but the package is found from the one above it.
if str(_APP.parent) not in sys.path:
    sys.path.insert(0, str(_APP.parent))

import streamlit as st  # noqa: E402 - after the path

from streamlit_app import (  # noqa: E402 - after the path
    answers,
    foot,
    held_lists,
    links,
    notices,
    search_panel,
    shown_lists,
    viewer,
)
from streamlit_app.api.transport import ApiError  # noqa: E402 - after the path

_PAGE: Final = "page"


def main() -> None:
    """Draw the frame and run the page that the address names."""
    st.set_page_config(
        page_title="watcher",
        page_icon=str(_APP / "assets" / "mark.svg"),
        layout="wide",
        menu_items={
            "About": "**watcher** finds films and series like those you love.\n\n"
            + foot.ATTRIBUTION
        },
    )
    st.html(_HERE / "look.css")
    st.logo(str(_APP / "assets" / "logo.svg"), size="large")
    notices.begin()
    page = st.navigation(
        [
            st.Page(
                place.script,
                title=place.title,
                icon=f":material/{place.icon}:",
                url_path=place.path or None,
                default=not place.path,
            )
            for place in links.PLACES
        ],
        position="top",
    )
    if st.session_state.get(_PAGE) != page.url_path:
        st.session_state[_PAGE] = page.url_path
        held_lists.forget()
    viewer.begin()
    viewer.picker()
    page.run()
    _footer()
    if page.url_path == "similar":
        shown_lists.opened(search_panel.current().title)


def _footer() -> None:
    st.html(foot.footer(_titles()))


def _titles() -> Mapping[str, int]:
    """How much there is to search, if that is known without waiting."""
    if notices.is_shown():
        return {}
    try:
        return answers.health().titles
    except ApiError:
        return {}


main()
