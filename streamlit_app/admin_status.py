"""What there is: catalogue, vectors, index, coverage of TMDB, ids set aside, settings."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

import streamlit as st

from streamlit_app.api.admin import Admin, Coverage, IndexState, Status
from streamlit_app.moments import ago, lasting
from streamlit_app.questions.vocabulary import KIND_NAMES, KINDS_NAMES
from streamlit_app.wording import counted


def status_panel(status: Status) -> None:
    """Catalogue and index beside each other, coverage of TMDB under them."""
    total = sum(status.titles.values())
    catalogue = [
        (KINDS_NAMES.get(kind, kind), f"{count:,}") for kind, count in status.titles.items()
    ]
    vectors = f"{status.vectors:,} of {total:,}"
    program = [("Vectors", vectors), ("Model", status.model), ("Store", status.store)]
    program.append(("Co-ratings", status.co_ratings.version or "no model"))
    columns = st.columns(2, gap="medium")
    with columns[0]:
        st.html(_facts("Catalogue", [*catalogue, *program, ("watcher", status.version)]))
    with columns[1]:
        st.html(_facts("Index", _index(status.index)))
    covered = [
        (KINDS_NAMES.get(kind, kind), _coverage(coverage)) for kind, coverage in status.tmdb.items()
    ]
    st.html(_facts("Coverage of TMDB", covered))


def failed_panel(admin: Admin) -> None:
    """Ids that could not be fetched, with the reason of each."""
    failed = admin.failed()
    label = f"Failed ids · {len(failed):,}" if failed else "Failed ids · none"
    with st.expander(label, key="failed"):
        if not failed:
            st.html('<p class="w-quiet">No id is set aside.</p>')
            return
        st.dataframe(
            {
                "Kind": [KIND_NAMES[one.media_type] for one in failed],
                "TMDB id": [one.tmdb_id for one in failed],
                "Reason": [one.reason for one in failed],
                "Attempts": [one.attempts for one in failed],
                "Last": [ago(one.last_at) for one in failed],
            },
            hide_index=True,
        )


def errors_panel(admin: Admin) -> None:
    """Warnings and errors of the API, and jobs that failed."""
    errors = admin.errors()
    label = f"Recent errors · {len(errors):,}" if errors else "Recent errors · none"
    with st.expander(label, key="errors"):
        if not errors:
            st.html('<p class="w-quiet">Nothing went wrong since the API was started.</p>')
            return
        st.dataframe(
            {
                "When": [ago(one.at) for one in errors],
                "What": [one.level for one in errors],
                "Where": [one.where for one in errors],
                "Message": [one.message for one in errors],
            },
            hide_index=True,
            column_config={"Message": st.column_config.TextColumn(width="large")},
        )
        st.html(
            '<p class="w-quiet">The log of the API tells more: an error of a request stands there '
            "by the id that its answer bore.</p>"
        )


def settings_panel(admin: Admin) -> None:
    """Settings in force; of a secret, whether it is set."""
    with st.expander("Settings in force", key="settings"):
        rows = [(one.name, one.value or "(empty)") for one in admin.settings()]
        st.html(_facts("", rows, style="w-settings"))


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


def _facts(heading: str, rows: Iterable[tuple[str, str]], style: str = "") -> str:
    told = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(v)}</dd></div>" for name, v in rows)
    named = f'<h3 class="w-name">{escape(heading)}</h3>' if heading else ""
    return f'<section class="w-facts {style}">{named}<dl>{told}</dl></section>'
