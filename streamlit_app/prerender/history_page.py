"""The rows of a history."""

from __future__ import annotations

from math import ceil

from streamlit_app.api.history import HistoryPage
from streamlit_app.history_state import NOTHING_YET, ROWS, VIEWS, HistoryView
from streamlit_app.prerender import grids, panels, parts, words
from streamlit_app.prerender.asked import Asked, Shown
from streamlit_app.ways import times, words_of
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
    """Where to begin; for a view that shows none of the rows there are, nothing."""
    if found.total or view.is_narrowed:
        return []
    ways = [
        parts.link("Import a file", asked.href("history", {"view": "import"}), "upload_file"),
        parts.link("Connect Trakt", asked.href("people"), "sync"),
        parts.link("Look for titles you know", asked.href("similar"), "explore"),
    ]
    return [parts.notice(*NOTHING_YET), parts.row(ways)]
