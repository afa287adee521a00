"""Files as text: plain, gzip or xz, with or without a byte order mark, and how far read."""

import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final, TextIO

from app.domain.errors import Damaged, InvalidInput

_GZIP: Final = b"\x1f\x8b"
_XZ: Final = b"\xfd7zXZ\x00"
_BUFFER: Final = 1 << 18
_BROKEN: Final = (
    *(EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile),
    *(RuntimeError, NotImplementedError),  # a zip archive's password, or its unknown method
)
_LONGEST_LINE: Final = 1 << 20
"""Characters; a longer line comes in pieces, so that a file without line ends needs no memory."""


class TextFile:
    """An opened file; bytes that are no UTF-8 become lone surrogates, for the rows to be refused.

    Raises `InvalidInput` where it can't be opened.
    """

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            raw = path.open("rb", _BUFFER)
            self.total_bytes = path.stat().st_size
            magic = raw.read(len(_XZ))
            raw.seek(0)
        except OSError as error:
            raise InvalidInput(f"{path} can't be read: {error.strerror}") from error
        unpacked: IO[bytes] = raw
        if magic.startswith(_GZIP):
            unpacked = io.BufferedReader(gzip.GzipFile(fileobj=raw), _BUFFER)
        elif magic.startswith(_XZ):
            unpacked = lzma.LZMAFile(raw)  # noqa: SIM115  # open until `close`
        self._read_as_text(unpacked, raw)

    def _read_as_text(self, unpacked: IO[bytes], raw: IO[bytes]) -> None:
        self._raw = raw
        self._text: TextIO = io.TextIOWrapper(
            unpacked, encoding="utf-8-sig", errors="surrogateescape", newline=""
        )

    @property
    def bytes_read(self) -> int:
        """Bytes of the file on disk; all of them once it is closed."""
        return self.total_bytes if self._raw.closed else self._raw.tell()

    def lines(self) -> Iterator[str]:
        """Its lines with their ends. Raises `Damaged` where the compression breaks off."""
        number = 0
        try:
            for line in lines_of(self._text):
                number += 1
                yield line
        except _BROKEN as error:
            raise Damaged(f"{self.name} can't be read behind line {number}: {error}") from error

    def read(self, size: int) -> str:
        """At most `size` characters more, none at the end. Raises `Damaged`."""
        try:
            return self._text.read(size)
        except _BROKEN as error:
            raise Damaged(f"{self.name} can't be read: {error}") from error

    def peek(self, size: int) -> str:
        """The first characters; what is read next starts from the top again. Raises `Damaged`."""
        start = self.read(size)
        self._text.seek(0)
        return start

    def close(self) -> None:
        """Close it; harmless when closed."""
        self._text.close()
        self._raw.close()


class ZipMember(TextFile):
    """A member of a zip archive, found by its file name, the least deep one first.

    Its bytes are counted unpacked. Raises `Damaged`, and `InvalidInput` where there is none.
    """

    def __init__(self, path: Path, member: str) -> None:
        self.name = f"{member} in {path.name}"
        try:
            with zipfile.ZipFile(path) as archive:  # an opened member keeps the file open
                found = [m for m in archive.infolist() if PurePosixPath(m.filename).name == member]
                if not found:
                    raise InvalidInput(f"{path.name} holds no {member}")
                info = min(found, key=lambda m: (m.filename.count("/"), m.filename))
                raw = archive.open(info)
        except _BROKEN as error:
            raise Damaged(f"{self.name} can't be read: {error}") from error
        self.total_bytes = info.file_size
        self._read_as_text(raw, raw)


def lines_of(text: TextIO) -> Iterator[str]:
    """Lines with their ends; those longer than 1 MB in pieces."""
    while line := text.readline(_LONGEST_LINE):
        yield line
