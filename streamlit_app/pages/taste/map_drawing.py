"""The map of the Taste page as a drawing, for as long as its chart isn't there. Pure."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final
from urllib.parse import quote

from streamlit_app.api.taste import Point, Taste, What
from streamlit_app.pages.taste.looks import BOTH, PAGE, QUIET, TEXT
from streamlit_app.pages.taste.map_frame import HEIGHT, RIM, frame, labels, ordered
from streamlit_app.pages.taste.words import names

_HALF: Final[dict[What, float]] = {"pick": 8.5, "liked": 6.0, "watched": 4.8, "disliked": 4.0}
"""Half the width of a point's sign, in pixels."""
_STYLE: Final = (
    "<style>.w-map-of ellipse{fill-opacity:.1}"
    ".w-map-of path{stroke-width:.7px;fill-opacity:.7}"
    '.w-map-of text{font:600 13px "Source Sans",sans-serif;'
    "paint-order:stroke;stroke-width:4px}</style>"
)


def drawn(found: Taste, inline: bool) -> str:  # noqa: FBT001 -- as a `Picture` asks for it
    """The map as a part of a page, `inline` or as a picture."""
    if inline:
        inner = f'<svg width="100%" aria-hidden="true">{_inner(found)}</svg>'
    else:
        own = '<svg xmlns="http://www.w3.org/2000/svg" style="color-scheme:light dark">'
        inner = f'<img src="data:image/svg+xml,{quote(f"{own}{_inner(found)}</svg>")}" alt="">'
    return f'<div class="w-map" style="height:{HEIGHT}px">{inner}</div>'


def _inner(found: Taste) -> str:
    """The map as SVG: places in hundredths of the room there is, signs in pixels."""
    within = frame(found)

    def across(x: float) -> float:
        return (x - within.left) / (within.right - within.left) * 100

    def down(y: float) -> float:
        return (within.high - y) / (within.high - within.low) * 100

    discs = "".join(
        f'<ellipse cx="{across(one.x):.2f}%" cy="{down(one.y):.2f}%" '
        f'rx="{across(one.x + one.radius * RIM) - across(one.x):.2f}%" '
        f'ry="{down(one.y) - down(one.y + one.radius * RIM):.2f}%" '
        f'style="fill:{BOTH[place % len(BOTH)]}"/>'
        for place, one in enumerate(found.tastes)
    )
    points = "".join(
        f'<svg x="{across(one.x):.2f}%" y="{down(one.y):.2f}%" overflow="visible">'
        f'<path d="{_sign(one.what)}" style="fill:{_colour(one)};'
        f'stroke:{TEXT if one.what == "pick" else PAGE}"/></svg>'
        for one in ordered(found)
    )
    lettered = "".join(
        f'<svg x="{across(one.x):.2f}%" y="{down(one.y):.2f}%" overflow="visible">'
        f'<text text-anchor="middle" style="fill:{TEXT};stroke:{PAGE}">'
        f"{''.join(_lines(one.name.splitlines()))}</text></svg>"
        for one in labels(found, names(found))
    )
    return f'{_STYLE}<g class="w-map-of">{discs}{points}{lettered}</g>'


def _lines(lines: Sequence[str]) -> Iterator[str]:
    """The last one stands on the place, the others above it."""
    for place, line in enumerate(lines):
        above = -15 * (len(lines) - 1 - place) - 3
        yield f'<tspan x="0" y="{above}">{escape(line)}</tspan>'


def _colour(point: Point) -> str:
    return QUIET if point.taste is None else BOTH[point.taste % len(BOTH)]


def _sign(what: What) -> str:
    half = _HALF[what]
    if what == "pick":
        return f"M0 {-half}L{half * 0.7} 0L0 {half}L{-half * 0.7} 0Z"
    if what == "liked":
        return f"M{-half} 0a{half} {half} 0 1 0 {2 * half} 0a{half} {half} 0 1 0 {-2 * half} 0"
    if what == "watched":
        return f"M{-half} {-half}h{2 * half}v{2 * half}h{-2 * half}Z"
    third = half / 2.5
    return (
        f"M{-third} {-half}h{2 * third}v{half - third}h{half - third}v{2 * third}"
        f"h{third - half}v{half - third}h{-2 * third}v{third - half}h{third - half}"
        f"v{-2 * third}h{half - third}Z"
    )
