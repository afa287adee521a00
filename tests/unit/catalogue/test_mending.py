"""Doubly encoded text is mended; text that is right is never touched."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.mending import mend

_UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)


def damaged(text: str, *, times: int = 1, latin: bool = False) -> str:
    """UTF-8 read as Windows-1252 (its undefined bytes as control characters) or as Latin-1."""
    for _ in range(times):
        text = "".join(
            chr(byte) if latin or byte in _UNDEFINED else bytes([byte]).decode("cp1252")
            for byte in text.encode()
        )
    return text


MEANT = [
    "Amélie",
    "Toshirō Mifune",
    "Ángel Álvarez",
    "Łódź",
    "Đurić",
    "Úžasňákovi",
    "Čapek",
    "Bảo Đại",
    "Ölü",
    "Żółć",
    "İstanbul",
    "à la carte",
    "it\u2019s “quoted” \u2013 and so on…",
    "千と千尋の神隠し",
    "한국 영화",
    "프로덕션M",
    "Tシャツ",
    "Пираты",
    "Ελλάδα",
    "שלום",
    "الرسالة",
    "ไทย",
    "😀 fun",
    "180° South",
    "WALL·E",
]

RIGHT = [
    *MEANT,
    "Ã",
    "Â",
    "São Paulo",
    "Ão",
    "AMANHÃ…",
    "IRMÃ",
    "“MAÇÃ”",
    "Åke Åström",
    "BLÅ…",
    "Ähnlich",
    "Spaß…",
    "CAFÉ™",
    "Björk®",
    "“LE CAFÉ”",
    "„MENÜ“",
    "été\u00a0»",
    "l'été\u00a0½",
    "intitulé\u00a0«Foo»",
    "«\u00a0C'était l'été\u00a0»",
    "Víš…",
    "Úžas",
    "½ Ritter",
    "50° N",
    "¿Qué?",
    "À bout de souffle",
    "Ægir\u2019s",
    "π",
]


@pytest.mark.parametrize("text", MEANT)
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("latin", [False, True])
def test_text_encoded_twice_or_thrice_comes_back(text: str, times: int, *, latin: bool) -> None:
    assert mend(damaged(text, times=times, latin=latin)) == text


@pytest.mark.parametrize("text", RIGHT)
def test_right_text_stays(text: str) -> None:
    assert mend(text) == text


@given(st.text())
def test_mending_twice_changes_nothing_more(text: str) -> None:
    once = mend(text)
    assert mend(once) == once


@given(st.text(alphabet="ÃÂÄÅâÐÑéàìí©®™…”»€\u00a0\u0081\u008d aZ漢ท", max_size=12))
def test_mending_twice_changes_nothing_more_where_it_is_hard(text: str) -> None:
    once = mend(text)
    assert mend(once) == once


@given(
    st.lists(
        st.text(st.characters(min_codepoint=0x3041, max_codepoint=0x30FA), min_size=1)
        | st.text(st.characters(min_codepoint=0x0621, max_codepoint=0x063A), min_size=1)
        | st.text(st.characters(min_codepoint=0x0410, max_codepoint=0x044F), min_size=1)
        | st.text("abcdefgxyzáàâäãåçéèêëíîïñóôöõøúûüý", min_size=1).map(str.capitalize),
        min_size=1,
    ).map(" ".join)
)
def test_words_of_any_script_stay(text: str) -> None:
    meant = unicodedata.normalize("NFC", text)
    # A word may not start with Ã or hold Ã, Ä, Å behind small letters: no language writes so.
    if not any(word.startswith("Ã") for word in meant.split()):
        assert mend(text) == meant


@given(st.text("abcdefgxyzáàâäãçéèêëíîïñóôöõøúûüý", min_size=1), st.integers(1, 2))
def test_any_latin_word_that_was_damaged_comes_back(word: str, times: int) -> None:
    assert mend(damaged(word, times=times)) == word


def test_only_the_broken_part_of_a_mixed_text_changes() -> None:
    assert mend("Amélie and AmÃ©lie") == "Amélie and Amélie"
    assert mend("千と千尋 by RenÃ©") == "千と千尋 by René"


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("ToshirÅ Mifune", "Toshirō Mifune"),
        ("KÅji Yakusho", "Kōji Yakusho"),
        ("Miguel Ãngel MuÃ±oz", "Miguel Ángel Muñoz"),
        ("Branko ÄuriÄ‡", "Branko Đurić"),
        ("MilÄo ManÄevski", "Milčo Mančevski"),
        ("Phylicia RashÄd", "Phylicia Rashād"),
        ("Jordi MollÃ", "Jordi Mollà"),
        ("GaitaÌn", "Gaitán"),
        ("í”„ë¡œë•ì…\u02dcM", "프로\ufffd션M"),
    ],
)
def test_a_lost_byte_is_put_back_or_marked(broken: str, meant: str) -> None:
    assert mend(broken) == meant


def test_control_characters_and_outer_space_go() -> None:
    assert mend("A\ud800 Film\udce9") == "A Film"
    assert mend("\x00 The\x07 Matrix\x7f \n") == "The Matrix"
    assert mend("a\nb\tc") == "a\nb\tc"


def test_composed_form() -> None:
    assert mend("Ame\u0301lie") == "Am\u00e9lie"


def test_a_long_damaged_text_takes_no_time() -> None:
    text = "千と千尋の神隠し " * 1000
    assert mend(damaged(text)) == text.strip()
