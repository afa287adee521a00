"""A person's own history: listed, added to, taken back, rated, marked, and each of it undone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from app.domain.catalogue.names import fold, on_a_shelf
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import InvalidInput
from app.domain.people.ledger import About, Event, EventKind
from app.domain.people.resolution import Row
from app.domain.people.standing import HAND
from app.domain.ports.people import Ledger
from app.domain.ports.work import Clock
from app.services.people.person_view import PersonViews

MARKS: Final = (EventKind.LOVED, EventKind.WATCHLISTED, EventKind.DISMISSED)
MOST_AT_ONCE: Final = 1000
_TOMORROW: Final = 86_400

Sort = Literal["latest", "oldest", "name", "year", "rating", "plays"]
Show = Literal["all", "watched", "rated", "loved", "watchlisted", "dismissed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryQuery:
    """Which entries, in what order, which page. Empty and None ask for all."""

    show: Show = "all"
    kind: MediaKind | None = None
    genre: str = ""
    year_from: int | None = None
    year_to: int | None = None
    text: str = ""
    sort: Sort = "latest"
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True, slots=True)
class HistoryListing:
    """Some rows, and how many there are in all."""

    rows: tuple[Row, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Undo:
    """What brings back what was before a change: these keys out, these events in."""

    remove: tuple[str, ...] = ()
    put: tuple[Event, ...] = ()


class History:
    """The verbs on one person's ledger. Each raises `NotFound` for an unknown profile."""

    def __init__(self, ledger: Ledger, views: PersonViews, clock: Clock) -> None:
        self._ledger = ledger
        self._views = views
        self._clock = clock

    def listed(self, profile_id: str, query: HistoryQuery) -> HistoryListing:
        """The entries that pass, sorted, one page of them."""
        wanted = fold(query.text)
        rows = [row for row in self._views.of(profile_id).rows if _passes(row, query, wanted)]
        rows = _sorted(rows, query.sort)
        return HistoryListing(tuple(rows[query.offset : query.offset + query.limit]), len(rows))

    def of(self, profile_id: str, wanted: Collection[TitleId]) -> list[Row]:
        """The rows of those titles that the person has any of, the latest first."""
        return self._views.of(profile_id).of_titles(wanted)

    def add(
        self,
        profile_id: str,
        about: About,
        at: int | None = None,
        episodes: Collection[tuple[int, int]] = (),
    ) -> Undo:
        """Note that it was watched, now or at a moment (Unix seconds); a series by its episodes.

        Raises `InvalidInput` for a moment in the future or before films.
        """
        now = int(self._clock.now())
        moment = now if at is None else at
        if not 0 <= moment <= now + _TOMORROW:
            raise InvalidInput("at: a moment between 1970 and now, in Unix seconds.")
        places: list[tuple[int, int] | None] = [*sorted(episodes)]
        events = [
            Event(
                key=_key(EventKind.WATCHED, about, moment, place),
                kind=EventKind.WATCHED,
                about=about,
                at=moment,
                source=HAND,
                season=place[0] if place else None,
                episode=place[1] if place else None,
            )
            for place in places or [None]
        ]
        # Who says that it was watched then no longer says that it wasn't.
        taken_back = [
            event.key
            for event in self._views.of(profile_id).entries_of(about)
            if event.kind is EventKind.UNWATCHED and event.at >= moment
        ]
        return self._change(profile_id, put=events, remove=taken_back)

    def take_back(self, profile_id: str, about: About) -> Undo:
        """Note that it wasn't watched, whatever any source told until now."""
        events = self._views.of(profile_id).entries_of(about)
        watched = [event for event in events if event.kind is EventKind.WATCHED]
        own = [event.key for event in watched if event.source == HAND]
        put = []
        if len(own) < len(watched):
            put.append(self._marking(EventKind.UNWATCHED, about))
        return self._change(profile_id, put=put, remove=own)

    def rate(self, profile_id: str, about: About, rating: int | None) -> Undo:
        """Give 1 to 10, or take the rating back. Raises `InvalidInput`."""
        if rating is not None and not 1 <= rating <= 10:  # noqa: PLR2004 -- the scale
            raise InvalidInput("rating: 1 to 10, or null to take it back.")
        return self._change(
            profile_id, put=[replace(self._marking(EventKind.RATED, about), rating=rating)]
        )

    def mark(self, profile_id: str, about: About, mark: EventKind, *, on: bool) -> Undo:
        """Love, put on the watchlist or dismiss, or take that back."""
        if mark not in MARKS:
            raise InvalidInput(f"mark: one of {', '.join(MARKS)}.")
        if on:
            return self._change(profile_id, put=[self._marking(mark, about)])
        events = self._views.of(profile_id).entries_of(about)
        kept = [event.key for event in events if event.kind is mark]
        return self._change(profile_id, remove=kept)

    def undo(self, profile_id: str, undo: Undo) -> Undo:
        """Bring back what was before; returns what undoes that in turn."""
        return self._change(profile_id, put=undo.put, remove=undo.remove)

    def _change(
        self, profile_id: str, *, put: Sequence[Event] = (), remove: Collection[str] = ()
    ) -> Undo:
        before = self._ledger.change(profile_id, put, remove)
        new = {event.key for event in put} - {event.key for event in before}
        return Undo(tuple(sorted(new)), tuple(before))

    def _marking(self, kind: EventKind, about: About) -> Event:
        key = _key(kind, about)
        return Event(key=key, kind=kind, about=about, at=int(self._clock.now()), source=HAND)


def _key(
    kind: EventKind, about: About, at: int | None = None, place: tuple[int, int] | None = None
) -> str:
    """One per title and kind of mark, so that marking twice is marking once."""
    number = about.tmdb_id or about.imdb_id or about.tvdb_id or f"{fold(about.name)}:{about.year}"
    parts = [HAND, kind.value, about.kind.value, str(number)]
    parts += [] if at is None else [str(at)]
    parts += [] if place is None else [f"s{place[0]}e{place[1]}"]
    return ":".join(parts)


def _passes(row: Row, query: HistoryQuery, wanted: str) -> bool:
    standing = row.standing
    shown = {
        "all": standing.watched.seen
        or standing.rating is not None
        or standing.loved
        or standing.watchlisted
        or standing.dismissed,
        "watched": standing.watched.seen,
        "rated": standing.rating is not None,
        "loved": standing.loved,
        "watchlisted": standing.watchlisted,
        "dismissed": standing.dismissed,
    }
    year = row.year or 0
    return (
        shown[query.show]
        and (query.kind is None or row.kind is query.kind)
        and (not query.genre or (row.title is not None and query.genre in row.title.genres))
        and (query.year_from is None or year >= query.year_from)
        and (query.year_to is None or 0 < year <= query.year_to)
        and (not wanted or wanted in fold(row.name))
    )


def _sorted(rows: list[Row], sort: Sort) -> list[Row]:
    """By the wish; what it leaves equal stays the latest first."""
    if sort == "oldest":
        return sorted(rows, key=lambda row: row.standing.last_at)
    if sort == "name":
        return sorted(rows, key=lambda row: on_a_shelf(row.name))
    if sort == "year":
        return sorted(rows, key=lambda row: -(row.year or 0))
    if sort == "rating":
        return sorted(rows, key=lambda row: -(row.standing.rating or 0))
    if sort == "plays":
        return sorted(rows, key=lambda row: -row.standing.watched.plays)
    return rows
