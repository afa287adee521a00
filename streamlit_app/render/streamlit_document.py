"""All that the web app assumes of Streamlit's own document, which promises none of it.

The first look stands beside what Streamlit's program draws, and the style dresses both: they go by
names that Streamlit gave to its parts. Each is listed here, a test looks for each in what Streamlit
ships, and no file names another.
"""

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import streamlit

STATIC: Final = Path(streamlit.__file__).parent / "static"
"""What Streamlit ships for browsers: its document, its program, its fonts."""

ROOT: Final = '<div id="root">'
"""Where in the document the program draws."""
HEAD_ENDS: Final = "</head>"
BODY_ENDS: Final = "</body>"

TEST_IDS: Final = (
    "stApp",  # the page; it says whether the page's script runs
    "stHeader",
    "stMainMenu",
    "stToolbar",
    "stExpandSidebarButton",  # the menu on a phone
    "stMain",  # what scrolls
    "stMainBlockContainer",
    "stVerticalBlock",
    "stHorizontalBlock",
    "stLayoutWrapper",  # around each block
    "stElementContainer",  # around everything else
    "stSkeleton",  # where something is still to come
    "stHtml",
    "stMarkdownContainer",  # the words of a label
    "stIconMaterial",  # a sign, written as its name
    "stPageLink",
    "stPageLink-NavLink",
    "stButton",
    "stBaseButton",  # followed by the kind of the button
    "stMenuButton",
    "stMenuButtonButton",
    "stPopoverButton",
    "stTextInputRootElement",
    "stTextInputField",
    "stSelectbox",
    "stMultiSelect",
    "stMultiSelectTagsContainer",
)
"""Names of parts, as `data-testid`."""

WORDS: Final = (
    "st-key-",  # begins the class of a part that has a key
    "data-test-script-state",  # of `stApp`, and `notRunning` one that it may have
    "notRunning",
    "stActiveTheme",  # begins the name of the theme that was chosen, in the browser's storage
)
"""What else the program is asked by."""


class Font(NamedTuple):
    """A font: its family, its file among Streamlit's, and the weights it holds."""

    family: str
    file: str
    weights: str


FONTS: Final = (
    Font("Source Sans", "SourceSansVF-Upright*.woff2", "200 900"),
    Font("Source Serif", "SourceSerifVariable-Roman*.woff2", "200 900"),
    Font("Material Symbols Rounded", "MaterialSymbols-Rounded*.woff2", "100 700"),
)

_PROGRAM: Final = re.compile(
    r'\s*<(?:script type="module"|link rel="(?:modulepreload|stylesheet)")[^>]*>(?:</script>)?'
)


@cache
def document() -> str:
    """Streamlit's own document."""
    return (STATIC / "index.html").read_text(encoding="utf-8")


@cache
def program() -> str:
    """What in the document has the browser load Streamlit's program."""
    return "".join(_PROGRAM.findall(document()))


@cache
def without_program() -> str:
    """The rest of the document."""
    return _PROGRAM.sub("", document())


@cache
def fonts() -> list[tuple[Font, str]]:
    """The fonts, each with its file's address."""
    media = Path("static", "media")
    return [
        (font, f"./{media / file.name}")
        for font in FONTS
        for file in (STATIC / media).glob(font.file)
    ]


def submit_key(form: str, label: str) -> str:
    """The key that Streamlit gives to the button of a form."""
    return f"FormSubmitter-{form}-{label}"
