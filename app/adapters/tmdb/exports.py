"""Daily exports: the newest that there is, and its lines read while they come."""

import math
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from itertools import chain
from typing import Final

import httpx2

from app.adapters.tmdb.access import TmdbAccess
from app.adapters.tmdb.export_lines import lines_of
from app.adapters.tmdb.replies import LONGEST_PAUSE
from app.adapters.upstream.answers import (
    WEB_PAGE,
    BrokenOff,
    Unanswered,
    is_page,
    pause_of,
)
from app.adapters.upstream.connections import Connections
from app.adapters.upstream.retry import Retry
from app.domain.catalogue.source_answers import Export, ExportLine
from app.domain.catalogue.titles import MediaKind
from app.domain.errors import Damaged, UpstreamUnavailable
from app.domain.ports.work import Clock

READY_AT: Final = 8
"""Hour (UTC) from which a day's own export is looked for; before it, yesterday's is the first."""

_ERRORS_OF_THE_SERVER: Final = range(500, 600)
_MAGIC_BYTES: Final = 2
_NAMES: Final = {MediaKind.MOVIE: "movie_ids", MediaKind.TV: "tv_series_ids"}


class Exports:
    """Finds and reads exports. The key isn't sent to their host, and its rate isn't touched."""

    def __init__(self, access: TmdbAccess, clock: Clock) -> None:
        self._access = access
        self._clock = clock
        self.connections = Connections(
            "TMDB's export host", "TMDB_EXPORT_URL", access.export_url, access.timeouts
        )
        self._retry = Retry(
            tries=math.inf,
            patience=access.patience,
            longest_pause=LONGEST_PAUSE,
            pause_patience=access.patience,
        )

    def newest(self, kind: MediaKind) -> Export | None:
        """The newest export from today's (from `READY_AT`) to the last within the look-back.

        Its `lines` come straight from the network, which may break off midway (`Damaged`) or stall
        (`UpstreamUnavailable`): those given until then are true, but not all. Another call starts
        again from the top.
        """
        for day in self._days():
            name = f"{_NAMES[kind]}_{day:%m_%d_%Y}.json.gz"
            pieces = self._found(f"/{name}")
            if pieces is not None:
                return Export(kind, day.isoformat(), self._lines(pieces, kind, name))
        return None

    def _days(self) -> Iterator[date]:
        now = datetime.fromtimestamp(self._clock.now(), UTC)
        first = 0 if now.hour >= READY_AT else 1
        for back in range(first, self._access.lookback_days + 1):
            yield now.date() - timedelta(days=back)

    def _found(self, path: str) -> Iterator[bytes] | None:
        """The file's pieces, the first of which has come; None where there is no such file."""

        def begun() -> Iterator[bytes] | None:
            pieces = self._pieces(path)
            first = next(pieces, None)
            return None if first is None else chain([first], pieces)

        try:
            return self.connections.attempt(begun, self._retry)
        except Unanswered as failure:
            raise self._unavailable(failure) from None

    def _pieces(self, path: str) -> Iterator[bytes]:
        """As they come; none where there is no such file. Raises `Unanswered`, `Cancelled`."""
        with self.connections.opened(path) as response:
            if response.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN):
                return
            self._check(response)
            pieces = _bounded(response.iter_raw(), self._access.timeouts.download)
            start = b""
            while len(start) < _MAGIC_BYTES and (piece := next(pieces, b"")):
                start += piece
            if not start.strip():
                raise Unanswered("an empty file", again=True)
            if is_page(start):
                raise Unanswered(WEB_PAGE, again=True)
            yield start
            yield from pieces

    def _check(self, response: httpx2.Response) -> None:
        status = response.status_code
        pause = pause_of(status, response.headers, self._clock.now())
        if pause is not None:
            raise pause
        if status != HTTPStatus.OK:
            raise Unanswered(f"HTTP {status}", again=status in _ERRORS_OF_THE_SERVER)

    def _lines(self, pieces: Iterator[bytes], kind: MediaKind, name: str) -> Iterator[ExportLine]:
        try:
            yield from lines_of(pieces, kind, name)
        except BrokenOff as failure:
            raise Damaged(f"{name} breaks off before its end: {failure}") from None
        except Unanswered as failure:
            raise self._unavailable(failure) from None

    def _unavailable(self, failure: Unanswered) -> UpstreamUnavailable:
        return UpstreamUnavailable(
            f"{self.connections.name} gives no usable answer: {failure}. Check the network, and "
            "TMDB_EXPORT_URL where it is set; then start this again"
        )


def _bounded(pieces: Iterator[bytes], seconds: float) -> Iterator[bytes]:
    """The same, with a bound on the time spent waiting for them all. Raises `Unanswered`."""
    waited = 0.0
    while True:
        asked_at = time.monotonic()
        piece = next(pieces, None)
        waited += time.monotonic() - asked_at
        if waited > seconds:
            raise Unanswered(f"a file that is not complete after {seconds:g} s", again=False)
        if piece is None:
            return
        yield piece
