"""Whether a sentence that a language model wrote says only what it was told of that title.

No list of words knows everything. What can be checked is: each name, number and quotation must be
among what was given, the claims that matter must be so, and nothing but a plain sentence may be
there. A sentence that is refused wrongly costs nothing but its wording.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from app.domain.catalogue.titles import MediaKind
from app.domain.reasons.claims import (
    FIRST,
    LIKED,
    MAKER,
    OTHER,
    PERSON,
    GivenNames,
    broken_claims,
    plain,
)
from app.domain.reasons.evidence import Evidence, Liked, Trait

LONGEST: Final = 240
"""Characters."""

_SHORTEST: Final = 12
_COPIED_WORDS: Final = 6
"""So many words in a row from the plot are not a reason in the model's own words."""

OPENERS: Final = frozenset(
    re.findall(
        r"\w+",
        "a after along also an and another as at because both but by close created directed fans "
        "for from given here highly if in it its known like liked loved made more much next of on "
        "one outside part people rated set several shares similar since so something starring "
        "still that the these this those though viewers watch well what when where while who with "
        "written you your",
    )
)
"""Ordinary words that may stand first in a sentence; any other with a capital may be a name."""

_PLAIN_CAPITALS: Final = frozenset({"I", "TV", "TMDB"})
_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[-'](?=[^\W\d_]))*")
_WORDS: Final = re.compile(rf"{_WORD.pattern}(?: {_WORD.pattern})*")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)*")
_NUMBER_WORDS: Final = re.compile(
    r"(?i)\b(?:three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?"
    r"|millions?)\b"
)
_QUOTED: Final = re.compile(r"\"([^\"]*)\"?|(?<!\w)'([^']{2,})'(?!\w)")
_MARKUP: Final = re.compile(r"[<>{}\[\]*_#|\\`~^=@$]|://|\bwww\b|\w\.(?=[a-z]{2,}\b)")
_TO_MACHINES: Final = re.compile(
    r"(?i)\b(?:ignor\w+|disregard\w*|instruct\w*|prompts?|system|assistant|language model|as an ai"
    r"|json|candidates?|overview|click|visit|subscribe|download|buy|password|token|api|website)\b"
)
_SENTENCE_START: Final = re.compile(r"(?:^|[.!?:;\u2026]| -)[\s\"'(]*$")


@dataclass(frozen=True)
class Given:
    """What a model was told of one title. `story` is its plot: told, but no place for names."""

    name: str
    kind: MediaKind
    year: int | None
    genres: tuple[str, ...]
    makers: tuple[str, ...]
    cast: tuple[str, ...]
    keywords: tuple[str, ...]
    collection: str
    story: str
    evidence: Evidence

    @cached_property
    def titles(self) -> frozenset[str]:
        """Its name and those of the person's titles that it is said to have to do with."""
        liked = (plain(one.name) for one in liked_titles(self.evidence))
        return frozenset(name for name in (plain(self.name), *liked) if name)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers that may be named, without commas."""
        evidence = self.evidence
        liked = list(liked_titles(evidence))
        years = {self.year, *(one.year for one in liked)} - {None}
        found = {str(year) for year in years} | {str(year)[:3] + "0" for year in years}
        found |= {str(one.rating) for one in liked if one.rating is not None}
        if evidence.rating is not None and evidence.votes:
            found |= {f"{evidence.rating:.1f}", str(evidence.votes)}
        return frozenset(found)


def liked_titles(evidence: Evidence) -> Iterator[Liked]:
    """All the person's titles that the evidence names."""
    yield from (*evidence.liked, *evidence.co_rated, *evidence.recommended_by)
    if evidence.after is not None:
        yield evidence.after


def faults(text: str, given: Given, other_titles: Collection[str]) -> list[str]:
    """What is wrong with a reason, each as the end of "The reason …"; empty where it is good.

    `other_titles` are the names that belong to other candidates only.
    """
    if not text.strip().isprintable():
        return ["holds line breaks or control characters"]
    text = plain(text)
    if not _SHORTEST <= len(text) <= LONGEST or text.count(" ") < 2:  # noqa: PLR2004 -- three words
        return [f"must be one sentence of at most {LONGEST} characters"]
    masked, known = _masked(text, given)
    found = [*_form(text, masked, given), *_names(masked, given, other_titles)]
    found += [] if found else broken_claims(masked, known, given.evidence)
    if not found and not _grounded(masked):
        found.append("names nothing that was given for that number")
    return list(dict.fromkeys(found))


