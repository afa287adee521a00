"""What all charts of the Taste page share: colours, letters, and how rows are sent.

Colours are pairs for the light and the dark theme, which the browser chooses between. Each has a
contrast of 3.3 or more to the page, and any two of one theme differ by 27 or more (CIE 1976) to
people with every common kind of colour blindness; a test computes both.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt

LIGHT: Final = ("#0b6463", "#ed461d", "#a068f3", "#1d1ded", "#972020", "#643285")
DARK: Final = ("#63cdbf", "#ed991d", "#8c57db", "#d43535", "#f6cc8e", "#3e7aa3")
"""For six tastes, or genres, each."""

BOTH: Final = [f"light-dark({one}, {other})" for one, other in zip(LIGHT, DARK, strict=True)]
TEXT: Final = "light-dark(#1a2029, #e8ecf1)"
QUIET: Final = "light-dark(#5c6672, #9aa5b1)"
PAGE: Final = "light-dark(#f8f9fa, #11151b)"

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
