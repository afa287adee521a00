"""A page's parts as HTML: Streamlit's widgets at rest, until those stand.

The names of the parts are those that Streamlit gives to its own, so that the look fits both, and
so that a press is carried out by the widget of the same key once that one stands. What only opens
something shows it there.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatchmethod
from html import escape
from typing import Any, Final
from urllib.parse import urlencode

from streamlit_app.asked import Asked
from streamlit_app.parts import (
    Again,
    Asking,
    Box,
    Button,
    Chart,
    Column,
    Columns,
    Dialog,
    Elsewhere,
    Expander,
    Form,
    Fragment,
    Guarded,
    Html,
    Into,
    Label,
    Link,
    Marked,
    Menu,
    Part,
    Picture,
    Place,
    Popover,
    Row,
    Segments,
    Standing,
    Title,
    Toggle,
    Waiting,
    Widget,
    walk,
)
from streamlit_app.questions.address import Params

_ARROW: Final = "expand_more"


class Untold(Exception):
    """A page without a first look: another page is shown in its place."""


class Faces:
    """One page for one person as HTML; `title` is its name in a browser's tab."""

    def __init__(self, asked: Asked) -> None:
        self.title = "watcher"
        self._asked = asked

    def html(self, parts: Iterable[Part]) -> str:
        """The parts; raises `Untold`, and what asking the API raises."""
        pieces: list[str | list[str]] = []

        def show(part: Part) -> Any:  # noqa: ANN401 -- what the part holds
            match part:
                case Place():
                    pieces.append(room := list[str]())
                    return room
                case Into():
                    part.place.append(self.html(part.parts))
                case Waiting():
                    return part.call()
                case Title():
                    self.title = part.text
                case _:
                    pieces.append(self._face(part))
            return part.value if isinstance(part, Box) else None

        walk(parts, show)
        return "".join(one if isinstance(one, str) else "".join(one) for one in pieces)

    def href(self, path: str, params: Params | None = None) -> str:
        """A link to a page, beside this one; who is watching goes with it."""
        query = urlencode(self._asked.address.with_profile(params or {}), doseq=True)
        return (path or "./") + (f"?{query}" if query else "")

    @singledispatchmethod
    def _face(self, part: Part) -> str:
        raise TypeError(part)

    @_face.register(Again)
    @_face.register(Elsewhere)
    def _(self, _part: Part) -> str:
        raise Untold

    @_face.register(Standing)
    @_face.register(Dialog)
    def _(self, _part: Part) -> str:
        return ""

    @_face.register
    def _(self, part: Html) -> str:
        return _html(part.body, grows=part.grows)

    @_face.register
    def _(self, part: Picture) -> str:
        return _html(part.draw(True))  # noqa: FBT003 -- the drawing itself, in the page's letters

    @_face.register
    def _(self, part: Link) -> str:
        href = escape(self.href(part.path, part.params))
        inner = f"{icon(part.icon)}{_words(part.label)}"
        face = f'<a data-testid="stPageLink-NavLink" href="{href}">{inner}</a>'
        return _element(f'<div data-testid="stPageLink">{face}</div>', grows=part.wide)

    @_face.register
    def _(self, part: Button) -> str:
        key = f"FormSubmitter-{part.form}-{part.label}" if part.form else part.key
        style = f"w-{part.kind} w-wide" if part.wide else f"w-{part.kind}"
        face = f'<button type="button" class="{style}" data-testid="stBaseButton-{part.kind}">'
        inner = f"{face}{_labelled(part.label, part.icon)}</button>"
        return _element(f'<div data-testid="stButton">{inner}</div>', key, grows=part.wide)

    @_face.register
    def _(self, part: Menu) -> str:
        inner = f"{_labelled(part.label, part.icon)}{icon(_ARROW, 'w-arrow')}"
        face = (
            f'<button type="button" class="w-{part.kind}" data-testid="stMenuButtonButton" '
            f'kind="{part.kind}">{inner}</button>'
        )
        return _element(f'<div data-testid="stMenuButton">{face}</div>', part.key, grows=False)

    @_face.register
    def _(self, part: Segments) -> str:
        every = "".join(
            f'<button type="button" class="w-segment" role="radio" '
            f'aria-checked="{str(one == part.now).lower()}">{_words(name)}</button>'
            for one, name in part.options.items()
        )
        inner = f'<div class="w-segments" role="radiogroup">{every}</div>'
        return _element(_above(part) + inner, part.key, grows=False)

    @_face.register
    def _(self, part: Box) -> str:
        kind = "text" if part.kind == "default" else part.kind
        named = f'name="{part.name}" ' if part.name else ""
        sign = icon("search" if kind == "search" else "")
        inner = (
            f'{_above(part)}<div class="w-box">{sign}<input type="{kind}" {named}'
            f'aria-label="{escape(part.label)}" value="{escape(part.value)}" '
            f'placeholder="{escape(part.placeholder)}" autocomplete="off" '
            f'data-testid="stTextInputField">{icon(part.ends, "w-arrow")}</div>'
        )
        style = f' style="width:{part.width}px;max-width:100%"' if part.width else ""
        return _element(inner, part.key, style, grows=part.width is None)

    @_face.register
    def _(self, part: Toggle) -> str:
        face = (
            f'<button type="button" class="w-toggle" role="switch" '
            f'aria-checked="{str(part.on).lower()}"><i></i>{_words(part.label)}</button>'
        )
        return _element(face, part.key, grows=False)

    @_face.register
    def _(self, part: Expander) -> str:
        label = _labelled(part.label, "keyboard_arrow_right")
        return _element(f'<button type="button" class="w-fold">{label}</button>', part.key)

    @_face.register
    def _(self, part: Popover) -> str:
        inner = f"{_labelled(part.label, part.icon)}{icon(_ARROW, 'w-arrow')}"
        face = f'<button type="button" data-testid="stPopoverButton">{inner}</button>'
        return _element(face, part.key, grows=False)

    @_face.register
    def _(self, part: Row) -> str:
        return _row(part, self.html(part.parts))

    @_face.register
    def _(self, part: Column) -> str:
        style = f"w-column w-gap-{part.gap}" + (" w-bordered" if part.border else "")
        face = f'<div data-testid="stVerticalBlock" class="{_key(part.key)}{style}">'
        return _block(f"{face}{self.html(part.parts)}</div>", grows=part.grows)

    @_face.register
    def _(self, part: Columns) -> str:
        every = "".join(self._face(Column(parts)) for parts in part.columns)
        return f'<div class="w-halves">{every}</div>'

    @_face.register(Form)
    @_face.register(Guarded)
    def _(self, part: Form | Guarded) -> str:
        return self.html(part.parts)

    @_face.register
    def _(self, part: Fragment) -> str:
        return self.html(part.inside())

    @_face.register
    def _(self, part: Asking) -> str:
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{escape(one)}">'
            for name, every in self._asked.address.with_profile(part.params).items()
            for one in every
        )
        button = self._face(part.button).replace('type="button"', 'type="submit"', 1)
        row = _row(Row([], align="bottom", wraps=False), self._face(part.box) + button)
        return f'<form class="w-form" action="{part.path}">{hidden}{row}</form>'

    @_face.register
    def _(self, part: Chart) -> str:
        room = f'<div style="height:{part.height}px"></div>'
        return _element(room) if part.height else ""

    @_face.register
    def _(self, part: Widget) -> str:
        return self._face(part.face) if part.face else ""


