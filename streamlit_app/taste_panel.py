"""The map with the title that is looked at, and the tastes with what each lacks."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from html import escape
from typing import Any, Final

import streamlit as st

from streamlit_app.api.taste import OneTaste, Point, Taste
from streamlit_app.links import link
from streamlit_app.pages.taste import map_drawing
from streamlit_app.pages.taste import words as taste_words
from streamlit_app.questions.search import Search
from streamlit_app.render.charts import taste_map as map_chart
from streamlit_app.render.markdown import plain
from streamlit_app.unfolding import expander

_LOOKED_AT: Final = "taste_looked_at"
_MAP: Final = "taste_map"
_CLICKS: Final = "taste_clicks"


@st.fragment
def map_panel(found: Taste) -> None:
    """The map; a click on a point, or a choice by name, shows the title and its way to Similar."""
    by_ref = {str(point.ref): point for point in found.points}
    with st.container(key="taste-map"):
        st.html(map_drawing.image(found))
        st.vega_lite_chart(
            map_chart.taste_map(found),
            width="stretch",
            key=_MAP,
            on_select=_clicked,
            alt="A map of your titles by taste; the box below finds each, the table lists all.",
        )
    st.html(f'<p class="w-quiet w-key">{taste_words.KEY}</p>')
    ordered = sorted(by_ref, key=lambda ref: by_ref[ref].title.casefold())
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="looked-at"):
        st.selectbox(
            "Look at a title of the map",
            ordered,
            index=None,
            format_func=lambda ref: by_ref[ref].dated if ref in by_ref else "",
            placeholder="Click on the map, or type a name",
            key=_box(),
            on_change=_named,
            width=420,
        )
        looked_at = by_ref.get(st.session_state.get(_LOOKED_AT, ""))
        if looked_at is not None:
            _about(looked_at, taste_words.names(found))
    table = partial(_table, found)
    expander("The map as a table", table, key="map-table")


def _table(found: Taste) -> None:
    st.html(taste_words.map_table(found))


def _about(point: Point, tastes: list[str]) -> None:
    told = taste_words.told_of(point, tastes)
    st.html(
        f'<p class="w-looked" role="status"><strong>{escape(point.dated)}</strong><br>'
        f'<span class="w-quiet">{escape(told)}</span></p>'
    )
    link("Find similar", Search(title=point.ref), icon=":material/explore:")


def _clicked() -> None:
    state: Mapping[str, Any] = st.session_state[_MAP]
    chosen = state["selection"].get(map_chart.CHOSEN) or []
    if chosen:
        st.session_state[_LOOKED_AT] = chosen[0].get("ref", "")
        # The box begins anew: what was chosen in it is no longer what is shown.
        st.session_state[_CLICKS] = st.session_state.get(_CLICKS, 0) + 1


def _named() -> None:
    st.session_state[_LOOKED_AT] = st.session_state[_box()] or ""


def _box() -> str:
    return f"taste_box-{st.session_state.get(_CLICKS, 0)}"


def taste_panel(found: Taste) -> None:
    """Each taste: its name, its share, what is in it, and what is missing."""
    if not found.tastes:
        st.html('<p class="w-quiet">No tastes yet: rate a few titles 8 or more, or love them.</p>')
        return
    st.html('<h2 class="w-ask">Your tastes, and what is missing in each</h2>')
    names = taste_words.names(found)
    with st.container(key="tastes"):
        for number, taste in enumerate(found.tastes):
            _one(taste, names[number], number)


def _one(taste: OneTaste, name: str, number: int) -> None:
    with st.container(key=f"taste-{number}", gap="small"):
        st.html(taste_words.heading(taste, name, number))
        for place, one in enumerate(taste.missing):
            with st.container(key=f"lacks-{number}-{place}", gap="xxsmall"):
                link(plain(one.dated), Search(title=one.ref), icon=":material/explore:")
                st.html(f'<p class="w-quiet w-why">{escape(one.detail)}</p>')
        if not taste.missing:
            st.html('<p class="w-quiet">Nothing is missing that watcher knows of.</p>')
