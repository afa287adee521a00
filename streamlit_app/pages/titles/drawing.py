"""Drawn covers for titles without a poster: colours and a motif by genre. Pure.

The drawings hold numbers only; no word of a title ever comes into them.
"""

import colorsys
import random
from base64 import b64encode
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

WIDTH: Final = 200
HEIGHT: Final = 300
_TURN: Final = 0.11


class Palette(NamedTuple):
    """Background from `top` to `bottom`, both dark enough for white text, and a bright `ink`."""

    top: str
    bottom: str
    ink: str


def _circle(x: float, y: float, r: float, attributes: str = "") -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" {attributes}/>'


def _orbits(draw: random.Random) -> str:
    x, y = draw.uniform(110, 190), draw.uniform(190, 260)
    rings = "".join(
        _circle(x, y, r, f'fill="none" stroke-width="1.2" opacity="{0.85 - r / 320:.2f}"')
        for r in range(34, 240, 26)
    )
    stars = "".join(
        _circle(
            draw.uniform(0, WIDTH), draw.uniform(0, HEIGHT), draw.uniform(0.5, 1.5), 'stroke="none"'
        )
        for _ in range(26)
    )
    return rings + stars + _circle(x, y, 19, 'stroke="none"')


def _hills(draw: random.Random) -> str:
    sun = _circle(draw.uniform(40, 160), 172, 25, 'stroke="none" opacity=".9"')
    shapes = []
    for layer, base in enumerate((205, 235, 265)):
        a, b, c = (base + draw.uniform(-26, 26) for _ in range(3))
        shapes.append(
            f'<path d="M0 {a:.0f}C60 {b - 40:.0f} 120 {c + 30:.0f} 200 {b:.0f}V300H0Z" '
            f'stroke="none" opacity="{0.25 + 0.17 * layer:.2f}"/>'
        )
    return sun + "".join(shapes)


def _peaks(draw: random.Random) -> str:
    shapes = [_circle(draw.uniform(130, 170), 150, 14, 'stroke="none" opacity=".9"')]
    for layer in range(3):
        x, y = draw.uniform(20, 180), 165 + 34 * layer + draw.uniform(-10, 10)
        left, right = x - 130, x + 130
        shapes.append(
            f'<path d="M{left:.0f} 300L{x:.0f} {y:.0f}L{right:.0f} 300Z" '
            f'stroke="none" opacity="{0.22 + 0.16 * layer:.2f}"/>'
        )
    return "".join(shapes)


def _blinds(draw: random.Random) -> str:
    lean = draw.choice((-34, 34))
    return "".join(
        f'<path d="M-20 {y + lean}L220 {y - lean}" '
        f'stroke-width="{3 + 9 * step / 11:.1f}" opacity="{0.16 + 0.05 * step:.2f}"/>'
        for step, y in enumerate(range(140, 336, 17))
    )


def _slashes(draw: random.Random) -> str:
    lines = []
    for step in range(5):
        x = 36 + step * 32 + draw.uniform(-7, 7)
        top, end = draw.uniform(120, 165), draw.uniform(255, 310)
        lines.append(
            f'<path d="M{x + 22:.0f} {top:.0f}Q{x + 4:.0f} {(top + end) / 2:.0f} '
            f'{x - 12:.0f} {end:.0f}Q{x + 14:.0f} {(top + end) / 2:.0f} {x + 22:.0f} {top:.0f}Z" '
            'stroke="none" opacity=".75"/>'
        )
    return "".join(lines)


def _speed(draw: random.Random) -> str:
    x, y = draw.uniform(120, 190), draw.uniform(200, 250)
    rays = []
    for step in range(14):
        far_x, far_y = draw.uniform(-160, 20), 110 + step * 20
        rays.append(
            f'<path d="M{x:.0f} {y:.0f}L{far_x:.0f} {far_y:.0f}L{far_x:.0f} {far_y + 7:.0f}Z" '
            f'stroke="none" opacity="{draw.uniform(0.25, 0.7):.2f}"/>'
        )
    return "".join(rays) + _circle(x, y, 15, 'stroke="none"')


