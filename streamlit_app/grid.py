"""Title cards in a grid: each its own fragment, so that an action answers at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from streamlit_app import actions
from streamlit_app.api.titles import TitleCard
from streamlit_app.links import link
from streamlit_app.pages.titles import cards
from streamlit_app.questions.search import Search, TitleRef

NO_REASONS: Final[Mapping[TitleRef, str]] = {}


def grid(
    titles: Sequence[TitleCard],
    search: Search,
    *,
    reasons: Mapping[TitleRef, str] = NO_REASONS,
    key: str = "grid",
    level: int = 2,
) -> None:
    """Cards, each with the way to its own similar titles under the wishes of `search`.

    `reasons` stand under their titles. `key` differs where a page has several grids; it begins
    with "grid".
    """
    actions.load(title.ref for title in titles)
    with st.container(key=key):
        for rank, title in enumerate(titles):
            card(
                title,
                search,
                reasons.get(title.ref, ""),
                f"{key.removeprefix('grid')}{rank}",
                level,
            )


@st.fragment
def card(title: TitleCard, search: Search, reason: str, place: str, level: int = 2) -> None:
    """One card with its actions; an action runs only this. `place` is its own on the page."""
    with st.container(key=f"card-{place}"):
        st.html(cards.card(title, level=level, reason=reason))
        link("Find similar", search.for_title(title.ref), icon=":material/explore:")
        actions.card_bar(title.ref, title.title, place)
