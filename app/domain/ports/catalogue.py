"""Where titles are kept, and where they come from."""

from collections.abc import Collection, Generator, Iterable, Iterator, Sequence
from datetime import date
from typing import Protocol

from app.domain.catalogue.source_answers import Answer, Export, ExternalId, Failed, Failure, Lookup
from app.domain.catalogue.titles import MediaKind, Title, TitleId


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
