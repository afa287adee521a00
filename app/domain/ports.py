"""What watcher needs from the outside, each port with its contract.

Every implementation passes the same suite in ``tests/contract``. All of them are synchronous and
safe to call from several threads; those that keep something are safe for several processes.
Unless a docstring says otherwise, failure to reach or to write the store raises
`StoreUnavailable`, and nothing is ever swallowed into an empty answer.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from app.domain.jobs import Job, JobState
from app.domain.titles import MediaKind, Title, TitleId
from app.domain.upstream import Answer, Export, ExternalId, Failed, Failure, Lookup

Vectors = NDArray[np.float32]
"""Shape (n, d), rows of Euclidean length 1."""

Vector = NDArray[np.float32]
"""Shape (d,), of Euclidean length 1."""

Keys = NDArray[np.int64]
"""Shape (n,): `TitleId.key` of each row."""


class Clock(Protocol):
    """The time, so that tests can move it."""

    def now(self) -> float:
        """Unix time in seconds."""
        ...


class Processes(Protocol):
    """Who this process is, and whether another one still lives."""

    @property
    def name(self) -> str:
        """Unique to this process while it lives, over all machines; holds no ``#``."""
        ...

    def is_dead(self, name: str) -> bool:
        """True only where the process is surely gone; False for one of another machine."""
        ...


class TitleStore(Protocol):
    """The catalogue."""

    def upsert(self, titles: Sequence[Title]) -> None:
        """Insert or replace; the last of equal ids wins, and the titles survive a loss of power.

        A batch that is refused (`InvalidInput`) changes nothing. Where the store has no
        transactions (a single MongoDB server), a call that raises `StoreUnavailable` may have
        written some of its titles, each of them whole; repeating the call completes it.
        """
        ...

    def get(self, title_id: TitleId) -> Title | None:
        """The title, or None where there is none."""
        ...

    def get_many(self, ids: Collection[TitleId]) -> dict[TitleId, Title]:
        """Those of the titles that exist; any number of ids, in one round trip per 1,000."""
        ...

    def delete(self, ids: Collection[TitleId]) -> int:
        """Remove; returns how many there were. Unknown ids are no error."""
        ...

    def scan(self, batch_size: int = 1000, after: TitleId | None = None) -> Iterator[list[Title]]:
        """All titles by ascending `key`, in lists of at most `batch_size`.

        Starts behind `after`. Memory does not grow with the catalogue, and no lock is held between
        two lists: a title changed meanwhile shows either state, one that stays is seen once.
        """
        ...

    def count(self) -> dict[MediaKind, int]:
        """How many of each kind (both kinds always present)."""
        ...

    def by_imdb(self, ids: Collection[str]) -> dict[str, TitleId]:
        """The titles that bear these IMDb ids; of several that bear one, the lowest key."""
        ...

    def by_tvdb(self, ids: Collection[int]) -> dict[int, TitleId]:
        """The series that bear these TVDB ids; of several that bear one, the lowest key."""
        ...


@dataclass(frozen=True, slots=True)
class VectorRow:
    """One embedding to be stored: `text_hash` (16 bytes) tells what was embedded."""

    id: TitleId
    text_hash: bytes
    vector: Vector


@dataclass(frozen=True, slots=True)
class VectorBatch:
    """Rows in ascending order of key: keys (n,), vectors (n, d)."""

    keys: Keys
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class VectorChange:
    """A change in the log: `vector` is None where the title was removed."""

    seq: int
    id: TitleId
    vector: Vector | None


@dataclass(frozen=True, slots=True)
class VectorStatus:
    """`dimension` is None while there are no vectors.

    `last_seq` is the model's last change, 0 before any. It may lag behind `changes` after a
    crash, and never runs ahead of what a reader can see: safe as the start of following.
    """

    count: int
    dimension: int | None
    last_seq: int


class VectorStore(Protocol):
    """Embeddings by (title, model), with a log of changes that every process can follow.

    Each write gives each row a new number `seq`, greater than any number that a reader may already
    have seen, over all models; so reading `changes` from the last seen number misses nothing, with
    any number of writers. A row stands in the log once, at its latest change. Vectors come back
    bit for bit as they were given (float32).
    """

    def upsert(self, model: str, rows: Sequence[VectorRow]) -> None:
        """Insert or replace, durable on return; interrupted as `TitleStore.upsert` may be.

        Raises `DimensionMismatch`, changing nothing, where the model's stored vectors have another
        length.
        """
        ...

    def delete(self, ids: Collection[TitleId]) -> int:
        """Remove the vectors of all models, leaving removals in the log; returns rows removed."""
        ...

    def hashes(self, model: str, ids: Collection[TitleId]) -> dict[TitleId, bytes]:
        """The text hashes of those that have a vector."""
        ...

    def scan(self, model: str, batch_size: int = 4096) -> Iterator[VectorBatch]:
        """All vectors of a model by ascending key, memory flat; as `TitleStore.scan`."""
        ...

    def changes(self, model: str, after_seq: int, limit: int = 4096) -> list[VectorChange]:
        """The next changes behind `after_seq`, by ascending seq, at most `limit`."""
        ...

    def status(self, model: str) -> VectorStatus:
        """Counts, in < 50 ms at a million vectors."""
        ...


