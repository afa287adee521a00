"""Titles as HTML: nothing in a title may act, and what is drawn can be read."""

from base64 import b64decode
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamlit_app.api.titles import TitleCard, TitleFacts
from streamlit_app.pages.titles import cards, drawing
from streamlit_app.questions.vocabulary import GENRES

OUR_TAGS = {"article", "div", "p", "h2", "h3", "img", "span", "details", "summary", "section"} | {
    "dl",
    "dt",
    "dd",
}
VOID = {"img"}


class Outline(HTMLParser):
    """Tags, attribute names and text of a piece of HTML; unbalanced tags are an error."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.images: list[str] = []
        self.labels: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)
        found = dict(attrs)
        if tag == "img":
            self.images.append(found["src"] or "")
        self.labels.append(found.get("aria-label") or "")
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def a_title(**facts: object) -> TitleFacts:
    return TitleFacts.model_validate(
        {"tmdb_id": 603, "media_type": "movie", "title": "The Matrix", "votes": 10, "rating": 8.0}
        | facts
    )


hostile = st.text(
    st.sampled_from("<>&\"'`=/ ab\n\x00") | st.characters(codec="utf-8"), min_size=1, max_size=60
) | st.sampled_from(
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "--><b>", "&lt;i&gt;"]
)


@given(hostile, hostile, st.none() | hostile)
def test_words_of_a_title_never_become_markup(name: str, other: str, poster: str | None) -> None:
    title = a_title(
        title=name,
        original_title=other,
        overview=other,
        tagline=other,
        makers=[other],
        cast=[name],
        keywords=[other],
        genres=[other],
        poster_url=poster,
    )
    for html in (cards.card(title), cards.hero(title)):
        outline = Outline(html)
        assert outline.tags <= OUR_TAGS
        assert outline.attributes <= {
            "class", "style", "dir", "src", "alt", "loading", "referrerpolicy", "role",
            "aria-label", "aria-hidden", "title", "data-ref",
        }  # fmt: skip


def test_a_script_in_a_title_is_shown_as_text() -> None:
    outline = Outline(cards.card(a_title(title="<script>alert(1)</script>")))
    assert "<script>alert(1)</script>" in "".join(outline.words)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "/local", "https:", "http://[", ""]
)
def test_only_a_web_address_is_taken_as_a_poster(address: str) -> None:
    title = a_title(poster_url=address)
    assert cards.is_drawn(title)
    assert all(
        src.startswith("data:image/svg+xml;base64,") for src in Outline(cards.card(title)).images
    )


def test_a_poster_is_shown_over_the_drawing_and_named_for_those_who_do_not_see_it() -> None:
    poster = 'https://image.example/a.jpg?x="1"&y=2'
    outline = Outline(cards.card(a_title(poster_url=poster)))
    assert poster in outline.images
    assert "Poster of The Matrix" in outline.labels


def test_a_drawn_card_has_one_heading_and_so_has_a_poster_card() -> None:
    for poster in (None, "https://image.example/a.jpg"):
        assert cards.card(a_title(poster_url=poster)).count("<h2") == 1


def test_unknown_facts_leave_no_gap() -> None:
    title = TitleCard(tmdb_id=1, media_type="tv", title="Untold")
    assert cards.meta_line(title) == "Series"
    assert "None" not in cards.card(title)


def test_facts_are_given_in_plain_figures() -> None:
    line = "".join(Outline(cards.meta_line(a_title(year=1999, runtime=136, votes=1200))).words)
    assert line == "Film 1999 · 2h 16m · ★rated 8.0"


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@given(st.sampled_from([*GENRES, ""]), st.integers(0, 2**32))
def test_white_text_can_be_read_on_every_cover(genre: str, seed: int) -> None:
    palette = drawing.palette([genre], seed)
    for colour in (palette.top, palette.bottom):
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5


@given(st.lists(st.sampled_from(GENRES), max_size=3), st.integers(0, 2**32))
def test_a_cover_is_a_picture_and_stays_the_same(genres: list[str], seed: int) -> None:
    address = drawing.cover(genres, seed)
    assert address == drawing.cover(genres, seed)
    svg = ET.fromstring(b64decode(address.split(",", 1)[1]))  # noqa: S314 - our own
    assert svg.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(address) < 12_000


def test_covers_of_one_genre_differ_from_one_another() -> None:
    assert len({drawing.cover(["Horror"], seed) for seed in range(50)}) > 40


def test_the_telling_genre_decides_the_colour() -> None:
    assert drawing.telling_genre(["Drama", "Horror"]) == "Horror"
    assert drawing.telling_genre(["Unheard of"]) == ""
