"""What a file of catalogue records yields, and who reads it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.domain.catalogue.titles import Title


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A value that could not be used: `what` is its kind (``unknown genre``), `value` itself."""

    what: str
    value: str


@dataclass(frozen=True, slots=True)
class Record:
    """A title that was read; `line` (from 1) is where its row begins."""

    line: int
    title: Title
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that could not be used as a whole, and why."""

    line: int
    reason: str


class Dump(Protocol):
    """An opened file. Iterate it once; memory does not grow with the file."""

    @property
    def name(self) -> str:
        """The file's name, for people."""
        ...

    @property
    def layout(self) -> str:
        """Which layout was recognised, for people."""
        ...

    @property
    def total_bytes(self) -> int | None:
        """The file's size on disk, None where unknown."""
        ...

    @property
    def bytes_read(self) -> int:
        """How much of it was read so far."""
        ...

    def __iter__(self) -> Iterator[Record | Refusal]:
        """Its rows in order. Raises `Damaged` where the file breaks off in its compression."""
        ...


class DumpReader(Protocol):
    """Opens files of every layout known."""

    def __call__(self, path: Path) -> Dump:
        """Recognise the file's layout by its content.

        Raises `InvalidInput` where the file can't be read, or its layout isn't known: the error
        then lists the layouts known and the columns found.
        """
        ...