def _rings(draw: random.Random) -> str:
    y, apart = draw.uniform(205, 235), draw.uniform(24, 34)
    return (
        _circle(100 - apart, y, 55, 'stroke="none" opacity=".45"')
        + _circle(100 + apart, y, 55, 'stroke="none" opacity=".45"')
        + _circle(100, y, 92, 'fill="none" stroke-width="1" opacity=".5"')
    )


def _bubbles(draw: random.Random) -> str:
    return "".join(
        _circle(
            draw.uniform(-5, 205),
            140 + 165 * draw.random() ** 0.6,
            draw.uniform(6, 30),
            f'stroke="none" opacity="{draw.uniform(0.2, 0.6):.2f}"',
        )
        for _ in range(17)
    )


def _bars(draw: random.Random) -> str:
    return "".join(
        f'<rect x="{x}" y="{300 - (height := draw.uniform(25, 155)):.0f}" width="9" rx="4.5" '
        f'height="{height + 10:.0f}" stroke="none" opacity="{0.3 + height / 320:.2f}"/>'
        for x in range(9, 195, 15)
    )


def _contours(draw: random.Random) -> str:
    phase = draw.uniform(0, 60)
    return "".join(
        f'<path d="M-10 {y:.0f}C40 {y - 30 - phase / 3:.0f} 90 {y + 34:.0f} 130 {y:.0f}'
        f'S190 {y - 34 + phase / 2:.0f} 210 {y:.0f}" fill="none" stroke-width="1.4" '
        f'opacity="{0.25 + (y - 150) / 300:.2f}"/>'
        for y in range(160, 320, 13)
    )


def _arches(draw: random.Random) -> str:
    x = draw.uniform(70, 130)
    return "".join(
        f'<path d="M{x - r:.0f} 300V{220:.0f}A{r} {r} 0 0 1 {x + r:.0f} 220V300" '
        f'fill="none" stroke-width="5" opacity="{0.85 - r / 170:.2f}"/>'
        for r in range(14, 120, 17)
    )


def _moon(draw: random.Random) -> str:
    x = draw.uniform(60, 140)
    ripples = "".join(
        f'<path d="M{x - w:.0f} {y}H{x + w:.0f}" stroke-width="2.4" '
        f'opacity="{0.75 - step / 11:.2f}"/>'
        for step, y in enumerate(range(244, 300, 9))
        for w in (draw.uniform(18, 56),)
    )
    return _circle(x, 186, 38, 'stroke="none" opacity=".82"') + ripples


class _Style(NamedTuple):
    palette: Palette
    motifs: tuple[Callable[[random.Random], str], ...]


_PLAIN: Final = _Style(Palette("#3B4A63", "#171E2B", "#B8C7E6"), (_moon, _contours))

