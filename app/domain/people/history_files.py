"""What a file of somebody's history yields, and who reads it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from app.domain.catalogue.dumps import Refusal
from app.domain.people.ledger import Event

MAX_FILE_BYTES: Final = 20 << 20
"""A file as it is handed in, packed or not: 20 MB."""

MAX_UNPACKED_BYTES: Final = 200 << 20
"""All files of an archive together, unpacked: 200 MB."""

MAX_LINES: Final = 1_000_000
"""Of one CSV file; a million are read in about ten seconds."""


@dataclass(frozen=True, slots=True)
class UsedFile:
    """A file that is read: `layout` for people (``Letterboxd diary``).

    `unread` are columns that a CSV file of no known service has and that mean nothing here, so that
    somebody whose column of ratings has another name learns it.
    """

    name: str
    layout: str
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IgnoredFile:
    """A file of an archive that isn't read, and why."""

    name: str
    reason: str


class HistoryFile(Protocol):
    """An opened file, or archive of files. Iterating it again gives the same."""

    @property
    def name(self) -> str:
        """The file's name, for people."""
        ...

    @property
    def source(self) -> str:
        """Whose it is, and the source of its events.

        One of ``trakt-file`` (a sync of an account doesn't touch it), ``letterboxd``, ``imdb``,
        ``movielens``, ``csv``.
        """
        ...

    @property
    def used(self) -> tuple[UsedFile, ...]:
        """What is read, in this order; at least one."""
        ...

    @property
    def ignored(self) -> tuple[IgnoredFile, ...]:
        """What an archive holds besides."""
        ...

    def __iter__(self) -> Iterator[Event | Refusal]:
        """Its events in order, and the lines that gave none, or not all they could.

        In an archive a refusal's reason begins with the file's name. Equal rows give events with
        equal keys. Memory grows with the number of titles told of, not with the file.
        """
        ...


class HistoryReader(Protocol):
    """Opens files of every layout known."""

    def __call__(
        self,
        file: Path | bytes,
        name: str,
        links: Path | bytes | None = None,
        user_id: str | None = None,
    ) -> HistoryFile:
        """Recognise by its content what a file is; `name` is used where contents are alike.

        `links` (the ids of its films) and `user_id` (whose ratings) are for MovieLens only. What
        is packed is unpacked once here, so that iterating doesn't break off later.

        Raises `TooLarge` over `MAX_FILE_BYTES` (without reading it), `MAX_UNPACKED_BYTES` or
        `MAX_LINES`, `InvalidInput` where the file can't be read, is damaged, encrypted or in no
        layout known: the error then lists the layouts and the columns found.
        """
        ...
