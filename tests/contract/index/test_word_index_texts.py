"""Descriptions: their order, their words in other forms, and texts that are odd."""

import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.word_index.index import TantivyWords
from app.domain.catalogue.names import fold
from app.domain.catalogue.titles import Title
from app.domain.ports.index import Match
from app.domain.search.filters import EVERYTHING
from app.services.search.search import BOTH
from tests.builders import make_title
from tests.index_world import IndexWorld


def bare(tmdb_id: int, name: str = "", **said: object) -> Title:
    """A title of which nothing is known but what is said."""
    facts: dict[str, Any] = {"overview": "", "keywords": (), "genres": (), "votes": 0}
    facts |= {"cast": (), "makers": (), "name": name, **said}
    return make_title(tmdb_id, **facts)


@pytest.fixture(scope="module")
def filled_words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TantivyWords]:
    world = IndexWorld(tmp_path_factory.mktemp("texts"))
    world.fill(100, 10)
    world.build()
    world.put([make_title(n) for n in range(90, 110)], seed=1)
    yield TantivyWords(world.opened().words)
    world.stores.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[IndexWorld]:
    made = IndexWorld(tmp_path)
    yield made
    made.stores.close()


Built = Callable[..., TantivyWords]


@pytest.fixture
def built(world: IndexWorld) -> Built:
    """Words of a generation with these titles."""

    def build(*titles: Title) -> TantivyWords:
        world.put(titles, seed=1)
        world.build()
        return TantivyWords(world.opened().words)

    return build


def finders(words: TantivyWords) -> list[Callable[..., list[Match]]]:
    return [words.named, words.resembling, words.completing, words.nearly_completing]


def numbers(matches: list[Match]) -> list[int]:
    return [match.id.tmdb_id for match in matches]


def described(words: TantivyWords, text: str, k: int = 10) -> list[int]:
    return numbers(words.described(text, k, BOTH, EVERYTHING))


def test_the_more_and_the_rarer_words_the_better(built: Built) -> None:
    words = built(
        bare(1, overview="The keeper waits."),
        *(bare(n, overview="Some keeper of goats.") for n in range(10, 30)),
        *(bare(n, overview="Some summer of goats.") for n in range(30, 60)),
        bare(90, overview="The lighthouse waits."),
        bare(91, overview="The lighthouse keeper waits."),
    )
    found = words.described("a keeper in his lighthouse", 100, BOTH, EVERYTHING)
    assert numbers(found)[:3] == [91, 90, 1]
    scores = [match.score for match in found]
    assert scores == sorted(scores, reverse=True)
    assert scores[-1] > 0


def test_equal_descriptions_come_in_order_of_key(built: Built) -> None:
    words = built(*(bare(n, overview="A glacier.", votes=n) for n in (30, 20, 50, 10, 40)))
    assert described(words, "glacier") == [10, 20, 30, 40, 50]
    assert described(words, "glacier", 2) == [10, 20]


def test_equal_names_come_the_best_known_first_then_by_key(built: Built) -> None:
    votes = {1: 105, 2: 900, 3: 170, 4: 900, 5: 900, 6: 170}
    words = built(*(bare(n, "Hamlet", votes=known) for n, known in votes.items()))
    for find in finders(words):
        found = find("hamlet", 10, BOTH, EVERYTHING)
        assert list(dict.fromkeys(numbers(found))) == [2, 4, 5, 3, 6, 1]
        assert numbers(find("hamlet", 2, BOTH, EVERYTHING))[:2] == [2, 4]


@pytest.mark.parametrize(
    "text",
    [
        *("glacier", "GLACIERS", "Glacier's end", "gläcier", "wander", "wanders", "WANDERING"),
        *("cafe", "CAFÉS", "Café", "Quxley", "quxley's", "Bartók Qux", "bartok", "heist", "Heists"),
        *("Søren", "soren", "Ærø", "straße", "STRASSE"),
    ],
)
def test_a_word_in_other_forms_is_found(built: Built, text: str) -> None:
    words = built(
        bare(
            1,
            "Café Straße",
            overview="They wandered over the glacier to Ærø.",
            cast=("Søren Quxley",),
        ),
        bare(2, overview="A dull afternoon."),
        bare(
            3,
            "Café Straße",
            overview="Wandering, glacier, Ærø.",
            keywords=("heist",),
            makers=("Bartók",),
        ),
    )
    assert set(described(words, text)) & {1, 3}
    assert 2 not in described(words, text)


