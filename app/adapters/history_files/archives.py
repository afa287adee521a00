"""Zip archives: what may be read of them, checked before any of it is used."""

import io
import re
import struct
import zipfile
import zlib
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from app.adapters.history_files.contents import Content, printable
from app.domain.errors import InvalidInput, TooLarge
from app.domain.people.history_files import MAX_UNPACKED_BYTES, IgnoredFile

MAX_MEMBERS: Final = 5_000
MAX_RATIO: Final = 200
"""How many times smaller than its content an archive of over 10 MB of content may be. Histories
pack at 5 to 30; what packs at more was made to fill a disk."""

_RATIO_FROM: Final = 10 << 20
_ENCRYPTED: Final = 1
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LONGEST_REASON: Final = 200
_ABSOLUTE: Final = re.compile("/|[A-Za-z]:")
_LONGEST_PATH: Final = 300
_CHUNK: Final = 1 << 18
_SPREADSHEET: Final = "[Content_Types].xml"
_BROKEN: Final = (
    *(zipfile.BadZipFile, zlib.error, struct.error),
    *(EOFError, OSError, ValueError, RuntimeError, NotImplementedError, OverflowError),
)
"""What `zipfile` raises on files that only look like archives."""


def is_archive(data: bytes) -> bool:
    """Whether it begins as zip archives do, the empty one too."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


class Archive:
    """The members that may be read, as `contents`, and those that are `ignored`.

    Raises `InvalidInput`, for a damaged archive as well, and `TooLarge`.
    """

    def __init__(self, data: bytes, name: str) -> None:
        try:
            members = zipfile.ZipFile(io.BytesIO(data))  # nothing to close: it is in memory
        except _BROKEN as error:
            raise InvalidInput(
                f"{name} is a damaged zip archive: {printable(str(error)[:_LONGEST_REASON])}"
            ) from error
        self.contents: list[Content] = []
        self.ignored: list[IgnoredFile] = []
        infos = [info for info in members.infolist() if not info.filename.endswith("/")]
        _refuse_bombs(infos, name, len(data))
        for info in infos:
            path = printable(info.filename).replace("\\", "/")  # as some write it
            if reason := _unwanted(path):
                self.ignored.append(IgnoredFile(path[:_LONGEST_PATH], reason))
                continue
            _refuse_unreadable(info, name)
            content = Content(path, partial(members.open, info))
            _check(content, name)
            self.contents.append(content)


def _check(content: Content, name: str) -> None:
    """Read a member to its end, so that its checksum is compared."""
    try:
        with content.open() as raw:
            while raw.read(_CHUNK):
                pass
    except _BROKEN as error:
        raise InvalidInput(
            f"{content.path} in {name} is damaged: {printable(str(error)[:_LONGEST_REASON])}"
        ) from error


def _refuse_unreadable(info: zipfile.ZipInfo, name: str) -> None:
    if info.filename == _SPREADSHEET:
        raise InvalidInput(f"{name} is a spreadsheet or a document: save it as CSV")
    if info.flag_bits & _ENCRYPTED:
        raise InvalidInput(f"{name} is encrypted: unpack it, and import what was inside")
    if info.compress_type not in _METHODS:
        raise InvalidInput(
            f"{printable(info.filename)} in {name} is packed in a way that isn't read here: "
            "make an ordinary zip archive"
        )


def _refuse_bombs(infos: list[zipfile.ZipInfo], name: str, packed: int) -> None:
    """By the sizes that the archive states: `zipfile` never unpacks more than those."""
    if len(infos) > MAX_MEMBERS:
        raise InvalidInput(f"{name} holds {len(infos)} files; {MAX_MEMBERS} are allowed")
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MAX_UNPACKED_BYTES:
        raise TooLarge(
            f"{name} would unpack to {unpacked >> 20} MB; {MAX_UNPACKED_BYTES >> 20} are allowed"
        )
    if unpacked > max(_RATIO_FROM, MAX_RATIO * packed):
        raise InvalidInput(
            f"{name} would unpack to {unpacked // packed} times its size, which no history does; "
            f"{MAX_RATIO} times are allowed"
        )


def _unwanted(path: str) -> str:
    """Why a member isn't looked at, empty where it is."""
    if _ABSOLUTE.match(path) or ".." in PurePosixPath(path).parts:
        return "its path leads out of the archive"
    if not path:
        return "it has no name"
    if len(path) > _LONGEST_PATH:
        return "its path is too long"
    if "__MACOSX" in path or PurePosixPath(path).name.startswith("."):
        return "a hidden file"
    return ""
