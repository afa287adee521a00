"""What is missing in a taste, and why: sagas begun, people liked, titles near. All of it true."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.catalogue.titles import Title, TitleId
from app.domain.reasons.sentences import clean
from app.domain.taste.tastes import DISLIKED, LIKED, Interaction

WELL_KNOWN: Final = 500
"""Votes from which a title is well known."""

_OF_A_MAKER: Final = 2
_OF_A_PLAYER: Final = 3
_BILLED: Final = 3
_MOST_MAKERS: Final = 5
_MOST_PLAYERS: Final = 3
_NAMED: Final = 2


class GapKind(StrEnum):
    """Why a title is missing: it follows a part seen, is by somebody liked, or near to a title."""

    NEXT_PART = "next_part"
    PERSON = "person"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Gap:
    """A title that the person hasn't seen; `detail` is a true sentence why it is missing."""

    title: Title
    kind: GapKind
    detail: str


@dataclass(frozen=True, slots=True)
class Admired:
    """Somebody who made, or has a leading part in, several titles that the person likes.

    `by` are those, the most liked first.
    """

    name: str
    makes: bool
    by: tuple[Title, ...]


def is_open(title: Title, left_out: frozenset[TitleId], today: str) -> bool:
    """Whether it may be shown: out by today (ISO), for everybody, and neither seen nor refused."""
    released = title.released or f"{title.year or 0:04}"
    return title.id not in left_out and not title.adult and released <= today


def sagas_begun(seen: Iterable[Title], told: Mapping[TitleId, Interaction]) -> list[Title]:
    """The latest part seen of each saga, where that was no disappointment; by saga."""
    latest: dict[int, Title] = {}
    for title in seen:
        if title.collection_id is not None and title.released and not told[title.id].dismissed:
            other = latest.get(title.collection_id)
            if other is None or (title.released, title.id) > (other.released, other.id):
                latest[title.collection_id] = title
    return [latest[saga] for saga in sorted(latest) if not _disliked(told[latest[saga].id])]


def next_parts(
    begun: Iterable[Title], found: Sequence[Title], told: Mapping[TitleId, Interaction]
) -> list[Gap]:
    """For each saga begun the first of the found titles that came out after what was seen of it."""
    gaps = []
    for after in begun:
        later = [
            one
            for one in found
            if one.collection_id == after.collection_id and one.released > after.released
        ]
        if later:
            following = min(later, key=lambda one: (one.released, one.id))
            detail = f"It comes after {_named(after, told)}, in {clean(after.collection_name)}."
            gaps.append(Gap(following, GapKind.NEXT_PART, detail))
    return gaps


def admired(liked: Sequence[Title]) -> list[Admired]:
    """People behind several titles that are liked, given the most liked first.

    Makers of two, leading players of three; those of most titles first, five and three at most.
    """
    found = []
    for makes, least, most, names_of in (
        (True, _OF_A_MAKER, _MOST_MAKERS, _makers),
        (False, _OF_A_PLAYER, _MOST_PLAYERS, _players),
    ):
        by: dict[str, list[Title]] = {}
        for title in liked:
            for name in dict.fromkeys(names_of(title)):
                by.setdefault(name, []).append(title)
        some = [Admired(name, makes, tuple(own)) for name, own in by.items() if len(own) >= least]
        found += sorted(some, key=lambda one: (-len(one.by), one.name))[:most]
    return found


def by_admired(
    people: Iterable[Admired], found: Sequence[Title], told: Mapping[TitleId, Interaction]
) -> list[Gap]:
    """For each of the people the best known of the found titles that is theirs."""
    gaps = []
    for one in people:
        names_of: Callable[[Title], Sequence[str]] = _makers if one.makes else _players
        theirs = [t for t in found if t.votes >= WELL_KNOWN and one.name in names_of(t)]
        if theirs:
            best = max(theirs, key=lambda title: (title.votes, title.id))
            named = " and ".join(_named(title, told) for title in one.by[:_NAMED])
            how = f"By {clean(one.name)}, like" if one.makes else f"With {clean(one.name)}, as in"
            gaps.append(Gap(best, GapKind.PERSON, f"{how} {named}."))
    return gaps


def near_to(title: Title, liked: Title | None, told: Mapping[TitleId, Interaction]) -> Gap:
    """A title that is missing for what it resembles; without that, for what others think of it."""
    if liked is not None:
        return Gap(title, GapKind.NEAR, f"Near to {_named(liked, told)}.")
    if title.rating is None or not title.votes:
        return Gap(title, GapKind.NEAR, "Of the same sort as what you like.")
    votes = "1 vote" if title.votes == 1 else f"{title.votes:,} votes"
    return Gap(title, GapKind.NEAR, f"Rated {title.rating:.1f} on average, from {votes}.")


def _named(title: Title, told: Mapping[TitleId, Interaction]) -> str:
    one = told[title.id]
    name = clean(title.name) or "a title you know"
    if one.loved:
        return f"{name} (you love it)"
    if one.rating is not None and one.rating >= LIKED:
        return f"{name} (you gave {round(one.rating)})"
    return name


def _disliked(told: Interaction) -> bool:
    return told.rating is not None and told.rating < DISLIKED and not told.loved


def _makers(title: Title) -> Sequence[str]:
    return title.makers


def _players(title: Title) -> Sequence[str]:
    return title.cast[:_BILLED]
