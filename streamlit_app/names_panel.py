"""Names that no title was surely found for: each is settled once, by a click."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape
from typing import Final, NamedTuple

import streamlit as st

from streamlit_app import answers, notices, viewer
from streamlit_app.api.history import Undo, UnmatchedName
from streamlit_app.api.titles import TitleCard
from streamlit_app.api.transport import ApiError
from streamlit_app.import_panel import name_line
from streamlit_app.name_box import label, pick_by_name
from streamlit_app.unfolding import popover
from streamlit_app.wording import counted

_SETTLED: Final = "names_settled"
_AT_ONCE: Final = 10

_Name = tuple[str, str, int | None]


class _Settled(NamedTuple):
    """What was said of a name, and what takes it back."""

    sentence: str
    undo: Undo


def names_panel() -> None:
    """The names of most entries, ten at once."""
    names = answers.client().history(viewer.caller()).unmatched()
    st.session_state[_SETTLED] = {}
    if not names:
        notices.notice("Nothing to settle", "Every name in your history has its title.")
        return
    shown = names[:_AT_ONCE]
    more = f", the first {len(shown)} of them here" if len(names) > len(shown) else ""
    what = counted(len(names), "name")
    st.html(
        f'<p class="w-lead w-quiet" role="status">{what} without a sure title{more}. Say once what '
        "each means; later imports remember it.</p>"
    )
    for rank, name in enumerate(shown):
        _one(name, rank)
    if len(names) > len(shown):
        st.button("Show the next", icon=":material/refresh:", key="names-next")


@st.fragment
def _one(name: UnmatchedName, rank: int) -> None:
    """One name and what it may mean; settling runs only this."""
    with st.container(key=f"name-{rank}", border=True, gap="small"):
        st.html(f'<p class="w-name" dir="auto">{escape(name_line(name))}</p>')
        settled: _Settled | None = _all_settled().get(_key(name))
        if settled:
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                st.html(
                    f'<p class="w-done" role="status">{escape(settled.sentence)}</p>',
                    width="content",
                )
                st.button(
                    "Undo", key=f"unsettle-{rank}", type="tertiary", on_click=_undo, args=(name,)
                )
            return
        with st.container(horizontal=True, gap="xsmall"):
            for place, one in enumerate(name.suggestions):
                _means(name, one.title, f"{rank}-{place}")
            st.button(
                "None of these" if name.suggestions else "Leave it without a title",
                key=f"none-{rank}",
                icon=":material/block:",
                on_click=_settle,
                args=(name, None),
            )
            matches = partial(_matching, name=name, rank=rank)
            find = partial(pick_by_name, "Name of the title", matches, key=f"w_settle_{rank}")
            popover("Find it by name", find, key=f"find-{rank}", icon=":material/search:")


def _matching(titles: Sequence[TitleCard], name: UnmatchedName, rank: int) -> None:
    # A film can't be meant by the name of a series.
    same = [title for title in titles if title.media_type == name.media_type]
    for place, title in enumerate(same):
        if st.button(label(title), key=f"found-{rank}-{place}", width="stretch"):
            _settle(name, title)
            st.rerun()


def _means(name: UnmatchedName, title: TitleCard, place: str) -> None:
    st.button(label(title), key=f"means-{place}", on_click=_settle, args=(name, title))


def _settle(name: UnmatchedName, title: TitleCard | None) -> None:
    try:
        history = answers.client().history(viewer.caller())
        undo = history.match(name, title.tmdb_id if title else None)
    except ApiError as error:
        st.toast(error.detail, icon=":material/error:", duration="long")
        return
    viewer.changed()
    year = f" ({title.year})" if title and title.year else ""
    told = f"It is {title.title}{year}." if title else "Left without a title."
    _all_settled()[_key(name)] = _Settled(told, undo)


def _undo(name: UnmatchedName) -> None:
    try:
        answers.client().history(viewer.caller()).unmatch(_all_settled()[_key(name)].undo)
    except ApiError as error:
        st.toast(error.detail, icon=":material/error:", duration="long")
        return
    viewer.changed()
    del _all_settled()[_key(name)]


def _all_settled() -> dict[_Name, _Settled]:
    kept: dict[_Name, _Settled] = st.session_state.setdefault(_SETTLED, {})
    return kept


def _key(name: UnmatchedName) -> _Name:
    return name.media_type, name.name, name.year
