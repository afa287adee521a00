"""One file of a history: what it is, by its content, and its events."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Final

from app.adapters.dumps.csv_rows import DELIMITERS, CsvRows, shown
from app.adapters.dumps.json_values import values_of
from app.adapters.dumps.opening import lines_of
from app.adapters.facts import UnusableRow
from app.adapters.history_files import imdb, letterboxd, movielens, plain, trakt
from app.adapters.history_files.contents import START, Content, printable, what_else
from app.adapters.history_files.records import HistoryLayout, Reading, UnknownLayout, Unrecognised
from app.domain.catalogue.dumps import Refusal
from app.domain.errors import InvalidInput, TooLarge
from app.domain.people.history_files import MAX_LINES
from app.domain.people.ledger import Event

JSON: Final = "json"
EXPECTED: Final = "Expected is one of: " + "; ".join(
    each.EXPECTED for each in (trakt, letterboxd, imdb, movielens, plain)
)
_LARGEST_ENTRY: Final = 2_000_000
"""Characters: a series of 1,000 episodes takes 200,000."""

_CHUNK: Final = 1 << 18
_HEADER_LINES: Final = 20
_MOST_COLUMNS: Final = 1_000


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file that was recognised; `form` is its delimiter, or `JSON`."""

    content: Content
    form: str
    layout: HistoryLayout


def recognised(content: Content) -> FilePart:
    """What a file is. Raises `Unrecognised`, also for what is no text."""
    start = content.start()
    if other := what_else(start):
        raise Unrecognised(other)
    with content.text() as text:
        first = text.read(START).lstrip()[:1]
    if first == "[":
        return _json(content)
    if first == "{":
        raise UnknownLayout("JSON, but no list of entries")
    return _delimited(content)


@contextmanager
def rows_of(part: FilePart) -> Iterator[CsvRows]:
    """The rows of a delimited file, opened."""
    with part.content.text() as text:
        yield CsvRows(lines_of(text), part.form, typed=True)


def events_of(part: FilePart, reading: Reading) -> Iterator[Event | Refusal]:
    """Its events in order, and the lines that gave none."""
    for line, where, row in _placed(part):
        if isinstance(row, Refusal):
            yield row
            continue
        try:
            if not isinstance(row, Mapping):
                raise UnusableRow("no JSON object")  # noqa: TRY301  # one way out for all of them
            told = part.layout.told(row, reading)
        except UnusableRow as error:
            yield Refusal(line, f"{error}{where}")
            continue
        for each in told:
            yield Refusal(line, f"{each}{where}") if isinstance(each, str) else each


def _placed(part: FilePart) -> Iterator[tuple[int, str, object]]:
    """Rows or entries, each with its line and what else says where it is."""
    if part.form == JSON:
        for number, (line, entry) in enumerate(_entries(part.content), start=1):
            yield line, f" (entry {number})", entry
        return
    with rows_of(part) as rows:
        for line, row in rows:
            yield line, "", row


def _entries(content: Content) -> Iterator[tuple[int, object]]:
    """Values of the list, each no longer than `_LARGEST_ENTRY`: what follows a longer one is lost.

    Reading is told that the file ends there, for parsing an endless value again and again as it
    grows would take minutes.
    """
    taken = 0
    with content.text() as text:

        def read(size: int) -> str:
            nonlocal taken
            taken += size
            return text.read(size) if taken <= _LARGEST_ENTRY else ""

        for line, value in values_of(read):
            yield line, value
            taken = 0


def _json(content: Content) -> FilePart:
    entries = list(islice(_entries(content), 1))
    if not entries:
        raise Unrecognised("an empty list")
    entry = entries[0][1]
    if isinstance(entry, Refusal):
        raise Unrecognised("damaged JSON")
    return FilePart(content, JSON, trakt.layout_of(content.path, entry))


def _delimited(content: Content) -> FilePart:
    """By the delimiter with which the header makes sense.

    Raises `Unrecognised`, and `TooLarge` for a history of over `MAX_LINES`.
    """
    best: list[str] = []
    for delimiter in DELIMITERS:
        try:
            with content.text() as text:
                rows = CsvRows(islice(lines_of(text), _HEADER_LINES), delimiter, typed=True)
        except InvalidInput:
            continue
        if len(rows.columns) > _MOST_COLUMNS:
            continue
        columns = frozenset(rows.columns)
        layout = (
            letterboxd.layout_of(content.path, columns)
            or imdb.layout_of(columns)
            or movielens.layout_of(columns)
            or plain.layout_of(rows.columns, rows.header)
        )
        if layout is not None:
            _refuse_long(content)
            return FilePart(content, delimiter, layout)
        best = max(best, rows.header, key=len)
    raise UnknownLayout(f"in no layout that is known. Its columns: {printable(shown(best))}")


def _refuse_long(content: Content) -> None:
    lines = 0
    with content.open() as raw:
        while chunk := raw.read(_CHUNK):
            lines += max(chunk.count(b"\n"), chunk.count(b"\r"))
    if lines > MAX_LINES:
        raise TooLarge(f"{content.path} has {lines} lines; {MAX_LINES} are allowed")
