"""How far the map of tastes reaches, the order of its points, and its names. Pure."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Final, NamedTuple

from streamlit_app.api.taste import Point, Taste

HEIGHT: Final = 560
"""In pixels."""

RIM: Final = 1.08
"""How much wider than its titles a taste's disc is drawn."""

_LABEL: Final = 22
_EDGE: Final = 0.03
_ABOVE: Final = 0.1
"""Room for the name over the highest disc."""


class Label(NamedTuple):
    """A taste's name in lines, and where it stands."""

    name: str
    x: float
    y: float


class Frame(NamedTuple):
    """From where to where the map reaches, by the API's x and y."""

    left: float
    right: float
    low: float
    high: float


def frame(taste: Taste) -> Frame:
    """All discs, with room for the name over the highest."""
    left, right = _extent([(one.x, one.radius) for one in taste.tastes])
    low, high = _extent([(one.y, one.radius) for one in taste.tastes])
    return Frame(left, right, low, high + _ABOVE)


def ordered(taste: Taste) -> list[Point]:
    """The titles, picks last, so that nothing covers them."""
    return sorted(taste.points, key=lambda one: one.what == "pick")


def labels(taste: Taste, every: Sequence[str]) -> Iterator[Label]:
    """The tastes' names, in lines, and where they stand: over their discs."""
    for number, (one, name) in enumerate(zip(taste.tastes, every, strict=True), 1):
        told = ", ".join(one.words[:2])
        lines = wrap(f"{number}. {told[:1].upper() + told[1:] or name}", _LABEL)
        yield Label("\n".join(lines), one.x, one.y + one.radius * RIM)


def _extent(discs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """From where to where discs, by middle and radius, reach; all of it where there are none."""
    low = min((middle - RIM * radius for middle, radius in discs), default=-1.0)
    high = max((middle + RIM * radius for middle, radius in discs), default=1.0)
    return low - _EDGE, high + _EDGE
