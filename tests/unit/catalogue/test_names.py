"""Spellings of one name meet, those of two names don't, and any text is taken."""

import string
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from app.domain.catalogue.names import (
    NameQuery,
    compact,
    fold,
    on_a_shelf,
    read_as_names,
    spellings,
    without_article,
)
from tests.builders import make_title

ROMAN = "ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split()  # noqa: SIM905 -- reads as it counts
WORDED = "one two three four five six seven eight nine ten eleven twelve thirteen".split()  # noqa: SIM905 -- as above
ACCENTS = "\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0327"

any_text = st.text(st.characters(), max_size=30)
ascii_text = st.text(st.characters(max_codepoint=127), max_size=30)
typed = st.text(
    st.sampled_from(
        "abivxIVX19 2.,:-!'&+_()[]\u00e9\u00c6\u00f8\u0130\u00df\u03c2\u0451\u30ab\u0301\u0000"
    ),
    max_size=12,
)
name_words = st.lists(
    st.sampled_from(
        ("part", "Vol.", "chapter", "the", "A", "and", "&", "II", "x", "two", "7", "S.W.A.T.", "Up")
    ),
    max_size=6,
).map(" ".join)
names = any_text | typed | name_words


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Amélie", "amelie"),
        ("AMÉLIE", "amelie"),
        ("Ame\u0301lie", "amelie"),
        ("Łódź Story", "lodz story"),
        ("Æon Flux", "aeon flux"),
        ("STRASSE, Straße", "strasse strasse"),
        ("İstanbul", "istanbul"),
        ("Ocean's Eleven", "oceans 11"),
        ("Ocean\u2019s 11", "oceans 11"),
        ("Ocean\u02bcs XI", "oceans 11"),
        ("Ocean`s eleven", "oceans 11"),
        ("'Round Midnight", "round midnight"),
        ("Fast & Furious", "fast and furious"),
        ("Romeo + Juliet", "romeo and juliet"),
        ("Mission: Impossible - Fallout", "mission impossible fallout"),
        ("snake_eyes", "snake eyes"),
        ("S.W.A.T.", "swat"),
        ("s.w.a.t", "swat"),
        ("L.A. Confidential", "la confidential"),
        ("Dr. No", "dr no"),
        ("J.Edgar", "j edgar"),
        ("Kill Bill: Vol. 2", "kill bill 2"),
        ("Kill Bill Volume Two", "kill bill 2"),
        ("The Godfather Part II", "the godfather 2"),
        ("Star Wars: Episode IV - A New Hope", "star wars 4 a new hope"),
        ("It Chapter Two", "it 2"),
        ("Rocky \u2161", "rocky 2"),
        ("Rocky \uff12", "rocky 2"),
        ("Scary Movie\u00b2 3", "scary movie2 3"),
        ("I, Robot", "i robot"),
        ("V for Vendetta", "v for vendetta"),
        ("X-Men", "x men"),
        ("The Part", "the part"),
        ("Bit Part Actors", "bit part actors"),
        ("Party 2", "party 2"),
    ],
)
def test_names_fold_to_their_words(name: str, folded: str) -> None:
    assert fold(name) == folded


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("千と千尋の神隠し", "千と千尋の神隠し"),
        ("\uff21\uff2b\uff29\uff32\uff21 アキラ", "akira アキラ"),
        ("ｱｷﾗ", "アキラ"),
        ("기생충", "기생충"),
        ("الرِّسالة", "الرسالة"),
        ("Ёлки", "елки"),
        ("БРАТ 2", "брат 2"),
        ("Ζορμπάς", "ζορμπασ"),
        ("Love ❤️ 2 🙂", "love 2"),
    ],
)
def test_other_scripts_keep_their_letters(name: str, folded: str) -> None:
    assert fold(name) == folded