def _grounded(masked: str) -> bool:
    """Whether a name, a number or a fact of the list stands there: each was found to be given."""
    named = any(ord(character) >= FIRST or character.isdigit() for character in masked)
    return named or "watchlist" in masked


def _form(text: str, masked: str, given: Given) -> Iterator[str]:
    if _MARKUP.search(masked):
        yield "holds markup or an address"
    if _TO_MACHINES.search(masked):
        yield "speaks of something else than the title"
    if _copied(text, given.story):
        yield "repeats the plot instead of giving a reason"
    if any(c.isalpha() and not unicodedata.name(c, "").startswith("LATIN") for c in masked):
        yield "is not in English"
    for match in _QUOTED.finditer(masked):
        quoted = match[1] or match[2] or ""
        if any(character.isalnum() for character in quoted):
            yield "quotes what was not given for that number"
    for match in _NUMBER.finditer(masked):
        number = match[0].replace(",", "")
        of_ten = number == "10" and masked[: match.start()].endswith(("/", "out of "))
        if number not in given.numbers and not of_ten:
            yield "holds a number that was not given for that number"
    if _NUMBER_WORDS.search(masked):
        yield "holds a number in words"


def _names(masked: str, given: Given, other_titles: Collection[str]) -> Iterator[str]:
    folded = masked.casefold()
    for name in other_titles:
        words = name.split()
        # A name of one word may be an ordinary word as well: it counts where it has its capital.
        there = name.casefold() in folded if len(words) > 1 else _stands_in(name, masked)
        if there:
            yield f"names '{name}', which has to do with another number"
    parts = [frozenset(re.findall(_WORD, name)) for name in _proper_names(given)]
    for match in _WORDS.finditer(masked):
        run = match[0].split(" ")
        start = bool(_SENTENCE_START.search(masked[: match.start()]))
        if start and run[0].casefold() in OPENERS:
            run[0] = ""
        capitals = _grouped(run)
        for group in capitals:
            if not any(group <= part for part in parts):
                yield f"names '{' '.join(sorted(group))}', which was not given for that number"


def _grouped(run: list[str]) -> list[frozenset[str]]:
    """The capitalised words of a run of words, those that stand together in one group."""
    groups: list[set[str]] = [set()]
    for word in run:
        bare = word.removesuffix("'s")
        if bare[:1].isupper() and bare not in _PLAIN_CAPITALS:
            groups[-1].add(bare)
        else:
            groups.append(set())
    return [frozenset(group) for group in groups if group]


def _stands_in(name: str, masked: str) -> bool:
    found = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", masked)
    return found is not None and not (
        name.casefold() in OPENERS and _SENTENCE_START.search(masked[: found.start()])
    )


def _proper_names(given: Given) -> list[str]:
    shared = (one.name for one in given.evidence.shared if one.trait is not Trait.KEYWORD)
    names = (*given.titles, *given.makers, *given.cast, given.collection, *shared)
    return [plain(name) for name in names if name]


def _masked(text: str, given: Given) -> tuple[str, GivenNames]:
    """The text with one private character in place of each name given, and what each stands for."""
    evidence = given.evidence
    known = GivenNames()
    for one in liked_titles(evidence):
        known.add(one.name, LIKED, one.rating)
    known.add(given.name, OTHER)
    known.add(given.collection, OTHER)
    for name in given.makers:
        known.add(name, MAKER)
    for name in given.cast:
        known.add(name, PERSON)
    for shared in evidence.shared:
        known.add(shared.name, _MEANING.get(shared.trait, OTHER))
    for name in (*given.genres, *given.keywords, *evidence.genres, *evidence.taste):
        known.add(name.casefold(), OTHER)
    return known.mask(text), known


_MEANING: Final = {Trait.MAKER: MAKER, Trait.CAST: PERSON}


def _copied(text: str, story: str) -> bool:
    words, told = _folded_words(text), " ".join(_folded_words(story))
    runs = range(len(words) - _COPIED_WORDS + 1)
    return any(f" {' '.join(words[i : i + _COPIED_WORDS])} " in f" {told} " for i in runs)


def _folded_words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())
