"""Pages of the web app in Streamlit's own test runner, which has no browser."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Widget
from streamlit.util import calc_hash

from streamlit_app.render.widgets import markdown

Shown = TypeVar("Shown", bound=Widget)

MAIN = Path(__file__).parents[1] / "streamlit_app" / "render" / "main.py"


def opened(page: str, /, **params: str | list[str]) -> AppTest:
    """The page of this path as a visitor of its address sees it."""
    test = AppTest.from_file(str(MAIN), default_timeout=20)
    _ask(test, params)
    return gone_to(test, page)


def gone_to(test: AppTest, page: str) -> AppTest:
    """The page of this path, come to from another."""
    # The runner itself knows pages by their files only.
    test._page_hash = calc_hash(page)
    return checked(test.run())


def _ask(test: AppTest, params: dict[str, str | list[str]]) -> None:
    for name, value in params.items():
        test.query_params[name] = value


def checked(test: AppTest) -> AppTest:
    """The same, if it ran to its end."""
    assert not test.exception, test.exception
    return test


def html(test: AppTest) -> str:
    """All that is written as HTML."""
    return "\n".join(element.proto.body for element in test.get("html"))


def links(test: AppTest) -> list[tuple[str, str]]:
    """Links to pages: label and query."""
    return [(e.proto.label, e.proto.query_string) for e in test.get("page_link")]


def address(test: AppTest) -> dict[str, list[str]]:
    """The query of the address."""
    # The runner gives text or a list, depending on who set it.
    given = test.query_params.items()
    return {name: [value] if isinstance(value, str) else value for name, value in given}


def press(test: AppTest, label: str) -> AppTest:
    """Click the first button of this name."""
    found = next(button for button in test.button if button.label in (label, markdown(label)))
    return checked(found.click().run())


def unfolded(test: AppTest, key: str) -> AppTest:
    """The page after a click on a part that draws what it holds only where it is open."""
    test.session_state[key] = True
    return checked(test.run())


def of(found: Iterable[Shown], field: str) -> Shown:
    """The widget of a field: its key grows a number once the address was changed from outside."""
    return next(one for one in found if re.fullmatch(rf"{field}(-\d+)?", one.key or ""))
