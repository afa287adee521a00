"""Events as they are stored."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Final, TypeVar

import msgspec

from app.adapters.stores.common.codec import Codec, stored_form
from app.domain.errors import Damaged
from app.domain.people.bounds import fault_of
from app.domain.people.ledger import About, Event
from app.domain.ports.people import LedgerRead

_stored_about = stored_form(About)
_stored_event = stored_form(Event)
_numbers_of = attrgetter(
    *("at", "plays", "rating", "season", "episode"),
    *("about.tmdb_id", "about.tvdb_id", "about.year"),
)


_SHOWN: Final = 60
_Stored = TypeVar("_Stored")


def readable(stored: Sequence[_Stored], read: Callable[[_Stored], Event]) -> list[Event]:
    """Those that can be read, by ascending time and key, as `Ledger.events` gives them.

    One bad entry, of an older version or of another program, must not take all others with it.
    Raises `Damaged` where most are bad: what is left then tells nothing of what was seen.
    """
    found = read_all(stored, read)
    if found.unreadable > max(1, len(found.events)):
        raise Damaged(
            f"{found.unreadable} of the {len(stored)} entries of this history can't be read, so "
            "nothing is shown by it. Restore the database from a backup, or run the version that "
            "wrote them."
        )
    return found.events


def read_all(stored: Sequence[_Stored], read: Callable[[_Stored], Event]) -> LedgerRead:
    """The same, however few can be read, and how many were left out."""
    events = []
    for one in stored:
        try:
            events.append(read(one))
        except Damaged:
            continue
    return LedgerRead(sorted(events, key=attrgetter("at", "key")), len(stored) - len(events))


def _form(event: Event) -> msgspec.Struct:
    return msgspec.structs.replace(_stored_event(event), about=_stored_about(event.about))


def _subject(event: Event) -> str:
    return f"The event {event.key[:_SHOWN]!r}"


EVENTS: Final = Codec(Event, _form, _numbers_of, _subject, fault_of)
