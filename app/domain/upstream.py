"""What a catalogue source tells: lines of an export, answers about titles, and failures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.titles import MediaKind, Title, TitleId


@dataclass(frozen=True, slots=True)
class ExportLine:
    """A title as the daily export lists it."""

    id: TitleId
    popularity: float
    adult: bool


@dataclass(frozen=True, slots=True)
class Export:
    """The newest daily export of a kind: its `date` (ISO), and its lines, read while iterated.

    `lines` raises `Damaged` where the file breaks off or holds what is no export, and what
    `CatalogueSource` raises. Single lines that can't be used are left out, and logged as a count.
    """

    kind: MediaKind
    date: str
    lines: Iterator[ExportLine]


@dataclass(frozen=True, slots=True)
class Fetched:
    """The source's present answer about a title."""

    title: Title

    @property
    def id(self) -> TitleId:
        """Whose answer it is."""
        return self.title.id


@dataclass(frozen=True, slots=True)
class Gone:
    """The source has no such title (any more)."""

    id: TitleId


@dataclass(frozen=True, slots=True)
class Failed:
    """No usable answer about this title, while others were answered; `reason` is for people."""

    id: TitleId
    reason: str


Answer = Fetched | Gone | Failed


@dataclass(frozen=True, slots=True)
class Failure:
    """An id that was asked for `attempts` times without a usable answer; times in Unix seconds."""

    id: TitleId
    reason: str
    attempts: int
    last_at: float
