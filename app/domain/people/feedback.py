"""What became of a list: the events of its titles that were shown and opened, and their end."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Final

from app.domain.catalogue.titles import TitleId
from app.domain.errors import InvalidInput
from app.domain.people.ledger import About, Event, EventKind

EntriesOf = Callable[[About], Sequence[Event]]
"""What a person's history has of a title that is told with TMDB's id."""

DAY: Final = 86_400
FROM_LISTS: Final = "lists"
"""Source of these events."""

KEPT_DAYS: Final = 365
"""After a year nobody asks any more what a list was worth."""

MOST_KEPT: Final = 2_000
"""A hundred lists of twenty. A ledger is read as a whole, and this doubles that of a keen viewer;
more would cost the next list more time than it is worth."""


def feedback_event(kind: EventKind, about: About, list_id: str, at: int) -> Event:
    """The event that a title of a list was shown or opened at `at` (Unix seconds).

    Its key is of the title, the day (UTC) and the list: the same page shown again on that day is
    the same event. `about` has TMDB's id. Raises `InvalidInput` where it has none.
    """
    if about.tmdb_id is None:
        raise InvalidInput("tmdb_id: lists are made of titles that have one.")
    key = f"{kind.value}:{list_id}:{at // DAY}:{about.kind.value}:{about.tmdb_id}"
    return Event(key=key, kind=kind, about=about, at=at, source=FROM_LISTS)


def showing(event: Event) -> tuple[TitleId, tuple[int, str]] | None:
    """Of an event that a title was shown: which, and where (day since 1970 and list).

    None for other events, and for those that tell no list or no title of TMDB's.
    """
    parts = event.key.split(":")
    if event.kind is not EventKind.SHOWN or event.about.tmdb_id is None or len(parts) != 5:  # noqa: PLR2004 -- as `feedback_event` writes it
        return None
    return TitleId(event.about.kind, event.about.tmdb_id), (event.at // DAY, parts[1])


def opened_of(
    feedback: Iterable[Event], wanted: Container[TitleId]
) -> Mapping[TitleId, Sequence[Event]]:
    """The events that titles were opened, of those wanted; none where one wasn't."""
    found: defaultdict[TitleId, list[Event]] = defaultdict(list)
    for event in feedback:
        if event.kind is EventKind.OPENED and event.about.tmdb_id is not None:
            title_id = TitleId(event.about.kind, event.about.tmdb_id)
            if title_id in wanted:
                found[title_id].append(event)
    return found


def happened_since(event: Event, moment: int) -> bool:
    """Whether it happened at `moment` or later, as far as it tells.

    A diary tells days, written as their midnight: such an event may be of the end of its day. One
    that tells no moment at all (0) is taken for an old one.
    """
    latest = event.at + DAY - 1 if event.at % DAY == 0 else event.at
    return event.at > 0 and latest >= moment


def expired(events: Sequence[Event], now: int) -> list[str]:
    """Keys of those to be forgotten: older than `KEPT_DAYS`, and all but the newest `MOST_KEPT`.

    `events` are of `FEEDBACK`, by ascending (`at`, `key`).
    """
    surplus = max(0, len(events) - MOST_KEPT)
    oldest = now - KEPT_DAYS * DAY
    return [e.key for place, e in enumerate(events) if place < surplus or e.at < oldest]
