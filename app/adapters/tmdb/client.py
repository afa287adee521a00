"""The polite client: one rate for all threads, pauses where TMDB asks for them, few retries."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from threading import Event, Lock
from typing import Final, NoReturn, TypeVar
from weakref import WeakSet

from app.adapters.tmdb.access import Access
from app.adapters.tmdb.circuit_breaker import CircuitBreaker
from app.adapters.tmdb.rate import Rate
from app.adapters.tmdb.replies import LONGEST_PAUSE, found, parsed_object
from app.adapters.upstream.addresses import host_of
from app.adapters.upstream.answers import Paused
from app.adapters.upstream.connections import Connections, Unanswered
from app.domain.errors import Cancelled, NotConfigured, UpstreamUnavailable
from app.domain.ports.work import Clock

MOST_TRIES: Final = 4
_SHORTEST_PAUSE: Final = 0.25
_FIRST_RETRY: Final = 0.5
_LONGEST_RETRY: Final = 30.0
_LOG_PAUSES_EVERY: Final = 60.0

_PROBE: Final = 680
"""A film that TMDB has had since its beginnings. Whether it knows it doesn't matter."""

Read = Callable[[bytes], "_T"]
"""Makes something of a body, or raises `Unanswered`."""

_T = TypeVar("_T")

_log = logging.getLogger(__name__)


