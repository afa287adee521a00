"""What all charts of the Taste page share: letters, and how rows are sent."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Final

import altair as alt

from streamlit_app.pages.taste.looks import QUIET

Datum = dict[str, Any]
Spec = dict[str, Any]
"""A chart as Vega-Lite's JSON, its rows by name in `datasets`."""

KEPT: Final = 32
"""How many charts of a kind are kept: each differs by names and ranges only."""

Drawn = alt.Chart | alt.LayerChart


def rows_of(name: str) -> alt.Chart:
    """A chart of the rows that will be sent under this name."""
    return alt.Chart(alt.NamedData(name))


def finished(chart: Drawn, height: int) -> Spec:
    """The chart without its rows, `height` in pixels, and letters that stand out enough.

    Altair takes some ten milliseconds for it: what calls this is kept by what it depends on.
    """
    found: Spec = (
        chart.properties(height=height)
        .configure_axis(labelColor=QUIET, titleColor=QUIET)
        .configure_legend(labelColor=QUIET)
        .to_dict()
    )
    return found


def with_rows(kept: Spec, **rows: Sequence[Datum]) -> Spec:
    """A copy of the chart with its rows.

    They come in last: Altair would copy and check each value against Vega's schema.
    """
    return deepcopy(kept) | {"datasets": {name: list(some) for name, some in rows.items()}}