@pytest.mark.parametrize("nothing", ["", " ", "...", "?!", "'", "🙂", "\0", "❤️ - ☆", "\u0301"])
def test_signs_alone_are_no_name(nothing: str) -> None:
    assert fold(nothing) == ""
    assert read_as_names(nothing) == ()


def test_nul_parts_words_as_a_blank_does() -> None:
    assert fold("blade\0runner") == "blade runner"


@pytest.mark.parametrize(("place", "numeral"), [*enumerate(ROMAN, start=2)])
def test_roman_numbers_are_arabic_behind_a_word(place: int, numeral: str) -> None:
    assert fold(f"Rocky {numeral.upper()}") == f"rocky {place}"
    assert fold(f"Rocky Part {numeral}") == f"rocky {place}"
    assert fold(numeral) == numeral


@pytest.mark.parametrize(("number", "word"), [*enumerate(WORDED, start=1)])
def test_numbers_in_words_are_arabic_anywhere(number: int, word: str) -> None:
    assert fold(word) == str(number)
    assert fold(f"Area {word.title()}") == f"area {number}"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Rocky II", "Rocky III"),
        ("Rocky", "Rocky II"),
        ("The Part", "The Part 2"),
        ("Heat", "Meat"),
        ("Брат", "Брат 2"),
        ("アキラ", "アニラ"),
    ],
)
def test_two_names_stay_two(one: str, other: str) -> None:
    assert fold(one) != fold(other)
    assert compact(fold(one)) != compact(fold(other))


@pytest.mark.parametrize(
    ("folded", "bare"),
    [
        ("the godfather", "godfather"),
        ("a bugs life", "bugs life"),
        ("les intouchables", "intouchables"),
        ("der untergang", "untergang"),
        ("el laberinto", "laberinto"),
        ("la la land", "la land"),
        ("theatre of blood", "theatre of blood"),
        ("planet of the apes", "planet of the apes"),
        ("the", "the"),
        ("up", "up"),
        ("", ""),
    ],
)
def test_only_a_leading_article_goes(folded: str, bare: str) -> None:
    assert without_article(folded) == bare


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Spider-Man", "spiderman"),
        ("WALL\u00b7E", "wall-e"),
        ("The Fast and the Furious", "fast furious"),
        ("Planet of the Apes", "planet of apes"),
        ("8\u00bd", "8 1/2"),
        ("Ocean\u00b4s Eleven", "oceans 11"),
    ],
)
def test_names_half_remembered_are_one_in_one_word(one: str, other: str) -> None:
    assert compact(fold(one)) == compact(fold(other))


@pytest.mark.parametrize(
    ("folded", "whole"), [("the", "the"), ("the and", "theand"), ("a", "a"), ("", "")]
)
def test_a_name_of_articles_alone_keeps_them(folded: str, whole: str) -> None:
    assert compact(folded) == whole


@pytest.mark.parametrize("name", ["X-Files", "X Factor", "V", "Godfather Part II", "Seven"])
def test_a_name_is_found_without_its_article(name: str) -> None:
    assert without_article(fold(f"The {name}")) == fold(name)
    assert compact(fold(f"The {name}")) == compact(fold(name))


def test_spellings_are_all_names_once_its_own_first() -> None:
    title = make_title(
        name="Spirited Away",
        original_name="千と千尋の神隠し",
        alternative_names=("SPIRITED AWAY!", "Chihiros Reise", "", "★", "Chihiro's reise", "\0"),
    )
    assert list(spellings(title)) == ["spirited away", "千と千尋の神隠し", "chihiros reise"]


def test_a_title_with_one_name_has_one_spelling() -> None:
    assert list(spellings(make_title(name="Heat", original_name=""))) == ["heat"]
    assert list(spellings(make_title(name="Heat", original_name="HEAT"))) == ["heat"]
    assert list(spellings(make_title(name="🙂", original_name=""))) == []


