"""What the web app assumes of Streamlit's document is in what this Streamlit ships."""

import re
from functools import cache
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from streamlit_app.render import streamlit_document
from streamlit_app.render.streamlit_document import (
    BODY_ENDS,
    FONTS,
    HEAD_ENDS,
    ROOT,
    STATIC,
    TEST_IDS,
    WORDS,
    Font,
)

APP = Path(__file__).parents[2] / "streamlit_app"


@cache
def program() -> str:
    return "\n".join(file.read_text("utf-8") for file in (STATIC / "static" / "js").glob("*.js"))


@pytest.mark.parametrize("name", [*TEST_IDS, *WORDS])
def test_the_program_knows_the_name(name: str) -> None:
    assert re.search(rf"""[`"'.]{re.escape(name)}[`"'\-. ]""", program() + '"'), name


@pytest.mark.parametrize("mark", [ROOT, HEAD_ENDS, BODY_ENDS])
def test_the_document_has_the_mark_once(mark: str) -> None:
    assert streamlit_document.document().count(mark) == 1


def test_the_program_is_all_that_the_document_loads() -> None:
    rest = streamlit_document.without_program()
    assert "static/js/index." in streamlit_document.program()
    assert "static/css/index." in streamlit_document.program()
    assert "static/js" not in rest
    assert "static/css" not in rest


@pytest.mark.parametrize("font", FONTS, ids=lambda font: str(font.family))
def test_the_font_is_one_file(font: Font) -> None:
    found = [address for one, address in streamlit_document.fonts() if one == font]
    assert len(found) == 1
    assert (STATIC / found[0]).is_file()


def test_the_button_of_a_form_has_the_key() -> None:
    def script() -> None:
        import streamlit as st  # noqa: PLC0415 -- it runs by itself

        with st.form("some-form"):
            st.form_submit_button("Send it")

    button = AppTest.from_function(script).run().button[0]
    expected = streamlit_document.submit_key("some-form", "Send it")
    # Streamlit's program makes a class of it, with a dash for each other sign.
    assert re.sub(r"[^a-zA-Z0-9_-]", "-", button.key or "") == re.sub(r"\s", "-", expected)


def test_no_file_assumes_more_than_is_listed() -> None:
    named = set()
    for file in APP.rglob("*"):
        if file.suffix in {".css", ".js", ".py"} and file.name != "streamlit_document.py":
            text = file.read_text("utf-8")
            named.update(re.findall(r"\bst[A-Z]\w+(?:-[A-Z]\w+)?", text))
    assert named - {*TEST_IDS, *WORDS} == set()
    assert {*TEST_IDS} - named == set(), "nothing is listed that nobody needs"
