"""Titles found by their names: spelt otherwise, with typing errors, or typed in part."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.adapters.word_index.index import TantivyWords
from app.domain.catalogue.names import fold
from app.domain.search.filters import EVERYTHING
from app.services.search.search import BOTH
from tests.builders import make_title
from tests.index_world import IndexWorld

GODFATHER, MATRIX, SPIDER, FAST, ROCKY, JAWS, UP, POTTER, RINGS, CITY, AFTER = range(1, 12)
TOTORO, SEVEN, CASABLANCA, CLOSE, THE, QUIET = range(12, 18)

NAMES: dict[int, dict[str, Any]] = {
    GODFATHER: {"name": "The Godfather"},
    MATRIX: {"name": "Matrix"},
    SPIDER: {"name": "Spider-Man"},
    FAST: {"name": "Fast & Furious"},
    ROCKY: {"name": "Rocky III"},
    JAWS: {"name": "Jaws"},
    UP: {"name": "Up"},
    POTTER: {"name": "Harry Potter and the Goblet of Fire"},
    RINGS: {"name": "The Lord of the Rings"},
    CITY: {"name": "Dark City", "votes": 10},
    AFTER: {"name": "After Dark", "votes": 20_000},
    TOTORO: {
        "name": "My Neighbor Totoro",
        "original_name": "となりのトトロ",
        "alternative_names": ("Mein Nachbar Totoro", "Mon voisin Totoro"),
    },
    SEVEN: {"name": "Se7en", "alternative_names": ("Seven",)},
    CASABLANCA: {"name": "Casablanca"},
    CLOSE: {"name": "Ocean's Eleven"},
    THE: {"name": "The The"},
    QUIET: {"name": "All Quiet on the Western Front"},
}


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TantivyWords]:
    """Half of the names in the generation, half in what changed since."""
    world = IndexWorld(tmp_path_factory.mktemp("names"))
    titles = [make_title(n, **({"votes": 100} | names)) for n, names in NAMES.items()]
    world.put([*titles[::2], *(make_title(n) for n in range(100, 200))], seed=1)
    world.build()
    world.put(titles[1::2], seed=2)
    yield TantivyWords(world.opened().words)
    world.stores.close()


def named(words: TantivyWords, text: str) -> list[int]:
    return [m.id.tmdb_id for m in words.named(fold(text), 5, BOTH, EVERYTHING)]


def resembling(words: TantivyWords, text: str) -> list[int]:
    return [m.id.tmdb_id for m in words.resembling(fold(text), 5, BOTH, EVERYTHING)]


def completing(words: TantivyWords, text: str) -> list[int]:
    """Each title once: it may begin so and have the words too."""
    found = words.completing(fold(text), 5, BOTH, EVERYTHING)
    return list(dict.fromkeys(m.id.tmdb_id for m in found))


def nearly_completing(words: TantivyWords, text: str) -> list[int]:
    return [m.id.tmdb_id for m in words.nearly_completing(fold(text), 5, BOTH, EVERYTHING)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *((text, GODFATHER) for text in ("The Godfather", "godfather", "GODFATHER!")),
        *((text, MATRIX) for text in ("matrix", "The Matrix", "Mátrix!")),
        *((text, SPIDER) for text in ("spiderman", "spider man", "Spider-Man", "the spiderman")),
        *((text, FAST) for text in ("fast and furious", "Fast & Furious", "fast + furious")),
        *((text, FAST) for text in ("fastandfurious", "fast furious")),
        *((text, ROCKY) for text in ("rocky 3", "Rocky III", "rocky three", "Rocky Part III")),
        *((text, RINGS) for text in ("lord of the rings", "thelordoftherings")),
        *((text, TOTORO) for text in ("my neighbor totoro", "となりのトトロ", "mon voisin totoro")),
        *((text, SEVEN) for text in ("se7en", "seven", "7")),
        *((text, CLOSE) for text in ("oceans eleven", "Ocean\u2019s 11", "ocean's eleven")),
        ("the the", THE),
    ],
)
def test_a_name_spelt_otherwise(words: TantivyWords, text: str, number: int) -> None:
    assert named(words, text) == [number]


def test_neither_article_nor_blanks(words: TantivyWords) -> None:
    assert named(words, "lordoftherings") == [RINGS]


@pytest.mark.parametrize("text", ["god", "rocky", "rocky 2", "ring", "lord", "totoro", "jawz"])
def test_a_part_of_a_name_is_not_the_name(words: TantivyWords, text: str) -> None:
    assert named(words, text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *((text, JAWS) for text in ("jawz", "jawss", "jasw", "jwas")),
        *((text, CASABLANCA) for text in ("casblanca", "casblanka", "kasablanka", "casabalnca")),
        *((text, GODFATHER) for text in ("godfahter", "gofather", "the godfater", "godfathher")),
        *((text, SPIDER) for text in ("spidreman", "spider mann", "spidr man")),
        *((text, TOTORO) for text in ("my nieghbour totoro", "mon voisn totorro")),
        *((text, QUIET) for text in ("all quite on the westren front", "all quiet western frnot")),
    ],
)
def test_typing_errors(words: TantivyWords, text: str, number: int) -> None:
    assert resembling(words, text) == [number]


@pytest.mark.parametrize("text", ["us", "ip", "upp", "jaw", "jbwz", "kasaplanga", "gadvether"])
def test_too_many_errors_mean_another_name(words: TantivyWords, text: str) -> None:
    assert resembling(words, text) == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *((text, GODFATHER) for text in ("go", "godf", "godfath", "the godf", "The Godfather")),
        *((text, SPIDER) for text in ("spi", "spiderm", "spider m", "spider-man", "man spid")),
        *(
            (text, POTTER)
            for text in ("harry pot", "potter har", "goblet of fi", "fire goblet harr")
        ),
        *((text, RINGS) for text in ("lord of", "rings lor", "the lord of the r", "ring")),
        *((text, FAST) for text in ("fast &", "fast and fur", "furi")),
        *((text, TOTORO) for text in ("mein nach", "となり", "totoro nei", "MON VOI")),
        *((text, ROCKY) for text in ("rocky", "rocky 3", "ROCKY III")),
        ("j", JAWS),
    ],
)
def test_a_name_typed_in_part(words: TantivyWords, text: str, number: int) -> None:
    assert completing(words, text) == [number]


@pytest.mark.parametrize("text", ["godg", "arry", "potter goblin", "pot harry x", "qqq", "ity"])
def test_other_beginnings_find_nothing(words: TantivyWords, text: str) -> None:
    assert completing(words, text) == []


def test_names_that_begin_so_come_before_better_known_ones_that_have_the_word(
    words: TantivyWords,
) -> None:
    assert completing(words, "dark") == [CITY, AFTER]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *((text, GODFATHER) for text in ("god father", "godfahte", "gdfather", "the godfatehr")),
        *(
            (text, POTTER)
            for text in ("hary poter", "harypotter", "potterr gob", "harrypottergobl")
        ),
        *((text, SPIDER) for text in ("spidrem", "spider mna", "spiderman")),
        *((text, CASABLANCA) for text in ("casabalnc", "cazablan")),
        *((text, QUIET) for text in ("quite western", "allquiet", "westren front")),
    ],
)
def test_a_name_typed_in_part_with_errors(words: TantivyWords, text: str, number: int) -> None:
    assert nearly_completing(words, text) == [number]
