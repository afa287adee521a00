"""Filter columns: what a filter asks about, as one array per fact."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.domain.catalogue.titles import Title
from app.domain.catalogue.vocabulary import genre_bits
from app.domain.search.filters import TitleFilter

ROW: Final = np.dtype(
    [
        ("year", "<i2"),
        ("language", "<u2"),
        ("genres", "<u4"),
        ("votes", "<i4"),
        ("rating", "<f4"),
        ("runtime", "<i4"),
        ("adult", "?"),
    ]
)
"""One title: year 0, runtime 0 (minutes) and rating -1 mean unknown, language is a place in the
list of languages."""

Columns = Mapping[str, NDArray[Any]]
"""Each fact of `ROW`, shape (n,)."""

_HIGHEST: Final = 2**31 - 1


class Languages:
    """Numbers for language codes, given in order of first sight; 0 is unknown."""

    def __init__(self, codes: Sequence[str] = ("",)) -> None:
        self._number = {code: number for number, code in enumerate(codes)}

    @property
    def codes(self) -> tuple[str, ...]:
        """Each code at the place of its number."""
        return tuple(self._number)

    def number(self, code: str) -> int:
        """The code's number, a new one at first sight."""
        return self._number.setdefault(code, len(self._number))

    def known(self, codes: frozenset[str]) -> list[int]:
        """Numbers of those codes that occur at all."""
        return [self._number[code] for code in codes if code in self._number]


def rows_of(titles: Sequence[Title], languages: Languages) -> NDArray[np.void]:
    """Column rows, shape (n,), of the titles in order."""
    rows = np.zeros(len(titles), ROW)
    for row, title in zip(rows, titles, strict=True):
        row["year"] = title.year if title.year and 0 < title.year < 2**15 else 0
        row["language"] = languages.number(title.original_language)
        row["genres"] = genre_bits(title.genres)
        row["votes"] = min(title.votes, _HIGHEST)
        row["rating"] = -1 if title.rating is None else title.rating
        row["runtime"] = min(max(title.runtime or 0, 0), _HIGHEST)
        row["adult"] = title.adult
    return rows


def mask_of(columns: Columns, where: TitleFilter, languages: Languages) -> NDArray[np.bool_]:
    """Shape (n,): which rows pass the filter."""
    passed: NDArray[np.bool_] = np.ones(len(columns["adult"]), np.bool_)
    if not where.include_adult:
        passed &= np.logical_not(columns["adult"])
    _keep_within(passed, columns["year"], where.year_from, where.year_to)
    _keep_within(passed, columns["runtime"], where.runtime_from, where.runtime_to)
    if where.genres:
        passed &= (columns["genres"] & genre_bits(where.genres)) != 0
    if where.without_genres:
        passed &= (columns["genres"] & genre_bits(where.without_genres)) == 0
    if where.languages:
        passed &= np.isin(columns["language"], languages.known(where.languages))
    if where.min_votes > 0:
        passed &= columns["votes"] >= where.min_votes
    if where.min_rating > 0:
        passed &= columns["rating"] >= np.float32(where.min_rating)
    return passed


def _keep_within(
    passed: NDArray[np.bool_], column: NDArray[Any], lowest: int | None, highest: int | None
) -> None:
    """Of those passed (n,) keep what is within these bounds, in place; 0, unknown, never is."""
    if lowest is not None:
        passed &= column >= max(lowest, 1)
    if highest is not None:
        passed &= (column <= highest) & (column > 0)


def as_columns(rows: NDArray[np.void]) -> Columns:
    """Each fact contiguous: a filter over a million rows then reads only what it asks about."""
    return {name: np.ascontiguousarray(rows[name]) for name in ROW.names or ()}
