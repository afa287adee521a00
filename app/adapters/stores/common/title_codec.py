"""Titles as JSON bytes and as plain documents, for the stores.

Fields that say nothing (their default) are left out, which saves a third of the bytes; a field
that a later version added reads as its default, one that it dropped is passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from math import isfinite
from operator import attrgetter

import msgspec

from app.domain.catalogue.titles import Title, TitleId
from app.domain.errors import Damaged, InvalidInput

_FIELDS = fields(Title)
_Stored = msgspec.defstruct(
    "_Stored",
    [
        (field.name, object) if field.default is MISSING else (field.name, object, field.default)
        for field in _FIELDS
    ],
    omit_defaults=True,
)
_values_of = attrgetter(*[field.name for field in _FIELDS])
_whole_numbers_of = attrgetter("votes", "fetched_at")
_optional_numbers_of = attrgetter("year", "runtime", "tvdb_id", "collection_id")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Title).decode

_LARGEST_ID = 2**62 - 1
_LARGEST_NUMBER = 2**63 - 1


def storable(title_id: TitleId) -> bool:
    """True where the number is in the range that a title can have; no other was ever stored."""
    return 1 <= title_id.tmdb_id <= _LARGEST_ID


def storable_key(title_id: TitleId) -> int:
    """The key; raises `InvalidInput` where the number is out of range."""
    if not storable(title_id):
        raise InvalidInput(f"{title_id} can't be stored: TMDB numbers go from 1 to 2**62 - 1")
    return title_id.key


def encode_title(title: Title) -> bytes:
    """As UTF-8 JSON; raises `InvalidInput` for text or numbers that would not come back."""
    _check(title)
    try:
        return _encode(_Stored(*_values_of(title)))
    except UnicodeEncodeError:
        raise _half_a_character(title.id) from None


def decode_title(body: bytes) -> Title:
    """The inverse of `encode_title`; raises `Damaged` for anything else."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(f"A stored title can't be read: {error}") from error


def title_document(title: Title) -> dict[str, object]:
    """As a dictionary of plain values; raises `InvalidInput` as `encode_title` does."""
    _check(title)
    document: dict[str, object] = msgspec.to_builtins(_Stored(*_values_of(title)))
    return document


def title_from_document(document: Mapping[str, object]) -> Title:
    """The inverse of `title_document`; keys that no title has are passed over."""
    try:
        return msgspec.convert(document, Title)
    except msgspec.ValidationError as error:
        raise Damaged(f"A stored title can't be read: {error}") from error


def _check(title: Title) -> None:
    storable_key(title.id)
    if not isfinite(title.popularity) or not isfinite(title.rating or 0.0):
        raise InvalidInput(f"{title.id} can't be stored: its rating or popularity is not finite")
    numbers = (
        *_whole_numbers_of(title),
        *(number for number in _optional_numbers_of(title) if number is not None),
        *title.recommended,
    )
    if max(numbers) > _LARGEST_NUMBER or min(numbers) < -_LARGEST_NUMBER:
        raise InvalidInput(f"{title.id} can't be stored: a number in it needs more than 64 bits")


def _half_a_character(title_id: TitleId) -> InvalidInput:
    return InvalidInput(
        f"{title_id} can't be stored: a text in it holds half a character (a lone surrogate)"
    )
