"""A page's parts as HTML: Streamlit's widgets at rest, until those stand.

The names of the parts are those that Streamlit gives to its own, so that the look fits both, and
so that a press is carried out by the widget of the same key once that one stands. What only opens
something shows it there.
"""

from collections.abc import Iterable
from html import escape
from typing import Any, Final
from urllib.parse import urlencode

from streamlit_app import parts as p
from streamlit_app.asked import Asked
from streamlit_app.questions.address import Params
from streamlit_app.render.streamlit_document import submit_key

_ARROW: Final = "expand_more"


class Untold(Exception):
    """A page without a first look: another page is shown in its place."""


class Faces:
    """One page for one person as HTML; `title` is its name in a browser's tab."""

    def __init__(self, asked: Asked) -> None:
        self.title = "watcher"
        self._asked = asked

    def told(self, parts: Iterable[p.Part]) -> str:
        """The parts; raises `Untold`, and what asking the API raises."""
        pieces: list[str | list[str]] = []

        def show(part: p.Part) -> Any:  # noqa: ANN401 -- what the part holds
            match part:
                case p.Slot():
                    pieces.append(room := list[str]())
                    return room
                case p.Fill():
                    part.place.append(self.told(part.parts))
                case p.Waiting():
                    return part.call()
                case p.PageName():
                    self.title = part.text
                case _:
                    pieces.append(self._face(part))
            return part.value if isinstance(part, p.Box) else None

        p.walk(parts, show)
        return "".join(one if isinstance(one, str) else "".join(one) for one in pieces)

    def href(self, path: str, params: Params | None = None) -> str:
        """A link to a page, beside this one; who is watching goes with it."""
        query = urlencode(self._asked.address.with_profile(params or {}), doseq=True)
        return (path or "./") + (f"?{query}" if query else "")

    def _face(self, part: p.Part) -> str:
        face: str = getattr(self, f"_{type(part).__name__.lower()}")(part)
        return face

    def _effect(self, _part: p.Effect) -> str:
        return ""

    def _dialog(self, _part: p.Dialog) -> str:
        return ""

    def _again(self, _part: p.Again) -> str:
        raise Untold

    def _elsewhere(self, _part: p.Elsewhere) -> str:
        raise Untold

    def _html(self, part: p.Html) -> str:
        return _html(part.body, grows=part.grows)

    def _picture(self, part: p.Picture) -> str:
        return _html(part.draw(True))  # noqa: FBT003 -- the drawing itself, in the page's letters

    def _link(self, part: p.Link) -> str:
        href = escape(self.href(part.path, part.params))
        inner = f"{icon(part.icon)}{_words(part.label)}"
        face = f'<a data-testid="stPageLink-NavLink" href="{href}">{inner}</a>'
        return _element(f'<div data-testid="stPageLink">{face}</div>', grows=part.wide)

    def _button(self, part: p.Button) -> str:
        key = submit_key(part.form, str(part.label)) if part.form else part.key
        style = f"w-{part.kind} w-wide" if part.wide else f"w-{part.kind}"
        face = f'<button type="button" class="{style}" data-testid="stBaseButton-{part.kind}">'
        inner = f"{face}{_labelled(part.label, part.icon)}</button>"
        return _element(f'<div data-testid="stButton">{inner}</div>', key, grows=part.wide)

    def _menu(self, part: p.Menu) -> str:
        inner = f"{_labelled(part.label, part.icon)}{icon(_ARROW, 'w-arrow')}"
        face = (
            f'<button type="button" class="w-{part.kind}" data-testid="stMenuButtonButton" '
            f'kind="{part.kind}">{inner}</button>'
        )
        return _element(f'<div data-testid="stMenuButton">{face}</div>', part.key, grows=False)

    def _segments(self, part: p.Segments) -> str:
        every = "".join(
            f'<button type="button" class="w-segment" role="radio" '
            f'aria-checked="{str(one == part.now).lower()}">{_words(name)}</button>'
            for one, name in part.options.items()
        )
        inner = f'<div class="w-segments" role="radiogroup">{every}</div>'
        return _element(_above(part) + inner, part.key, grows=False)

    def _box(self, part: p.Box) -> str:
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

    def _toggle(self, part: p.Toggle) -> str:
        face = (
            f'<button type="button" class="w-toggle" role="switch" '
            f'aria-checked="{str(part.on).lower()}"><i></i>{_words(part.label)}</button>'
        )
        return _element(face, part.key, grows=False)

    def _expander(self, part: p.Expander) -> str:
        label = _labelled(part.label, "keyboard_arrow_right")
        return _element(f'<button type="button" class="w-fold">{label}</button>', part.key)

    def _popover(self, part: p.Popover) -> str:
        inner = f"{_labelled(part.label, part.icon)}{icon(_ARROW, 'w-arrow')}"
        face = f'<button type="button" data-testid="stPopoverButton">{inner}</button>'
        return _element(face, part.key, grows=False)

    def _row(self, part: p.Row) -> str:
        return _row(part, self.told(part.parts))

    def _column(self, part: p.Column) -> str:
        style = f"w-column w-gap-{part.gap}" + (" w-bordered" if part.border else "")
        face = f'<div data-testid="stVerticalBlock" class="{_key(part.key)}{style}">'
        return _block(f"{face}{self.told(part.parts)}</div>", grows=part.grows)

    def _columns(self, part: p.Columns) -> str:
        every = "".join(self._face(p.Column(parts)) for parts in part.columns)
        return f'<div class="w-halves">{every}</div>'

    def _form(self, part: p.Form) -> str:
        return self.told(part.parts)

    def _guarded(self, part: p.Guarded) -> str:
        return self.told(part.parts)

    def _fragment(self, part: p.Fragment) -> str:
        return self.told(part.inside())

    def _addressform(self, part: p.AddressForm) -> str:
        hidden = "".join(
            f'<input type="hidden" name="{name}" value="{escape(one)}">'
            for name, every in self._asked.address.with_profile(part.params).items()
            for one in every
        )
        button = self._face(part.button).replace('type="button"', 'type="submit"', 1)
        row = _row(p.Row([], align="bottom", wraps=False), self._face(part.box) + button)
        return f'<form class="w-form" action="{part.path}">{hidden}{row}</form>'

    def _chart(self, part: p.Chart) -> str:
        room = f'<div style="height:{part.height}px"></div>'
        return _element(room) if part.height else ""

    def _widget(self, part: p.Widget) -> str:
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


