"""A page as a document: Streamlit's own, with what the page shows put before its program."""

from __future__ import annotations

import json
import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

import streamlit

from streamlit_app.pages import PLACES, Place
from streamlit_app.render.first_look.faces import Faces, icon

_HERE: Final = Path(__file__).parent
_RENDER: Final = _HERE.parent
_STATIC: Final = Path(streamlit.__file__).parent / "static"
_FONTS: Final = (
    ("Source Sans", "SourceSansVF-Upright*", "200 900"),
    ("Source Serif", "SourceSerifVariable-Roman*", "200 900"),
    ("Material Symbols Rounded", "MaterialSymbols-Rounded*", "100 700"),
)
_PROGRAM: Final = re.compile(
    r'\s*<(?:script type="module"|link rel="(?:modulepreload|stylesheet)")[^>]*>(?:</script>)?'
)
"""What in Streamlit's document has the browser load its program."""
_BODY_ENDS: Final = "</body>"


@cache
def plain() -> str:
    """Streamlit's own document."""
    return (_STATIC / "index.html").read_text(encoding="utf-8")


@cache
def beginning() -> str:
    """The document until what the page shows, with the scripts that every page has.

    One of them starts Streamlit's program, which keeps a browser busy for most of a second, and
    would hold up what is to be seen.
    """
    program = "".join(_PROGRAM.findall(plain()))
    scripts = _asset("boot.js") + _asset("entries.js")
    head = (
        f"{_fonts()}<style>{_style()}</style>"
        f"<script>const program = {_quoted(program)};{scripts}</script></head>"
    )
    return _PROGRAM.sub("", plain()).replace("</head>", head, 1).partition(_BODY_ENDS)[0]


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
    return _BODY_ENDS + plain().partition(_BODY_ENDS)[2]


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
        for _, address, _ in _faces()
    )


@cache
def _faces() -> list[tuple[str, str, str]]:
    """Streamlit's fonts: the family, the file's address, the weights it holds."""
    return [
        (family, f"./static/media/{file.name}", weights)
        for family, pattern, weights in _FONTS
        for file in (_STATIC / "static" / "media").glob(f"{pattern}.woff2")
    ]


@cache
def _style() -> str:
    """The look of the web app, and what it takes from Streamlit otherwise."""
    faces = "".join(
        f'@font-face{{font-family:"{family}";src:url("{address}") format("woff2");'
        f"font-weight:{weights};font-display:block}}"
        for family, address, weights in _faces()
    )
    return faces + _asset("rest.css") + (_RENDER / "look.css").read_text(encoding="utf-8")


@cache
def _asset(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


@cache
def _logo() -> str:
    return (_RENDER.parent / "assets" / "logo.svg").read_text(encoding="utf-8")
