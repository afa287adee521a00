"""What there is: catalogue, vectors, index, coverage of TMDB, ids set aside, settings."""

from collections.abc import Iterable
from functools import partial
from html import escape
from typing import Any

from streamlit_app.api.admin import Admin, Coverage, IndexState, Status
from streamlit_app.pages.words import ago, counted, lasting, words
from streamlit_app.parts import Columns, Expander, Html, Part, Parts, widget
from streamlit_app.questions.vocabulary import KIND_NAMES, KINDS_NAMES


def state(status: Status) -> Parts:
    """Catalogue and index beside each other, coverage of TMDB under them."""
    total = sum(status.titles.values())
    catalogue = [
        *((KINDS_NAMES.get(kind, kind), f"{count:,}") for kind, count in status.titles.items()),
        ("Vectors", f"{status.vectors:,} of {total:,}"),
        ("Model", status.model),
        ("Store", status.store),
        ("Co-ratings", status.co_ratings.version or "no model"),
        ("watcher", status.version),
    ]
    yield Columns([[_facts("Catalogue", catalogue)], [_facts("Index", _index(status.index))]])
    covered = [
        (KINDS_NAMES.get(kind, kind), _coverage(coverage)) for kind, coverage in status.tmdb.items()
    ]
    yield _facts("Coverage of TMDB", covered)


def unreadable(status: Status) -> str:
    """Whose history is not whole, and what that means."""
    whose = ", ".join(
        f"{one.name} ({counted(one.entries, 'entry', 'entries')})" for one in status.unreadable
    )
    return (
        f"In the history of {whose}. They are of another version, or damaged; everything else "
        "goes on without them. They stay in the store, and are no part of an export."
    )


def failed(admin: Admin) -> Expander:
    """Ids that could not be fetched, with the reason of each."""
    every = admin.failed()
    columns: dict[str, list[Any]] = {
        "Kind": [KIND_NAMES[one.media_type] for one in every],
        "TMDB id": [one.tmdb_id for one in every],
        "Reason": [one.reason for one in every],
        "Attempts": [one.attempts for one in every],
        "Last": [ago(one.last_at) for one in every],
    }
    return _listed("Failed ids", "failed", columns, "No id is set aside.")


def errors(admin: Admin) -> Expander:
    """Warnings and errors of the API, and jobs that failed."""
    every = admin.errors()
    columns = {
        "When": [ago(one.at) for one in every],
        "What": [one.level for one in every],
        "Where": [one.where for one in every],
        "Message": [one.message for one in every],
    }
    none = "Nothing went wrong since the API was started."
    more = (
        "The log of the API tells more: an error of a request stands there by the id that its "
        "answer bore."
    )
    wide = {"Message": {"width": "large"}}
    return _listed("Recent errors", "errors", columns, none, more, column_config=wide)


def settings(admin: Admin) -> Expander:
    """Settings in force; of a secret, whether it is set."""
    rows = [(one.name, one.value or "(empty)") for one in admin.settings()]
    inside = [_facts("", rows, style="w-settings")]
    return Expander("Settings in force", partial(list, inside), "settings", at_once=True)


def _listed(
    name: str,
    key: str,
    columns: dict[str, list[Any]],
    none: str,
    more: str = "",
    **looks: Any,  # noqa: ANN401 -- as Streamlit names them
) -> Expander:
    count = len(next(iter(columns.values())))
    inside: list[Part] = [words(none)]
    if count:
        inside = [widget("dataframe", columns, hide_index=True, **looks)]
        inside += [words(more)] if more else []
    label = f"{name} · {count:,}" if count else f"{name} · none"
    return Expander(label, partial(list, inside), key, at_once=True)


def _index(index: IndexState) -> list[tuple[str, str]]:
    if not index.ready:
        return [("State", index.reason or "There is none.")]
    rows = [
        ("Version", index.version),
        ("Titles", f"{index.count:,}, {index.delta:,} added since, {index.removed:,} taken out"),
        ("Recall at 10", _recall(index)),
        ("Built", f"{ago(index.built_at)}, in {lasting(index.build_seconds)}"),
        ("Vectors of", f"{index.model}, {index.dimension} numbers each"),
    ]
    return [*rows, ("Refused", "; ".join(index.refused))] if index.refused else rows


def _recall(index: IndexState) -> str:
    if index.recall_at_10 is None:
        return "not measured"
    target = f", wanted {index.recall_target:.3f}" if index.recall_target is not None else ""
    return f"{index.recall_at_10:.4f}{target}"


def _coverage(coverage: Coverage) -> str:
    parts = [f"{coverage.stored:,} stored"]
    if coverage.listed:
        share = 100 * coverage.stored / coverage.listed
        parts[0] += f" of {coverage.listed:,} listed on {coverage.exported} ({share:.1f} %)"
    if coverage.cursor:
        parts.append(f"changes are in up to {coverage.cursor}")
    if coverage.set_aside:
        parts.append(counted(coverage.set_aside, "id") + " set aside")
    if coverage.running_since:
        parts.append(f"a sync is open, begun {ago(coverage.running_since)}")
    parts.append(f"synced {ago(coverage.synced_at)}" if coverage.synced_at else "never synced")
    return ", ".join(parts)


def _facts(heading: str, rows: Iterable[tuple[str, str]], style: str = "") -> Html:
    told = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(v)}</dd></div>" for name, v in rows)
    named = f'<h3 class="w-name">{escape(heading)}</h3>' if heading else ""
    return Html(f'<section class="w-facts {style}">{named}<dl>{told}</dl></section>')
