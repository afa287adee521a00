"""A page as a document: Streamlit's own, with what the page shows put before its program."""

import json
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from streamlit_app.pages import PLACES, Place
from streamlit_app.render import streamlit_document
from streamlit_app.render.first_look.faces import Faces, icon
from streamlit_app.render.streamlit_document import BODY_ENDS, HEAD_ENDS

_HERE: Final = Path(__file__).parent
_RENDER: Final = _HERE.parent


@cache
def beginning() -> str:
    """The document until what the page shows, with the scripts that every page has.

    One of them starts Streamlit's program, which keeps a browser busy for most of a second, and
    would hold up what is to be seen.
    """
    program = _quoted(streamlit_document.program())
    scripts = _asset("boot.js") + _asset("entries.js")
    head = (
        f"{_fonts()}<style>{_style()}</style>"
        f"<script>const program = {program};{scripts}</script>{HEAD_ENDS}"
    )
    plain = streamlit_document.without_program()
    return plain.replace(HEAD_ENDS, head, 1).partition(BODY_ENDS)[0]


def rest(place: Place, faces: Faces, inner: str) -> str:
    """The other part of the document: the page, which stands until Streamlit's own does."""
    named = f"<script>document.title = {_quoted(faces.title)};</script>"
    page = (
        f'<div id="w-first" class="stApp">{_header(place, faces)}<main data-testid="stMain">'
        f'<div data-testid="stMainBlockContainer"><div data-testid="stVerticalBlock" '
        f'class="w-column w-gap-small">{inner}</div></div></main></div>'
    )
    return f"{page}{named}<script>{_asset('takeover.js')}</script>{_end()}"


def ending() -> str:
    """The other part of a document without a page in it."""
    return f"<script>boot();</script>{_end()}"


@cache
def _end() -> str:
    return BODY_ENDS + streamlit_document.document().partition(BODY_ENDS)[2]


def _quoted(text: str) -> str:
    """A text for a script within HTML."""
    return json.dumps(text).replace("<", "\\u003c")


def _header(here: Place, faces: Faces) -> str:
    mark = ' aria-current="page"'
    links = "".join(
        f'<a href="{escape(faces.href(place.path))}"'
        f"{mark if place == here else ''}>"
        f"{icon(place.icon)}<span>{place.title}</span></a>"
        for place in PLACES
    )
    return (
        '<header data-testid="stHeader">'
        f'<a class="w-logo" aria-label="watcher" href="{escape(faces.href(""))}">{_logo()}</a>'
        '<button type="button" class="w-menu" aria-label="Open sidebar" '
        f'data-press="[data-testid=stExpandSidebarButton]">'
        f"{icon('keyboard_double_arrow_right')}</button>"
        f"<nav>{links}</nav>{icon('more_vert', 'w-more')}</header>"
    )


@cache
def _fonts() -> str:
    """The letters of the first look are fetched before anything else."""
    return "".join(
        f'<link rel="preload" href="{address}" as="font" type="font/woff2" crossorigin>'
        for _, address in streamlit_document.fonts()
    )


@cache
def _style() -> str:
    """The look of the web app, and what it takes from Streamlit otherwise."""
    faces = "".join(
        f'@font-face{{font-family:"{font.family}";src:url("{address}") format("woff2");'
        f"font-weight:{font.weights};font-display:block}}"
        for font, address in streamlit_document.fonts()
    )
    return faces + _asset("rest.css") + (_RENDER / "look.css").read_text(encoding="utf-8")


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@cache
def _logo() -> str:
    return (_RENDER.parent / "assets" / "logo.svg").read_text(encoding="utf-8")
