"""How fast each account may be asked."""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from stand_ins.http.messages import Answer
from stand_ins.trakt.answers import banned, too_many
from stand_ins.trakt.oauth import SLACK_SECONDS
from stand_ins.trakt.times import iso

GETS: Final = "AUTHED_API_GET_LIMIT"
WRITES: Final = "AUTHED_API_POST_LIMIT"


@dataclass
class _Window:
    """The requests of the last seconds: those let in, and all."""

    let_in: deque[float] = field(default_factory=deque)
    came: deque[float] = field(default_factory=deque)


@dataclass
class Rates:
    """Each account may have `gets` GETs in any `seconds`, and a write every `write_gap` seconds.

    None turns either off. Those refused count in `busiest` only: who waits as long as
    Retry-After says is let in. `as_html` makes the refusals pages of HTML. `clock` is in seconds.
    """

    gets: int | None = 500
    seconds: float = 300.0
    write_gap: float | None = 1.0
    as_html: bool = False
    clock: Callable[[], float] = time.monotonic
    _windows: defaultdict[tuple[str, Hashable], _Window] = field(
        default_factory=lambda: defaultdict(_Window), repr=False
    )
    _busiest: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int), repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def refusal(self, method: str, who: Hashable) -> Answer | None:
        """Note a request of somebody; what it is answered with where it comes too soon."""
        name = GETS if method in ("GET", "HEAD") else WRITES
        period, most = (
            (self.seconds, self.gets) if name == GETS else (self.write_gap or 1.0, self._writes())
        )
        with self._lock:
            now, window = self.clock(), self._windows[name, who]
            _forget(window.came, now - period)
            _forget(window.let_in, now - period + SLACK_SECONDS)
            window.came.append(now)
            self._busiest[name] = max(self._busiest[name], len(window.came))
            if most is None or len(window.let_in) < most:
                window.let_in.append(now)
                return None
            first = window.let_in[0] if window.let_in else now
            wait = max(1, math.ceil(first + period - now))
        if self.as_html:
            return banned(429, wait)
        return too_many(name, int(period), most, wait, iso(int(time.time()) + wait))

    def busiest(self, name: str = GETS) -> int:
        """The most requests of one account in any one window, refused ones too."""
        with self._lock:
            return self._busiest[name]

    def _writes(self) -> int | None:
        return None if self.write_gap is None else 1


def _forget(times: deque[float], before: float) -> None:
    while times and times[0] <= before:
        times.popleft()
