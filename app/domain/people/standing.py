"""A ledger put together title by title: what stands of each film and series now."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.catalogue.names import fold
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.people.ledger import FEEDBACK, About, Event, EventKind
from app.domain.people.watched import Verdict, verdict_of

HAND: Final = "hand"
"""Source of what a person told watcher itself: it outweighs other sources of the same moment."""

Identity = tuple[str, ...]
"""What makes two entries one title's: the strongest id known, with its family."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person has of one title; `events` are all of them, the newest last.

    `about` holds what all of them together know of it. `rating` is the latest (1 to 10), None where
    there is none or it was taken back. `last_at` is the latest moment of any of them, in Unix
    seconds.
    """

    about: About
    watched: Verdict
    rating: int | None
    loved: bool
    watchlisted: bool
    dismissed: bool
    last_at: int
    sources: tuple[str, ...]
    events: tuple[Event, ...]

    @property
    def title_id(self) -> TitleId | None:
        """TMDB's id, where one is known."""
        if self.about.tmdb_id is None:
            return None
        return TitleId(self.about.kind, self.about.tmdb_id)


def standings(events: Iterable[Event]) -> list[Standing]:
    """One per title, the latest first, ties by identity; what was only shown or opened has none.

    Entries of different families are one title's where some entry bears both ids. Where entries
    contradict each other about a second id, the first TMDB id in ascending order wins it.
    """
    every = [event for event in events if event.kind not in FEEDBACK]
    known_as = _known_as(every)
    groups: dict[Identity, list[Event]] = defaultdict(list)
    for event in every:
        groups[_identity(event.about, known_as)].append(event)
    return sorted((standing_of(some) for some in groups.values()), key=latest_first)


def latest_first(standing: Standing) -> tuple[int, Identity]:
    """The order of `standings`; no two titles of a ledger have the same."""
    # What is known of a title together has the identity that its entries were joined by.
    return -standing.last_at, _ids(standing.about)[0]


def concerning(events: Iterable[Event], titles: Iterable[About]) -> list[Event]:
    """All events that have a say in where these titles stand, in their order.

    Those that bear one of the titles' ids, or an id that some entry joins to one of them, or
    nothing but a title's name: what `standings` makes of a title from these alone is what it makes
    of it from all.
    """
    every = [*events]
    wanted = {i for about in titles for i in (*_ids(about), _by_name(about))}
    found: list[tuple[Event, list[Identity]]] = []
    reached = 0
    while len(wanted) > reached:
        reached = len(wanted)
        found = [(event, _ids(event.about)) for event in _perhaps(every, wanted)]
        for _, ids in found:
            if len(ids) > 1 and not wanted.isdisjoint(ids):
                wanted.update(ids)
    return [event for event, ids in found if not wanted.isdisjoint(ids)]


def _perhaps(events: Sequence[Event], wanted: Iterable[Identity]) -> list[Event]:
    """All events that may have one of these identities: quick, for most have none of them."""
    ids = {identity[-1] for identity in wanted} - {""}
    numbers = {int(identity[-1]) for identity in wanted if identity[0] in ("tmdb", "tvdb")}
    return [
        event
        for event in events
        if (about := event.about).tmdb_id in numbers
        or about.imdb_id in ids
        or about.tvdb_id in numbers
        or (about.tmdb_id is None and not about.imdb_id)
    ]


def _known_as(events: Sequence[Event]) -> dict[Identity, Identity]:
    """Second ids, each with the identity that some entry joins it to."""
    joined: dict[Identity, Identity] = {}
    for about in {event.about for event in events}:
        ids = _ids(about)
        for second in ids[1:]:
            joined[second] = min(ids[0], joined.get(second, ids[0]), key=_rank)
    return joined


def _rank(identity: Identity) -> tuple[str, int, Identity]:
    return (_FAMILIES[identity[0]], len(identity[-1]), identity)


_FAMILIES: Final = {"tmdb": "0", "imdb": "1", "tvdb": "2", "name": "3"}


def _ids(about: About) -> list[Identity]:
    """Identities of an entry, the strongest first."""
    found: list[Identity] = []
    if about.tmdb_id is not None:
        found.append(("tmdb", about.kind.value, str(about.tmdb_id)))
    if about.imdb_id:
        found.append(("imdb", about.imdb_id))
    if about.tvdb_id is not None and about.kind is MediaKind.TV:
        found.append(("tvdb", str(about.tvdb_id)))
    return found or [_by_name(about)]


def _by_name(about: About) -> Identity:
    return ("name", about.kind.value, str(about.year or ""), fold(about.name))


def _identity(about: About, known_as: dict[Identity, Identity]) -> Identity:
    identity = _ids(about)[0]
    for _ in _FAMILIES:  # a TVDB id may lead to an IMDb id, and that to TMDB's
        stronger = known_as.get(identity, identity)
        if identity[0] == "tmdb" or stronger == identity:
            break
        identity = stronger
    return identity


def standing_of(events: Sequence[Event]) -> Standing:
    """Where a title stands by these events, all of them its own."""
    ordered = sorted(events, key=lambda e: (e.at, e.source == HAND, e.key))
    kinds = {event.kind for event in ordered}
    return Standing(
        about=_together(ordered),
        watched=verdict_of(ordered),
        rating=_latest_rating(ordered),
        loved=EventKind.LOVED in kinds,
        watchlisted=EventKind.WATCHLISTED in kinds,
        dismissed=EventKind.DISMISSED in kinds,
        last_at=ordered[-1].at,
        sources=tuple(sorted({event.source for event in ordered})),
        events=tuple(ordered),
    )


def _latest_rating(ordered: Sequence[Event]) -> int | None:
    """A hand's word stands until another is given later, even where its moment is unknown."""
    for event in reversed(ordered):
        if event.kind is EventKind.RATED and event.season is None:
            return event.rating
    return None


def _together(events: Sequence[Event]) -> About:
    """What all entries know: the strongest id of each family, the newest name."""
    abouts = [event.about for event in reversed(events)]
    named = next((a for a in abouts if a.name and a.year is not None), None)
    named = named or next((a for a in abouts if a.name), abouts[0])
    first = next((a for a in abouts if a.tmdb_id is not None), abouts[0])
    return About(
        kind=first.kind,
        tmdb_id=first.tmdb_id,
        imdb_id=first.imdb_id or next((a.imdb_id for a in abouts if a.imdb_id), ""),
        tvdb_id=first.tvdb_id or next((a.tvdb_id for a in abouts if a.tvdb_id), None),
        name=named.name,
        year=named.year,
    )
