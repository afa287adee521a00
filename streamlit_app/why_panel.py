"""Why is a title not in the list? Asked by its name."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from streamlit_app import answers, viewer
from streamlit_app.api.titles import TitleCard
from streamlit_app.api.transport import ApiError
from streamlit_app.name_box import label, pick_by_name
from streamlit_app.questions.lists import Wish
from streamlit_app.questions.vocabulary import KINDS_NAMES
from streamlit_app.unfolding import expander


def why_panel(wish: Wish) -> None:
    """The question, closed until somebody asks it."""
    name = "Name of the title that you miss"
    draw = partial(pick_by_name, name, partial(_matching, wish=wish), key="l_why")
    expander("Why is a title not here?", draw, key="why")


def _matching(titles: Sequence[TitleCard], wish: Wish) -> None:
    for place, title in enumerate(titles):
        if st.button(label(title), key=f"why-{place}", width="stretch"):
            _answer(title, wish)


def _answer(title: TitleCard, wish: Wish) -> None:
    try:
        why = answers.client().recommendations(viewer.caller()).why(title.ref, wish)
    except ApiError as error:
        st.html(f'<p class="w-failed" role="status">{escape(error.detail)}</p>')
        return
    more = f" {why.reason}" if why.reason else ""
    # The API looks at the list of the title's own kind, before any filter.
    where = f"For a list of {KINDS_NAMES[title.media_type].lower()}"
    where += " without your filters: " if wish.of.filters else ": "
    st.html(
        f'<p class="w-notice" role="status"><strong>{where}</strong>'
        f"{escape(why.detail)}{escape(more)}</p>"
    )