class StateStore(Protocol):
    """Small named values (cursors) and leases."""

    def read(self, name: str) -> str | None:
        """The value, or None where never written."""
        ...

    def write(self, name: str, value: str) -> None:
        """Set the value, durable on return."""
        ...

    def acquire(self, lease: str, owner: str, ttl: float, *, steal_from: str | None = None) -> str:
        """Take or renew the lease for `ttl` seconds from now (the `Clock`'s time).

        Succeeds when it is free, expired, already `owner`'s, or held by `steal_from` (a holder
        known to be dead). Returns the name of whoever holds it after the call: `owner` on success,
        the other's name otherwise. Atomic between processes.
        """
        ...

    def release(self, lease: str, owner: str) -> None:
        """Give the lease back; no error where it isn't `owner`'s any more."""
        ...


class JobStore(Protocol):
    """Requests for long work, and how it went."""

    def submit(self, kind: str, arguments: Mapping[str, str]) -> Job:
        """Record a request; while one of same kind and arguments waits, that one is returned.

        Of the jobs that have ended, those before the newest `jobs.KEPT` are forgotten.
        """
        ...

    def claim(self, owner: str, kinds: Collection[str] | None = None) -> Job | None:
        """Take the oldest waiting job (atomic between processes), now `running`.

        Only of these kinds; None means any, an empty collection none.
        """
        ...

    def save(self, job: Job) -> Job:
        """Store progress or outcome; returns the stored job. Raises `NotFound`.

        Nothing changes where the job doesn't run any more, or runs for another owner than the given
        one's; nor is `cancel_requested` ever cleared: read both from the answer.
        """
        ...

    def requeue(self, job: Job, message: str) -> Job:
        """Let a running job wait again, from its start, with that message; atomic.

        One that was asked to stop ends as cancelled. Nothing changes where the job doesn't run any
        more, or runs for another owner than the given one's. Returns the stored job; `NotFound`.
        """
        ...

    def cancel(self, job_id: str) -> Job | None:
        """Ask to stop: a waiting job ends as cancelled, a running one gets `cancel_requested`."""
        ...

    def get(self, job_id: str) -> Job | None:
        """The job, or None."""
        ...

    def recent(self, limit: int = 50, state: JobState | None = None) -> list[Job]:
        """The newest first."""
        ...


class FailureStore(Protocol):
    """Ids that could not be fetched, and why."""

    def note(self, failures: Collection[Failed]) -> dict[TitleId, int]:
        """Count one more attempt for each, with its reason and the time; returns the attempts."""
        ...

    def clear(self, ids: Collection[TitleId]) -> int:
        """Forget these; returns how many there were. Unknown ids are no error."""
        ...

    def attempts(self, ids: Collection[TitleId]) -> dict[TitleId, int]:
        """The attempts of those that failed so far; any number of ids."""
        ...

    def all(self, kind: MediaKind | None = None) -> list[Failure]:
        """All of them, or those of one kind, by ascending key."""
        ...


class CatalogueSource(Protocol):
    """TMDB: what titles there are, what changed, and what is known of each.

    All calls of one source share one allowed rate; a process has one. Each raises
    `UpstreamUnavailable` where the source is dead, blocked or answers nonsense after all patience,
    `NotConfigured` where there is no key or it is refused. A failed call is never an empty answer.
    """

    def export(self, kind: MediaKind) -> Export | None:
        """The newest daily export within the look-back; None where there is none."""
        ...

    def discover(self, kind: MediaKind, *, include_adult: bool) -> Iterator[list[int]]:
        """Ids by falling popularity, a page at a time, up to the source's own limit of pages."""
        ...

    def changed(self, kind: MediaKind, first: date, last: date) -> Iterator[list[int]]:
        """Ids that changed between two days, both included, a page at a time.

        At most 14 days apart, else `InvalidInput`. An id may come twice.
        """
        ...

    def details(self, ids: Iterable[TitleId]) -> Generator[Answer | None, None, None]:
        """One answer per id, in the order of arrival, not that of asking; many are under way.

        `ids` is read in the caller's thread, no further ahead than answers are under way. Closing
        the generator gives up what is under way. Failures are told apart from a dead source: they
        come out only once another title was answered after them, or the ids are at an end. None
        comes where nothing has come for a while, so that the caller can do what waits.
        """
        ...

    def find(self, ids: Iterable[ExternalId]) -> Generator[Lookup | None, None, None]:
        """One answer per id of another family, as `details` gives them.

        Where a film and a series bear an id of IMDb, the one of the id's kind is told. An id of an
        episode, a season or a person is no title's.
        """
        ...

    def close(self) -> None:
        """Give up what is under way, and give back connections."""
        ...
