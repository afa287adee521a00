"""Readers of the histories that other services export, and of plain CSV."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from io import BytesIO
from itertools import chain
from pathlib import Path, PureWindowsPath
from typing import Final

from app.adapters.clock import SystemClock
from app.adapters.history_files import movielens
from app.adapters.history_files.archives import Archive, is_archive
from app.adapters.history_files.contents import Content, printable
from app.adapters.history_files.letterboxd import DIARY, REVIEWS
from app.adapters.history_files.movielens import LINKS, RATINGS
from app.adapters.history_files.parts import EXPECTED, FilePart, events_of, recognised, rows_of
from app.adapters.history_files.records import (
    CSV,
    IMDB,
    LETTERBOXD,
    MOVIELENS,
    TRAKT,
    Reading,
    UnknownLayout,
    Unrecognised,
)
from app.domain.catalogue.dumps import Refusal
from app.domain.errors import InvalidInput, TooLarge
from app.domain.people.history_files import MAX_FILE_BYTES, IgnoredFile, UsedFile
from app.domain.people.ledger import Event
from app.domain.ports.work import Clock

_SOURCES: Final = (TRAKT, LETTERBOXD, MOVIELENS, IMDB, CSV)
"""An archive is the first of these of which it holds a file; files of others in it are ignored."""

_MOST_SAID: Final = 5
_CLOCK: Final = SystemClock()


class OpenedHistory:
    """A `HistoryFile`; all of it, packed as it came, is in memory."""

    def __init__(
        self,
        name: str,
        parts: list[FilePart],
        ignored: list[IgnoredFile],
        person: str,
        clock: Clock,
    ) -> None:
        """`person` is whose ratings of MovieLens are meant."""
        self.name: Final = name
        self.source: Final = parts[0].layout.source
        self.used: Final = tuple(
            UsedFile(part.content.path, part.layout.name, part.layout.unread) for part in parts
        )
        self.ignored: Final = tuple(ignored)
        self._parts: Final = parts
        self._person: Final = person
        self._clock: Final = clock

    def __iter__(self) -> Iterator[Event | Refusal]:
        """Its events in order, and the lines that gave none, or not all they could."""
        layouts = frozenset(part.layout.name for part in self._parts)
        reading = Reading(self._clock.now(), layouts, self._person)
        for part in self._parts:
            for told in events_of(part, reading):
                if isinstance(told, Refusal) and part.content.path != self.name:
                    yield replace(told, reason=f"{part.content.path}: {told.reason}")
                else:
                    yield told


def open_history(
    file: Path | bytes,
    name: str,
    links: Path | bytes | None = None,
    user_id: str | None = None,
    *,
    clock: Clock = _CLOCK,
) -> OpenedHistory:
    """The history in whatever layout it is: `app.domain.people.history_files.HistoryReader`.

    `clock` tells which dates lie in the future.
    """
    name = printable(PureWindowsPath(name).name) or "the file"  # some browsers send the whole path
    data = _bytes_of(file, name)
    parts, ignored = _of_archive(data, name) if is_archive(data) else ([_alone(data, name)], [])
    person = ""
    if parts[0].layout.source == MOVIELENS:
        if links is not None:
            parts = [_links(links), *(part for part in parts if part.layout.name != LINKS)]
        person = _person(parts, user_id, name)
    return OpenedHistory(name, parts, ignored, person, clock)


def _bytes_of(file: Path | bytes, name: str) -> bytes:
    """The whole file, unless it is too large. Raises `InvalidInput`, `TooLarge`."""
    try:
        if isinstance(file, bytes):
            data, size = file, len(file)
        else:
            size = file.stat().st_size
            with file.open("rb") as opened:
                data = opened.read(MAX_FILE_BYTES + 1) if size <= MAX_FILE_BYTES else b""
            size = max(size, len(data))
    except OSError as error:
        raise InvalidInput(f"{name} can't be read: {error.strerror}") from error
    if size > MAX_FILE_BYTES:
        raise TooLarge(
            f"{name} has {size / (1 << 20):.1f} MB; {MAX_FILE_BYTES >> 20} MB are allowed: "
            "hand it in as a zip archive, or in parts"
        )
    return data


def _alone(data: bytes, name: str) -> FilePart:
    """A file by itself. Raises `InvalidInput`."""
    try:
        return recognised(Content(name, partial(BytesIO, data)))
    except UnknownLayout as error:
        raise InvalidInput(f"{name} is {error}. {EXPECTED}") from error
    except Unrecognised as error:
        raise InvalidInput(f"{name} is {error}") from error


def _of_archive(data: bytes, name: str) -> tuple[list[FilePart], list[IgnoredFile]]:
    """The members of one source, in the order of reading, and the others. Raises `InvalidInput`."""
    archive = Archive(data, name)
    found: list[FilePart] = []
    ignored = archive.ignored
    for content in archive.contents:
        try:
            found.append(recognised(content))
        except Unrecognised as error:
            ignored.append(IgnoredFile(content.path, str(error)))
    if not found:
        said = "; ".join(f"{each.name[:60]}: {each.reason[:200]}" for each in ignored[:_MOST_SAID])
        raise InvalidInput(f"{name} holds no history, but {said or 'nothing'}. {EXPECTED}")
    source = min((part.layout.source for part in found), key=_SOURCES.index)
    has_diary = any(part.layout.name == DIARY for part in found)
    used = []
    for part in sorted(found, key=lambda part: (part.layout.order, part.content.path)):
        if part.layout.source != source:
            ignored.append(IgnoredFile(part.content.path, f"{part.layout.name} beside {source}"))
        elif part.layout.name == REVIEWS and has_diary:
            ignored.append(IgnoredFile(part.content.path, "told by the diary as well"))
        else:
            used.append(part)
    return used, ignored


def _links(links: Path | bytes) -> FilePart:
    """MovieLens's links. Raises `InvalidInput`, `TooLarge`."""
    name = links.name if isinstance(links, Path) else "links.csv"
    part = _alone(_bytes_of(links, name), name)
    if part.layout.name != LINKS:
        raise InvalidInput(f"{name} holds no links of MovieLens: movieId, imdbId, tmdbId")
    return part


def _person(parts: list[FilePart], wanted: str | None, name: str) -> str:
    """Whose ratings are meant. Raises `InvalidInput`, also where ratings or links are missing."""
    layouts = {part.layout.name for part in parts}
    ratings = [part for part in parts if part.layout.name == RATINGS]
    if ratings and LINKS not in layouts:
        raise InvalidInput(f"{name} needs MovieLens's links.csv beside it: its films have no ids")
    if layouts == {LINKS}:
        raise InvalidInput(f"{name} holds MovieLens's links alone: hand them in with ratings.csv")
    if not ratings:
        return ""
    with ExitStack() as stack:
        rows = [stack.enter_context(rows_of(part)) for part in ratings]
        return movielens.person_of(chain.from_iterable(rows), wanted, name)
