"""What a language model is asked and may answer: a choice among numbered candidates.

It is told facts and answers with numbers and sentences. Whatever it answers, `Choice` holds only
candidates that may be shown, each once, and only sentences that `wording.faults` found nothing in.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.ports.language_model import Schema
from app.domain.reasons.evidence import Evidence, Liked, Origin
from app.domain.reasons.sentences import clean, reason
from app.domain.reasons.wording import Given, faults, liked_titles

PLOT_CHARACTERS: Final = 300
_NAME_CHARACTERS: Final = 120
_MOST_PICKS_READ: Final = 100
"""An answer of more is not read to its end."""

SCHEMA: Final[Schema] = {
    "type": "object",
    "properties": {
        "picks": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"number": {"type": "integer"}, "reason": {"type": "string"}},
                "required": ["number", "reason"],
            },
        }
    },
    "required": ["picks"],
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A title that may be shown, and why.

    `score` compares those of one kind in one list; `parts` are what made it, where they are wanted.
    """

    title: Title
    evidence: Evidence
    score: float = 0.0
    parts: tuple[tuple[str, float], ...] = ()


def allowed(
    candidates: Sequence[Candidate], kind: MediaKind | None, watched: Collection[TitleId]
) -> list[Candidate]:
    """Those of the kind wanted (None: any) that were not watched, each title once, in order."""
    found: dict[TitleId, Candidate] = {}
    for candidate in candidates:
        title_id = candidate.title.id
        if (kind is None or title_id.kind is kind) and title_id not in watched:
            found.setdefault(title_id, candidate)
    return list(found.values())


@dataclass
class Choice:
    """What was chosen so far among `candidates`, which are numbered from 1 in their order."""

    candidates: Sequence[Candidate]
    count: int
    reasons: dict[int, str] = field(default_factory=dict)
    """Of each number chosen, its sentence; empty where no good one came yet."""

    def __post_init__(self) -> None:
        self._given = [shown(candidate) for candidate in self.candidates]
        self._names = {name for given in self._given for name in given.titles}

    @property
    def complete(self) -> bool:
        """Whether there is nothing left to ask."""
        return len(self.reasons) == self.wanted and all(self.reasons.values())

    @property
    def wanted(self) -> int:
        """How many can be chosen: `count`, or as many as there are."""
        return min(self.count, len(self.candidates))

    def take(self, answer: object) -> list[str]:
        """Take what is good from an answer; gives what is wrong with the rest, for the model.

        What was taken before stays.
        """
        picks = _picks(answer)
        if picks is None:
            return ['The answer was not JSON of the form {"picks": [{"number", "reason"}]}.']
        wrong: list[str] = []
        seen: set[int] = set()
        for number, text in picks:
            if number is None or not 1 <= number <= len(self.candidates):
                wrong.append(f"Numbers go from 1 to {len(self.candidates)}: there are no others.")
            elif number in seen:
                wrong.append(f"Number {number} came twice.")
            else:
                seen.add(number)
                wrong += self._taken(number, text)
        if missing := self.wanted - len(self.reasons):
            wrong.append(f"{missing} more of the numbers are wanted.")
        return list(dict.fromkeys(wrong))

    def _taken(self, number: int, text: object) -> list[str]:
        if self.reasons.get(number) or (
            number not in self.reasons and len(self.reasons) == self.wanted
        ):
            return []
        if not isinstance(text, str):
            self.reasons[number] = ""
            return [f"The reason of number {number} is not a text."]
        given = self._given[number - 1]
        found = faults(text, given, self._names - given.titles)
        self.reasons[number] = "" if found else " ".join(text.split())
        return [f"The reason of number {number} {fault}." for fault in found[:3]]

    def chosen(self) -> list[int]:
        """`count` numbers, as far as there are candidates: those chosen, filled up in order.

        Ascending: the model says which, their order is the recommender's.
        """
        rest = (n for n in range(1, len(self.candidates) + 1) if n not in self.reasons)
        return sorted([*self.reasons, *islice(rest, max(self.count - len(self.reasons), 0))])


