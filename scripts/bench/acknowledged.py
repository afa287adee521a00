"""Small writes that were answered with 200, and whether each of them is there exactly once."""

import random
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

_YEAR = 365 * 86400


class Written(NamedTuple):
    """That a film was watched at `value` (Unix seconds), or that it was rated so, 1 to 10."""

    kind: str
    tmdb_id: int
    value: int

    @property
    def path(self) -> str:
        """The route that takes it."""
        return "/history" if self.kind == "watched" else "/ratings"

    @property
    def body(self) -> dict[str, object]:
        """What the route takes."""
        name = "at" if self.kind == "watched" else "rating"
        return {"tmdb_id": self.tmdb_id, "media_type": "movie", name: self.value}


@dataclass
class Book:
    """One person's writes. Two are never the same, and a film is rated once only.

    Not for several threads at once.
    """

    films: Sequence[int]
    seed: int
    acknowledged: list[Written] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._unrated = list(self.films)
        self._chance.shuffle(self._unrated)
        self._begun = int(time.time()) - 20 * _YEAR

    def another(self) -> Written:
        """One that was never given before."""
        number = next(self._numbers)
        if number % 3 == 0 and self._unrated:
            return Written("rated", self._unrated.pop(), self._chance.randint(1, 10))
        return Written("watched", self._chance.choice(self.films), self._begun + number)

    def answered(self, written: Written) -> None:
        """Note that it was answered with 200."""
        self.acknowledged.append(written)

    def missed(self, events: Iterable[Mapping[str, Any]]) -> tuple[list[Written], list[Written]]:
        """What is lost, and what is there more than once, by the person's exported events.

        What was never answered may be there or not, but not twice.
        """
        there = Counter(
            Written(one["kind"], one["about"]["tmdb_id"], one["rating"] or one["at"])
            for one in events
            if one["kind"] in ("watched", "rated") and one["source"] == "hand"
        )
        lost = [written for written in self.acknowledged if not there[written]]
        return lost, [written for written, times in there.items() if times > 1]
