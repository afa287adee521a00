"""``ratings.csv``: who gave what how many stars, and when."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.adapters.dumps.opening import TextFile
from app.adapters.rating_files.links import UNKNOWN, FilmLinks, columns_of
from app.domain.errors import InvalidInput
from app.domain.progress import Progress, Report
from app.domain.recommend.rating_sets import RatingSet

COLUMNS: Final = ("userId", "movieId", "rating", "timestamp")
_CHUNK: Final = 200_000
_EXACT: Final = 2.0**53
"""Whole numbers below it are exact as float64, which is what a line is parsed into."""

_MOST_STARS: Final = 5
_SHOWN: Final = 40


@dataclass(frozen=True, slots=True)
class Supplied:
    """A rating set, what it is called, and how many ratings were left out.

    `unlinked` are of films without a TMDB id, `replaced` of titles that the same person rated
    again later.
    """

    ratings: RatingSet
    source: str
    unlinked: int
    replaced: int


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Ratings in the order of the file; `places` are those of `FilmLinks.keys`."""

    people: NDArray[np.int64]
    places: NDArray[np.int32]
    ratings: NDArray[np.float32]
    times: NDArray[np.int64]


def read_ratings(file: TextFile, links: FilmLinks, source: str, report: Report) -> Supplied:
    """All of the file. Raises `InvalidInput` naming the line that can't be used."""
    lines = file.lines()
    header = next(lines, "")
    if not header.strip():
        raise InvalidInput(f"{file.name} is empty, or its first line is")
    columns = columns_of(next(csv.reader([header])), COLUMNS, file.name)
    order = [columns.index(column.casefold()) for column in COLUMNS]
    chunks = list[_Chunk]()
    line, read = 2, 0
    while some := list(islice(lines, _CHUNK)):
        numbers = _numbers(some, file.name, line, order)
        line += len(some)
        read += len(numbers)
        places = links.places_of(numbers[:, 1].astype(np.int64))
        linked = places != UNKNOWN
        chunks.append(
            _Chunk(
                numbers[linked, 0].astype(np.int64),
                places[linked],
                (numbers[linked, 2] * 2).astype(np.float32),
                numbers[linked, 3].astype(np.int64),
            )
        )
        report(Progress(file.bytes_read, file.total_bytes, f"{read:,} ratings"))
    ordered = _ordered(chunks)
    latest = _latest(ordered.people, ordered.places, len(links.keys))
    ratings = RatingSet(ordered.people, links.keys[ordered.places], ordered.ratings, ordered.times)
    kept = len(ordered.people)
    if latest is not None:
        ratings = ratings.of_rows(latest)
    return Supplied(ratings, source, read - kept, kept - len(ratings.people))


def _numbers(lines: list[str], name: str, first: int, order: Sequence[int]) -> NDArray[np.float64]:
    """The lines as numbers (n, 4) in the order of `COLUMNS`; blank lines are passed over."""
    filled = [line for line in lines if line.strip()]
    if not filled:
        return np.empty((0, len(COLUMNS)))
    try:
        numbers = np.loadtxt(filled, delimiter=",", comments=None, quotechar='"', ndmin=2)
    except ValueError as error:
        raise InvalidInput(_fault(lines, name, first, order) or f"{name}: {error}") from error
    if numbers.shape != (len(filled), len(COLUMNS)):
        raise InvalidInput(_fault(lines, name, first, order) or f"{name} has other columns")
    numbers = numbers[:, order]
    if not _are_good(numbers):
        raise InvalidInput(_fault(lines, name, first, order) or f"{name} can't be read")
    return numbers


def _are_good(numbers: NDArray[np.float64]) -> bool:
    stars, others = numbers[:, 2], numbers[:, (0, 1, 3)]
    with np.errstate(invalid="ignore"):  # what isn't finite fails each comparison
        whole = (others >= 0) & (others < _EXACT) & (others % 1 == 0)
        half_stars = (stars > 0) & (stars <= _MOST_STARS) & (stars * 2 % 1 == 0)
    return bool(whole.all() and half_stars.all())


def _fault(lines: Sequence[str], name: str, first: int, order: Sequence[int]) -> str | None:
    """What is wrong with the first bad line, one line looked at after the other."""
    for number, line in enumerate(lines, start=first):
        if not line.strip():
            continue
        row = next(csv.reader([line]), [])
        if len(row) != len(COLUMNS):
            return f"{name}, line {number}: {len(COLUMNS)} values expected, {len(row)} found"
        for column, place in zip(COLUMNS, order, strict=True):
            if not _is_good(column, row[place]):
                what = (
                    "is not 0.5 to 5 in half stars" if column == "rating"
                    else "is no whole number of 0 or more"
                )  # fmt: skip
                return f"{name}, line {number}: {column} {row[place][:_SHOWN]!r} {what}"
    return None


def _is_good(column: str, text: str) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    if column == "rating":
        return 0 < value <= _MOST_STARS and value * 2 % 1 == 0
    return 0 <= value < _EXACT and value % 1 == 0


def _ordered(chunks: list[_Chunk]) -> _Chunk:
    """All in one, by ascending (person, time, place in the file). Empties the list."""
    if not chunks:
        nothing = np.empty(0, np.int64)
        return _Chunk(nothing, nothing.astype(np.int32), nothing.astype(np.float32), nothing)
    people = np.concatenate([chunk.people for chunk in chunks])
    times = np.concatenate([chunk.times for chunk in chunks])
    places = np.concatenate([chunk.places for chunk in chunks])
    ratings = np.concatenate([chunk.ratings for chunk in chunks])
    chunks.clear()
    order = np.lexsort((times, people))  # stable
    return _Chunk(people[order], places[order], ratings[order], times[order])


def _latest(
    people: NDArray[np.int64], places: NDArray[np.int32], titles: int
) -> NDArray[np.bool_] | None:
    """Which ratings count (n,), the last of equal person and title; None where all do."""
    if not len(people):
        return None
    person = np.cumsum(np.diff(people, prepend=people[0]) != 0)
    pairs = person * titles + places
    ascending = np.sort(pairs)
    twice = ascending[1:][ascending[1:] == ascending[:-1]]
    if not len(twice):
        return None
    kept = np.ones(len(pairs), np.bool_)
    rows = np.flatnonzero(np.isin(pairs, twice))[::-1]  # the last first
    kept[rows] = False
    kept[rows[np.unique(pairs[rows], return_index=True)[1]]] = True
    return kept
