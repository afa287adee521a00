"""Claims in a sentence whose names are masked: each must hold in the evidence."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Flag, auto
from typing import Final
from unicodedata import normalize

from app.domain.reasons.evidence import Evidence, Origin, Trait

FIRST: Final = 0xE000
"""The first private character: the n-th name that was given is written as `FIRST` + n."""

_NAME: Final = "[\ue000-\uf8ff]"


_PLAIN: Final = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2013": " - ",
        "\u2014": " - ",
    }
)
"""Quotation marks, apostrophes and dashes of print, as those of a keyboard."""


def plain(text: str) -> str:
    """In composed letters, on one line, with the marks of a keyboard, so that texts compare."""
    return " ".join(normalize("NFC", text).translate(_PLAIN).split())


class Meaning(Flag):
    """What a name that was given is; it can be several things."""

    LIKED = auto()
    MAKER = auto()
    PERSON = auto()
    OTHER = auto()


LIKED, MAKER, PERSON, OTHER = Meaning.LIKED, Meaning.MAKER, Meaning.PERSON, Meaning.OTHER


@dataclass
class GivenNames:
    """The names given, and what each is. A name in lower case fits in any case."""

    _names: list[str] = field(default_factory=list)
    _meanings: list[Meaning] = field(default_factory=list)
    _ratings: dict[int, int] = field(default_factory=dict)

    def add(self, name: str, meaning: Meaning, rating: int | None = None) -> None:
        """Let a name stand in the text; a rating is the person's, of 10."""
        name = plain(name)
        if not name:
            return
        if name not in self._names:
            self._names.append(name)
            self._meanings.append(meaning)
        place = self._names.index(name)
        self._meanings[place] |= meaning
        if rating is not None:
            self._ratings[place] = rating

    def mask(self, text: str) -> str:
        """The text with a private character for each name in it, the longest names first."""
        for name in sorted(self._names, key=lambda one: (-len(one), one)):
            case = "(?i)" if name == name.casefold() else ""
            pattern = rf"{case}(?<!\w){re.escape(name)}(?!\w)"
            text = re.sub(pattern, chr(FIRST + self._names.index(name)), text)
        return text

    def meaning(self, character: str) -> Meaning:
        """What the name behind a private character is."""
        return self._meanings[ord(character) - FIRST]

    def rating(self, character: str) -> int | None:
        """What the person gave it, None where nothing."""
        return self._ratings.get(ord(character) - FIRST)

    def name(self, character: str) -> str:
        """The name behind a private character."""
        return self._names[ord(character) - FIRST]


_GAVE: Final = re.compile(rf"(?i)\b(?:gave|rated) ({_NAME})(?: as)?(?: with)?(?: an?)? (\d+)")
_GAVE_TO: Final = re.compile(
    rf"(?i)\b(?:gave|rated) (?:an? )?(\d+)(?: out of 10| stars?)? to ({_NAME})"
)
_YOU_DID: Final = re.compile(
    r"(?i)\byou(?:'ve| have)?(?: also| really| already)? "
    r"(?:gave|rated|liked|loved|enjoyed|watched|saw|seen|finished)\b"
)
_MADE_BY: Final = re.compile(rf"(?i)\b(?:directed|created|made|written) by ({_NAME})")
_STARRING: Final = re.compile(rf"(?i)\b(?:starring|stars) ({_NAME})")
_ALSO_RATED: Final = re.compile(r"(?i)\b(?:people|viewers|others|those|fans|audiences)\b.*\balso\b")
_IN_COMMON: Final = re.compile(r"(?i)\b(?:both|same|shares?|shared|in common)\b")
_SEQUEL: Final = re.compile(
    r"(?i)\b(?:sequel|prequel|next part|next film|next chapter|follow-up|follows up|continues"
    r"|continuation|picks up)\b"
)
_ELSEWHERE: Final = re.compile(r"(?i)\b(?:outside|unlike|departure|change from|new territory)\b")
_WATCHLIST: Final = re.compile(r"(?i)\bwatch-? ?list")
_HEARSAY: Final = re.compile(
    r"(?i)\b(?:awards?|award-winning|nominat\w+|acclaim\w*|box office|blockbuster|true story"
    r"|real events|masterpiece|best \w+ ever|everyone|guaranteed)\b"
)


def broken_claims(masked: str, known: GivenNames, evidence: Evidence) -> list[str]:
    """What the sentence claims and the evidence doesn't hold, as ends of "The reason …"."""
    return [fault for check in _CHECKS for fault in check(masked, known, evidence)]


def _of_the_person(masked: str, known: GivenNames, _evidence: Evidence) -> Iterator[str]:
    liked = any(ord(c) >= FIRST and LIKED in known.meaning(c) for c in masked)
    if _YOU_DID.search(masked) and not liked:
        yield "claims that the person knows what they were not said to know"
    told = [*_GAVE.findall(masked), *((n, r) for r, n in _GAVE_TO.findall(masked))]
    for name, number in told:
        if known.rating(name) != int(number):
            yield "claims a rating that was not given"


def _of_people(masked: str, known: GivenNames, evidence: Evidence) -> Iterator[str]:
    for pattern, meaning in ((_MADE_BY, MAKER), (_STARRING, PERSON)):
        if any(meaning not in known.meaning(name) for name in pattern.findall(masked)):
            yield "gives somebody a part that they don't have"
    if not _IN_COMMON.search(masked):
        return
    if not (evidence.shared or evidence.genres or evidence.taste):
        yield "claims something in common that was not given"
    together = {
        plain(one.name) for one in evidence.shared if one.trait in (Trait.MAKER, Trait.CAST)
    }
    people = {c for c in masked if ord(c) >= FIRST and known.meaning(c) & (MAKER | PERSON)}
    if any(known.name(c) not in together for c in people):
        yield "claims somebody in common who was not given as such"


def _of_the_list(masked: str, _known: GivenNames, evidence: Evidence) -> Iterator[str]:
    untrue = (
        (_ALSO_RATED, not evidence.co_rated),
        (_SEQUEL, evidence.after is None),
        (_ELSEWHERE, Origin.ELSEWHERE not in evidence.origins),
        (_WATCHLIST, Origin.WATCHLIST not in evidence.origins),
        (_HEARSAY, True),
    )
    for pattern, wrong in untrue:
        if wrong and (found := pattern.search(masked)):
            yield f"claims something that was not given ('{found[0].split()[-1]}')"


_CHECKS: Final = (_of_the_person, _of_people, _of_the_list)
