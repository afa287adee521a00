"""Names as people type them: folded, so that spellings of one name meet."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.domain.catalogue.titles import Title

_ARTICLES: Final = frozenset(
    "the a an le la les l un une des der die das ein eine el los las lo il i gli uno una o os "  # noqa: SIM905 -- a list of these would fill the page
    "as um uma de het een den det en et".split()
)
"""Definite and indefinite ones of the languages most films are named in."""

_ROMAN: Final = {
    numeral: str(number)
    for number, numeral in enumerate(
        "ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx".split(),  # noqa: SIM905 -- as above
        start=2,
    )
}
"""``i`` stays: it is a word in more names than it is a number."""

_NUMBERS: Final = {
    word: str(number)
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen".split(),  # noqa: SIM905 -- as above
        start=1,
    )
}
_JOINING: Final = frozenset(("the", "a", "an", "and"))
_COUNTED: Final = frozenset(("part", "episode", "chapter", "vol", "volume"))
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l"}
)
_PART_OF_LETTERS: Final = (0, 7, 8, 9)
"""Combining classes of signs that make another letter, in Indic scripts and in Japanese."""

_WORD: Final = re.compile("[\\w\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f]+")
_APOSTROPHES: Final = re.compile("(?<=\\w)['\u2019\u02bc`](?=\\w)")
_LETTERS_APART: Final = re.compile(r"(?<!\w)(?:\w\.){2,}")
_YEAR_AT_END: Final = re.compile(r"^(?P<name>.*\S)[\s,]*[(\[]?(?P<year>(?:18|19|20)\d\d)[)\]]?\s*$")
_EARLIEST: Final = 1870


def plain(text: str) -> str:
    """Lower case, no accents, no apostrophes; letters that look alike to a typist are the same."""
    folded = text.casefold()
    if not folded.isascii():
        whole = unicodedata.normalize("NFKD", unicodedata.normalize("NFC", text).casefold())
        apart = unicodedata.normalize("NFKD", whole.casefold().translate(_LETTERS))
        bare = "".join(c for c in apart if unicodedata.combining(c) in _PART_OF_LETTERS)
        folded = unicodedata.normalize("NFC", bare)
    joined = _LETTERS_APART.sub(lambda found: found[0].replace(".", ""), folded)
    return _APOSTROPHES.sub("", joined)


def words(text: str) -> list[str]:
    """The words of a name, folded.

    ``&`` and ``+`` are ``and``; numbers in words, and roman ones from 2 on, are arabic; ``part``
    and the like before a number go.
    """
    signs = plain(text).replace("&", " and ").replace("+", " and ").replace("_", " ")
    found = _WORD.findall(signs)
    folded: list[str] = []
    for place in range(len(found) - 1, -1, -1):
        word, before = found[place], found[place - 1] if place else ""
        # What a name begins with is no number: The X-Files, V for Vendetta.
        first = place == 0 or (place == 1 and before in _ARTICLES)
        word = _NUMBERS.get(word) or (word if first else _ROMAN.get(word, word))
        if word == "i" and before in _COUNTED:
            word = "1"
        if not (word in _COUNTED and folded and folded[-1].isdecimal()):
            folded.append(word)
    return folded[::-1]


def fold(name: str) -> str:
    """The words of a name with single blanks between them; empty for signs alone."""
    return " ".join(words(name))


def without_article(folded: str) -> str:
    """A folded name less its leading article; itself where nothing else would stay."""
    first, _, rest = folded.partition(" ")
    return rest if rest and first in _ARTICLES else folded


def on_a_shelf(name: str) -> str:
    """What a name is put in order by: its words without accents, signs and leading article."""
    return without_article(" ".join(_WORD.findall(plain(name)))) or name


def compact(folded: str) -> str:
    """A folded name in one word, without articles and ``and``: as it is half remembered."""
    some = folded.split()
    return "".join([word for word in some if word not in _JOINING] or some)


def spellings(title: Title) -> Iterator[str]:
    """Every name of a title, folded, each once: its own first."""
    seen = set[str]()
    for name in (title.name, title.original_name, *title.alternative_names):
        folded = fold(name)
        if folded and folded not in seen:
            seen.add(folded)
            yield folded


@dataclass(frozen=True, slots=True)
class NameQuery:
    """What somebody typed, taken as a name; `year` where it ends with one."""

    folded: str
    year: int | None = None


def read_as_names(text: str) -> tuple[NameQuery, ...]:
    """The ways to read a text as a name: as it stands, and with a year at its end taken as such."""
    readings = []
    whole = fold(text)
    if whole:
        readings.append(NameQuery(whole))
    found = _YEAR_AT_END.match(text)
    if found and int(found["year"]) >= _EARLIEST and (name := fold(found["name"])):
        readings.append(NameQuery(name, int(found["year"])))
    return tuple(readings)