_STYLES: Final[dict[str, _Style]] = {
    # The most telling genre first: it decides where a title has several.
    "Horror": _Style(Palette("#5E1020", "#12060A", "#F26D7D"), (_slashes, _moon)),
    "Western": _Style(Palette("#8A4318", "#33150A", "#FFC278"), (_hills, _peaks)),
    "War": _Style(Palette("#4A5134", "#191C10", "#CBD39A"), (_blinds, _speed)),
    "War & Politics": _Style(Palette("#4A5134", "#191C10", "#CBD39A"), (_blinds, _speed)),
    "Animation": _Style(Palette("#7B3A93", "#2B1240", "#FFB7E8"), (_bubbles, _rings)),
    "Documentary": _Style(Palette("#2D5B5F", "#0D2023", "#A5E0DC"), (_contours, _arches)),
    "Music": _Style(Palette("#8C2A6A", "#2C0B24", "#FF9FDA"), (_bars, _rings)),
    "Science Fiction": _Style(Palette("#135B80", "#061726", "#84DBFF"), (_orbits, _contours)),
    "Sci-Fi & Fantasy": _Style(Palette("#135B80", "#061726", "#84DBFF"), (_orbits, _contours)),
    "Fantasy": _Style(Palette("#4C3D98", "#170F38", "#C9B8FF"), (_peaks, _moon)),
    "History": _Style(Palette("#6E4E28", "#26190A", "#EBCB94"), (_arches, _hills)),
    "Kids": _Style(Palette("#1F6F58", "#0A2A22", "#9FF0CF"), (_bubbles, _rings)),
    "Family": _Style(Palette("#2A6F4E", "#0C2A1D", "#B5EFB9"), (_hills, _peaks)),
    "Romance": _Style(Palette("#983253", "#33101E", "#FFB3C4"), (_rings, _hills)),
    "Mystery": _Style(Palette("#2C3D63", "#0C1222", "#A9C2FF"), (_moon, _contours)),
    "Crime": _Style(Palette("#3E4452", "#111319", "#D3D9E6"), (_blinds, _speed)),
    "Adventure": _Style(Palette("#7A5312", "#2A1B05", "#FFD98A"), (_peaks, _moon)),
    "Action & Adventure": _Style(Palette("#7A5312", "#2A1B05", "#FFD98A"), (_peaks, _moon)),
    "Action": _Style(Palette("#8E2F1B", "#2E0D09", "#FFA88A"), (_speed, _slashes)),
    "Thriller": _Style(Palette("#4E2848", "#180A18", "#E7A9DB"), (_contours, _arches)),
    "Comedy": _Style(Palette("#745306", "#352403", "#FFE27A"), (_bubbles, _rings)),
    "Drama": _Style(Palette("#34476F", "#10182A", "#B9CCF5"), (_moon, _contours)),
    "Soap": _Style(Palette("#983253", "#33101E", "#FFB3C4"), (_rings, _hills)),
    "Reality": _Style(Palette("#1E6670", "#0A262B", "#9BE8F0"), (_bars, _rings)),
    "Talk": _Style(Palette("#1E6670", "#0A262B", "#9BE8F0"), (_bars, _rings)),
    "News": _Style(Palette("#3E4452", "#111319", "#D3D9E6"), (_contours, _arches)),
}


def telling_genre(genres: Sequence[str]) -> str:
    """The genre that a drawing shows: the most telling of those named, "" where none is known."""
    return next((name for name in _STYLES if name in genres), "")


def palette(genres: Sequence[str], seed: int) -> Palette:
    """The colours of a title of these genres: the genre's, a little to one side by the seed."""
    colours = _STYLES.get(telling_genre(genres), _PLAIN).palette
    turn = (_drawing_from(seed).random() - 0.5) * _TURN
    return Palette(*(_turned(colour, turn) for colour in colours))


def cover(genres: Sequence[str], seed: int) -> str:
    """A drawing of 200 x 300 as a `data:` address, always the same for the same seed."""
    colours = palette(genres, seed)
    draw = _drawing_from(seed)
    motif = draw.choice(_STYLES.get(telling_genre(genres), _PLAIN).motifs)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'preserveAspectRatio="xMidYMid slice"><defs>'
        '<linearGradient id="g" x1="0" y1="0" x2=".35" y2="1">'
        f'<stop stop-color="{colours.top}"/><stop offset="1" stop-color="{colours.bottom}"/>'
        '</linearGradient><linearGradient id="s" x2="0" y2="1">'
        '<stop offset=".78" stop-opacity="0"/><stop offset="1" stop-opacity=".6"/>'
        '</linearGradient></defs><path fill="url(#g)" d="M0 0H200V300H0Z"/>'
        f'<g fill="{colours.ink}" stroke="{colours.ink}" stroke-linecap="round" opacity=".45">'
        # The shade at the foot keeps the year readable over any motif.
        f'{motif(draw)}</g><path fill="url(#s)" d="M0 0H200V300H0Z"/></svg>'
    )
    return "data:image/svg+xml;base64," + b64encode(svg.encode()).decode()


def _drawing_from(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a picture, not a secret


def _turned(colour: str, turn: float) -> str:
    """The colour with its hue moved by `turn` of the circle."""
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    hue, light, full = colorsys.rgb_to_hls(red, green, blue)
    turned = colorsys.hls_to_rgb((hue + turn) % 1, light, full)
    return "#" + "".join(f"{round(part * 255):02x}" for part in turned)
