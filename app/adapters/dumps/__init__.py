"""Readers of files that others publish: CSV layouts of TMDB data, TMDB's answers, our sample."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

from app.adapters.dumps.csv_layouts import LAYOUTS, film_of, layout_of
from app.adapters.dumps.csv_rows import CsvRows, shown
from app.adapters.dumps.json_values import values_of
from app.adapters.dumps.opening import TextFile
from app.adapters.facts import Facts, UnusableRow
from app.adapters.sample_catalogue import is_sample, records_of
from app.adapters.tmdb.details import kind_of, title_of
from app.domain.catalogue.dumps import Record, Refusal
from app.domain.catalogue.titles import Source, Title
from app.domain.errors import InvalidInput

DETAILS: Final = "JSON answers of TMDB's /movie/{id} or /tv/{id}"
SAMPLE: Final = "sample catalogue"
KNOWN: Final = (*(layout.name for layout in LAYOUTS), DETAILS, SAMPLE)
_START: Final = 4096


Rows = Iterator[Record | Refusal]


class FileDump:
    """A `Dump` over a file, which is open only while it is iterated."""

    def __init__(self, path: Path, layout: str, read: Callable[[TextFile], Rows]) -> None:
        self._path = path
        self._layout = layout
        self._read = read
        self._file: TextFile | None = None
        self._total = path.stat().st_size

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.name

    @property
    def layout(self) -> str:
        """One of `KNOWN`."""
        return self._layout

    @property
    def total_bytes(self) -> int:
        """The file's size on disk."""
        return self._total

    @property
    def bytes_read(self) -> int:
        """How much of it was read so far."""
        return self._file.bytes_read if self._file else 0

    def __iter__(self) -> Rows:
        """Its rows in order."""
        with closing(TextFile(self._path)) as self._file:
            yield from self._read(self._file)


def open_dump(path: Path) -> FileDump:
    """The file in whatever layout it is: `app.domain.catalogue.dumps.DumpReader`."""
    with closing(TextFile(path)) as file:
        layout, read = _recognised(file)
    return FileDump(path, layout, read)


def _recognised(file: TextFile) -> tuple[str, Callable[[TextFile], Rows]]:
    start = file.peek(_START)
    if not start.strip():
        raise InvalidInput(f"{file.name} is empty")
    if is_sample(start):
        return SAMPLE, lambda opened: records_of(opened.lines())
    if start.lstrip()[0] in "[{":
        return DETAILS, lambda opened: _records(values_of(opened.read), _detailed)
    columns = CsvRows(file.lines()).columns
    layout = layout_of(columns)
    if layout is None:
        raise InvalidInput(
            f"{file.name} is in no layout that is known ({'; '.join(KNOWN)}). "
            f"Its columns: {shown(columns)}"
        )
    film = partial(film_of, layout=layout)
    return layout.name, lambda opened: _records(CsvRows(opened.lines()), film)


def _records(rows: Iterable[tuple[int, object]], read: Callable[[Any, Facts], Title]) -> Rows:
    """Each row as `read` makes a title of it; refused where it raises `UnusableRow`."""
    for line, row in rows:
        if isinstance(row, Refusal):
            yield row
            continue
        facts = Facts()
        try:
            title = read(row, facts)
        except UnusableRow as error:
            yield Refusal(line, str(error))
        else:
            yield Record(line, title, tuple(facts.left_out))


def _detailed(value: object, facts: Facts) -> Title:
    if not isinstance(value, dict):
        raise UnusableRow("no JSON object")
    return title_of(value, kind_of(value), facts, source=Source.DUMP)
