"""Rows of delimited text: the delimiter found, damaged rows told apart."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from typing import Final

from app.domain.catalogue.dumps import Refusal

DELIMITERS: Final = ",;\t|"
_NAMED_DELIMITER: Final = re.compile(r"sep=[,;|\t]\s*", re.IGNORECASE)
_SURROGATE: Final = re.compile("[\udc80-\udcff]")
_APART: Final = re.compile(r"[\s_-]+")

Row = Mapping[str, str]


class Table:
    """The header at once, the rows as they are asked for.

    `header` has the names as they are written, `columns` those in one spelling (`spelled`); both
    are empty where the text is.
    """

    def __init__(self, lines: Iterator[str], delimiter: str) -> None:
        self._ended = False
        self._skipped = 0
        self._reader = csv.reader(self._watched(lines), delimiter=delimiter)
        self.header: Final = self._first()
        self.columns: Final = [spelled(name) for name in self.header]

    def __iter__(self) -> Iterator[tuple[int, Row | Refusal]]:
        """Pairs (line where the row begins, row by columns). Rows without any value are left out.

        Bytes that are no UTF-8 are read as Windows-1252, of which Latin-1 is a part.
        """
        width = len(self.columns)
        while True:
            line = self._line + 1
            try:
                fields = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield line, Refusal(line, f"{error}{self._until(line)}")
                continue
            while len(fields) > width and not fields[-1]:
                fields.pop()
            whole = "".join(fields)
            if not whole.strip():
                continue
            if len(fields) != width:
                yield line, Refusal(line, self._mismatch(line, len(fields)))
            elif self._ended:  # a complete row is given out before its reader asks for another line
                yield line, Refusal(line, f"breaks off inside quotation marks{self._until(line)}")
            elif "\0" in whole:
                yield line, Refusal(line, "holds NUL characters")
            else:
                if not whole.isascii() and _SURROGATE.search(whole):
                    fields = [_as_text(field) for field in fields]
                yield line, dict(zip(self.columns, fields, strict=True))

    def _first(self) -> list[str]:
        try:
            return [_as_text(name).strip() for name in next(self._reader, [])]
        except csv.Error:
            return []

    @property
    def _line(self) -> int:
        return self._reader.line_num + self._skipped

    def _watched(self, lines: Iterator[str]) -> Iterator[str]:
        """The lines from the header on: blank ones and a spreadsheet's ``sep=;`` may precede it."""
        before = True
        for line in lines:
            if before and (not line.strip() or _NAMED_DELIMITER.fullmatch(line)):
                self._skipped += 1
                continue
            before = False
            yield line
        self._ended = True

    def _mismatch(self, line: int, found: int) -> str:
        kind = "breaks off: " if found < len(self.columns) else ""
        return f"{kind}{found} fields where {len(self.columns)} are named{self._until(line)}"

    def _until(self, line: int) -> str:
        return f" (to line {self._line})" if self._line > line else ""


def spelled(column: str) -> str:
    """One spelling of a column's name: ``TMDB ID``, ``tmdb_id`` and ``tmdbID`` are the same."""
    return _APART.sub("", column).casefold()


def _as_text(field: str) -> str:
    if not _SURROGATE.search(field):
        return field
    return field.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
