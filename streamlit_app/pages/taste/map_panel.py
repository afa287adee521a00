"""The map of the tastes, with the title that is looked at."""

from collections.abc import Mapping
from functools import partial
from html import escape
from typing import Any, Final

from streamlit_app import parts as p
from streamlit_app.api.taste import Taste
from streamlit_app.asked import Asked
from streamlit_app.pages.taste import map_drawing
from streamlit_app.pages.taste import words as taste_words
from streamlit_app.pages.titles.grid import similar_link
from streamlit_app.pages.words import words
from streamlit_app.questions.search import Search

CHOSEN: Final = "chosen"
"""The name of what is clicked on in the chart."""

_LOOKED_AT: Final = "taste_looked_at"
_CLICKS: Final = "taste_clicks"


def map_panel(asked: Asked, found: Taste) -> p.Fragment:
    """The map; a click on a point, or a choice by name, shows the title and its way to Similar."""
    return p.Fragment(partial(_panel, asked, found))


def _panel(asked: Asked, found: Taste) -> p.Parts:
    alt = "A map of your titles by taste; the box below finds each, the table lists all."
    clicked = partial(_clicked, asked)
    chart = p.Chart("map", found, alt, key="taste_map", takes=clicked)
    drawn = p.Picture(partial(map_drawing.drawn, found))
    yield p.Column([drawn, chart], "taste-map")
    yield words(taste_words.KEY, "w-quiet w-key")
    yield p.Row(_looked_at(asked, found), "looked-at", align="bottom")
    table = p.Html(taste_words.map_table(found))
    yield p.Expander("The map as a table", lambda: [table], "map-table")


def _looked_at(asked: Asked, found: Taste) -> p.Parts:
    by_ref = {str(point.ref): point for point in found.points}
    key = f"taste_box-{asked.session.get(_CLICKS, 0)}"
    label, hint = "Look at a title of the map", "Click on the map, or type a name"
    face = p.Box(label, key, placeholder=hint, width=420, labelled=True, ends="expand_more")
    yield p.widget(
        "selectbox",
        label,
        sorted(by_ref, key=lambda ref: by_ref[ref].title.casefold()),
        index=None,
        format_func=lambda ref: by_ref[ref].dated if ref in by_ref else "",
        placeholder=hint,
        width=420,
        key=key,
        takes=partial(_look_at, asked),
        face=face,
    )
    point = by_ref.get(asked.session.get(_LOOKED_AT, ""))
    if point:
        told = taste_words.told_of(point, taste_words.names(found))
        yield p.Html(
            f'<p class="w-looked" role="status"><strong>{escape(point.dated)}</strong><br>'
            f'<span class="w-quiet">{escape(told)}</span></p>'
        )
        yield similar_link("Find similar", Search(title=point.ref), "explore")


def _look_at(asked: Asked, ref: str | None) -> None:
    asked.session[_LOOKED_AT] = ref or ""


def _clicked(asked: Asked, state: Mapping[str, Any]) -> None:
    chosen = state["selection"].get(CHOSEN) or []
    if chosen:
        _look_at(asked, chosen[0].get("ref"))
        # The box begins anew: what was chosen in it is no longer what is shown.
        asked.session[_CLICKS] = asked.session.get(_CLICKS, 0) + 1
