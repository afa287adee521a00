"""The lines of a daily export, from the pieces of its gzip file as they come."""

import logging
import zlib
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from app.adapters.facts import MAX_ID
from app.domain.catalogue.source_answers import ExportLine
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import Damaged

_GZIP: Final = 16 + zlib.MAX_WBITS
_AT_ONCE: Final = 1 << 18
_LONGEST_LINE: Final = 1 << 20

_log = logging.getLogger(__name__)


class _Row(msgspec.Struct, gc=False):
    id: int
    popularity: float | None = None
    adult: bool | None = None


# Not strict: numbers and flags written as text are as good.
_ROW: Final = msgspec.json.Decoder(_Row, strict=False)


def lines_of(pieces: Iterable[bytes], kind: MediaKind, name: str) -> Iterator[ExportLine]:
    """One per line of the gzip file `name`; memory doesn't grow with it.

    Missing popularity is 0, a missing flag False. Lines that can't be used are left out, and
    logged as a count at the end. Raises `Damaged` where the file breaks off, isn't gzip, or has
    more lines that can't be used than others, none at all included.
    """
    used = seen = 0
    for block in _blocks(_unpacked(pieces, name), name):
        rows = _rows(block)
        seen += len(rows)
        for row in rows:
            if row is not None and 0 < row.id <= MAX_ID:
                used += 1
                popularity = max(row.popularity or 0.0, 0.0)
                yield ExportLine(TitleId(kind, row.id), popularity, row.adult or False)
    if used <= seen - used:
        raise Damaged(f"{name} is no export: of its {seen} lines only {used} can be used")
    if used < seen:
        _log.warning("%d of %d lines of %s can't be used and are left out", seen - used, seen, name)


def _unpacked(pieces: Iterable[bytes], name: str) -> Iterator[bytes]:
    unpacker = None
    for piece in pieces:
        rest = piece
        while rest:
            unpacker = unpacker or zlib.decompressobj(_GZIP)
            try:
                yield unpacker.decompress(rest, _AT_ONCE)
            except zlib.error as error:
                raise Damaged(f"{name} is no gzip file, or holds garbage: {error}") from None
            rest = unpacker.unconsumed_tail
            if unpacker.eof:  # files may be joined, and padded with zeros
                rest = unpacker.unused_data.lstrip(b"\0")
                unpacker = None
    if unpacker is not None:
        raise Damaged(f"{name} breaks off before its end")


def _blocks(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """Whole lines, many at once."""
    start = b""
    for chunk in chunks:
        lines, end, start = (start + chunk).rpartition(b"\n")
        if end:
            yield lines
        elif len(start) > _LONGEST_LINE:
            raise Damaged(f"{name} is no export: a line has more than {_LONGEST_LINE} bytes")
    yield start


def _rows(block: bytes) -> list[_Row | None]:
    """One per line that isn't empty, None for those that can't be read."""
    try:
        return list(_ROW.decode_lines(block))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return [_row(line) for line in block.splitlines() if line.strip()]


def _row(line: bytes) -> _Row | None:
    try:
        return _ROW.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
