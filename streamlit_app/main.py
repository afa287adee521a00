"""The web app's frame: `streamlit run streamlit_app/main.py`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent
# Streamlit puts this folder on the path, but the package is found from the one above it.
if str(_HERE.parent) not in sys.path:
    sys.path.insert(0, str(_HERE.parent))

import streamlit as st  # noqa: E402 - after the path

from streamlit_app import (  # noqa: E402 - after the path
    answers,
    held_lists,
    links,
    notices,
    search_panel,
    shown_lists,
    viewer,
)
from streamlit_app.api.transport import ApiError  # noqa: E402 - after the path

_PAGE: Final = "page"
ATTRIBUTION: Final = (
    "This product uses the TMDB API but is not endorsed or certified by TMDB. "
    "Where titles can be streamed is JustWatch's data, by way of TMDB."
)


def main() -> None:
    """Draw the frame and run the page that the address names."""
    st.set_page_config(
        page_title="watcher",
        page_icon=str(_HERE / "assets" / "mark.svg"),
        layout="wide",
        menu_items={
            "About": f"**watcher** finds films and series like those you love.\n\n{ATTRIBUTION}"
        },
    )
    st.html(_HERE / "look.css")
    st.logo(str(_HERE / "assets" / "logo.svg"), size="large")
    notices.begin()
    page = st.navigation(
        [
            st.Page(links.HOME, title="Home", icon=":material/home:", default=True),
            st.Page(
                links.RECOMMENDATIONS, title="Recommendations", icon=":material/playlist_play:"
            ),
            st.Page(links.SIMILAR, title="Similar", icon=":material/explore:"),
            st.Page(links.HISTORY, title="History", icon=":material/history:"),
            st.Page(links.TASTE, title="Taste", icon=":material/bubble_chart:"),
            st.Page(links.PEOPLE, title="People", icon=":material/group:"),
            st.Page(links.ADMIN, title="Admin", icon=":material/admin_panel_settings:"),
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
    st.html(f'<footer class="w-foot"><p>{_catalogue()}</p><p>{ATTRIBUTION}</p></footer>')


def _catalogue() -> str:
    """How much there is to search, if that is known without waiting."""
    if notices.is_shown():
        return "watcher"
    try:
        titles = answers.health().titles
    except ApiError:
        return "watcher"
    return f"watcher searches {titles.get('movie', 0):,} films and {titles.get('tv', 0):,} series."


main()
