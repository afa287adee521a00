"""The bytes of one file as text, whatever it is encoded in."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Final, TextIO

START: Final = 1 << 16
"""Bytes, or characters, by which a file is recognised."""

_UTF16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_LEAST: Final = 4
_PACKED: Final = {
    b"PK\x03\x04": "an archive",
    b"PK\x05\x06": "an archive",
    b"\x1f\x8b": "a packed file (gzip)",
    b"\xfd7zXZ": "a packed file (xz)",
    b"7z\xbc\xaf": "an archive (7-Zip)",
    b"Rar!": "an archive (RAR)",
    b"%PDF": "a PDF document",
    b"SQLite format": "a database",
}


@dataclass(frozen=True, slots=True)
class Content:
    """A file, or a member of an archive. `path` is its name there, with slashes."""

    path: str
    open: Callable[[], IO[bytes]]

    def start(self) -> bytes:
        """Its first bytes."""
        with self.open() as raw:
            return raw.read(START)

    @contextmanager
    def text(self) -> Iterator[TextIO]:
        """As text, opened; see `encoding_of`. Bytes that are no UTF-8 become lone surrogates."""
        encoding = encoding_of(self.start())
        broken = "surrogateescape" if encoding == "utf-8-sig" else "replace"
        with (
            self.open() as raw,
            io.TextIOWrapper(raw, encoding=encoding, errors=broken, newline="") as text,
        ):
            yield text


def encoding_of(start: bytes) -> str:
    """UTF-16 by its mark or by the zeros beside Latin letters, else UTF-8.

    Windows-1252 and Latin-1 are told row by row, see `app.adapters.dumps.csv_rows`.
    """
    if start.startswith(_UTF16_MARKS):
        return "utf-16"
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = len(start) // 2
    if len(start) >= _LEAST and max(even, odd) > 0.4 * half and min(even, odd) < 0.05 * half:
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8-sig"


def printable(text: str) -> str:
    """A foreign name for a message: without controls, and marks that turn the text around."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "?" for c in text)


def what_else(start: bytes) -> str:
    """What a file that is no text is, empty where it can be text."""
    for magic, kind in _PACKED.items():
        if start.startswith(magic):
            return kind
    if encoding_of(start) == "utf-8-sig" and b"\0" in start[:1024]:
        return "no text"
    first = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
    if first.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "a web page or XML"
    return "" if first else "empty"
