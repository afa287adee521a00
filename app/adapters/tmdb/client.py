"""Asks TMDB's API: one rate for all threads, and one wait for all of them while it is away."""

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeVar

from app.adapters.tmdb.access import TmdbAccess
from app.adapters.tmdb.replies import LONGEST_PAUSE, found, parsed_object
from app.adapters.upstream.answers import Paused, Reply, Unanswered
from app.adapters.upstream.connections import Connections
from app.adapters.upstream.retry import Retry
from app.adapters.upstream.stop import Stop
from app.domain.errors import NotConfigured, UpstreamUnavailable
from app.domain.ports.work import Clock

_PROBE: Final = 680
"""A film that TMDB has had since its beginnings. Whether it knows it doesn't matter."""

_T = TypeVar("_T")
Read = Callable[[bytes], _T]
"""Makes something of a body, or raises `Unanswered`."""


class TmdbClient:
    """Thread-safe. The key appears in no log, no error and no `repr`."""

    def __init__(self, access: TmdbAccess, clock: Clock) -> None:
        self._access = access
        self._clock = clock
        self._retry = Retry(longest_pause=LONGEST_PAUSE, pause_patience=access.patience)
        self.connections = Connections(
            "TMDB",
            "TMDB_API_URL",
            access.api_url,
            access.timeouts,
            per_second=access.requests_per_second,
            probe=self._probe,
            patience=access.patience,
        )

    def get(
        self, path: str, params: Mapping[str, str | int], read: Read[_T], stop: Stop | None = None
    ) -> _T | None:
        """What `read` makes of the answer; None where TMDB says that there is no such thing.

        Raises `Unanswered` after all tries, `UpstreamUnavailable` where TMDB is down or asks for a
        pause above `LONGEST_PAUSE`, `NotConfigured`, and `Cancelled`.
        """
        secret, bearer = self._access.credentials()
        try:
            return self.connections.send(
                "GET",
                path,
                partial(self._read, read=read),
                retry=self._retry,
                stop=stop,
                bearer=bearer,
                params={**params, **secret},
            )
        except Paused as asked:
            raise self._refused(asked) from None
        except Unanswered as failure:
            if not failure.again:
                raise
            raise Unanswered(f"{failure}, {failure.tries} times", again=True) from None

    def must_get(self, path: str, params: Mapping[str, str | int], read: Read[_T]) -> _T:
        """As `get`, for what there must be: waits for TMDB, and raises no `Unanswered`."""
        confirmed = False
        while True:
            try:
                answer = self.get(path, params, read)
            except Unanswered as failure:
                if confirmed or not failure.again:
                    raise UpstreamUnavailable(
                        f"{self.connections.name} gives no usable answer to {path}: {failure}. "
                        "Start this again later; if it stays so, look for another version of "
                        "watcher"
                    ) from None
                self.connections.confirm(str(failure), self.connections.stop)
                confirmed = True
            else:
                if answer is None:
                    raise UpstreamUnavailable(
                        f"{self.connections.name} doesn't know {path}: correct TMDB_API_URL"
                    )
                return answer

    def _read(self, reply: Reply, read: Read[_T]) -> _T | None:
        try:
            body = found(reply, self._clock.now())
            return None if body is None else read(body)
        except Paused:
            raise
        except Unanswered as failure:
            raise Unanswered(self._shown(failure), again=failure.again) from None
        except NotConfigured as refused:
            raise NotConfigured(self._shown(refused)) from None

    def _probe(self, stop: Stop) -> None:
        secret, bearer = self._access.credentials()
        reply = self.connections.ask(
            "GET", f"/movie/{_PROBE}", stop=stop, bearer=bearer, params=secret
        )
        try:
            film = self._read(reply, parsed_object)
        except Paused as asked:
            if (asked.seconds or 0.0) > LONGEST_PAUSE:
                raise self._refused(asked) from None
            self.connections.pause(self._retry.pause(asked), stop)
            raise Unanswered(str(asked), again=True) from None
        if film is not None and film.get("id") != _PROBE:
            raise Unanswered("an answer about something else", again=False)

    def _refused(self, asked: Paused) -> Exception:
        """The error for a pause that isn't kept."""
        name, seconds = self.connections.name, asked.seconds or 0.0
        if seconds > LONGEST_PAUSE:
            return UpstreamUnavailable(
                f"{name} asks for a pause of {seconds:.0f} s, as to someone who asks too "
                "much: see what else uses the key or the network, and start this again later"
            )
        if time.monotonic() - self.connections.answered_at > self._access.patience:
            return UpstreamUnavailable(
                f"{name} has answered nothing else for {asked.spent:.0f} s ({asked}): "
                "lower TMDB_REQUESTS_PER_SECOND, and start this again later"
            )
        return Unanswered(f"refused for {asked.spent:.0f} s ({asked})", again=False)

    def _shown(self, error: Exception) -> str:
        """What it says, for people: the key is in none of it, whatever the server sends back."""
        text = str(error)
        key = (self._access.key or "").strip()
        return text.replace(key, "…") if key else text