def icon(name: str, style: str = "") -> str:
    """A sign of the icon font, by its name; nothing for no name."""
    if not name:
        return ""
    also = f' class="{style}"' if style else ""
    return f'<span data-testid="stIconMaterial" aria-hidden="true"{also}>{escape(name)}</span>'


def _html(body: str, *, grows: bool = True) -> str:
    return _element(f'<div data-testid="stHtml">{body}</div>', grows=grows)


def _element(content: str, key: str = "", style: str = "", *, grows: bool = True) -> str:
    narrow = "" if grows else "w-narrow"
    return (
        f'<div data-testid="stElementContainer" class="{_key(key)}{narrow}"{style}>{content}</div>'
    )


def _row(row: Row, inner: str) -> str:
    style = f"w-row-of w-gap-{row.gap} w-align-{row.align} w-place-{row.place}"
    style += "" if row.wraps else " w-one-line"
    face = f'<div data-testid="stHorizontalBlock" class="{_key(row.key)}{style}">'
    return _block(f"{face}{inner}</div>", grows=row.grows)


def _block(face: str, *, grows: bool) -> str:
    style = "" if grows else ' class="w-narrow"'
    return f'<div data-testid="stLayoutWrapper"{style}>{face}</div>'


def _key(key: str) -> str:
    return f"st-key-{escape(key)} " if key else ""


def _above(part: Box | Segments) -> str:
    return f'<div class="w-label">{escape(part.label)}</div>' if part.labelled else ""


def _labelled(label: Label, sign: str) -> str:
    # The sign in a box of its own, as the look expects: what hides a sign's neighbours is an arrow.
    before = f"<span>{icon(sign)}</span>" if sign else ""
    return f'<span class="w-face">{before}{_words(label)}</span>'


def _words(label: Label) -> str:
    text = (
        f"<strong>{escape(label.name)}</strong> · {escape(label.rest)}"
        if isinstance(label, Marked)
        else escape(label)
    )
    return f'<div data-testid="stMarkdownContainer"><p dir="auto">{text}</p></div>'
