"""The map of the Taste page as a chart. Pure: an answer in, a chart out."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import cos, pi, sin
from typing import Final

import altair as alt

from streamlit_app.api.taste import Taste, What
from streamlit_app.pages.taste.looks import BOTH, PAGE, TEXT
from streamlit_app.pages.taste.map_frame import HEIGHT, RIM, Frame, frame, labels, ordered
from streamlit_app.pages.taste.map_panel import CHOSEN
from streamlit_app.pages.taste.words import WHATS, names, told_of
from streamlit_app.render.charts.specs import KEPT, Datum, Spec, finished, rows_of, with_rows

_LOOKS: Final[Mapping[What, tuple[str, float, str, float]]] = {
    "pick": ("diamond", 230, TEXT, 2),
    "liked": ("circle", 60, PAGE, 0.7),
    "watched": ("square", 26, PAGE, 0.5),
    "disliked": ("cross", 40, PAGE, 0.5),
}
"""Each one's sign, its size, its edge's colour, and how wide that is."""
_AROUND: Final = 96


def taste_map(taste: Taste) -> Spec:
    """The map: a disc with its name for each taste, a point for each title; `CHOSEN` by a click."""
    every = names(taste)
    return with_rows(
        _map(tuple(every), frame(taste)),
        rims=list(_rims(taste, every)),
        points=_points(taste, every),
        labels=[one._asdict() for one in labels(taste, every)],
    )


@lru_cache(KEPT)
def _map(every: tuple[str, ...], within: Frame) -> Spec:
    domain = list(every) or [""]
    colour = alt.Color("taste:N", scale=alt.Scale(domain=domain, range=BOTH), legend=None)
    left, right, low, high = within
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[left, right], nice=False, zero=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[low, high], nice=False, zero=False))
    rims = (
        rows_of("rims")
        .mark_line(filled=True, fillOpacity=0.1, strokeOpacity=0.45, strokeWidth=1, aria=False)
        .encode(x=x, y=y, color=colour, order="turn:Q", detail="taste:N")
    )
    points = (
        rows_of("points")
        .mark_point(filled=True)
        .encode(
            x=x,
            y=y,
            color=colour,
            shape=alt.Shape("what:N", scale=_by_what(0), legend=None),
            size=alt.Size("what:N", scale=_by_what(1), legend=None),
            stroke=alt.Stroke("what:N", scale=_by_what(2), legend=None),
            strokeWidth=alt.StrokeWidth("what:N", scale=_by_what(3), legend=None),
            description="about:N",
            tooltip=[
                alt.Tooltip("title:N", title="Title"),
                alt.Tooltip("what:N", title="It is"),
                alt.Tooltip("rating:N", title="You gave"),
                alt.Tooltip("taste:N", title="Taste"),
            ],
        )
        .add_params(alt.selection_point(name=CHOSEN, fields=["ref"], on="click", empty=False))
    )
    lettered = rows_of("labels").encode(x=x, y=y, text="name:N")
    # The page's colour around the letters, so that no point makes them hard to read.
    layers = [rims, points, _lettered(lettered, PAGE, 4), _lettered(lettered, TEXT, 0)]
    return finished(alt.LayerChart(layer=layers).configure_view(strokeOpacity=0), HEIGHT)


def _lettered(chart: alt.Chart, colour: str, around: float) -> alt.Chart:
    found: alt.Chart = chart.mark_text(
        fontSize=13,
        fontWeight=600,
        lineBreak="\n",
        baseline="bottom",
        color=colour,
        stroke=colour,
        strokeWidth=around,
        aria=False,
    )
    return found


def _by_what(look: int) -> alt.Scale:
    looks = [every[look] for every in _LOOKS.values()]
    return alt.Scale(domain=[WHATS[what] for what in _LOOKS], range=looks)


def _points(taste: Taste, every: Sequence[str]) -> list[Datum]:
    return [
        {
            "ref": str(one.ref),
            "title": one.dated,
            "about": f"{one.dated}: {told_of(one, every)}",
            "x": one.x,
            "y": one.y,
            "taste": every[one.taste] if one.taste is not None else "",
            "what": WHATS[one.what],
            "rating": str(one.rating or "no rating"),
        }
        for one in ordered(taste)
    ]


def _rims(taste: Taste, every: Sequence[str]) -> Iterator[Datum]:
    for one, name in zip(taste.tastes, every, strict=True):
        for turn in range(_AROUND + 1):
            angle = 2 * pi * turn / _AROUND
            far = one.radius * RIM
            yield {
                "taste": name,
                "turn": turn,
                "x": one.x + far * cos(angle),
                "y": one.y + far * sin(angle),
            }