class TmdbClient:
    """Asks TMDB's API. One per process, for the rate and the pauses are its own; thread-safe.

    429, and 503 with Retry-After, pause all threads for as long as Retry-After says (1, 2, 4 … s
    where it doesn't say), and don't count as failures. Other failures are tried up to `MOST_TRIES`
    times where that may help. The key appears in no log, no error and no `repr`.
    """

    def __init__(self, access: Access, clock: Clock) -> None:
        self._access = access
        self._clock = clock
        self._base = access.api_url.rstrip("/")
        self._name = f"TMDB ({host_of(access.api_url)})"
        self._rate = Rate(access.requests_per_second)
        self._breaker = CircuitBreaker(self._name, self._probe, access.patience)
        self._connections = Connections("TMDB", access.api_url, access.timeouts)
        self._lock = Lock()
        self._stops: WeakSet[Event] = WeakSet()
        self._closed = False
        self._answered_at = -float("inf")
        self._pause_logged_at = -float("inf")

    def begin(self) -> Event:
        """What a call is given up by: to be passed on, and set by `give_up` or by `close`."""
        stop = Event()
        with self._lock:
            self._stops.add(stop)
            if self._closed:
                stop.set()
        return stop

    def give_up(self, stop: Event) -> None:
        """End at once whatever is under way with this `stop`."""
        stop.set()
        self._connections.cut(stop)

    def close(self) -> None:
        """Give up all that is under way, and close the connections. Later calls are refused."""
        with self._lock:
            self._closed = True
            stops = list(self._stops)
        for stop in stops:
            self.give_up(stop)
        self._connections.close()

    def confirm(self, reason: str, stop: Event) -> None:
        """Return once TMDB is known to answer, after a failure for a `reason`. Raises as `get`."""
        self._breaker.confirm(reason, stop)

    def get(self, path: str, query: str, read: Read[_T], stop: Event) -> _T | None:
        """What `read` makes of the answer; None where TMDB says that there is no such thing.

        `query` is encoded. Raises `Unanswered` after all tries, `UpstreamUnavailable` where TMDB is
        down or asks for a pause above `LONGEST_PAUSE`, `NotConfigured`, and `Cancelled`.
        """
        begun = time.monotonic()
        tries = refusals = 0
        while True:
            self._breaker.enter(stop)
            try:
                answer = self._once(path, query, read, stop)
            except Paused as asked:
                self._pause(asked, refusals, begun)
                refusals += 1
            except Unanswered as failure:
                self._breaker.failed(str(failure))
                tries += 1
                if not failure.again:
                    raise
                if tries == MOST_TRIES:
                    raise Unanswered(f"{failure}, {tries} times", again=True) from None
                _wait(stop, _FIRST_RETRY * 2 ** (tries - 1))
            else:
                self._answered_at = time.monotonic()
                self._breaker.answered()
                return answer

    def must_get(self, path: str, query: str, read: Read[_T]) -> _T:
        """As `get`, for what there must be: waits for TMDB, and raises no `Unanswered`."""
        stop = self.begin()
        confirmed = False
        while True:
            try:
                answer = self.get(path, query, read, stop)
            except Unanswered as failure:
                if confirmed or not failure.again:
                    raise UpstreamUnavailable(
                        f"{self._name} gives no usable answer to {path}: {failure}. Start this "
                        "again later; if it stays so, look for another version of watcher"
                    ) from None
                self.confirm(str(failure), stop)
                confirmed = True
            else:
                if answer is None:
                    self._no_such_address(path)
                return answer

    def _no_such_address(self, path: str) -> NoReturn:
        raise UpstreamUnavailable(f"{self._name} doesn't know {path}: correct TMDB_API_URL")

    def _once(self, path: str, query: str, read: Read[_T], stop: Event) -> _T | None:
        """One request. Raises `Paused`, `Unanswered`, `NotConfigured`, `Cancelled`."""
        secret, headers = self._access.credentials()
        asked = "&".join(part for part in (query, secret) if part)
        slot = self._rate.take(stop)
        try:
            url = f"{self._base}{path}?{asked}"
            reply = self._connections.get(url, headers, stop, slot.used)
            body = found(reply, self._clock.now())
            return None if body is None else read(body)
        except Paused:
            raise
        except Unanswered as failure:
            raise Unanswered(self._shown(failure), again=failure.again) from None
        except NotConfigured as refused:
            raise NotConfigured(self._shown(refused)) from None
        finally:
            slot.used()

    def _probe(self, stop: Event) -> None:
        try:
            film = self._once(f"/movie/{_PROBE}", "", parsed_object, stop)
        except Paused as asked:
            self._pause(asked, 0, time.monotonic())
            raise Unanswered(str(asked), again=True) from None
        if film is not None and film.get("id") != _PROBE:
            raise Unanswered("an answer about something else", again=False)

    def _pause(self, asked: Paused, refusals: int, begun: float) -> None:
        """Pause all threads for one that was refused, `refusals` times before since `begun`."""
        now = time.monotonic()
        seconds = min(2.0**refusals, _LONGEST_RETRY) if asked.seconds is None else asked.seconds
        if seconds > LONGEST_PAUSE:
            raise UpstreamUnavailable(
                f"{self._name} asks for a pause of {seconds:.0f} s, as to someone who asks too "
                "much: see what else uses the key or the network, and start this again later"
            )
        if now - max(begun, self._answered_at) > self._access.patience:
            raise UpstreamUnavailable(
                f"{self._name} has answered nothing else for {now - begun:.0f} s ({asked}): "
                "lower TMDB_REQUESTS_PER_SECOND, and start this again later"
            )
        if now - begun > self._access.patience:
            raise Unanswered(f"refused for {now - begun:.0f} s ({asked})", again=False)
        seconds = max(seconds, _SHORTEST_PAUSE)
        self._rate.pause(seconds)
        if now - self._pause_logged_at > _LOG_PAUSES_EVERY:
            self._pause_logged_at = now
            _log.warning("%s asks to slow down: pausing %.1f s", self._name, seconds)

    def _shown(self, error: Exception) -> str:
        """What it says, for people: the key is in none of it, whatever the server sends back."""
        text = str(error)
        key = (self._access.key or "").strip()
        return text.replace(key, "…") if key else text


def _wait(stop: Event, seconds: float) -> None:
    jittered = seconds * random.uniform(0.5, 1.5)  # noqa: S311 - spreads the load, hides nothing
    if stop.wait(jittered):
        raise Cancelled("The call to TMDB was given up")
