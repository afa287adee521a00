"""Events as they are stored."""

from collections.abc import Iterable
from operator import attrgetter
from typing import Final

import msgspec

from app.adapters.stores.common.codec import Codec, stored_form
from app.domain.people.ledger import About, Event

_stored_about = stored_form(About)
_stored_event = stored_form(Event)
_numbers_of = attrgetter(
    *("at", "plays", "rating", "season", "episode"),
    *("about.tmdb_id", "about.tvdb_id", "about.year"),
)


def in_order(events: Iterable[Event]) -> list[Event]:
    """By ascending time and key, as `Ledger.events` gives them."""
    return sorted(events, key=attrgetter("at", "key"))


def _form(event: Event) -> msgspec.Struct:
    return msgspec.structs.replace(_stored_event(event), about=_stored_about(event.about))


EVENTS: Final = Codec(Event, _form, _numbers_of, lambda event: f"The event {event.key!r}")
