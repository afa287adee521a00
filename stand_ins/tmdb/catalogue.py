"""The made catalogue, and what a test has changed in it."""

import heapq
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import RLock
from typing import Any, Final, NamedTuple

import msgspec

from stand_ins.tmdb.bodies import KINDS, Json, core, details, listed
from stand_ins.tmdb.parts import MADE_IDS, PART_NAMES, appended

MOST_DISCOVERED: Final = 500 * 20
_HUBS: Final = 211
_GAPS: Final = {"movie": 4, "tv": 5}

Key = tuple[str, int]


class MadeNumbers:
    """The numbers of `count` made titles of a kind: 1, 2, 3, 5, … with every `gap`-th missing."""

    def __init__(self, kind: str, count: int) -> None:
        self._gap = _GAPS[kind]
        self.count = count

    def at(self, index: int) -> int:
        return index + index // (self._gap - 1) + 1

    def __contains__(self, number: int) -> bool:
        return number % self._gap != 0 and 1 <= number <= self.at(self.count - 1) and self.count > 0

    def __iter__(self) -> Iterator[int]:
        return (self.at(index) for index in range(self.count))


@dataclass(frozen=True)
class Spoilt:
    """Field faults of one title's answers."""

    missing: tuple[str, ...] = ()
    null: tuple[str, ...] = ()
    wrong: Mapping[str, Any] = field(default_factory=dict)

    def apply(self, body: Json) -> Json:
        kept = {name: value for name, value in body.items() if name not in self.missing}
        return {**kept, **dict.fromkeys(self.null), **self.wrong}


class Popular(NamedTuple):
    """The most popular `numbers` (as many as can be asked for), of `total` titles."""

    numbers: list[int]
    total: int


