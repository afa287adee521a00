"""Titles as they are stored."""

from collections.abc import Iterator
from math import isfinite
from operator import attrgetter
from typing import Final

import msgspec

from app.adapters.stores.common.codec import Codec, stored_form
from app.domain.catalogue.titles import Title, TitleId
from app.domain.errors import InvalidInput

_LARGEST_ID: Final = 2**62 - 1
_stored = stored_form(Title)
_single_numbers_of = attrgetter(
    *("votes", "fetched_at", "year", "runtime", "tvdb_id", "collection_id")
)


def storable(title_id: TitleId) -> bool:
    """True where the number is in the range that a title can have; no other was ever stored."""
    return 1 <= title_id.tmdb_id <= _LARGEST_ID


def storable_key(title_id: TitleId) -> int:
    """The key; raises `InvalidInput` where the number is out of range."""
    if not storable(title_id):
        raise InvalidInput(f"{title_id} can't be stored: TMDB numbers go from 1 to 2**62 - 1")
    return title_id.key


def _form(title: Title) -> msgspec.Struct:
    storable_key(title.id)
    if not isfinite(title.popularity) or not isfinite(title.rating or 0.0):
        raise InvalidInput(f"{title.id} can't be stored: its rating or popularity is not finite")
    return _stored(title)


def _numbers_of(title: Title) -> Iterator[int | None]:
    yield from _single_numbers_of(title)
    yield from title.recommended


TITLES: Final = Codec(Title, _form, _numbers_of, lambda title: str(title.id))