@pytest.mark.parametrize(
    ("text", "name", "year"),
    [
        ("Blade Runner (1982)", "blade runner", 1982),
        ("Blade Runner [1982]", "blade runner", 1982),
        ("blade runner 1982", "blade runner", 1982),
        ("blade runner, 1982 ", "blade runner", 1982),
        ("blade runner 2049", "blade runner", 2049),
        ("1917 (2019)", "1917", 2019),
        ("2012 2009", "2012", 2009),
        ("千と千尋の神隠し 2001", "千と千尋の神隠し", 2001),
    ],
)
def test_a_year_at_the_end_may_be_part_of_the_name_or_not(text: str, name: str, year: int) -> None:
    assert read_as_names(text) == (NameQuery(f"{name} {year}"), NameQuery(name, year))


@pytest.mark.parametrize(
    "text",
    ["1917", "(1917)", "2001", "heat", "1984 heat", "heat 1869", "heat 2150", "heat 199", "! 1995"],
)
def test_what_has_no_year_behind_a_name_is_a_name_alone(text: str) -> None:
    assert read_as_names(text) == (NameQuery(fold(text)),)


@given(names)
def test_any_text_has_a_fold_of_words_with_single_blanks(text: str) -> None:
    folded = fold(text)
    assert folded == " ".join(folded.split())
    assert not any(c.isspace() for c in compact(folded))
    assert bool(compact(folded)) is bool(without_article(folded)) is bool(folded)
    readings = read_as_names(text)
    assert all(reading.folded for reading in readings)
    assert [r.folded for r in readings if r.year is None] == [folded] * bool(folded)


@given(names)
@example("\u01fcon Flux")
@example("Bricks\u2122")
@example("Saga Part Part 2")
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(names)
@example("\u01ff")
def test_composed_and_decomposed_letters_are_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(ascii_text | name_words)
def test_case_makes_no_difference(text: str) -> None:
    assert fold(text.upper()) == fold(text.lower()) == fold(text)


@given(st.lists(st.tuples(st.sampled_from(string.printable), st.sampled_from(["", *ACCENTS]))))
def test_accents_make_no_difference(letters: list[tuple[str, str]]) -> None:
    bare = "".join(letter for letter, _ in letters)
    accented = "".join(letter + accent for letter, accent in letters)
    assert fold(accented) == fold(unicodedata.normalize("NFC", accented)) == fold(bare)


def test_names_stand_on_a_shelf_by_their_words() -> None:
    ordered = [
        "100 Girls",
        "Alien",
        "(500) Days of Summer",
        "The Matrix",
        "One Chance",
        "Élan",
        "…",
    ]
    assert sorted(ordered, key=on_a_shelf) == [
        "100 Girls", "(500) Days of Summer", "Alien", "Élan", "The Matrix", "One Chance", "…",
    ]  # fmt: skip


@given(names)
def test_signs_around_a_name_make_no_difference(text: str) -> None:
    assert fold(f"\u00ab {text} \u00bb!") == fold(text)


@given(ascii_text | name_words)
@example("X-Files")
def test_an_article_makes_no_difference_once_taken_off(text: str) -> None:
    assume(fold(text) and without_article(fold(text)) == fold(text))
    assert without_article(fold(f"The {text}")) == fold(text)


@given(ascii_text.filter(fold), st.integers(1870, 2099), st.sampled_from(("({})", "[{}]", " {}")))
def test_any_name_is_told_from_the_year_behind_it(name: str, year: int, form: str) -> None:
    line = " ".join(name.split()) + " " + form.format(year)
    assert NameQuery(fold(name), year) in read_as_names(line)


@given(names, names, st.lists(names, max_size=4).map(tuple))
def test_any_title_has_its_names_each_once(name: str, original: str, more: tuple[str, ...]) -> None:
    found = list(spellings(make_title(name=name, original_name=original, alternative_names=more)))
    assert len(found) == len(set(found))
    assert set(found) == {fold(one) for one in (name, original, *more)} - {""}
    assert found[:1] == [fold(name)] * bool(fold(name)) or not fold(name)
