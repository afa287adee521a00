"""When each part of an account last changed."""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, Final

from stand_ins.trakt.times import iso

_PARTS: Final = {
    "movies": (
        *("watched_at", "collected_at", "rated_at", "watchlisted_at", "favorited_at"),
        *("commented_at", "paused_at", "hidden_at"),
    ),
    "episodes": (
        *("watched_at", "collected_at", "rated_at", "watchlisted_at", "commented_at", "paused_at"),
    ),
    "shows": (
        *("rated_at", "watchlisted_at", "favorited_at", "commented_at", "hidden_at", "dropped_at"),
    ),
    "seasons": ("rated_at", "watchlisted_at", "commented_at", "hidden_at"),
    "comments": ("liked_at", "blocked_at"),
    "lists": ("liked_at", "updated_at", "commented_at"),
    "watchlist": ("updated_at",),
    "favorites": ("updated_at",),
    "account": ("settings_at", "followed_at", "following_at", "pending_at", "requested_at"),
    "saved_filters": ("updated_at",),
    "notes": ("updated_at",),
}


class Activities:
    """The times that ``/sync/last_activities`` tells. Safe between threads.

    Each change gets a time of its own, at least a millisecond after the one before. Trakt tells
    whole seconds, so that a change in the second in which somebody asked can't be told from those
    before: that is so here, too, where `whole_seconds` is set.
    """

    def __init__(self, now: Callable[[], float], joined_at: float) -> None:
        self.whole_seconds = False
        self._now = now
        self._lock = Lock()
        self._last = int(joined_at * 1000)
        self._times = {part: dict.fromkeys(names, self._last) for part, names in _PARTS.items()}

    def move(self, changed: Iterable[tuple[str, str]]) -> None:
        """Note that these changed now, together; nothing where there are none."""
        with self._lock:
            if not (paths := list(changed)):
                return
            self._last = max(self._last + 1, int(self._now() * 1000))
            for part, name in paths:
                self._times[part][name] = self._last

    def body(self) -> dict[str, Any]:
        """As Trakt answers; ``all`` is the latest of them."""
        with self._lock:
            told = {
                part: {name: self._iso(at) for name, at in times.items()}
                for part, times in self._times.items()
            }
            return {"all": self._iso(self._last), **told}

    def time_of(self, part: str, name: str) -> str:
        """One of them."""
        return str(self.body()[part][name])

    def _iso(self, milliseconds: int) -> str:
        return iso(milliseconds // 1000 if self.whole_seconds else milliseconds / 1000)
