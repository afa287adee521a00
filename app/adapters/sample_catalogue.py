"""The sample catalogue's file format, and the one that is packaged.

xz over JSON lines: first a header, then a title per line, best known first. A title is a list of
its facts in the order of `FIELDS`, cut behind the last that is known; the id is ``key``.
"""

import json
import lzma
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Final

import msgspec

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
        except (ValueError, TypeError, msgspec.ValidationError) as error:
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
        field: value for field, value in zip(FIELDS, values, strict=False) if value is not None
    }
    if any(not 0 <= one < _MOST for one in facts.values() if isinstance(one, int | float)):
        raise ValueError("a number is impossible")
    one = TitleId.from_key(key)
    identity = {"kind": one.kind.value, "tmdb_id": one.tmdb_id}
    return msgspec.convert({"id": identity, "source": Source.SAMPLE.value, **facts}, Title)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
