"""What stands around each page: who is watching, and the foot."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from streamlit_app.asked import Asked
from streamlit_app.followed import Followed
from streamlit_app.pages.gate import choose
from streamlit_app.parts import Column, Html, Menu, Parts

ATTRIBUTION: Final = (
    "This product uses the TMDB API but is not endorsed or certified by TMDB. "
    "Where titles can be streamed is JustWatch's data, by way of TMDB."
)


def picker(asked: Asked) -> Parts:
    """The choice of the person, where there are several; else nothing."""
    who = asked.who
    if not who.has_company:
        return
    names = {person.id: person.name for person in who.people}
    chosen = who.profile.id if who.profile else ""
    panel = Followed(asked, "header", partial(choose, asked), lambda _field, one: one or "")
    panel.begin(chosen)
    label = names.get(chosen, "") or "Who is watching?"
    menu = Menu(label, options=names, icon="person", now=chosen, **panel.bound("who"))
    yield Column([menu], "who", grows=False)


def foot(titles: Mapping[str, int]) -> Html:
    """The foot; `titles` counts the catalogue by kind, and is empty where that isn't known."""
    films, series = titles.get("movie", 0), titles.get("tv", 0)
    catalogue = f"watcher searches {films:,} films and {series:,} series." if titles else "watcher"
    return Html(f'<footer class="w-foot"><p>{catalogue}</p><p>{ATTRIBUTION}</p></footer>')
