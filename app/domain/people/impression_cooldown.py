"""Titles that were shown often and ignored: they rest for a while, then may be shown again."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from app.domain.catalogue.titles import TitleId
from app.domain.people.feedback import DAY, EntriesOf, happened_since, opened_of, showing
from app.domain.people.ledger import Event, EventKind

OFTEN: Final = 3
"""Lists in which a title is ignored before it rests: once may be haste, twice a full evening."""

WITHIN: Final = 30 * DAY
"""Seconds in which they count together: who looks in once a month has hardly seen it too often."""

REST: Final = 30 * DAY
"""Seconds of rest, from the last showing on. No shorter than `WITHIN`: who comes back after a rest
is counted from new."""

_ANSWERS: Final = frozenset(
    {EventKind.OPENED, EventKind.WATCHED, EventKind.LOVED, EventKind.WATCHLISTED}
)


_Showing = tuple[Event, tuple[int, str]]
"""A showing, and the day and list of it."""


def impression_cooldown(
    feedback: Sequence[Event], entries_of: EntriesOf, now: float
) -> frozenset[TitleId]:
    """The titles that rest at `now` (Unix seconds), by what became of lists (`FEEDBACK`).

    Such a title was shown in `OFTEN` different lists or more (the same list on another day is
    another one) in the `WITHIN` seconds that end with its last showing, that is less than `REST`
    ago, and from the first of these on it was neither opened nor watched, rated, loved or put on
    the watchlist, whatever ids that was told by. The order of events means nothing.
    """
    shown: dict[TitleId, list[_Showing]] = defaultdict(list)
    oldest = now - WITHIN - REST - DAY  # nothing before it can matter
    for event in feedback:
        if oldest < event.at <= now and (found := showing(event)) is not None:
            shown[found[0]].append((event, found[1]))
    ignored = {one: since for one, some in shown.items() if (since := _often_since(some, now))}
    opened = opened_of(feedback, ignored)
    return frozenset(
        title_id
        for title_id, since in ignored.items()
        if not any(
            _answers(event) and event.at <= now and happened_since(event, since.at)
            for event in (*opened.get(title_id, ()), *entries_of(since.about))
        )
    )


def _answers(event: Event) -> bool:
    return event.kind in _ANSWERS or (event.kind is EventKind.RATED and event.rating is not None)


def _often_since(shown: Sequence[_Showing], now: float) -> Event | None:
    """The first of the showings that make a title rest, if it was shown so often."""
    last = max(event.at for event, _ in shown)
    if now - last >= REST:
        return None
    counted = [one for one in shown if one[0].at > last - WITHIN]
    if len({place for _, place in counted}) < OFTEN:
        return None
    return min((event for event, _ in counted), key=lambda event: (event.at, event.key))
