"""The web app's frame, which `server.py` serves."""

import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).parent
_APP: Final = _HERE.parent
# Not beside `pages`: Streamlit would run a folder of that name by itself.
# Streamlit puts this folder on the path, but the package is found from the one above the app's.
if str(_APP.parent) not in sys.path:
    sys.path.insert(0, str(_APP.parent))

import streamlit as st  # noqa: E402 - after the path

from streamlit_app.api.transport import ApiError  # noqa: E402 - after the path
from streamlit_app.pages import PLACES, Place, frame  # noqa: E402 - after the path
from streamlit_app.pages.lists import held  # noqa: E402 - after the path
from streamlit_app.render.visit import visit  # noqa: E402 - after the path
from streamlit_app.render.widgets import Drawing  # noqa: E402 - after the path

_PAGE: Final = "page"


def main() -> None:
    """Draw the frame and run the page that the address names."""
    about = "**watcher** finds films and series like those you love.\n\n" + frame.ATTRIBUTION
    st.set_page_config(
        page_title="watcher",
        page_icon=str(_APP / "assets" / "mark.svg"),
        layout="wide",
        menu_items={"About": about},
    )
    st.html(_HERE / "look.css")
    st.logo(str(_APP / "assets" / "logo.svg"), size="large")
    pages: dict[str, st.Page] = {}
    drawing: Drawing

    def run(place: Place) -> None:
        drawing.draw(place.page(asked))

    for place in PLACES:
        pages[place.path] = st.Page(
            partial(run, place),
            title=place.title,
            icon=f":material/{place.icon}:",
            url_path=place.path,
            default=not place.path,
        )
    page = st.navigation(list(pages.values()), position="top")
    if st.session_state.get(_PAGE) != page.url_path:
        st.session_state[_PAGE] = page.url_path
        held.forget(st.session_state)
    asked = visit()
    drawing = Drawing(asked, pages)
    drawing.draw(frame.picker(asked))
    page.run()
    titles = {}
    if not drawing.is_troubled:  # How much there is to search, if that is known without waiting.
        with suppress(ApiError):
            titles = asked.health().titles
    drawing.draw([frame.foot(titles)])


main()
