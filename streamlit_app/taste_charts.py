"""The charts of the Taste page. Pure: answers in, charts out.

Colours are pairs for the light and the dark theme, which the browser chooses between. Each has a
contrast of 3.3 or more to the page, and any two of one theme differ by 27 or more (CIE 1976) to
people with every common kind of colour blindness; a test computes both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import cos, pi, sin
from textwrap import wrap
from typing import Any, Final, TypeVar

import altair as alt

from streamlit_app.api.taste import Crowd, Taste, What
from streamlit_app.taste_words import WHATS, names, told_of

LIGHT: Final = ("#0b6463", "#ed461d", "#a068f3", "#1d1ded", "#972020", "#643285")
DARK: Final = ("#63cdbf", "#ed991d", "#8c57db", "#d43535", "#f6cc8e", "#3e7aa3")
"""For six tastes, or genres, each."""

CHOSEN: Final = "chosen"
_TEXT: Final = "light-dark(#1a2029, #e8ecf1)"
_QUIET: Final = "light-dark(#5c6672, #9aa5b1)"
_PAGE: Final = "light-dark(#f8f9fa, #11151b)"
_BOTH: Final = [f"light-dark({one}, {other})" for one, other in zip(LIGHT, DARK, strict=True)]
_SHAPES: Final[Mapping[What, str | float]] = {
    "pick": "diamond",
    "liked": "circle",
    "watched": "square",
    "disliked": "cross",
}
_SIZES: Final[Mapping[What, str | float]] = {
    "pick": 230,
    "liked": 60,
    "watched": 26,
    "disliked": 40,
}
_STROKES: Final[Mapping[What, str | float]] = {
    "pick": _TEXT,
    "liked": _PAGE,
    "watched": _PAGE,
    "disliked": _PAGE,
}
_WIDTHS: Final[Mapping[What, str | float]] = {
    "pick": 2,
    "liked": 0.7,
    "watched": 0.5,
    "disliked": 0.5,
}
_AROUND: Final = 96
_GENRES: Final = 12
_HEIGHT: Final = 360
_LABEL: Final = 22
_RIM: Final = 1.08
_EDGE: Final = 0.03
_ABOVE: Final = 0.1
"""Room for the name over the highest disc."""


Row = dict[str, Any]
_T = TypeVar("_T", alt.Chart, alt.LayerChart)


def taste_map(taste: Taste) -> alt.LayerChart:
    """The map: a disc with its name for each taste, a point for each title; `CHOSEN` by a click."""
    every = names(taste)
    colour = alt.Color("taste:N", scale=alt.Scale(domain=every or [""], range=_BOTH), legend=None)
    left, right = _extent([(one.x, one.radius) for one in taste.tastes])
    low, high = _extent([(one.y, one.radius) for one in taste.tastes])
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[left, right], nice=False, zero=False))
    y = alt.Y(
        "y:Q", axis=None, scale=alt.Scale(domain=[low, high + _ABOVE], nice=False, zero=False)
    )
    rims = (
        alt.Chart(_data(list(_rims(taste, every))))
        .mark_line(filled=True, fillOpacity=0.1, strokeOpacity=0.45, strokeWidth=1, aria=False)
        .encode(x=x, y=y, color=colour, order="turn:Q", detail="taste:N")
    )
    points = (
        alt.Chart(_data(_points(taste, every)))
        .mark_point(filled=True)
        .encode(
            x=x,
            y=y,
            color=colour,
            shape=alt.Shape("what:N", scale=_by_what(_SHAPES), legend=None),
            size=alt.Size("what:N", scale=_by_what(_SIZES), legend=None),
            stroke=alt.Stroke("what:N", scale=_by_what(_STROKES), legend=None),
            strokeWidth=alt.StrokeWidth("what:N", scale=_by_what(_WIDTHS), legend=None),
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
    labels = alt.Chart(_data(list(_labels(taste, every)))).encode(x=x, y=y, text="name:N")
    # The page's colour around the letters, so that no point makes them hard to read.
    layers = [rims, points, _lettered(labels, _PAGE, 4), _lettered(labels, _TEXT, 0)]
    found: alt.LayerChart = alt.LayerChart(layer=layers).configure_view(strokeOpacity=0)
    return found


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


def genres(taste: Taste) -> alt.LayerChart:
    """A bar for each genre's share of what was seen, a mark for its share of known titles."""
    rows = [
        {
            "genre": one.genre,
            "share": one.share,
            "usual": one.usual,
            "told": f"{one.liked:,} of {one.told:,}",
            "count": one.count,
        }
        for one in taste.genres[:_GENRES]
    ]
    order = [one.genre for one in taste.genres[:_GENRES]]
    chart = alt.Chart(_data(rows)).encode(
        y=alt.Y("genre:N", sort=order, title=None, axis=alt.Axis(labelLimit=150)),
        tooltip=[
            alt.Tooltip("genre:N", title="Genre"),
            alt.Tooltip("count:Q", title="Titles", format=","),
            alt.Tooltip("share:Q", title="Of yours", format=".0%"),
            alt.Tooltip("usual:Q", title="Of known titles", format=".0%"),
            alt.Tooltip("told:N", title="Liked of those told"),
        ],
    )
    x = alt.X("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5))
    bars = chart.mark_bar(color=_BOTH[0], height=13, cornerRadiusEnd=3).encode(x=x)
    ticks = chart.mark_tick(color=_TEXT, thickness=2.5, size=20).encode(x="usual:Q")
    return _finished(alt.LayerChart(layer=[bars, ticks]), len(rows) * 26 + 30)


def decades(taste: Taste) -> alt.Chart:
    """A column for each decade in which titles came out, those liked at its foot."""
    rows = [
        {"decade": f"{one.decade}s", "what": what, "count": count}
        for one in taste.decades
        for what, count in (("Liked", one.liked), ("Others", one.count - one.liked))
    ]
    found: alt.Chart = (
        alt.Chart(_data(rows))
        .mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2)
        .encode(
            x=alt.X("decade:O", title=None, axis=alt.Axis(labelAngle=-45)),
            y=alt.Y("count:Q", title=None, axis=alt.Axis(tickMinStep=1, tickCount=4)),
            color=alt.Color(
                "what:N",
                scale=alt.Scale(
                    domain=["Liked", "Others"],
                    range=[_BOTH[0], "light-dark(#8b9db0, #5f7183)"],
                ),
                legend=alt.Legend(title=None, orient="bottom"),
            ),
            order=alt.Order("what:N"),
            tooltip=[
                alt.Tooltip("decade:O", title="Decade"),
                alt.Tooltip("what:N", title="They are"),
                alt.Tooltip("count:Q", title="Titles", format=","),
            ],
        )
    )
    return _finished(found, _HEIGHT)


