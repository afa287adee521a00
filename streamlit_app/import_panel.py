"""Bringing in a file: shown first what would happen, then done."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final

import streamlit as st

from streamlit_app import answers, notices, viewer
from streamlit_app.api.history import ImportReport, UnmatchedName
from streamlit_app.api.transport import ApiError, ApiNotReady, ApiUnreachable
from streamlit_app.links import HISTORY, page_link
from streamlit_app.questions.history import HistoryView
from streamlit_app.questions.vocabulary import KIND_NAMES
from streamlit_app.wording import counted

_PREVIEW: Final = "import_preview"
_DONE: Final = "import_done"
_ROUND: Final = "import_round"
_SHOWN_LINES: Final = 100
_SHOWN_NAMES: Final = 30
_LARGEST_MB: Final = 20
_WAYS: Final = {
    "tmdb": "found by TMDB's id",
    "imdb": "found by IMDb's id",
    "tvdb": "found by TVDB's id",
    "name": "found by name",
    "settled": "known from your earlier answers",
    "kept": "not in the catalogue: kept by id",
}
_SOURCES: Final = {
    "csv": "Your file",
    "imdb": "IMDb's file",
    "letterboxd": "Letterboxd's file",
    "movielens": "MovieLens's file",
    "trakt": "Trakt's file",
}


def import_panel() -> None:
    """The file, what would become of it, and what became of it."""
    done: ImportReport | None = st.session_state.pop(_DONE, None)
    if done:
        _result(done)
    st.html(
        '<p class="w-lead w-quiet">Trakt\'s export (JSON or zip), Letterboxd (the zip or one of '
        "its CSVs), IMDb ratings and lists, MovieLens, or a CSV with columns such as tmdb_id, "
        "title, year, rating, watched_at. Nothing is written before you have seen what would "
        "happen; the same file twice changes nothing.</p>"
    )
    file = st.file_uploader(
        "A file of your history",
        key=f"import-file-{st.session_state.get(_ROUND, 0)}",
        max_upload_size=_LARGEST_MB,
    )
    if file is None:
        return
    user_id = ""
    if "movielens" in file.name.lower() or file.name.lower().startswith("ratings"):
        user_id = st.text_input(
            "MovieLens: whose ratings?", placeholder="A user's number", width=260, max_chars=40
        )
    content = file.getvalue()
    try:
        with st.spinner("Reading the file …"):
            report = _preview(file.name, content, user_id.strip())
    except (ApiUnreachable, ApiNotReady) as error:
        notices.waiting(error)
        return
    except ApiError as error:
        notices.notice("This file can't be used", error.detail)
        return
    _told(report)
    if report.events and st.button(
        f"Bring in {counted(report.events, 'entry', 'entries')}",
        type="primary",
        icon=":material/download_done:",
    ):
        try:
            with st.spinner("Bringing it in …"):
                _bring_in(file.name, content, user_id.strip())
        except ApiError as error:
            notices.notice("This file is not in", f"{error.detail.rstrip('.')}. You may try again.")
            return
        st.rerun()


def _preview(name: str, content: bytes, user_id: str) -> ImportReport:
    """Asked for once per file, person and change."""
    key = (name, hash(content), user_id, viewer.caller(), viewer.changes())
    kept = st.session_state.get(_PREVIEW)
    if kept is None or kept[0] != key:
        history = answers.client().history(viewer.caller())
        kept = (key, history.bring_in(name, content, user_id, preview=True))
        st.session_state[_PREVIEW] = kept
    report: ImportReport = kept[1]
    return report


def _bring_in(name: str, content: bytes, user_id: str) -> None:
    history = answers.client().history(viewer.caller())
    st.session_state[_DONE] = history.bring_in(name, content, user_id, preview=False)
    viewer.changed()
    # Another key is an empty box.
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _told(report: ImportReport) -> None:
    """What would happen."""
    st.html(f'<h2 class="w-ask">{escape(_source(report))}: what would happen</h2>')
    figures = [(report.events, "entry to bring in", "entries to bring in")]
    for how, words in _WAYS.items():
        figures.append((report.matched.get(how, 0), f"title {words}", f"titles {words}"))
    kept = "without a sure title: kept, for you to settle"
    figures.append((report.unmatched_total, f"name {kept}", f"names {kept}"))
    figures.append((report.refused, "line that can't be used", "lines that can't be used"))
    rows = "".join(
        f"<div><dt>{count:,}</dt><dd>{one if count == 1 else several}</dd></div>"
        for count, one, several in figures
        if count
    )
    st.html(f'<dl class="w-figures">{rows}</dl>')
    if not report.events:
        notices.notice("Nothing to bring in", "No line of this file tells of a title.")
    if report.refusals:
        with st.expander(f"Lines that can't be used ({report.refused:,})"):
            lines = report.refusals[:_SHOWN_LINES]
            _list(f"Line {line.line}: {line.reason}" for line in lines)
    if report.ignored:
        with st.expander(f"Parts that are left out ({len(report.ignored):,})"):
            _list(report.ignored)
    if report.unmatched:
        with st.expander(f"Names without a sure title ({report.unmatched_total:,})"):
            _list(name_line(one) for one in report.unmatched[:_SHOWN_NAMES])


def name_line(one: UnmatchedName) -> str:
    """A name as the file tells it."""
    year = f" ({one.year})" if one.year else ""
    entries = counted(one.entries, "entry", "entries")
    return f"{one.name}{year}, {KIND_NAMES[one.media_type].lower()}, {entries}"


def _result(done: ImportReport) -> None:
    told = [f"{done.added:,} new"]
    told += [f"{done.replaced:,} replaced"] if done.replaced else []
    told += [f"{counted(done.refused, 'line')} left out"] if done.refused else []
    notices.notice(f"{_source(done)} is in", ", ".join(told) + ".")
    with st.container(horizontal=True, gap="small"):
        page_link(HISTORY, "See your history", icon=":material/history:")
        if done.unmatched_total:
            page_link(
                HISTORY,
                f"Settle {counted(done.unmatched_total, 'name')}",
                HistoryView(view="names").to_params(),
                icon=":material/help:",
            )


def _source(report: ImportReport) -> str:
    return _SOURCES.get(report.source, report.source)


def _list(lines: Iterable[str]) -> None:
    items = "".join(f'<li dir="auto">{escape(line)}</li>' for line in lines)
    st.html(f'<ul class="w-list">{items}</ul>')
