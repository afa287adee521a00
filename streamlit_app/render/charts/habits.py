"""The other charts of the Taste page: habits, and ratings. Pure: answers in, charts out."""

from functools import lru_cache

import altair as alt

from streamlit_app.api.taste import Crowd, Taste
from streamlit_app.pages.taste.looks import (
    BESIDE_HEIGHT,
    BOTH,
    GENRES,
    HEIGHT,
    QUIET,
    TEXT,
    genres_height,
)
from streamlit_app.render.charts.specs import KEPT, Spec, finished, rows_of, with_rows


def genres(taste: Taste) -> Spec:
    """A bar for each genre's share of what was seen, a mark for its share of known titles."""
    rows = [
        {
            "genre": one.genre,
            "share": one.share,
            "usual": one.usual,
            "told": f"{one.liked:,} of {one.told:,}",
            "count": one.count,
        }
        for one in taste.genres[:GENRES]
    ]
    order = tuple(one.genre for one in taste.genres[:GENRES])
    return with_rows(_genres(order, genres_height(taste)), rows=rows)


@lru_cache(KEPT)
def _genres(order: tuple[str, ...], height: int) -> Spec:
    chart = rows_of("rows").encode(
        y=alt.Y("genre:N", sort=list(order), title=None, axis=alt.Axis(labelLimit=150)),
        tooltip=[
            alt.Tooltip("genre:N", title="Genre"),
            alt.Tooltip("count:Q", title="Titles", format=","),
            alt.Tooltip("share:Q", title="Of yours", format=".0%"),
            alt.Tooltip("usual:Q", title="Of known titles", format=".0%"),
            alt.Tooltip("told:N", title="Liked of those told"),
        ],
    )
    x = alt.X("share:Q", title=None, axis=alt.Axis(format=".0%", tickCount=5))
    bars = chart.mark_bar(color=BOTH[0], height=13, cornerRadiusEnd=3).encode(x=x)
    ticks = chart.mark_tick(color=TEXT, thickness=2.5, size=20).encode(x="usual:Q")
    return finished(alt.LayerChart(layer=[bars, ticks]), height)


def decades(taste: Taste) -> Spec:
    """A column for each decade in which titles came out, those liked at its foot."""
    rows = [
        {"decade": f"{one.decade}s", "what": what, "count": count}
        for one in taste.decades
        for what, count in (("Liked", one.liked), ("Others", one.count - one.liked))
    ]
    return with_rows(_decades(), rows=rows)


@lru_cache(1)
def _decades() -> Spec:
    found: alt.Chart = (
        rows_of("rows")
        .mark_bar(cornerRadiusTopLeft=2, cornerRadiusTopRight=2)
        .encode(
            x=alt.X("decade:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y("count:Q", title=None, axis=alt.Axis(tickMinStep=1, tickCount=4)),
            color=alt.Color(
                "what:N",
                scale=alt.Scale(
                    domain=["Liked", "Others"], range=[BOTH[0], "light-dark(#8b9db0, #5f7183)"]
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
    return finished(found, HEIGHT)


def years(taste: Taste) -> Spec:
    """A line for each of the most seen genres over the years in which titles were watched."""
    order = tuple(taste.years[0].genres) if taste.years else ()
    rows = [
        {"year": one.year, "genre": genre, "count": count}
        for one in taste.years
        for genre, count in one.genres.items()
    ]
    return with_rows(_years(order), rows=rows)


@lru_cache(KEPT)
def _years(order: tuple[str, ...]) -> Spec:
    found: alt.Chart = (
        rows_of("rows")
        .mark_line(point=alt.OverlayMarkDef(filled=True, size=45), strokeWidth=2)
        .encode(
            x=alt.X("year:O", title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True)),
            y=alt.Y("count:Q", title=None, axis=alt.Axis(tickMinStep=1, tickCount=4)),
            color=alt.Color(
                "genre:N",
                scale=alt.Scale(domain=list(order), range=BOTH),
                legend=alt.Legend(title=None, orient="bottom", columns=3),
            ),
            tooltip=[
                alt.Tooltip("year:O", title="Year"),
                alt.Tooltip("genre:N", title="Genre"),
                alt.Tooltip("count:Q", title="Titles", format=","),
            ],
        )
    )
    return finished(found, HEIGHT)


def beside(crowd: Crowd) -> Spec:
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
    even = [{"crowd": low, "mine": max(low, 1)}, {"crowd": 10, "mine": 10}]
    return with_rows(_beside(low), rows=rows, even=even)


@lru_cache(KEPT)
def _beside(low: int) -> Spec:
    up = alt.Scale(domain=[1, 10], nice=False, zero=False)
    across = alt.Scale(domain=[low, 10], nice=False, zero=False)
    line = (
        rows_of("even")
        .mark_line(color=QUIET, strokeDash=[4, 4], strokeWidth=1.5, aria=False)
        .encode(x="crowd:Q", y="mine:Q")
    )
    points = (
        rows_of("rows")
        .mark_point(filled=True, size=60, opacity=0.6)
        .encode(
            x=alt.X("crowd:Q", title="TMDB's average", scale=across, axis=alt.Axis(tickMinStep=1)),
            y=alt.Y("mine:Q", title="You gave", scale=up, axis=alt.Axis(tickCount=9)),
            color=alt.Color(
                "side:N",
                scale=alt.Scale(
                    domain=["You like it more", "You like it less"], range=[BOTH[0], BOTH[1]]
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
    return finished(alt.LayerChart(layer=[line, points]), BESIDE_HEIGHT)
