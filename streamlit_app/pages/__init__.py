"""What each page shows, as parts; nothing in here knows how they are drawn."""

from collections.abc import Callable
from typing import Final, NamedTuple

from streamlit_app.asked import Asked
from streamlit_app.pages.admin.page import admin
from streamlit_app.pages.history.page import history
from streamlit_app.pages.lists.home import home
from streamlit_app.pages.lists.recommendations import recommendations
from streamlit_app.pages.people.page import people
from streamlit_app.pages.search.similar import similar
from streamlit_app.pages.taste.page import taste
from streamlit_app.parts import Parts


class Place(NamedTuple):
    """A page of the menu: its path in an address, its name, its sign, and what it shows."""

    path: str
    title: str
    icon: str
    page: Callable[[Asked], Parts]


PLACES: Final = (
    Place("", "Home", "home", home),
    Place("recommendations", "Recommendations", "playlist_play", recommendations),
    Place("similar", "Similar", "explore", similar),
    Place("history", "History", "history", history),
    Place("taste", "Taste", "bubble_chart", taste),
    Place("people", "People", "group", people),
    Place("admin", "Admin", "admin_panel_settings", admin),
)
"""In the order of the menu."""
