"""What becomes of lists: noted title by title, and looked back on."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.domain.catalogue.titles import TitleId
from app.domain.people.feedback import DAY, MOST_KEPT, expired, feedback_event
from app.domain.people.impression_cooldown import impression_cooldown
from app.domain.people.insights import Insights, insights
from app.domain.people.ledger import About, EventKind
from app.domain.ports.people import Ledger
from app.domain.ports.work import Clock
from app.services.people.person_view import PersonViews


@dataclass(frozen=True, slots=True)
class LookBack:
    """What lists were worth from `since` (Unix seconds), the earliest time that is known whole."""

    since: int
    until: int
    found: Insights


class Feedback:
    """The verbs on what was shown and opened. Each raises `NotFound` for an unknown profile."""

    def __init__(self, ledger: Ledger, views: PersonViews, clock: Clock) -> None:
        self._ledger = ledger
        self._views = views
        self._clock = clock

    def note(
        self, profile_id: str, list_id: str, shown: Sequence[About], opened: Sequence[About]
    ) -> int:
        """Note what a list showed, and what of it was opened, now; returns how much of it is new.

        What is already known of that list today stays as it is. The oldest is forgotten
        (`expired`), never what the person told of their history. All have TMDB's id.
        """
        now = int(self._clock.now())
        told = [
            feedback_event(kind, about, list_id, now)
            for kind, abouts in ((EventKind.SHOWN, shown), (EventKind.OPENED, opened))
            for about in abouts
        ]
        known = {event.key for event in self._views.feedback(profile_id)}
        new = {event.key: event for event in told if event.key not in known}
        if not new:
            return 0
        # Of what others note at this moment, only one has it counted.
        noted = self._ledger.put(profile_id, list(new.values())).added
        gone = expired(self._views.feedback(profile_id), now)
        if gone:
            self._ledger.remove(profile_id, gone)
        # Worked out here, where nobody waits for it, and not by the next list.
        self.impression_cooldown(profile_id)
        return noted

    def impression_cooldown(self, profile_id: str) -> frozenset[TitleId]:
        """The titles that were shown often and ignored, the same for a day (UTC) and a ledger."""
        view, feedback = self._views.of(profile_id), self._views.feedback(profile_id)
        day = int(self._clock.now()) // DAY
        return self._views.derived(
            profile_id,
            "impression cooldown",
            (view, feedback, day),
            lambda: impression_cooldown(feedback, view.entries_of, (day + 1) * DAY - 1),
        )

    def look_back(self, profile_id: str, days: int) -> LookBack:
        """What the lists of the last `days` were worth."""
        until = int(self._clock.now())
        since = until - days * DAY
        view, feedback = self._views.of(profile_id), self._views.feedback(profile_id)
        if len(feedback) >= MOST_KEPT:
            since = max(since, feedback[0].at)
        return LookBack(since, until, insights(feedback, view.entries_of, since, until))
