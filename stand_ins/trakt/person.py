"""Somebody who has an account at the stand-in for Trakt, and what is in it."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from threading import RLock
from typing import Final
from uuid import uuid4

from stand_ins.trakt.activities import Activities
from stand_ins.trakt.catalogue import TraktCatalogue
from stand_ins.trakt.titles import Episode, Film, Item, Key, Playable, Show, kind_of

FREE_LIMITS: Final = {
    "list": 5,
    "watchlist": 250,
    "favorites": 100,
    "collection": 100,
    "notes": 100,
}
"""The most items of each sort that a free account may have; of lists, how many lists."""

_BULK_STEP: Final = 3600


@dataclass(frozen=True, slots=True)
class Play:
    """One entry of the history; `at` in Unix seconds, 0 where unknown."""

    at: int
    id: int
    item: Playable
    action: str


@dataclass(frozen=True, slots=True)
class Rated:
    item: Item
    rating: int
    at: int


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of the watchlist or the favourites."""

    id: int
    item: Item
    at: int
    notes: str | None


class FakePerson:
    """An account. Everything here may be used from any thread, at any time.

    Times are Unix seconds; left out, they are now. Each call moves the last activities once, also
    where it takes things away. Plain attributes may be set: `vip`, and `limits` (`FREE_LIMITS`),
    which bind what comes over HTTP and not what is done here.
    """

    def __init__(
        self,
        name: str,
        catalogue: TraktCatalogue,
        now: Callable[[], float],
        numbers: Iterator[int],
        disconnect: Callable[["FakePerson"], None],
    ) -> None:
        """`numbers` gives the ids of entries; `disconnect` makes an account's tokens worthless."""
        self.name = name
        self.id = uuid4()
        self.vip = False
        self.limits = dict(FREE_LIMITS)
        self.joined_at = now()
        self.activities = Activities(now, self.joined_at)
        self._catalogue, self._now, self._numbers = catalogue, now, numbers
        self._disconnect = disconnect
        self._lock = RLock()
        self._plays: list[Play] = []
        self._rated: dict[Key, Rated] = {}
        self._lists: dict[str, dict[Key, Listed]] = {"watchlist": {}, "favorites": {}}
        self._played_again: dict[Key, int] = {}

    def disconnect(self) -> None:
        """Take the permission away at the site: no token of this account is good any more."""
        self._disconnect(self)

    def watch(self, item: Playable, at: int | None = None, *, action: str = "watch") -> int:
        """A play, also of what was watched before; gives its history id."""
        return self.watch_all([(item, self._time(at))], action=action)[0]

    def watch_all(
        self, plays: Iterable[tuple[Playable, int]], *, action: str = "watch"
    ) -> list[int]:
        """Plays with their times, as one change; gives their history ids."""
        with self._lock:
            made = [Play(at, next(self._numbers), item, action) for item, at in plays]
            for play in made:
                insort(self._plays, play, key=_order)
                self._played_again[play.item.key] = self._time(None)
            self._changed({kind_of(play.item) for play in made}, "watched_at")
            return [play.id for play in made]

    def watch_in_bulk(self, count: int) -> list[int]:
        """`count` plays of the catalogue's films and episodes, an hour apart, the last one now.

        In turn, and from the start again where there are fewer titles.
        """
        items: list[Playable] = [*self._catalogue.films]
        items += [episode for show in self._catalogue.shows for episode in show.episodes]
        first = self._time(None) - _BULK_STEP * (count - 1)
        return self.watch_all(
            (items[index % len(items)], first + _BULK_STEP * index) for index in range(count)
        )

    def unwatch(self, *ids: int) -> None:
        """Take plays out of the history. Raises `KeyError` where one isn't there."""
        with self._lock:
            there = {play.id: play for play in self._plays}
            gone = [there[number] for number in ids]
            self._plays = [play for play in self._plays if play.id not in ids]
            self._changed({kind_of(play.item) for play in gone}, "watched_at")

    def unwatch_title(self, item: Film | Show | Episode) -> int:
        """Take every play of a film, an episode or a whole series out; gives how many."""
        ids = [play.id for play in self.plays() if about(play.item, item)]
        self.unwatch(*ids)
        return len(ids)

    def plays(self, start: int | None = None, end: int | None = None) -> list[Play]:
        """The history, the latest first; from `start` to `end`, both included."""
        with self._lock:
            low = 0 if start is None else bisect_left(self._plays, start, key=_at)
            high = None if end is None else bisect_right(self._plays, end, key=_at)
            return self._plays[low:high][::-1]

    def last_added(self, item: Film | Show) -> int:
        """When a play of it was last added: removals don't move this one."""
        with self._lock:
            keys = [item.key] if isinstance(item, Film) else [one.key for one in _parts(item)]
            return max(self._played_again.get(key, 0) for key in keys)

    def rate(self, item: Item, rating: int, at: int | None = None) -> None:
        """Rate, 1 to 10, or rate anew."""
        self.rate_all([(item, rating)], at)

    def rate_all(self, ratings: Iterable[tuple[Item, int]], at: int | None = None) -> None:
        """Rate many, as one change."""
        with self._lock:
            made = [Rated(item, rating, self._time(at)) for item, rating in ratings]
            self._rated |= {rated.item.key: rated for rated in made}
            self._changed({kind_of(rated.item) for rated in made}, "rated_at")

    def unrate(self, *items: Item) -> int:
        """Take ratings back; gives how many there were."""
        with self._lock:
            gone = [item for item in items if self._rated.pop(item.key, None)]
            self._changed({kind_of(item) for item in gone}, "rated_at")
            return len(gone)

    def ratings(self) -> list[Rated]:
        """All of them, the latest first."""
        with self._lock:
            return sorted(self._rated.values(), key=lambda rated: -rated.at)

    def watchlist(self, *items: Item, at: int | None = None, notes: str | None = None) -> int:
        """Put on the watchlist; gives how many weren't there."""
        return self.enlist("watchlist", items, at, notes)

    def unwatchlist(self, *items: Item) -> int:
        """Take off the watchlist; gives how many were there."""
        return self.delist("watchlist", items)

    def favorite(self, *items: Film | Show, at: int | None = None, notes: str | None = None) -> int:
        """Put among the favourites; gives how many weren't there."""
        return self.enlist("favorites", items, at, notes)

    def unfavorite(self, *items: Film | Show) -> int:
        """Take out of the favourites; gives how many were there."""
        return self.delist("favorites", items)

    def enlist(
        self, name: str, items: Sequence[Item], at: int | None = None, notes: str | None = None
    ) -> int:
        """As `watchlist`, for the list of that name: ``watchlist`` or ``favorites``."""
        with self._lock:
            there = self._lists[name]
            new = {item.key: item for item in items if item.key not in there}
            for key, item in new.items():
                there[key] = Listed(next(self._numbers), item, self._time(at), notes)
            paths = {(f"{kind_of(item)}s", _LISTED_AT[name]) for item in new.values()}
            self.activities.move(paths | {(name, "updated_at")} if new else ())
            return len(new)

    def delist(self, name: str, items: Sequence[Item]) -> int:
        """As `unwatchlist`, for the list of that name."""
        with self._lock:
            gone = [item for item in items if self._lists[name].pop(item.key, None)]
            # That the times of the kinds move as well is documented for additions only.
            self.activities.move([(name, "updated_at")] if gone else ())
            return len(gone)

    def listed(self, name: str) -> list[Listed]:
        """What is on the ``watchlist`` or among the ``favorites``, by rank."""
        with self._lock:
            return list(self._lists[name].values())

    def _time(self, at: int | None) -> int:
        return int(self._now()) if at is None else at

    def _changed(self, kinds: set[str], what: str) -> None:
        self.activities.move([(f"{kind}s", what) for kind in kinds])


_LISTED_AT: Final = {"watchlist": "watchlisted_at", "favorites": "favorited_at"}


def about(played: Playable, item: Item) -> bool:
    """Whether a play of the one is a play of the other, or of a part of it."""
    return played == item or (isinstance(played, Episode) and played.show == item)


def _parts(show: Show) -> Iterator[Episode]:
    return (episode for number in show.seasons for episode in show.season(number).episodes)


def _order(play: Play) -> tuple[int, int]:
    return play.at, play.id


def _at(play: Play) -> int:
    return play.at
