"""The two files of a rating set, wherever they are."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from app.adapters.dumps.opening import TextFile
from app.domain.errors import Damaged, InvalidInput

RATINGS: Final = "ratings.csv"
LINKS: Final = "links.csv"
_ZIP: Final = b"PK\x03\x04"
_BROKEN: Final = (
    *(zipfile.BadZipFile, zlib.error, EOFError, OSError),
    *(RuntimeError, NotImplementedError),  # a password, an unknown method
)


class Text(Protocol):
    """An opened file of lines."""

    name: str
    total_bytes: int

    @property
    def bytes_read(self) -> int:
        """How far it was read."""
        ...

    def lines(self) -> Iterator[str]:
        """Its lines with their ends. Raises `Damaged`."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


@dataclass(frozen=True, slots=True)
class RatingFiles:
    """How to open the two files; `source` names the set to people."""

    source: str
    open_ratings: Callable[[], Text]
    open_links: Callable[[], Text]


def located(ratings: Path, links: Path | None) -> RatingFiles:
    """Find the files. Raises `InvalidInput` where one is missing, `Damaged` for a bad archive."""
    if not ratings.exists():
        raise InvalidInput(f"{ratings} does not exist")
    if links is None and _is_zip(ratings):
        return RatingFiles(ratings.name, partial(ZipText, ratings, RATINGS), _links_in(ratings))
    if ratings.is_dir():
        both = ratings / RATINGS, links or ratings / LINKS
        name = ratings.resolve().name
    else:
        both = ratings, links or ratings.parent / LINKS
        name = ratings.name
    for path in both:
        if not path.is_file():
            raise InvalidInput(f"{path} does not exist: a rating set is {RATINGS} and {LINKS}")
    return RatingFiles(name, partial(TextFile, both[0]), partial(TextFile, both[1]))


class ZipText:
    """A member of a zip archive, found by its file name, the least deep one first."""

    def __init__(self, path: Path, member: str) -> None:
        self.name = f"{member} in {path.name}"
        try:
            self._archive = zipfile.ZipFile(path)
            info = _member(self._archive, member)
            raw = None if info is None else self._archive.open(info)
        except _BROKEN as error:
            raise Damaged(f"{self.name} can't be read: {error}") from error
        if info is None or raw is None:
            self._archive.close()
            raise InvalidInput(f"{path.name} holds no {member}")
        self._raw = raw
        self.total_bytes = info.file_size

    @property
    def bytes_read(self) -> int:
        """Bytes unpacked so far."""
        return self.total_bytes if self._raw.closed else self._raw.tell()

    def lines(self) -> Iterator[str]:
        """Its lines with their ends."""
        text = io.TextIOWrapper(
            self._raw, encoding="utf-8-sig", errors="surrogateescape", newline=""
        )
        try:
            yield from text
        except _BROKEN as error:
            raise Damaged(f"{self.name} can't be read: {error}") from error

    def close(self) -> None:
        """Close member and archive."""
        self._raw.close()
        self._archive.close()


def _member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo | None:
    found = [m for m in archive.infolist() if PurePosixPath(m.filename).name == name]
    return min(found, key=lambda m: (m.filename.count("/"), m.filename), default=None)


def _links_in(archive: Path) -> Callable[[], Text]:
    return partial(ZipText, archive, LINKS)


def _is_zip(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with path.open("rb") as stream:
            return stream.read(len(_ZIP)) == _ZIP
    except OSError as error:
        raise InvalidInput(f"{path} can't be read: {error.strerror}") from error
