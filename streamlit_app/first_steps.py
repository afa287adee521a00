"""Picking titles that one likes, for a start: well-known ones, and any by its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from streamlit_app import actions, answers
from streamlit_app.api.titles import TitleCard
from streamlit_app.name_box import label, pick_by_name
from streamlit_app.pages.titles import cards, starters
from streamlit_app.questions.search import TitleRef

_PICKED: Final = "home_picked"
_FAILED: Final = "home_failed"
_FOUND: Final = "home_found"
_BOX: Final = "w_first"


@st.fragment
def first_steps(done: Callable[[], None]) -> None:
    """The box, the covers, and the button that ends it (`done`); a pick runs only this."""
    if st.session_state.pop(_FOUND, False):
        st.session_state[_BOX] = ""
    pick_by_name("Name of a film or series that you like", _matching, key=_BOX)
    known = answers.existing(starters.WELL_KNOWN)
    actions.load(title.ref for title in (*known, *_picked().values()))
    liked = {t.ref: t for t in (*known, *_picked().values()) if _is_liked(t.ref)}
    _progress(len(liked), done)
    own = [title for ref, title in liked.items() if ref not in {t.ref for t in known}]
    with st.container(key="grid-first"):
        for rank, title in enumerate((*own, *known)):
            _card(title, rank, is_liked=title.ref in liked)


def _progress(count: int, done: Callable[[], None]) -> None:
    with st.container(key="first-steps", horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="w-quiet" role="status">{starters.told(count)}</p>', width="content")
        if count and st.button(
            "Show my picks",
            type="primary" if count >= starters.ENOUGH else "secondary",
            icon=":material/arrow_forward:",
            key="first-done",
        ):
            done()
            st.rerun()


def _card(title: TitleCard, rank: int, *, is_liked: bool) -> None:
    with st.container(key=f"card-first{rank}"):
        st.html(cards.card(starters.short(title), level=2))
        st.button(
            "You like it" if is_liked else "I like it",
            key=f"like-{title.ref}",
            icon=":material/favorite:",
            type="primary" if is_liked else "secondary",
            width="stretch",
            on_click=_like,
            args=(title,),
            kwargs={"on": not is_liked},
        )
        if st.session_state.get(_FAILED) == title.ref:
            actions.outcome(title.ref, title.title, f"first{rank}")


def _matching(titles: Sequence[TitleCard]) -> None:
    for title in titles:
        icon = ":material/favorite:" if _is_liked(title.ref) else ":material/add:"
        if st.button(label(title), key=f"found-{title.ref}", icon=icon, width="stretch"):
            _like(title, on=True)
            # The box is a fragment of its own: the covers beside it are drawn by a whole run.
            st.session_state[_FOUND] = True
            st.rerun()


def _like(title: TitleCard, *, on: bool) -> None:
    _picked()[title.ref] = title
    done = actions.act(title.ref, "", lambda history: history.mark(title.ref, "loved", on=on))
    st.session_state[_FAILED] = None if done else title.ref


def _is_liked(ref: TitleRef) -> bool:
    row = actions.standing(ref)
    return bool(row and row.loved)


def _picked() -> dict[TitleRef, TitleCard]:
    """Titles that were picked by name, in this session."""
    picked: dict[TitleRef, TitleCard] = st.session_state.setdefault(_PICKED, {})
    return picked