def _picks(answer: object) -> list[tuple[int | None, object]] | None:
    listed = answer.get("picks") if isinstance(answer, Mapping) else answer
    if not isinstance(listed, list):
        return None
    entries = islice((one for one in listed if isinstance(one, Mapping)), _MOST_PICKS_READ)
    picks = [(_number(one.get("number")), one.get("reason")) for one in entries]
    return picks if picks or not listed else None


def _number(value: object) -> int | None:
    """Some models write 3 as 3.0 or "3"."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value[:9])
    return value if isinstance(value, int) else None


def shown(candidate: Candidate) -> Given:
    """The part of the facts that a model is told, and that its sentence may name."""
    title, evidence = candidate.title, candidate.evidence
    return Given(
        name=_cut(title.name),
        kind=title.id.kind,
        year=title.year,
        genres=_cuts(title.genres, 5),
        makers=_cuts(title.makers, 3),
        cast=_cuts(title.cast, 5),
        keywords=_cuts(title.keywords, 8),
        collection=_cut(title.collection_name),
        story=f"{title.overview} {title.tagline}",
        evidence=evidence,
    )


def facts(number: int, candidate: Candidate) -> dict[str, object]:
    """A candidate as a model is told of it: short names to plain values; nothing that is empty."""
    given, evidence = shown(candidate), candidate.evidence
    film = given.kind is MediaKind.MOVIE
    told: dict[str, object] = {
        "number": number,
        "title": given.name,
        "kind": "film" if film else "series",
        "year": given.year,
        "genres": given.genres,
        "directed_by" if film else "created_by": given.makers,
        "cast": given.cast,
        "keywords": given.keywords,
        "collection": given.collection,
        "crowd": {"rating": round(evidence.rating, 1), "votes": evidence.votes}
        if evidence.rating is not None and evidence.votes
        else None,
        "why": dict(_why(evidence)),
        "known_reason": reason(candidate.title, evidence),
        "plot": _cut(candidate.title.overview, PLOT_CHARACTERS),
    }
    return {name: value for name, value in told.items() if value not in (None, "", (), {})}


def _why(evidence: Evidence) -> Iterator[tuple[str, object]]:
    names = {one.id: _cut(one.name) for one in liked_titles(evidence)}
    near = [_liked(one) for one in evidence.liked if one.is_near]
    if near:
        yield "near_to", near
    if evidence.shared:
        yield (
            "in_common",
            [
                {"what": one.trait.value, "name": _cut(one.name), "with": names[one.with_id]}
                for one in evidence.shared
                if one.with_id in names
            ],
        )
    if evidence.co_rated:
        yield "rated_highly_by_people_who_rated_highly", [_liked(one) for one in evidence.co_rated]
    if evidence.recommended_by:
        yield "tmdb_recommends_it_beside", [_liked(one) for one in evidence.recommended_by]
    if evidence.after is not None:
        yield "next_part_after", _liked(evidence.after)
    if Origin.WATCHLIST in evidence.origins:
        yield "on_your_watchlist", True
    if Origin.ELSEWHERE in evidence.origins:
        yield "outside_your_usual_genres", True
    if evidence.genres:
        yield "genres_you_like", _cuts(evidence.genres, 5)
    if evidence.taste:
        yield "your_taste", _cuts(evidence.taste, 5)


def _liked(one: Liked) -> dict[str, object]:
    told: dict[str, object] = {"title": _cut(one.name)}
    if one.rating is not None:
        told["you_gave"] = one.rating
    if one.loved:
        told["you_loved"] = True
    return told


def _cuts(names: Sequence[str], most: int) -> tuple[str, ...]:
    return tuple(cut for name in names[:most] if (cut := _cut(name)))


def _cut(text: str, most: int = _NAME_CHARACTERS) -> str:
    plain = clean(text)
    if len(plain) <= most:
        return plain
    return plain[:most].rsplit(" ", 1)[0] + "…"
