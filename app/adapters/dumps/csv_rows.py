"""Rows of a CSV file, one at a time, damaged ones told apart."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Final

from app.domain.catalogue.dumps import Refusal
from app.domain.errors import InvalidInput

_MOST_SHOWN: Final = 40
Row = dict[str, str]


class CsvRows:
    """Reads the header at once, the rows as they are asked for.

    Raises `InvalidInput` where there is no header.
    """

    def __init__(self, lines: Iterator[str]) -> None:
        self._ended = False
        self._reader = csv.reader(self._watched(lines))
        try:
            header = next(self._reader, [])
        except csv.Error as error:
            raise InvalidInput(f"The first line is no header of columns: {error}") from error
        self.columns: Final = [name.strip().casefold() for name in header]

    def __iter__(self) -> Iterator[tuple[int, Row | Refusal]]:
        """Pairs (line where the row begins, row)."""
        width = len(self.columns)
        while True:
            line = self._reader.line_num + 1
            try:
                fields = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, Refusal(line, f"{error}{self._until(line)}")
                continue
            if not fields:
                continue
            if len(fields) != width:
                yield line, Refusal(line, self._mismatch(line, len(fields)))
            elif self._ended:  # a complete row is given out before its reader asks for another line
                yield line, Refusal(line, f"breaks off inside quotation marks{self._until(line)}")
            elif not _is_text("".join(fields)):
                yield line, Refusal(line, "not valid UTF-8")
            else:
                yield line, dict(zip(self.columns, fields, strict=True))

    def _watched(self, lines: Iterator[str]) -> Iterator[str]:
        yield from lines
        self._ended = True

    def _mismatch(self, line: int, found: int) -> str:
        kind = "breaks off: " if found < len(self.columns) else ""
        return f"{kind}{found} fields where {len(self.columns)} are named{self._until(line)}"

    def _until(self, line: int) -> str:
        last = self._reader.line_num
        return f" (to line {last})" if last > line else ""


def shown(columns: list[str]) -> str:
    """The columns for a message, not endless."""
    names = [name[:_MOST_SHOWN] or "(unnamed)" for name in columns[:_MOST_SHOWN]]
    return ", ".join(names) + (", …" if len(columns) > _MOST_SHOWN else "")


def _is_text(row: str) -> bool:
    """False where bytes that are no UTF-8 stand in it as lone surrogates."""
    if row.isascii():
        return True
    try:
        row.encode()
    except UnicodeEncodeError:
        return False
    return True