class Catalogue:
    """Titles by (kind, number). Safe to change in one thread while another one reads.

    Memory grows with what is changed, not with the number of titles.
    """

    def __init__(self, movies: int, series: int) -> None:
        self._lock = RLock()
        self._made = {"movie": MadeNumbers("movie", movies), "tv": MadeNumbers("tv", series)}
        self._since: dict[Key, date] = {}
        self._gone: dict[Key, date] = {}
        self._fields: dict[Key, Json] = {}
        self._spoilt: dict[Key, Spoilt] = {}
        self._changed: dict[str, defaultdict[date, dict[int, None]]] = {
            kind: defaultdict(dict) for kind in KINDS
        }
        self._popular: dict[tuple[str, bool], tuple[int, Popular]] = {}
        self.version = 0
        """Grows with every change."""

    def knows(self, kind: str, number: int) -> bool:
        with self._lock:
            key = (kind, number)
            return (number in self._made[kind] or key in self._since) and key not in self._gone

    def numbers(self, kind: str) -> list[int]:
        """Every title there is now, ascending."""
        with self._lock:
            return list(self._present(kind))

    def add(self, kind: str, number: int, on: date, fields: Json) -> None:
        """Raises `ValueError` where there is such a title."""
        with self._changing():
            if self.knows(kind, number):
                raise ValueError(f"{kind}/{number} is there already")
            self._since[kind, number] = on
            self._gone.pop((kind, number), None)
            self._fields[kind, number] = dict(fields)
            self._changed[kind][on][number] = None

    def change(self, kind: str, number: int, on: date, fields: Json) -> None:
        """Raises `KeyError` where there is no such title."""
        with self._changing():
            self._require(kind, number)
            self._fields.setdefault((kind, number), {}).update(fields)
            self._changed[kind][on][number] = None

    def remove(self, kind: str, number: int, on: date) -> None:
        """Raises `KeyError` where there is no such title."""
        with self._changing():
            self._require(kind, number)
            self._gone[kind, number] = on
            self._changed[kind][on][number] = None

    def spoil(self, kind: str, number: int, spoilt: Spoilt) -> None:
        """Raises `KeyError` where there is no such title."""
        with self._changing():
            self._require(kind, number)
            self._spoilt[kind, number] = spoilt

    def mend(self, kind: str, number: int) -> None:
        """Takes field faults away."""
        with self._changing():
            self._spoilt.pop((kind, number), None)

    def body(self, kind: str, number: int, parts: Collection[str] | None = None) -> Json | None:
        """A title's answer with `parts` appended (all there are, where None); None if unknown."""
        if not self.knows(kind, number):
            return None
        asked = PART_NAMES[kind] if parts is None else parts
        body = details(kind, number)
        for part in asked:
            found = appended(kind, number, part, self._recommended(kind, number))
            if found is not None:
                body[part] = found
        with self._lock:
            fields = self._fields.get((kind, number), {})
            spoilt = self._spoilt.get((kind, number), Spoilt())
            body |= {
                name: value
                for name, value in fields.items()
                if name not in PART_NAMES[kind] or name in asked
            }
        return spoilt.apply(body)

    def changed(self, kind: str, start: date, end: date) -> list[Json]:
        """What changed from `start` to `end`, both included: `adult` is null where it is gone."""
        with self._lock:
            found: dict[int, None] = {}
            for days in range((end - start).days + 1):
                found |= self._changed[kind].get(start + timedelta(days), {})
            return [{"id": number, "adult": self._adult(kind, number)} for number in found]

    def most_popular(self, kind: str, *, adult: bool) -> Popular:
        """Best first, without adult ones unless asked for."""
        with self._lock:
            kept, version = self._popular.get((kind, adult)), self.version
            fields, numbers = dict(self._fields), self._present(kind)
        if kept is not None and kept[0] == version:
            return kept[1]
        ranked = _Ranked(kind, fields, adult=adult)
        best = heapq.nlargest(MOST_DISCOVERED, ranked.each(numbers))
        found = Popular([number for _, number in best], ranked.seen)
        with self._lock:
            self._popular[kind, adult] = (version, found)
        return found

    def shown(self, kind: str, number: int) -> Json:
        """A title as lists of titles show it."""
        with self._lock:
            fields = self._fields.get((kind, number), {})
        row = listed(kind, number)
        return row | {name: value for name, value in fields.items() if name in row}

    def bearing(self, source: str, value: str) -> list[Key]:
        """The titles of which this is the ``imdb_id`` or ``tvdb_id``, films first."""
        with self._lock:
            keys = {key for key in self._fields if self.knows(*key)}
        if digits := re.fullmatch(r"(?:tt)?0*(\d{1,18})", value):
            for kind, first in MADE_IDS[source].items():
                if self.knows(kind, int(digits[1]) - first):
                    keys.add((kind, int(digits[1]) - first))
        return [key for key in sorted(keys) if value in self._ids(*key, source)]

    def _ids(self, kind: str, number: int, source: str) -> set[str]:
        body = self.body(kind, number, ["external_ids"]) or {}
        parts = (body, body.get("external_ids") or {})
        return {str(part[source]) for part in parts if part.get(source)}

    def export_lines(self, kind: str, on: date) -> Iterator[bytes]:
        """What was there on that day, by number; how much of a title is told has no date."""
        with self._lock:
            since, gone = dict(self._since), dict(self._gone)
            fields = dict(self._fields)
            numbers = self._ever(kind)
        encode = msgspec.json.Encoder().encode
        for number in numbers:
            key = (kind, number)
            later = key in since and since[key] > on
            if later or (key in gone and gone[key] <= on):
                continue
            yield encode(_export_line(kind, number, fields.get(key, {})))

    def _ever(self, kind: str) -> Iterator[int]:
        made = self._made[kind]
        more = sorted(number for of, number in self._since if of == kind and number not in made)
        return heapq.merge(made, more)

    def _present(self, kind: str) -> Iterator[int]:
        gone = {number for of, number in self._gone if of == kind}
        return (number for number in self._ever(kind) if number not in gone)

    def _recommended(self, kind: str, number: int) -> list[int]:
        made, mixed = self._made[kind], core(kind, number).mixed
        wanted = 0 if mixed % 6 == 0 else min(1 + mixed % 31, made.count)
        # Some titles are recommended by many, as it is; so what lists show of them can be kept.
        start = mixed % _HUBS * max(made.count // _HUBS, 1)
        found = (made.at((start + step) % made.count) for step in range(wanted))
        return [other for other in found if other != number]

    def _adult(self, kind: str, number: int) -> bool | None:
        if (kind, number) in self._gone:
            return None
        return bool(self.shown(kind, number)["adult"])

    def _require(self, kind: str, number: int) -> None:
        if not self.knows(kind, number):
            raise KeyError(f"{kind}/{number}")

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock:
            yield
            self.version += 1


class _Ranked:
    """Popularities and numbers, counting the titles that are `seen`."""

    def __init__(self, kind: str, fields: Mapping[Key, Json], *, adult: bool) -> None:
        self._kind, self._fields, self._adult = kind, fields, adult
        self.seen = 0

    def each(self, numbers: Iterable[int]) -> Iterator[tuple[float, int]]:
        for number in numbers:
            made = core(self._kind, number)
            fields = self._fields.get((self._kind, number), {})
            if self._adult or not fields.get("adult", made.adult):
                self.seen += 1
                yield float(fields.get("popularity", made.popularity)), number


def _export_line(kind: str, number: int, fields: Json) -> Json:
    made = core(kind, number)
    if kind == "tv":
        line: Json = {"id": number, "original_name": made.original_name}
        line["popularity"] = made.popularity
    elif made.older:
        line = {"id": number, "original_title": made.original_name, "popularity": made.popularity}
    else:
        line = {"adult": made.adult, "id": number, "original_title": made.original_name}
        line |= {"popularity": made.popularity, "video": made.mixed % 59 == 0}
    if fields:
        told = (*line, "adult") if kind == "movie" else tuple(line)
        line |= {name: fields[name] for name in told if name in fields}
    return line