def _row(row: p.Row, inner: str) -> str:
    style = f"w-row-of w-gap-{row.gap} w-align-{row.align} w-place-{row.place}"
    style += "" if row.wraps else " w-one-line"
    face = f'<div data-testid="stHorizontalBlock" class="{_key(row.key)}{style}">'
    return _block(f"{face}{inner}</div>", grows=row.grows)


def _block(face: str, *, grows: bool) -> str:
    style = "" if grows else ' class="w-narrow"'
    return f'<div data-testid="stLayoutWrapper"{style}>{face}</div>'


def _key(key: str) -> str:
    return f"st-key-{escape(key)} " if key else ""


def _above(part: p.Box | p.Segments) -> str:
    return f'<div class="w-label">{escape(part.label)}</div>' if part.labelled else ""


def _labelled(label: p.Label, sign: str) -> str:
    # The sign in a box of its own, as the look expects: what hides a sign's neighbours is an arrow.
    before = f"<span>{icon(sign)}</span>" if sign else ""
    return f'<span class="w-face">{before}{_words(label)}</span>'


def _words(label: p.Label) -> str:
    text = (
        f"<strong>{escape(label.name)}</strong> · {escape(label.rest)}"
        if isinstance(label, p.Marked)
        else escape(label)
    )
    return f'<div data-testid="stMarkdownContainer"><p dir="auto">{text}</p></div>'
