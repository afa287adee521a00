"""Whether a title was watched, by all that is told of it: decided here and nowhere else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.people.ledger import Event, EventKind

Episode = tuple[int, int]
"""Season and number; season 0 holds specials."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person has of one title.

    `seen`: a film was watched, any episode of a series, or the series as a whole, or it was rated:
    it is not to be recommended. `whole`: the film, or the series as a whole, was told as watched.
    `plays` counts distinct moments, or is a source's own sum. `last_at` is in Unix seconds, 0 where
    unknown.
    """

    seen: bool
    whole: bool = False
    episodes: frozenset[Episode] = frozenset()
    plays: int = 0
    last_at: int = 0

    def finished(self, aired: int | None) -> bool:
        """Whether all of it was watched; `aired` counts a series' regular episodes so far.

        None where nobody knows: then only a series told as watched as a whole is finished.
        """
        if self.whole or aired is None:
            return self.whole
        regular = sum(season > 0 for season, _ in self.episodes)
        return 0 < aired <= regular


NOT_SEEN: Final = Verdict(seen=False)


def verdict_of(events: Sequence[Event]) -> Verdict:
    """What the events of one title say together.

    `UNWATCHED` takes back, from every source, what was told as watched until its moment and what
    has no moment; one that names an episode takes back that episode. What is watched later counts
    again. Where sources disagree, one that says "watched" is enough. Who rated a title has seen it,
    without a play to count.
    """
    taken_back: dict[Episode | None, int] = {}
    telling = [event for event in events if tells_watched(event)]
    for event in telling:
        if event.kind is EventKind.UNWATCHED:
            place = _episode(event)
            taken_back[place] = max(event.at, taken_back.get(place, -1))
    all_until = taken_back.get(None, -1)
    counted = [
        event
        for event in telling
        if event.kind is not EventKind.UNWATCHED
        and event.at > max(all_until, taken_back.get(_episode(event), -1))
    ]
    if not counted:
        return NOT_SEEN
    played = [event for event in counted if event.kind is EventKind.WATCHED]
    moments = {(_episode(event), event.at) for event in played if event.at > 0}
    # A source may tell one moment and how many plays there were until then.
    told = max((event.plays for event in played), default=0)
    return Verdict(
        seen=True,
        whole=any(_episode(event) is None for event in played),
        episodes=frozenset(place for event in counted if (place := _episode(event)) is not None),
        plays=max(len(moments), told),
        last_at=max((event.at for event in played), default=0),
    )


def tells_watched(event: Event) -> bool:
    """Whether it says that something was watched or wasn't; who rates a title has seen it."""
    rated = event.kind is EventKind.RATED and event.rating is not None
    return rated or event.kind in (EventKind.WATCHED, EventKind.UNWATCHED)


def _episode(event: Event) -> Episode | None:
    if event.season is None or event.episode is None:
        return None
    return (event.season, event.episode)
