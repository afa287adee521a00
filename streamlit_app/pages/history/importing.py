"""Bringing in a file: shown first what would happen, then done."""

from functools import partial
from typing import Final

from streamlit_app import parts as p
from streamlit_app.api.history import ImportReport, UnmatchedName
from streamlit_app.api.transport import ApiError, ApiRefused
from streamlit_app.asked import Asked
from streamlit_app.pages.words import counted, lead, listing, notice, section
from streamlit_app.questions.history import HistoryView
from streamlit_app.questions.vocabulary import KIND_NAMES

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


def importing(asked: Asked) -> p.Parts:
    """The file, what would become of it, and what became of it."""
    done: ImportReport | None = asked.session.pop(_DONE, None)
    if done:
        yield from _result(done)
    yield lead(
        "Trakt's export (JSON or zip), Letterboxd (the zip or one of its CSVs), IMDb ratings and "
        "lists, MovieLens, or a CSV with columns such as tmdb_id, title, year, rating, "
        "watched_at. Nothing is written before you have seen what would happen; the same file "
        "twice changes nothing."
    )
    file = yield p.widget(
        "file_uploader",
        "A file of your history",
        key=f"import-file-{asked.session.get(_ROUND, 0)}",
        max_upload_size=_LARGEST_MB,
    )
    if file is None:
        return
    user_id = ""
    if "movielens" in file.name.lower() or file.name.lower().startswith("ratings"):
        label, hint = "MovieLens: whose ratings?", "A user's number"
        typed = yield p.Box(label, "", placeholder=hint, width=260, longest=40, labelled=True)
        user_id = typed.strip()
    given = asked, file.name, file.getvalue(), user_id
    try:
        report = yield p.Waiting("Reading the file …", partial(_preview, *given))
    except ApiRefused as error:
        yield notice("This file can't be used", error.detail)
        return
    yield from _told(report)
    if report.events:
        yield from _confirming(report, partial(_bring_in, *given))


def _confirming(report: ImportReport, bring_in: p.Does) -> p.Parts:
    label = f"Bring in {counted(report.events, 'entry', 'entries')}"
    pressed = yield p.Button(label, icon="download_done", kind="primary")
    if not pressed:
        return
    try:
        yield p.Waiting("Bringing it in …", bring_in)
    except ApiError as error:
        told = f"{error.detail.rstrip('.')}. You may try again."
        yield notice("This file is not in", told)
    else:
        yield p.Again()


def _preview(asked: Asked, name: str, content: bytes, user_id: str) -> ImportReport:
    """Asked for once per file, person and change."""
    key = (name, hash(content), user_id, asked.who.caller, asked.changes)
    kept = asked.session.get(_PREVIEW)
    if kept is None or kept[0] != key:
        kept = (key, asked.history.bring_in(name, content, user_id, preview=True))
        asked.session[_PREVIEW] = kept
    report: ImportReport = kept[1]
    return report


def _bring_in(asked: Asked, name: str, content: bytes, user_id: str) -> None:
    done = asked.history.bring_in(name, content, user_id, preview=False)
    asked.changed()
    # Another key is an empty box.
    asked.session.update({_DONE: done, _ROUND: asked.session.get(_ROUND, 0) + 1})


def _told(report: ImportReport) -> p.Parts:
    """What would happen."""
    yield section(f"{_source(report)}: what would happen")
    figures = [(report.events, "entry to bring in", "entries to bring in")]
    for how, found in _WAYS.items():
        figures.append((report.matched.get(how, 0), f"title {found}", f"titles {found}"))
    kept = "without a sure title: kept, for you to settle"
    figures.append((report.unmatched_total, f"name {kept}", f"names {kept}"))
    figures.append((report.refused, "line that can't be used", "lines that can't be used"))
    rows = "".join(
        f"<div><dt>{count:,}</dt><dd>{one if count == 1 else several}</dd></div>"
        for count, one, several in figures
        if count
    )
    yield p.Html(f'<dl class="w-figures">{rows}</dl>')
    if not report.events:
        yield notice("Nothing to bring in", "No line of this file tells of a title.")
    refusals = [f"Line {one.line}: {one.reason}" for one in report.refusals[:_SHOWN_LINES]]
    unsure = [name_line(one) for one in report.unmatched[:_SHOWN_NAMES]]
    for label, total, lines in (
        ("Lines that can't be used", report.refused, refusals),
        ("Parts that are left out", len(report.ignored), report.ignored),
        ("Names without a sure title", report.unmatched_total, unsure),
    ):
        if lines:
            inside = [listing(lines)]
            yield p.Expander(f"{label} ({total:,})", partial(list, inside), at_once=True)


def name_line(one: UnmatchedName) -> str:
    """A name as the file tells it."""
    year = f" ({one.year})" if one.year else ""
    entries = counted(one.entries, "entry", "entries")
    return f"{one.name}{year}, {KIND_NAMES[one.media_type].lower()}, {entries}"


def _result(done: ImportReport) -> p.Parts:
    told = [f"{done.added:,} new"]
    told += [f"{done.replaced:,} replaced"] if done.replaced else []
    told += [f"{counted(done.refused, 'line')} left out"] if done.refused else []
    yield notice(f"{_source(done)} is in", ", ".join(told) + ".")
    ways = [p.Link("See your history", "history", icon="history")]
    if done.unmatched_total:
        label, settle = f"Settle {counted(done.unmatched_total, 'name')}", HistoryView(view="names")
        ways.append(p.Link(label, "history", settle.to_params(), "help"))
    yield p.Row(ways)


def _source(report: ImportReport) -> str:
    return _SOURCES.get(report.source, report.source)
