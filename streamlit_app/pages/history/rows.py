"""The rows of a history: filtered, sorted and paged by the API, each with what one may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from math import ceil
from typing import Any
from urllib.parse import urlencode

from streamlit_app import parts as p
from streamlit_app.api.history import HistoryPage, HistoryRow
from streamlit_app.api.titles import TitleCard
from streamlit_app.asked import Asked
from streamlit_app.followed import Followed, Value
from streamlit_app.pages.search.filters import year_box
from streamlit_app.pages.titles import actions, cards
from streamlit_app.pages.titles.grid import similar_link
from streamlit_app.pages.titles.name_box import name_box, named
from streamlit_app.pages.titles.standing import times, words_of
from streamlit_app.pages.words import count, counted, filtered, notice, words
from streamlit_app.questions.history import KINDS, ROWS, SHOWS, SORTS, HistoryView
from streamlit_app.questions.search import Search, TitleRef
from streamlit_app.questions.vocabulary import GENRES


@dataclass(frozen=True, slots=True)
class HistoryRows:
    """The panel, the rows of one page, and the way to the other pages."""

    asked: Asked
    view: HistoryView

    def parts(self) -> p.Parts:
        """All of it."""
        view, panel = self.view, self._panel
        panel.begin(view)
        yield p.Row(self._narrows(), "h-panel", align="bottom")
        yield from filtered(view.described())
        found = self.asked.history.page(view.to_query())
        if not found.rows:
            yield from self._empty(found)
            return
        pages = ceil(found.total / ROWS)
        where = f", page {view.page:,} of {pages:,}" if pages > 1 else ""
        yield count(counted(found.total, "title") + where)
        actions.keep(self.asked, found.rows)
        rows = [
            p.Fragment(partial(self._row, row, f"h{rank}")) for rank, row in enumerate(found.rows)
        ]
        yield p.Column(rows, "rows", "none")
        if pages > 1:
            # Another list of rows has pages of its own.
            these = urlencode(replace(view, page=1).to_params())
            bound = panel.bound(f"page&{these}")
            yield p.widget("pagination", pages, default=view.page, **bound)

    @property
    def _panel(self) -> Followed[HistoryView]:
        return Followed(self.asked, "h", self._go, self._changed)

    def _go(self, wanted: HistoryView) -> None:
        self.asked.address.go(wanted.to_params())

    def _changed(self, field: str, value: Value) -> HistoryView:
        """Another page; or another list of rows, from its first page."""
        name = field.partition("&")[0]
        if name == "text":
            value = " ".join((value or "").split())
        changed: dict[str, Value] = {"page": 1, name: value}
        return replace(HistoryView.from_params(self.asked.params), **changed)

    def _row(self, row: HistoryRow, place: str) -> p.Parts:
        """One title; an action runs only this."""
        ref = TitleRef(row.media_type, row.tmdb_id) if row.title and row.tmdb_id else None
        now = actions.standing(self.asked, ref) if ref else row
        told = p.Html(cards.row(row, (*words_of(now), *times(now))))
        behind: p.Part = words("Not in the catalogue", grows=False)
        if ref:
            ways = [
                similar_link("Find similar", Search(title=ref), "explore"),
                *actions.bar(self.asked, ref, row.name, place),
            ]
            behind = p.Row(ways, f"ways-{place}", "xxsmall", grows=False)
        yield p.Row([told, behind], f"row-{place}", align="center")

    def _narrows(self) -> p.Parts:
        view = self.view
        yield p.Box(
            "Search your history",
            value=view.text,
            kind="search",
            placeholder="A name in your history",
            width=260,
            **self._panel.bound("text"),
        )
        choices: dict[str, Mapping[Any, str]] = {"show": SHOWS, "kind": KINDS, "sort": SORTS}
        for field, names in choices.items():
            now = getattr(view, field)
            yield p.Menu(names[now], options=names, now=now, **self._panel.bound(field))
        yield p.Popover("Filters", self._filters, "h-filters", "tune")
        yield p.Popover("Add a title", self._adding, "h-add", "add")

    def _filters(self) -> p.Parts:
        genres = ["", *GENRES]
        yield p.widget(
            "selectbox",
            "Genre",
            genres,
            index=genres.index(self.view.genre),
            format_func=lambda genre: genre or "Any",
            **self._panel.bound("genre"),
        )
        yield year_box(self._panel, "From year", "year_from", self.view.year_from)
        yield year_box(self._panel, "To year", "year_to", self.view.year_to)

    def _adding(self) -> p.Parts:
        box = name_box(self.asked, "Name of a film or series to add", "h_add", self._add)
        yield p.Column([box], "adding")

    def _add(self, titles: Sequence[TitleCard]) -> p.Parts:
        """For each match: seen it."""
        for rank, title in enumerate(titles):
            yield p.Row(self._addable(title, rank), align="center", wraps=False)
            yield from actions.outcome(self.asked, title.ref, title.title, f"add-{rank}")

    def _addable(self, title: TitleCard, rank: int) -> p.Parts:
        name = named(title)
        yield p.Html(f"<p><strong>{escape(name.name)}</strong> · {escape(name.rest)}</p>")
        pressed = yield p.Button("Seen it", f"add-{rank}", "check")
        if pressed:
            actions.see(self.asked, title.ref)
            yield p.Again()

    def _empty(self, found: HistoryPage) -> p.Parts:
        """Why there is no row, and the way on."""
        if found.total:
            yield notice("This page is empty", f"There are {found.total:,} titles on those before.")
            yield _link_to(replace(self.view, page=1), "Back to the first page")
        elif self.view.is_narrowed:
            yield notice("Nothing found", "No title of your history passes what you set.")
            yield _link_to(HistoryView(), "Show everything")
        else:
            yield notice(
                "Nothing here yet",
                "Tell watcher what you have seen: it leaves that out, and learns from your "
                "ratings.",
            )
            ways = [
                _link_to(HistoryView(view="import"), "Import a file", "upload_file"),
                p.Link("Connect Trakt", "people", icon="sync"),
                similar_link("Look for titles you know", Search(), "explore"),
            ]
            yield p.Row(ways)


def _link_to(wanted: HistoryView, text: str, icon: str = "") -> p.Link:
    return p.Link(text, "history", wanted.to_params(), icon)
