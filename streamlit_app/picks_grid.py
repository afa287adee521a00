"""Recommended titles in a grid: each with its reason, what speaks for it, and its actions."""

from __future__ import annotations

import streamlit as st

from streamlit_app import actions
from streamlit_app.api.recommendations import Pick, Picks
from streamlit_app.links import link
from streamlit_app.pages.lists import evidence
from streamlit_app.pages.titles import cards
from streamlit_app.questions.search import Search, TitleRef
from streamlit_app.shown_lists import shown


def picks_grid(picks: Picks, search: Search) -> None:
    """The cards, then word to the API that they were shown.

    `search` holds the wishes under which a card's similar titles are looked for.
    """
    actions.load(pick.ref for pick in picks.results)
    with st.container(key="grid-picks"):
        for rank, pick in enumerate(picks.results):
            _card(pick, search, f"pick{rank}")
    shown(picks)


@st.fragment
def _card(pick: Pick, search: Search, place: str) -> None:
    """One card; an action runs only this."""
    with st.container(key=f"card-{place}"):
        st.html(cards.card(pick, level=2, reason=pick.reason, detail=evidence.line(pick)))
        link("Find similar", search.for_title(pick.ref), icon=":material/explore:")
        actions.card_bar(pick.ref, pick.title, place, gone=_is_gone(pick.ref))


def _is_gone(ref: TitleRef) -> bool:
    row = actions.standing(ref)
    return bool(row and (row.watched or row.dismissed or row.rating is not None))
