"""Rows of a CSV file, one at a time, damaged ones told apart."""

import csv
import re
from collections.abc import Iterator, Mapping
from typing import Final

from app.adapters.facts import UnusableRow
from app.domain.catalogue.dumps import Refusal
from app.domain.errors import InvalidInput

DELIMITERS: Final = ",;\t|"
_NAMED_DELIMITER: Final = re.compile(r"sep=[,;|\t]\s*", re.IGNORECASE)
_SURROGATE: Final = re.compile("[\udc80-\udcff]")
_APART: Final = re.compile(r"[\s_-]+")
_MOST_SHOWN: Final = 40
Row = Mapping[str, str]


class CsvRows:
    """Reads the header at once, the rows as they are asked for.

    `columns` are the header's names without case, and with one `spelled` way of parting words where
    it was `typed`, by hand or by a spreadsheet. There, blank lines and a ``sep=;`` may precede the
    header, rows without any value are left out and empty fields at the end passed over, and bytes
    that are no UTF-8 are read as Windows-1252, of which Latin-1 is a part. Elsewhere all of these
    are damage, for they tell of columns that have slipped.

    Raises `InvalidInput` where there is no header.
    """

    def __init__(self, lines: Iterator[str], delimiter: str = ",", *, typed: bool = False) -> None:
        self._typed = typed
        self._ended = False
        self._skipped = 0
        self._reader = csv.reader(self._watched(lines), delimiter=delimiter)
        try:
            header = next(self._reader, [])
        except csv.Error as error:
            raise InvalidInput(f"The first line is no header of columns: {error}") from error
        self.header: Final = [_as_text(name).strip() if typed else name.strip() for name in header]
        self.columns: Final = [spelled(n) if typed else n.casefold() for n in self.header]

    def __iter__(self) -> Iterator[tuple[int, Row | Refusal]]:
        """Pairs (line where the row begins, row by columns)."""
        while True:
            line = self._line + 1
            try:
                fields = next(self._reader)
                if row := self._row(fields):
                    yield line, row
            except StopIteration:
                return
            except (csv.Error, UnusableRow) as error:
                until = f" (to line {self._line})" if self._line > line else ""
                yield line, Refusal(line, f"{error}{until}")

    def _row(self, fields: list[str]) -> Row | None:
        """None for what is no row. Raises `UnusableRow`."""
        width = len(self.columns)
        while self._typed and len(fields) > width and not fields[-1]:
            fields.pop()
        whole = "".join(fields)
        if not (whole.strip() if self._typed else fields):
            return None
        if len(fields) != width:
            kind = "breaks off: " if len(fields) < width else ""
            raise UnusableRow(f"{kind}{len(fields)} fields where {width} are named")
        if self._ended:  # a complete row is given out before its reader asks for another line
            raise UnusableRow("breaks off inside quotation marks")
        if self._typed and "\0" in whole:
            raise UnusableRow("holds NUL characters")
        if not whole.isascii() and _SURROGATE.search(whole):
            if not self._typed:
                raise UnusableRow("not valid UTF-8")
            fields = [_as_text(field) for field in fields]
        return dict(zip(self.columns, fields, strict=True))

    @property
    def _line(self) -> int:
        return self._reader.line_num + self._skipped

    def _watched(self, lines: Iterator[str]) -> Iterator[str]:
        before = self._typed
        for line in lines:
            if before and (not line.strip() or _NAMED_DELIMITER.fullmatch(line)):
                self._skipped += 1
                continue
            before = False
            yield line
        self._ended = True


def spelled(column: str) -> str:
    """One spelling of a column's name: ``TMDB ID``, ``tmdb_id`` and ``tmdbID`` are the same."""
    return _APART.sub("", column).casefold()


def shown(columns: list[str]) -> str:
    """The columns for a message, not endless."""
    names = [name[:_MOST_SHOWN] or "(unnamed)" for name in columns[:_MOST_SHOWN]]
    return ", ".join(names) + (", …" if len(columns) > _MOST_SHOWN else "")


def _as_text(field: str) -> str:
    if not _SURROGATE.search(field):
        return field
    return field.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
