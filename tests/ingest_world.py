"""The ingest over TMDB's stand-in and real stores, on a day that the test moves."""

import re
import ssl
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

import httpx2
import pytest

from app.adapters.facts import Facts
from app.adapters.stores.common.stores import Stores
from app.adapters.tmdb import source
from app.adapters.tmdb.access import TmdbAccess
from app.adapters.tmdb.details import title_of
from app.adapters.tmdb.source import TmdbSource
from app.adapters.upstream import retry
from app.adapters.upstream.connections import Timeouts
from app.domain.catalogue.source_answers import Failure
from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId
from app.domain.errors import Cancelled
from app.domain.progress import Progress, Report
from app.services.catalogue import fetching
from app.services.catalogue.ingest import Ingest
from app.services.catalogue.sync_state import SyncState, read_state
from stand_ins.tmdb.serving import FakeTmdb, Status, tmdb_server
from tests.contract.conftest import Place
from tests.fakes.clock import MovedClock
from tests.fakes.embedder import WordEmbedder
from tests.world import open_world

MOVIE, TV = MediaKind.MOVIE, MediaKind.TV
BOTH: Final = (MOVIE, TV)
START: Final = date(2026, 6, 15)
_HOUR: Final = 23
"""Late, so that a run that goes on for hours ends on another day."""

_DETAIL: Final = re.compile(r"/3/(movie|tv)/(\d+)")
_PROBE: Final = 680

NOWHERE: Final = Path("/dev/null/nowhere")
"""The folder of a world that keeps all it has in its stores."""


@dataclass
class IngestWorld:
    """`fake` and `clock` go by the same day. `ingest` makes what a new process would have."""

    fake: FakeTmdb
    stores: Stores
    clock: MovedClock
    embedder: WordEmbedder = field(default_factory=WordEmbedder)
    sources: list[TmdbSource] = field(default_factory=list)

    @property
    def now(self) -> int:
        return int(self.clock.now())

    @property
    def today(self) -> date:
        return self.fake.today

    def ingest(
        self,
        *,
        key: str | None = None,
        lookback_days: int = 7,
        max_pages: int = 500,
        read: float = 2.0,
    ) -> Ingest:
        """With the stand-in's key, and little patience, unless told otherwise."""
        access = TmdbAccess(
            api_url=self.fake.api_url,
            export_url=self.fake.export_url,
            key=self.fake.key if key is None else key,
            requests_per_second=2000,
            lookback_days=lookback_days,
            discover_max_pages=max_pages,
            patience=0.4,
            timeouts=Timeouts(connect=2, read=read, whole=5, download=5),
        )
        made = TmdbSource(access, self.clock)
        self.sources.append(made)
        return open_world(
            NOWHERE, stores=self.stores, clock=self.clock, embedder=self.embedder
        ).ingest(made)

    def forward(self, days: float) -> None:
        """Move the day, with an export of the day before as ever."""
        self.clock.forward(days * 86_400)
        self.fake.today = datetime.fromtimestamp(self.clock.now(), UTC).date()
        self.fake.exports = {self.fake.today - timedelta(days=1)}

    def die(self) -> None:
        """Let the API answer nothing but errors, until the faults are cleared."""
        self.fake.fault(Status(503), "/3/*")

    def stored(self) -> dict[TitleId, Title]:
        return {title.id: title for some in self.stores.titles.scan() for title in some}

    def numbers(self, kind: MediaKind) -> list[int]:
        """Of what is stored, ascending."""
        return sorted(one.tmdb_id for one in self.stored() if one.kind is kind)

    def state(self, kind: MediaKind = MOVIE) -> SyncState:
        return read_state(self.stores.state, kind)

    def failed(self) -> list[Failure]:
        return self.stores.failures.all()

    def asked(self) -> list[TitleId]:
        """Every title that was asked for since `forget`, in the order of arrival."""
        found = (_DETAIL.fullmatch(request.path) for request in self.fake.requests)
        ids = [TitleId(MediaKind(one[1]), int(one[2])) for one in found if one]
        return [one for one in ids if one.tmdb_id != _PROBE]

    def windows(self, kind: MediaKind = MOVIE) -> list[tuple[date, date, int]]:
        """Every page of changes that was asked for since `forget`: first and last day, page."""
        return [
            (
                date.fromisoformat(request.query["start_date"]),
                date.fromisoformat(request.query["end_date"]),
                int(request.query["page"]),
            )
            for request in self.fake.requests
            if request.path == f"/3/{kind.value}/changes"
        ]

    def forget(self) -> None:
        """Let `asked` and `windows` begin anew."""
        self.fake.reset_counters()

    def title(self, title_id: TitleId, fetched_at: int | None = None) -> Title:
        """What TMDB tells of it at present, fetched now unless told otherwise."""
        body = self.fake.body(title_id.kind.value, title_id.tmdb_id)
        at = self.now if fetched_at is None else fetched_at
        return title_of(body, title_id.kind, Facts(), source=Source.TMDB, fetched_at=at)

    def listed(self, kinds: Collection[MediaKind] = BOTH) -> list[TitleId]:
        """All that TMDB has."""
        return [TitleId(kind, number) for kind in kinds for number in self.fake.ids(kind.value)]

    def proper(self, kinds: Collection[MediaKind] = BOTH) -> list[TitleId]:
        """All that TMDB has, without those for adults."""
        return [one for one in self.listed(kinds) if not self.is_adult(one)]

    def is_adult(self, title_id: TitleId) -> bool:
        return bool(self.fake.body(title_id.kind.value, title_id.tmdb_id).get("adult"))

    def popularity(self, title_id: TitleId) -> float:
        return float(self.fake.body(title_id.kind.value, title_id.tmdb_id)["popularity"])


def at(done: int, act: Callable[[], object]) -> Report:
    """A report that does something once, when so many titles are done."""
    acted = False

    def report(progress: Progress) -> None:
        nonlocal acted
        if not acted and progress.total is not None and progress.done >= done:
            acted = True
            act()

    return report


def stop() -> NoReturn:
    """End a run as an operator does, or `kill`: what is written stays, its state is left open."""
    raise Cancelled("Enough for today.")


def _join_fetching() -> None:
    """Wait for who was given up: a connection made while the stand-in ends is never closed."""
    for thread in threading.enumerate():
        if re.fullmatch(r"tmdb-\d+", thread.name):
            thread.join(5)


@cache
def _certificates() -> ssl.SSLContext:
    """Read once for all sources: it takes longer than most runs here, and none of them needs it."""
    return ssl.create_default_context()


@contextmanager
def ingest_world(
    place: Place, patch: pytest.MonkeyPatch, movies: int = 150, series: int = 40
) -> Iterator[IngestWorld]:
    """A world at `START`, late in the evening; nothing is stored.

    Waits are cut short. Few titles are under way at once, so that a run can be stopped midway.
    """
    patch.setattr(source, "threads_for", lambda _rate: 4)
    patch.setattr(fetching, "_WRITTEN", 8)
    patch.setattr(httpx2, "create_ssl_context", _certificates)
    patch.setattr(retry, "_FIRST_WAIT", 0.002)
    clock = MovedClock(datetime(START.year, START.month, START.day, _HOUR, tzinfo=UTC).timestamp())
    with tmdb_server(movies, series) as fake:
        world = IngestWorld(fake, place.open(clock), clock)
        world.forward(0)
        try:
            yield world
        finally:
            for made in world.sources:
                made.close()
            _join_fetching()
