"""Several titles at once: those to be like, those not to be like, and the box to add more."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from streamlit_app import answers
from streamlit_app.api.titles import TitleCard
from streamlit_app.links import link
from streamlit_app.name_box import label, pick_by_name
from streamlit_app.pages.search.question import chosen_titles, named_by
from streamlit_app.questions.search import MAX_LIKED, Search, TitleRef
from streamlit_app.render.markdown import plain


def several(search: Search, key: str) -> None:
    """The titles chosen so far, each a link that lets it go, and the box for names."""
    for heading, place, refs in chosen_titles(search):
        _chosen(heading, place, refs, search)
    if len(search.like) < MAX_LIKED:
        pick_by_name("Add a film or series", partial(_ways, search=search), key=key)


def named(ref: TitleRef) -> str:
    """A title's name; its kind and number where the name can't be learnt."""
    return named_by(answers.title, ref)


def _chosen(heading: str, key: str, refs: Sequence[TitleRef], search: Search) -> None:
    if not refs:
        return
    with st.container(key=key, horizontal=True, gap="xsmall", vertical_alignment="center"):
        st.html(f'<p class="w-quiet">{heading}</p>', width="content")
        for ref in refs:
            link(plain(named(ref)), search.letting_go(ref), icon=":material/close:")


def _ways(titles: Sequence[TitleCard], search: Search) -> None:
    """For each match: like it, or not like it."""
    for title in titles:
        with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", wrap=False):
            link(label(title), search.liking(title.ref), wide=True)
            if search.like or search.title:
                link("Not like it", search.unliking(title.ref), icon=":material/thumb_down:")
