"""The two files of a rating set, wherever they are."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from app.adapters.dumps.opening import TextFile, ZipMember
from app.domain.errors import InvalidInput

RATINGS: Final = "ratings.csv"
LINKS: Final = "links.csv"
_ZIP: Final = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class RatingFiles:
    """How to open the two files; `source` names the set to people."""

    source: str
    open_ratings: Callable[[], TextFile]
    open_links: Callable[[], TextFile]


def located(ratings: Path, links: Path | None) -> RatingFiles:
    """Find the files. Raises `InvalidInput` where one is missing, `Damaged` for a bad archive."""
    if not ratings.exists():
        raise InvalidInput(f"{ratings} does not exist")
    if links is None and _is_zip(ratings):
        inside = partial(ZipMember, ratings)
        return RatingFiles(ratings.name, partial(inside, RATINGS), partial(inside, LINKS))
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


def _is_zip(path: Path) -> bool:
    if not path.is_file():
        return False
    try:
        with path.open("rb") as stream:
            return stream.read(len(_ZIP)) == _ZIP
    except OSError as error:
        raise InvalidInput(f"{path} can't be read: {error.strerror}") from error