def test_letters_and_accents_apart_are_one_letter(built: Built) -> None:
    words = built(bare(1, overview="Un été à Besançon."), bare(2, overview="Winter."))
    assert described(words, unicodedata.normalize("NFD", "Besançon")) == [1]


@pytest.mark.parametrize("text", ["O'Quxley", "o\u2019quxley"])
def test_an_apostrophe_in_a_person_is_no_matter(built: Built, text: str) -> None:
    words = built(bare(1, cast=("Conan O'Quxley",)), bare(2, overview="Winter."))
    assert described(words, text) == [1]


def test_what_tells_nothing_is_not_found(built: Built) -> None:
    words = built(
        bare(1, "The Of And", overview="The one who is not in it.", keywords=("sequel", "imax")),
        bare(2, overview="Winter."),
    )
    for text in ("the of and", "is it in", "", "  \n", '!?"', "sequel", "imax"):
        assert described(words, text) == []


@pytest.mark.parametrize(
    "held",
    [
        {"overview": "An axolotl."},
        {"cast": ("Ada Axolotl",)},
    ],
)
def test_a_long_text_is_searched_by_its_rarest_words(built: Built, held: dict[str, Any]) -> None:
    common = " ".join(f"common{n}" for n in range(60))
    words = built(*(bare(n, overview=common) for n in range(1, 30)), bare(100, **held))
    unknown = " ".join(f"unknown{n}" for n in range(2000))
    assert 100 in described(words, f"{common} {unknown} axolotl", 100)


EMPTY = ["", " ", '"', ".*", "\x00", "\ufeff", "😀🎬", "😀" * 2000]
"""Nothing is left of them as a name."""

ODD = [
    *('AND ( "', "OR NOT", "plot:winter", "key:1", "+winter -harbour* ~2 ^[a TO b]", "winter\\"),
    *("[a-", "winter{2,}", "(?i)", "win\x00ter", "\u202ewinter", "فيلم الشتاء", "東京物語", "İ"),
    *("a\u0301" * 50, "winter " * 28),
]
LONG = [
    *("x" * 2000, "é" * 2000, "winter " * 285, "a b " * 500, "東" * 2000, "\ufdfa" * 200),
    " ".join(f"word{n}" for n in range(2000)),
]


def ascii_start(text: str) -> str:
    return ascii(text[:12])


@pytest.mark.parametrize("text", [*EMPTY, *ODD, *LONG], ids=ascii_start)
def test_any_description_is_answered(filled_words: TantivyWords, text: str) -> None:
    found = filled_words.described(text, 10, BOTH, EVERYTHING)
    assert len(found) == (10 if "winter" in text else 0)


@pytest.mark.parametrize("name", ODD, ids=ascii_start)
def test_any_name_is_answered(filled_words: TantivyWords, name: str) -> None:
    for find in finders(filled_words):
        find(fold(name), 10, BOTH, EVERYTHING)


@pytest.mark.parametrize("name", EMPTY, ids=ascii_start)
def test_no_name_finds_nothing(filled_words: TantivyWords, name: str) -> None:
    for find in finders(filled_words):
        assert find(fold(name), 10, BOTH, EVERYTHING) == []


@pytest.mark.parametrize("name", LONG, ids=ascii_start)
def test_a_long_name_is_answered(filled_words: TantivyWords, name: str) -> None:
    for find in finders(filled_words):
        find(fold(name), 10, BOTH, EVERYTHING)


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=60))
def test_any_characters_are_answered(filled_words: TantivyWords, text: str) -> None:
    filled_words.described(text, 3, BOTH, EVERYTHING)
    # As a name it goes on from a letter: what is no name at all has its own test.
    for find in finders(filled_words):
        find(fold(f"a{text}"), 3, BOTH, EVERYTHING)


def test_odd_titles_can_be_indexed_and_found(built: Built) -> None:
    words = built(
        bare(1, "فيلم الشتاء"),
        bare(2, "東京物語"),
        bare(3, "!!!", overview="A glacier.\x00 A heist."),
        bare(4, "x" * 3000),
        bare(5, "😀", overview="word " * 20_000),
        bare(6, ""),
        bare(7, "Łódź"),
    )
    assert numbers(words.named(fold("فيلم الشتاء"), 5, BOTH, EVERYTHING)) == [1]
    assert numbers(words.named(fold("東京物語"), 5, BOTH, EVERYTHING)) == [2]
    assert numbers(words.completing(fold("東京"), 5, BOTH, EVERYTHING)) == [2]
    assert numbers(words.named(fold("lodz"), 5, BOTH, EVERYTHING)) == [7]
    assert described(words, "heist") == [3]
    assert described(words, "word") == [5]
