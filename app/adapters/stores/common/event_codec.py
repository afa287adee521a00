"""Events as JSON bytes and as plain documents, for the stores; see `title_codec`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from operator import attrgetter
from typing import Final

import msgspec

from app.domain.errors import Damaged, InvalidInput
from app.domain.people.ledger import About, Event

_LARGEST_NUMBER: Final = 2**63 - 1


def _stored(noun: type[About | Event]) -> type[msgspec.Struct]:
    """The noun as it is stored: fields that say nothing (their default) are left out."""
    return msgspec.defstruct(
        f"_Stored{noun.__name__}",
        [
            (field.name, object)
            if field.default is MISSING
            else (field.name, object, field.default)
            for field in fields(noun)
        ],
        omit_defaults=True,
        kw_only=True,
    )


_About = _stored(About)
_Event = _stored(Event)
_ABOUT_FIELDS: Final = tuple(field.name for field in fields(About))
_EVENT_FIELDS: Final = tuple(field.name for field in fields(Event))
_about_values = attrgetter(*_ABOUT_FIELDS)
_event_values = attrgetter(*_EVENT_FIELDS)
_numbers_of = attrgetter(
    *("at", "plays", "rating", "season", "episode"),
    *("about.tmdb_id", "about.tvdb_id", "about.year"),
)
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Event).decode


def encode_event(event: Event) -> bytes:
    """As UTF-8 JSON, equal for equal events.

    Raises `InvalidInput` for text or numbers that would not come back.
    """
    try:
        return _encode(_stored_form(event))
    except UnicodeEncodeError:
        raise InvalidInput(
            f"The event {event.key!r} can't be stored: a text in it holds half a character (a lone "
            "surrogate)"
        ) from None


def decode_event(body: bytes) -> Event:
    """The inverse of `encode_event`; raises `Damaged` for anything else."""
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(f"A stored event can't be read: {error}") from error


def event_document(event: Event) -> dict[str, object]:
    """As a dictionary of plain values; raises `InvalidInput` for numbers of more than 64 bits."""
    document: dict[str, object] = msgspec.to_builtins(_stored_form(event))
    return document


def event_from_document(document: Mapping[str, object]) -> Event:
    """The inverse of `event_document`; keys that no event has are passed over."""
    try:
        return msgspec.convert(document, Event)
    except msgspec.ValidationError as error:
        raise Damaged(f"A stored event can't be read: {error}") from error


def in_order(events: Iterable[Event]) -> list[Event]:
    """By ascending time and key, as `Ledger.events` gives them."""
    return sorted(events, key=attrgetter("at", "key"))


def _stored_form(event: Event) -> msgspec.Struct:
    numbers = [number for number in _numbers_of(event) if number is not None]
    if max(numbers) > _LARGEST_NUMBER or min(numbers) < -_LARGEST_NUMBER:
        raise InvalidInput(
            f"The event {event.key!r} can't be stored: a number in it needs more than 64 bits"
        )
    values = dict(zip(_EVENT_FIELDS, _event_values(event), strict=True))
    values["about"] = _About(**dict(zip(_ABOUT_FIELDS, _about_values(event.about), strict=True)))
    return _Event(**values)
