"""The sample catalogue's file format, and the one that is packaged.

xz over JSON lines: first a header, then a title per line, best known first. A title is a list of
its facts in the order of `FIELDS`, cut behind the last that is known; the id is ``key``.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Final

from app.domain.catalogue.dumps import Record, Refusal
from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId
from app.domain.errors import Damaged

FORMAT: Final = "watcher-catalogue"
VERSION: Final = 1
RESOURCE: Final = "catalogue.jsonl.xz"

FIELDS: Final = (
    "name",
    "year",
    "votes",
    "rating",
    "popularity",
    "genres",
    "keywords",
    "cast",
    "makers",
    "original_name",
    "original_language",
    "released",
    "runtime",
    "companies",
    "countries",
    "spoken_languages",
    "networks",
    "imdb_id",
    "status",
    "poster_path",
)
"""Facts only: overview and tagline are somebody's prose, and stay out."""

_NUMBERS: Final = {"year", "votes", "rating", "popularity", "runtime"}
_LISTS: Final = {
    "genres",
    "keywords",
    "cast",
    "makers",
    "companies",
    "countries",
    "spoken_languages",
    "networks",
}
_KEYS: Final = range(2, 2**63)
_MOST: Final = 2**31
_PLAIN: Final = Title(id=TitleId(MediaKind.MOVIE, 1), name="")


def lines_of(titles: Iterable[Title]) -> Iterator[str]:
    """The file's lines with their ends, the header first."""
    yield _json({"format": FORMAT, "version": VERSION, "fields": ["key", *FIELDS]}) + "\n"
    for title in titles:
        row: list[object] = [title.id.key]
        for field in FIELDS:
            value = getattr(title, field)
            row.append(None if value == getattr(_PLAIN, field) else value)
        while row[-1] is None:
            row.pop()
        yield _json(row) + "\n"


def is_sample(start: str) -> bool:
    """Whether a text that starts so is in this format."""
    return start.startswith("{") and f'"{FORMAT}"' in start.partition("\n")[0]


def records_of(lines: Iterable[str]) -> Iterator[Record | Refusal]:
    """The titles of the file's lines; a line that can't be read is refused."""
    for number, line in enumerate(lines, 1):
        if number == 1 or not line.strip():
            continue
        try:
            yield Record(number, _title(json.loads(line)))
        except (ValueError, TypeError, AttributeError) as error:
            yield Refusal(number, f"no title of the sample format: {error}")


def read_sample() -> Iterator[Record | Refusal]:
    """The packaged sample. Raises `Damaged` where the package lacks it or it can't be unpacked."""
    try:
        packed = files("app.sample").joinpath(RESOURCE).read_bytes()
        text = lzma.decompress(packed).decode()
    except (OSError, lzma.LZMAError, UnicodeDecodeError) as error:
        raise Damaged(f"The packaged sample catalogue can't be read: {error}") from error
    return records_of(text.splitlines())


def _title(row: object) -> Title:
    _json(row).encode()  # a lone surrogate is an error here, not in the store
    if not isinstance(row, list) or len(row) < 2 or len(row) > 1 + len(FIELDS):  # noqa: PLR2004  # key and name
        raise ValueError("no list of facts")
    key, *values = row
    if type(key) is not int or key not in _KEYS or not values[0]:
        raise ValueError("key or name is missing")
    facts = {
        field: _fact(field, value)
        for field, value in zip(FIELDS, values, strict=False)
        if value is not None
    }
    return Title(id=TitleId.from_key(key), source=Source.SAMPLE, **facts)  # type: ignore[arg-type]  # each has its field's type


def _fact(field: str, value: object) -> object:
    if field in _LISTS:
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(value)
    elif field in _NUMBERS:
        kinds = (int, float) if field in {"rating", "popularity"} else (int,)
        if type(value) in kinds and 0 <= value < _MOST:  # type: ignore[operator]  # it is a number
            return value
    elif isinstance(value, str):
        return value
    raise ValueError(f"{field} has a value of the wrong kind")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
