"""What a catalogue source tells: lines of an export, answers about titles and ids, and failures."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.domain.catalogue.titles import MediaKind, Title, TitleId


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


class Family(StrEnum):
    """Who gave an id that isn't TMDB's."""

    IMDB = "imdb"
    TVDB = "tvdb"


@dataclass(frozen=True, slots=True, order=True)
class ExternalId:
    """An id of another family, and what it is taken for.

    `value` is ``tt`` and digits for IMDb, and the digits of a series' number for TVDB, whose `kind`
    is a series always: TVDB numbers films, series and episodes each for themselves.
    """

    family: Family
    value: str
    kind: MediaKind

    def __str__(self) -> str:
        return f"{self.family.value}/{self.value}"


@dataclass(frozen=True, slots=True)
class Found:
    """The title that bears an id; None where the source knows none, or it is an episode's."""

    id: ExternalId
    title: TitleId | None


@dataclass(frozen=True, slots=True)
class NotLookedUp:
    """No usable answer about this id, while others were answered; `reason` is for people."""

    id: ExternalId
    reason: str


Lookup = Found | NotLookedUp


@dataclass(frozen=True, slots=True)
class Failure:
    """An id that was asked for `attempts` times without a usable answer; times in Unix seconds."""

    id: TitleId
    reason: str
    attempts: int
    last_at: float
