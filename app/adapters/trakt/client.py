"""Asks Trakt's API: reads are repeated where that may help, what may use something up is not."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping
from threading import Event
from typing import Final, TypeVar

import httpx2
import msgspec

from app.adapters.trakt.access import Access
from app.adapters.trakt.replies import good
from app.adapters.upstream.answers import Paused
from app.adapters.upstream.connections import MOST_BYTES, Connections, Reply, Timeouts, Unanswered
from app.domain.errors import Cancelled, NotConfigured, UpstreamUnavailable
from app.domain.ports.work import Clock

MOST_TRIES: Final = 4
MOST_PAUSES: Final = 3
"""So many pauses in a row for one request; who waited as told is let in after the first."""

LONGEST_PAUSE: Final = 330.0
"""Seconds. Trakt counts over five minutes and asks for so long at most."""

_PAUSE_UNSAID: Final = 10.0
_SHORTEST_PAUSE: Final = 0.25
_FIRST_RETRY: Final = 0.5

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class TraktClient:
    """One per process; thread-safe. Ids, secrets and tokens are in no log, error or `repr`.

    Trakt limits each account for itself, so that a pause holds for the request that was refused.
    """

    def __init__(self, access: Access, clock: Clock, patience: float, timeouts: Timeouts) -> None:
        self._access = access
        self._clock = clock
        self._patience = patience
        self._timeouts = timeouts
        self._name = f"Trakt ({access.host})"
        self._connections = Connections("Trakt", access.api_url, timeouts)
        self._stop = Event()

    def close(self) -> None:
        """Give up all that is under way, and close the connections. Later calls are refused."""
        self._stop.set()
        self._connections.cut(self._stop)
        self._connections.close()

    def get(self, path: str, bearer: str, read: Callable[[Reply], _T]) -> _T:
        """What `read` makes of a good answer; it may raise `Unanswered`.

        `path` holds the query, encoded. 429, and 503 with Retry-After, are waited out as they ask,
        up to `LONGEST_PAUSE`; other failures are tried up to `MOST_TRIES` times within `patience`.
        Raises `UpstreamUnavailable`, `ConnectAgain`, `AccountLimited`, `NotConfigured` and
        `Cancelled`.
        """
        headers = self._access.headers() | {"Authorization": f"Bearer {bearer}"}
        begun = time.monotonic()
        tries = pauses = 0
        while True:
            try:
                return read(good(self._got(path, headers), self._clock.now()))
            except Paused as asked:
                pauses += 1
                begun += self._pause(asked, pauses)
            except Unanswered as failure:
                tries += 1
                spent = time.monotonic() - begun
                if not failure.again or tries == MOST_TRIES or spent > self._patience:
                    raise self.unavailable(failure, tries, spent) from None
                self._wait(_FIRST_RETRY * 2 ** (tries - 1) * random.uniform(0.5, 1.5))  # noqa: S311 - hides nothing

    def post(self, path: str, body: Mapping[str, str]) -> Reply:
        """The complete answer, whatever its status.

        Sent once: a lost answer doesn't tell whether it was done. Raises `UpstreamUnavailable`
        where there is none, `NotConfigured`, and `Cancelled`.
        """
        if self._stop.is_set():
            raise Cancelled("The call to Trakt was given up")
        headers = self._access.headers()
        url, content = self._access.address_of(path), msgspec.json.encode(body)
        begun = time.monotonic()
        try:
            return self._sent(url, content, headers, begun + self._timeouts.whole)
        except httpx2.HTTPError as error:
            # Its name alone, for the text may hold what was sent.
            failure = Unanswered(f"no complete answer ({type(error).__name__})", again=False)
        except Unanswered as error:
            failure = error
        raise self.unavailable(failure, 1, time.monotonic() - begun)

    def unavailable(self, why: Exception, tries: int, seconds: float) -> UpstreamUnavailable:
        """An error for people."""
        times = f" {tries} times," if tries > 1 else ""
        return UpstreamUnavailable(
            f"{self._name} gave no usable answer,{times} for {seconds:.0f} s ({why}). Check the "
            "network, and TRAKT_API_URL where it is set; then try again later"
        )

    def _got(self, path: str, headers: Mapping[str, str]) -> Reply:
        url = self._access.address_of(path)
        return self._connections.get(url, headers, self._stop, _nothing)

    def _sent(self, url: str, content: bytes, headers: Mapping[str, str], due: float) -> Reply:
        seconds = httpx2.Timeout(self._timeouts.read, connect=self._timeouts.connect)
        pieces: list[bytes] = []
        size = 0
        with (
            self._opened(seconds) as client,
            client.stream("POST", url, content=content, headers=dict(headers)) as response,
        ):
            for piece in response.iter_bytes():
                pieces.append(piece)
                size += len(piece)
                if size > MOST_BYTES or time.monotonic() > due:
                    raise Unanswered("an answer without an end", again=False)
            return Reply(response.status_code, response.headers, b"".join(pieces))

    def _opened(self, timeout: httpx2.Timeout) -> httpx2.Client:
        """A client of its own for each: they are few. It follows the variables for proxies."""
        try:
            return httpx2.Client(timeout=timeout)
        except (ValueError, ImportError):
            raise NotConfigured(
                "HTTP_PROXY, HTTPS_PROXY or ALL_PROXY names a proxy that is neither http:// nor "
                "https://: watcher knows no others"
            ) from None

    def _pause(self, asked: Paused, pauses: int) -> float:
        """Wait as asked; gives for how long. Raises `UpstreamUnavailable` where it is too much."""
        seconds = _PAUSE_UNSAID if asked.seconds is None else asked.seconds
        if seconds > LONGEST_PAUSE or pauses > MOST_PAUSES:
            raise UpstreamUnavailable(
                f"{self._name} asks for a pause of {seconds:.0f} s, the {pauses}. in a row: "
                "see what else uses the account or the network, and try again later"
            ) from None
        seconds = max(seconds, _SHORTEST_PAUSE)
        _log.warning("%s asks to slow down: pausing %.1f s", self._name, seconds)
        return self._wait(seconds)

    def _wait(self, seconds: float) -> float:
        if self._stop.wait(seconds):
            raise Cancelled("The call to Trakt was given up")
        return seconds


def _nothing() -> None:
    pass
