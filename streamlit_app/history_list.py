"""The rows of a history: filtered, sorted and paged by the API, each with what one may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from math import ceil
from typing import Final, TypeVar
from urllib.parse import urlencode

import streamlit as st

from streamlit_app import actions, address, answers, notices, viewer
from streamlit_app.api.history import HistoryPage, HistoryRow
from streamlit_app.api.titles import TitleCard
from streamlit_app.choice_menu import choice_menu
from streamlit_app.filter_widgets import filtered
from streamlit_app.followed import Followed, Value
from streamlit_app.links import HISTORY, PEOPLE, SIMILAR, link, page_link
from streamlit_app.name_box import label, pick_by_name
from streamlit_app.pages.titles import cards
from streamlit_app.pages.titles.ways import times, words_of
from streamlit_app.questions.history import (
    KINDS,
    NOTHING_FOUND,
    NOTHING_YET,
    ROWS,
    SHOWS,
    SORTS,
    TO_EVERYTHING,
    TO_FIRST_PAGE,
    HistoryView,
    past_the_end,
)
from streamlit_app.questions.search import YEARS, Search, TitleRef
from streamlit_app.questions.vocabulary import GENRES
from streamlit_app.unfolding import popover
from streamlit_app.wording import counted

_ADD: Final = "h_add"
_T = TypeVar("_T")


def history_list(asked: HistoryView) -> None:
    """The panel, the rows of one page, and the way to the other pages."""
    _PANEL.begin(asked)
    _panel(asked)
    found = answers.client().history(viewer.caller()).page(asked.to_query())
    if not found.rows:
        _empty(asked, found)
        return
    pages = ceil(found.total / ROWS)
    what = counted(found.total, "title")
    where = f", page {asked.page:,} of {pages:,}" if pages > 1 else ""
    st.html(f'<p class="w-quiet w-count" role="status">{what}{where}</p>')
    actions.keep(found.rows)
    with st.container(key="rows", gap=None):
        for rank, row in enumerate(found.rows):
            _row(row, f"h{rank}")
    if pages > 1:
        # Another list of rows has pages of its own.
        rows = urlencode(replace(asked, page=1).to_params())
        st.pagination(pages, default=asked.page, **_PANEL.bound(f"page&{rows}"))


@st.fragment
def _row(row: HistoryRow, place: str) -> None:
    """One title; an action runs only this."""
    ref = TitleRef(row.media_type, row.tmdb_id) if row.title and row.tmdb_id else None
    now = (actions.standing(ref) if ref else row) or row.model_copy(update=_NOTHING)
    with st.container(
        key=f"row-{place}", horizontal=True, vertical_alignment="center", gap="small"
    ):
        st.html(cards.row(row, (*words_of(now), *times(now))))
        if ref is None:
            st.html('<p class="w-quiet">Not in the catalogue</p>', width="content")
            return
        with st.container(width="content", horizontal=True, gap="xxsmall", key=f"ways-{place}"):
            link("Find similar", Search(title=ref), icon=":material/explore:")
            actions.bar(ref, row.name, place)


_NOTHING: Final[dict[str, object]] = {
    "watched": False,
    "plays": 0,
    "episodes": 0,
    "rating": None,
    "loved": False,
    "watchlisted": False,
    "dismissed": False,
    "last_at": 0,
}


def _panel(asked: HistoryView) -> None:
    with st.container(key="h-panel", horizontal=True, vertical_alignment="bottom", gap="small"):
        st.text_input(
            "Search your history",
            asked.text,
            type="search",
            placeholder="A name in your history",
            label_visibility="collapsed",
            width=260,
            **_PANEL.bound("text"),
        )
        _choice("show", asked.show, SHOWS)
        _choice("kind", asked.kind, KINDS)
        _choice("sort", asked.sort, SORTS)
        popover("Filters", partial(_filters, asked), key="h-filters", icon=":material/tune:")
        popover("Add a title", _adding, key="h-add", icon=":material/add:")
    if set_now := asked.described():
        filtered(set_now)


def _choice(field: str, now: _T, choices: Mapping[_T, str]) -> None:
    choice_menu(_PANEL, field, choices[now], now, list(choices), choices.__getitem__)


def _filters(asked: HistoryView) -> None:
    genres = ["", *GENRES]
    st.selectbox(
        "Genre",
        genres,
        index=genres.index(asked.genre),
        format_func=lambda genre: genre or "Any",
        **_PANEL.bound("genre"),
    )
    for name, field, now in (
        ("From year", "year_from", asked.year_from),
        ("To year", "year_to", asked.year_to),
    ):
        st.number_input(name, *YEARS, value=now, step=1, placeholder="Any", **_PANEL.bound(field))


def _adding() -> None:
    with st.container(key="adding"):
        pick_by_name("Name of a film or series to add", _add, key=_ADD)


def _add(titles: Sequence[TitleCard]) -> None:
    """For each match: seen it."""
    for rank, title in enumerate(titles):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
            st.markdown(label(title))
            if st.button("Seen it", key=f"add-{rank}", icon=":material/check:"):
                actions.saw(title.ref)
                st.rerun()
        actions.outcome(title.ref, title.title, f"add-{rank}")


def _empty(asked: HistoryView, found: HistoryPage) -> None:
    if found.total:
        notices.notice(*past_the_end(found.total))
        _link_to(replace(asked, page=1), TO_FIRST_PAGE)
    elif asked.is_narrowed:
        notices.notice(*NOTHING_FOUND)
        _link_to(HistoryView(), TO_EVERYTHING)
    else:
        notices.notice(*NOTHING_YET)
        with st.container(horizontal=True, gap="small"):
            _link_to(HistoryView(view="import"), "Import a file", icon=":material/upload_file:")
            page_link(PEOPLE, "Connect Trakt", icon=":material/sync:")
            page_link(SIMILAR, "Look for titles you know", icon=":material/explore:")


def _link_to(wanted: HistoryView, text: str, icon: str | None = None) -> None:
    page_link(HISTORY, text, wanted.to_params(), icon=icon)


def _current() -> HistoryView:
    return HistoryView.from_params(address.params())


def _write(wanted: HistoryView) -> None:
    address.go(wanted.to_params())


def _change(before: HistoryView, field: str, value: Value) -> HistoryView:
    """Another page; or another list of rows, from its first page."""
    name = field.partition("&")[0]
    if name == "text":
        value = " ".join((value or "").split())
    changed: dict[str, Value] = {"page": 1, name: value}
    return replace(before, **changed)


_PANEL: Final = Followed("h", _current, _write, _change)