def years(taste: Taste) -> alt.Chart:
    """A line for each of the most seen genres over the years in which titles were watched."""
    order = list(taste.years[0].genres) if taste.years else []
    rows = [
        {"year": one.year, "genre": genre, "count": count}
        for one in taste.years
        for genre, count in one.genres.items()
    ]
    found: alt.Chart = (
        alt.Chart(_data(rows))
        .mark_line(point=alt.OverlayMarkDef(filled=True, size=45), strokeWidth=2)
        .encode(
            x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=-45, labelOverlap=True)),
            y=alt.Y("count:Q", title=None, axis=alt.Axis(tickMinStep=1, tickCount=4)),
            color=alt.Color(
                "genre:N",
                scale=alt.Scale(domain=order, range=_BOTH),
                legend=alt.Legend(title=None, orient="bottom", columns=3),
            ),
            tooltip=[
                alt.Tooltip("year:O", title="Year"),
                alt.Tooltip("genre:N", title="Genre"),
                alt.Tooltip("count:Q", title="Titles", format=","),
            ],
        )
    )
    return _finished(found, _HEIGHT)


def beside(crowd: Crowd) -> alt.LayerChart:
    """A point for each rated title: TMDB's mean across, the person's up; a line where equal."""
    rows = [
        {
            "title": one.dated,
            "mine": one.mine,
            "crowd": one.crowd,
            "side": "You like it more" if one.mine > one.crowd else "You like it less",
        }
        for one in crowd.rated
    ]
    low = min((int(one.crowd) for one in crowd.rated), default=1)
    up = alt.Scale(domain=[1, 10], nice=False, zero=False)
    across = alt.Scale(domain=[low, 10], nice=False, zero=False)
    line = (
        alt.Chart(_data([{"crowd": low, "mine": max(low, 1)}, {"crowd": 10, "mine": 10}]))
        .mark_line(color=_QUIET, strokeDash=[4, 4], strokeWidth=1.5, aria=False)
        .encode(x="crowd:Q", y="mine:Q")
    )
    points = (
        alt.Chart(_data(rows))
        .mark_point(filled=True, size=60, opacity=0.6)
        .encode(
            x=alt.X("crowd:Q", title="TMDB's average", scale=across, axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("mine:Q", title="You gave", scale=up, axis=alt.Axis(tickCount=9)),
            color=alt.Color(
                "side:N",
                scale=alt.Scale(
                    domain=["You like it more", "You like it less"], range=[_BOTH[0], _BOTH[1]]
                ),
                legend=alt.Legend(title=None, orient="bottom"),
            ),
            tooltip=[
                alt.Tooltip("title:N", title="Title"),
                alt.Tooltip("mine:Q", title="You gave"),
                alt.Tooltip("crowd:Q", title="TMDB's average", format=".1f"),
            ],
        )
    )
    return _finished(alt.LayerChart(layer=[line, points]), 400)


def _extent(discs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """From where to where discs, by middle and radius, reach; all of it where there are none."""
    low = min((middle - _RIM * radius for middle, radius in discs), default=-1.0)
    high = max((middle + _RIM * radius for middle, radius in discs), default=1.0)
    return low - _EDGE, high + _EDGE


def _finished(chart: _T, height: int) -> _T:
    """With that height in pixels, and letters that stand out enough."""
    found: _T = (
        chart.properties(height=height)
        .configure_axis(labelColor=_QUIET, titleColor=_QUIET)
        .configure_legend(labelColor=_QUIET)
    )
    return found


def _by_what(values: Mapping[What, str | float]) -> alt.Scale:
    return alt.Scale(domain=[WHATS[what] for what in values], range=list(values.values()))


class _Rows(alt.InlineData):
    """Rows that are made here: checking each of hundreds against Vega's schema takes long."""

    _class_is_valid_at_instantiation = False


def _data(rows: list[Row]) -> alt.InlineData:
    return _Rows(values=rows)


def _points(taste: Taste, every: Sequence[str]) -> list[Row]:
    """Picks last, so that nothing covers them."""
    ordered = sorted(taste.points, key=lambda one: one.what == "pick")
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
        for one in ordered
    ]


def _rims(taste: Taste, every: Sequence[str]) -> Iterator[Row]:
    for one, name in zip(taste.tastes, every, strict=True):
        for turn in range(_AROUND + 1):
            angle = 2 * pi * turn / _AROUND
            far = one.radius * _RIM
            yield {
                "taste": name,
                "turn": turn,
                "x": one.x + far * cos(angle),
                "y": one.y + far * sin(angle),
            }


def _labels(taste: Taste, every: Sequence[str]) -> Iterator[Row]:
    for number, (one, name) in enumerate(zip(taste.tastes, every, strict=True), 1):
        told = ", ".join(one.words[:2])
        lines = wrap(f"{number}. {told[:1].upper() + told[1:] or name}", _LABEL)
        yield {"name": "\n".join(lines), "x": one.x, "y": one.y + one.radius * _RIM}
