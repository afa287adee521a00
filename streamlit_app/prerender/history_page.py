"""The rows of a history."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from streamlit_app.api.history import HistoryPage
from streamlit_app.pages.titles.ways import times, words_of
from streamlit_app.prerender import grids, panels, parts, words
from streamlit_app.prerender.asked import Asked, Shown
from streamlit_app.questions.history import (
    NOTHING_FOUND,
    NOTHING_YET,
    ROWS,
    TO_EVERYTHING,
    TO_FIRST_PAGE,
    VIEWS,
    HistoryView,
    past_the_end,
)
from streamlit_app.wording import counted


def history(asked: Asked) -> Shown | None:
    """The rows of a history; of the other views their frame."""
    if not asked.who.is_known:
        return words.whose(asked, "History")
    view = HistoryView.from_params(asked.params)
    views = parts.segments(VIEWS.values(), VIEWS[view.view], "history_view")
    head = [words.heading("History"), views]
    if view.view != "list" or asked.client.trakt(asked.who.caller).state().connected:
        return Shown(head)
    found = asked.client.history(asked.who.caller).page(view.to_query())
    if not found.rows:
        return Shown([*head, *panels.of_history(view), *_empty(asked, found, view)])
    pages = ceil(found.total / ROWS)
    where = f", page {view.page:,} of {pages:,}" if pages > 1 else ""
    told = [(*words_of(row), *times(row)) if row.title else () for row in found.rows]
    return Shown(
        [
            *head,
            *panels.of_history(view),
            words.count(counted(found.total, "title") + where),
            grids.rows(asked, found.rows, told),
        ]
    )


def _empty(asked: Asked, found: HistoryPage, view: HistoryView) -> list[str]:
    """Why there is no row, and the way on."""
    if found.total:
        return [
            parts.notice(*past_the_end(found.total)),
            _link_to(asked, replace(view, page=1), TO_FIRST_PAGE),
        ]
    if view.is_narrowed:
        return [parts.notice(*NOTHING_FOUND), _link_to(asked, HistoryView(), TO_EVERYTHING)]
    ways = [
        _link_to(asked, HistoryView(view="import"), "Import a file", "upload_file"),
        parts.link("Connect Trakt", asked.href("people"), "sync"),
        parts.link("Look for titles you know", asked.href("similar"), "explore"),
    ]
    return [parts.notice(*NOTHING_YET), parts.row(ways)]


def _link_to(asked: Asked, wanted: HistoryView, text: str, sign: str = "") -> str:
    return parts.link(text, asked.href("history", wanted.to_params()), sign)
