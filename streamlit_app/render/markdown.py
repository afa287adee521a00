"""Names of others' making in labels, which Streamlit reads as Markdown."""

from __future__ import annotations

import re
from typing import Final

# No more than these: a browser reads an escaped comma out, where a label is a control's name.
_SIGNS: Final = re.compile(r"([!#$&()*+\-.:<>\[\\\]^_`{|}~])")
# Of a colon before a letter, Streamlit makes icons and colours even where it is escaped.
_CODES: Final = re.compile(r":(?=\w)")
_NO_BREAK: Final = "\u2060"


def plain(text: str) -> str:
    """The text as Markdown, in which its own signs mean nothing."""
    spaced = _CODES.sub(f":{_NO_BREAK}", " ".join(text.split()))
    return _SIGNS.sub(r"\\\1", spaced)
