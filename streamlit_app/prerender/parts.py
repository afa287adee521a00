"""Streamlit's widgets at rest, as HTML. Every word that comes in is text: it is escaped here.

The names of the parts are those that Streamlit gives to its own, so that the look fits both, and
so that a press is carried out by the widget of the same key once that one stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final, Literal

Gap = Literal["none", "xxsmall", "xsmall", "small"]
Kind = Literal["primary", "secondary"]

_ARROW: Final = "expand_more"


def html(content: str, *, grows: bool = True) -> str:
    """A piece of the page that is HTML already; where it doesn't grow, as wide as it is."""
    return _element(f'<div data-testid="stHtml">{content}</div>', grows=grows)


def button(
    label: str,
    key: str = "",
    sign: str = "",
    *,
    kind: Kind = "secondary",
    wide: bool = False,
    submits: bool = False,
) -> str:
    """A button; one that `submits` sends the form around it."""
    style = f"w-{kind} w-wide" if wide else f"w-{kind}"
    does = "submit" if submits else "button"
    face = f'<button type="{does}" class="{style}" data-testid="stBaseButton-{kind}">'
    inner = f'<div data-testid="stButton">{face}{_face(label, sign)}</button></div>'
    return _element(inner, key, grows=wide)


def menu(label: str, key: str, sign: str = "", *, kind: Kind = "secondary") -> str:
    """A button that opens a menu."""
    face = f'<button type="button" class="w-{kind}" data-testid="stMenuButtonButton" kind="{kind}">'
    inner = f"{face}{_face(label, sign)}{icon(_ARROW, 'w-arrow')}</button>"
    return _element(f'<div data-testid="stMenuButton">{inner}</div>', key, grows=False)


def popover(label: str, key: str, sign: str) -> str:
    """A button that opens a part over the page."""
    inner = f"{_face(label, sign)}{icon(_ARROW, 'w-arrow')}"
    face = '<button type="button" data-testid="stPopoverButton">'
    return _element(f"{face}{inner}</button>", key, grows=False)


def expander(label: str, key: str) -> str:
    """A part that is closed."""
    inner = f'<button type="button" class="w-fold">{_face(label, "keyboard_arrow_right")}</button>'
    return _element(inner, key)


def segments(options: Iterable[str], now: str, key: str) -> str:
    """A row of choices of which one holds."""
    every = "".join(
        f'<button type="button" class="w-segment" role="radio" '
        f'aria-checked="{str(one == now).lower()}">{_words(one)}</button>'
        for one in options
    )
    return _element(f'<div class="w-segments" role="radiogroup">{every}</div>', key, grows=False)


def toggle(label: str, key: str, *, on: bool) -> str:
    """A switch."""
    inner = (
        f'<button type="button" class="w-toggle" role="switch" aria-checked="{str(on).lower()}">'
        f"<i></i>{_words(label)}</button>"
    )
    return _element(inner, key, grows=False)


def link(label: str, href: str, sign: str = "") -> str:
    """A link that looks like a button."""
    face = f'<a data-testid="stPageLink-NavLink" href="{escape(href)}">'
    inner = f'<div data-testid="stPageLink">{face}{icon(sign)}{_words(label)}</a></div>'
    return _element(inner, grows=False)


def box(  # noqa: PLR0913 -- what a box is told by
    label: str,
    key: str,
    *,
    value: str = "",
    placeholder: str = "",
    width: int | None = None,
    searches: bool = False,
    labelled: bool = False,
    secret: bool = False,
    name: str = "",
) -> str:
    """A box for text; `width` in pixels, else all there is; `name` is its own in a form."""
    above = _above(label) if labelled else ""
    kind = "password" if secret else "search" if searches else "text"
    named = f'name="{name}" ' if name else ""
    field = (
        f'<input type="{kind}" {named}aria-label="{escape(label)}" value="{escape(value)}" '
        f'placeholder="{escape(placeholder)}" autocomplete="off" data-testid="stTextInputField">'
    )
    inner = f'{above}<div class="w-box">{icon("search" if searches else "")}{field}</div>'
    style = f' style="width:{width}px;max-width:100%"' if width else ""
    return _element(inner, key, style, grows=width is None)


def chooser(label: str, placeholder: str, key: str, width: int) -> str:
    """A box to choose one of many from."""
    inner = (
        f'{_above(label)}<div class="w-box">'
        f'<input type="text" aria-label="{escape(label)}" placeholder="{escape(placeholder)}" '
        f'autocomplete="off">{icon(_ARROW, "w-arrow")}</div>'
    )
    return _element(inner, key, f' style="width:{width}px;max-width:100%"', grows=False)


def notice(heading: str, sentence: str) -> str:
    """A framed notice."""
    return html(
        f'<div class="w-notice" role="status"><p><strong>{escape(heading)}</strong></p>'
        f"<p>{escape(sentence)}</p></div>"
    )


def space(height: int) -> str:
    """Room of a height in pixels for something that only a browser's program draws."""
    return _element(f'<div style="height:{height}px"></div>')


def column(
    parts: Iterable[str], key: str = "", gap: Gap = "small", *, bordered: bool = False
) -> str:
    """Parts below each other."""
    style = f"w-column w-gap-{gap}" + (" w-bordered" if bordered else "")
    return _block(f'<div data-testid="stVerticalBlock" class="{_key(key)}{style}">', parts)


def row(
    parts: Iterable[str],
    key: str = "",
    gap: Gap = "small",
    *,
    align: Literal["start", "center", "end"] = "start",
    place: Literal["start", "apart", "middle"] = "start",
    wraps: bool = True,
    grows: bool = True,
) -> str:
    """Parts beside each other; `apart` keeps the first and the last at the edges."""
    style = f"w-row-of w-gap-{gap} w-align-{align} w-{place}"
    style += "" if wraps else " w-one-line"
    face = f'<div data-testid="stHorizontalBlock" class="{_key(key)}{style}">'
    return _block(face, parts, grows=grows)


def _block(face: str, parts: Iterable[str], *, grows: bool = True) -> str:
    style = "" if grows else ' class="w-narrow"'
    return f'<div data-testid="stLayoutWrapper"{style}>{face}{"".join(parts)}</div></div>'


def _element(content: str, key: str = "", style: str = "", *, grows: bool = True) -> str:
    narrow = "" if grows else "w-narrow"
    return (
        f'<div data-testid="stElementContainer" class="{_key(key)}{narrow}"{style}>{content}</div>'
    )


def _above(label: str) -> str:
    return f'<div class="w-label">{escape(label)}</div>'


def _key(key: str) -> str:
    return f"st-key-{escape(key)} " if key else ""


def icon(name: str, style: str = "") -> str:
    """A sign of the icon font, by its name; nothing for no name."""
    if not name:
        return ""
    also = f' class="{style}"' if style else ""
    return f'<span data-testid="stIconMaterial" aria-hidden="true"{also}>{escape(name)}</span>'


def _face(label: str, sign: str) -> str:
    # The sign in a box of its own, as the look expects: what hides a sign's neighbours is an arrow.
    return (
        f'<span class="w-face"><span>{icon(sign)}</span>{_words(label)}</span>'
        if sign
        else (f'<span class="w-face">{_words(label)}</span>')
    )


def _words(label: str) -> str:
    return f'<div data-testid="stMarkdownContainer"><p dir="auto">{escape(label)}</p></div>'
