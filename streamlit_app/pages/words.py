"""What several pages say in the same way: headings, sentences, counts, moments. Pure.

Words that come in are text: they are escaped here.
"""

import time
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final, Literal

from streamlit_app.parts import Html

Style = Literal[
    "w-quiet",
    "w-lead w-quiet",
    "w-quiet w-count",
    "w-quiet w-key",
    "w-done",
    "w-failed",
    "w-unseen",
    "w-quiet w-why",
]

_UNITS: Final = ((86_400, "day"), (3600, "hour"), (60, "minute"))
_SHORT: Final = 90


def heading(text: str) -> Html:
    """A page's name."""
    return Html(f'<h1 dir="auto">{escape(text)}</h1>')


def section(text: str) -> Html:
    """The name of a part of a page."""
    return Html(f'<h2 class="w-ask">{escape(text)}</h2>')


def subsection(text: str) -> Html:
    """The name of a part of a part."""
    return Html(f'<h3 class="w-name">{escape(text)}</h3>')


def words(text: str, style: Style = "w-quiet", *, grows: bool = True) -> Html:
    """A sentence or two."""
    return Html(f'<p class="{style}">{escape(text)}</p>', grows)


def lead(text: str) -> Html:
    """A sentence that leads on."""
    return words(text, "w-lead w-quiet")


def status(text: str, style: Style = "w-quiet", *, grows: bool = True) -> Html:
    """How it stands: told to those who don't see it whenever it changes."""
    return Html(f'<p class="{style}" role="status">{escape(text)}</p>', grows)


def count(text: str) -> Html:
    """How much is shown."""
    return status(text, "w-quiet w-count")


def notice(heading: str, sentence: str, remedy_html: str = "") -> Html:
    """A framed notice. Heading and sentence are text; the remedy is our own HTML."""
    remedy = f'<p class="w-quiet">{remedy_html}</p>' if remedy_html else ""
    return Html(
        f'<div class="w-notice" role="status"><p><strong>{escape(heading)}</strong></p>'
        f"<p>{escape(sentence)}</p>{remedy}</div>"
    )


def filtered(conditions: Sequence[str]) -> list[Html]:
    """What is set; nothing where nothing is."""
    return [words(f"Filtered: {', '.join(conditions)}.")] if conditions else []


def listing(lines: Iterable[str]) -> Html:
    """A list of sentences."""
    items = "".join(f'<li dir="auto">{escape(line)}</li>' for line in lines)
    return Html(f'<ul class="w-list">{items}</ul>')


def counted(count: int, one: str, several: str = "") -> str:
    """`1 title`, `1,204 titles`; `several` where an "s" at the end won't do."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"


def ago(moment: float) -> str:
    """How long ago a moment (Unix seconds; 0 for never) was."""
    if not moment:
        return "never"
    seconds = max(time.time() - moment, 0)
    for unit, name in _UNITS:
        if count := int(seconds // unit):
            return f"{counted(count, name)} ago"
    return "just now"


def lasting(seconds: float) -> str:
    """A span: `40 s`, `12 min`, `3 h 05 min`."""
    if seconds < _SHORT:
        return f"{max(seconds, 0):.0f} s"
    minutes = round(seconds / 60)
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d} min" if hours else f"{minutes} min"


def synced(moment: float) -> str:
    """When an account was synced, in words."""
    return f"synced {ago(moment)}" if moment else "not synced yet"
