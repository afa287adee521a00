"""What all charts of the Taste page share: letters, and how rows are sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from streamlit_app.chart_looks import QUIET

Row = dict[str, Any]
Spec = dict[str, Any]
"""A chart as Vega-Lite's JSON, its rows by name in `datasets`."""

Drawn = alt.Chart | alt.LayerChart


def rows_of(name: str) -> alt.Chart:
    """A chart of the rows that will be sent under this name."""
    return alt.Chart(alt.NamedData(name))


def spec(chart: Drawn, height: int, **rows: Sequence[Row]) -> Spec:
    """The chart with its rows, `height` in pixels, and letters that stand out enough.

    The rows come in last: Altair would copy and check each value against Vega's schema.
    """
    finished = (
        chart.properties(height=height)
        .configure_axis(labelColor=QUIET, titleColor=QUIET)
        .configure_legend(labelColor=QUIET)
    )
    found: Spec = finished.to_dict()
    return found | {"datasets": {name: list(some) for name, some in rows.items()}}
