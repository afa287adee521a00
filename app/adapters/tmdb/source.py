"""TMDB as a `CatalogueSource`."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Final
from urllib.parse import quote

import msgspec

from app.adapters.facts import MAX_ID, Facts, UnusableRow
from app.adapters.tmdb.access import MOST_PAGES, TmdbAccess
from app.adapters.tmdb.client import TmdbClient
from app.adapters.tmdb.details import title_of
from app.adapters.tmdb.exports import Exports
from app.adapters.tmdb.fetching import Ask, Asked, ParallelFetch, Received, threads_for
from app.adapters.tmdb.finding import SOURCES, found_in
from app.adapters.tmdb.replies import parsed_object
from app.adapters.upstream.answers import Unanswered, parsed
from app.adapters.upstream.stop import Stop
from app.domain.catalogue.source_answers import (
    Answer,
    Export,
    ExternalId,
    Failed,
    Fetched,
    Gone,
    Lookup,
    NotLookedUp,
)
from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId
from app.domain.errors import InvalidInput
from app.domain.ports.work import Clock

MOST_DAYS: Final = 14
"""Between the first and the last day of changes: TMDB's own limit."""

_APPENDED: Final = {
    MediaKind.MOVIE: (
        "credits,keywords,external_ids,recommendations,release_dates,watch/providers,"
        "alternative_titles"
    ),
    MediaKind.TV: (
        "aggregate_credits,keywords,external_ids,recommendations,content_ratings,watch/providers,"
        "alternative_titles"
    ),
}


class _Listed(msgspec.Struct):
    id: object = None


class _Page(msgspec.Struct):
    page: int
    results: list[_Listed]
    total_pages: int


_PAGE: Final = msgspec.json.Decoder(_Page)


class TmdbSource:
    """`CatalogueSource` over TMDB's API and its daily exports. One per process."""

    def __init__(self, access: TmdbAccess, clock: Clock) -> None:
        """Raises `NotConfigured` for an address that can't be used.

        A key that can't be used, or none, is told when TMDB is asked.
        """
        self._access = access
        self._clock = clock
        self._client = TmdbClient(access, clock)
        self._exports = Exports(access, clock)

    def close(self) -> None:
        """End what is under way, with `Cancelled`, and close the connections; from any thread."""
        self._client.connections.close()
        self._exports.connections.close()

    def export(self, kind: MediaKind) -> Export | None:
        """The newest daily export within the look-back; None where there is none."""
        return self._exports.newest(kind)

    def discover(self, kind: MediaKind, *, include_adult: bool) -> Iterator[list[int]]:
        """Ids by falling popularity, a page of 20 at a time; a title that rises may come twice."""
        path = f"/discover/{kind.value}"
        params: dict[str, str | int] = {
            "sort_by": "popularity.desc",
            "include_adult": include_adult,
        }
        most = min(self._access.discover_max_pages, MOST_PAGES)
        start = self._page(path, params, 1)
        yield _ids(start)
        yield from self._pages(path, params, after=start, most=most)

    def changed(self, kind: MediaKind, first: date, last: date) -> Iterator[list[int]]:
        """Ids that changed between two days, both included, a page of 100 at a time.

        Days that have more pages than TMDB gives out are asked for in parts. Raises `InvalidInput`.
        """
        if not 0 <= (last - first).days <= MOST_DAYS:
            raise InvalidInput(
                f"Changes can be asked for from a day to one up to {MOST_DAYS} days later, not "
                f"from {first} to {last}"
            )
        return self._changes(kind, first, last)

    def details(self, ids: Iterable[TitleId]) -> Generator[Answer | None, None, None]:
        """One answer per id, in order of arrival; see the port.

        Up to `threads_for` the rate are asked at once, and twice as many ids are read ahead.
        """
        return self._answers(self._ask, ids)

    def find(self, ids: Iterable[ExternalId]) -> Generator[Lookup | None, None, None]:
        """One answer per id, as `details` gives them; see the port."""
        return self._answers(self._look_up, ids)

    def _answers(
        self, ask: Ask[Asked, Received], ids: Iterable[Asked]
    ) -> Generator[Received | None, None, None]:
        connections = self._client.connections
        stop = Stop("TMDB", connections.stop)
        threads = threads_for(self._access.requests_per_second)
        run = ParallelFetch(ask, connections.confirm, stop, threads)
        try:
            yield from run.answers(ids)
        finally:
            stop.set()
            run.end()

    def _changes(self, kind: MediaKind, first: date, last: date) -> Iterator[list[int]]:
        path = f"/{kind.value}/changes"
        days = {"start_date": first.isoformat(), "end_date": last.isoformat()}
        start = self._page(path, days, 1)
        if first < last and start.total_pages > MOST_PAGES:
            middle = first + (last - first) // 2
            yield from self._changes(kind, first, middle)
            yield from self._changes(kind, middle + timedelta(days=1), last)
        else:
            yield _ids(start)
            yield from self._pages(path, days, after=start)

    def _pages(
        self, path: str, params: Mapping[str, str | int], *, after: _Page, most: int | None = None
    ) -> Iterator[list[int]]:
        """Every page behind one, up to `most`; their number may change while they are read."""
        page = after
        while page.page < page.total_pages and page.page != most:
            page = self._page(path, params, page.page + 1)
            yield _ids(page)

    def _page(self, path: str, params: Mapping[str, str | int], number: int) -> _Page:
        def read(body: bytes) -> _Page:
            page = parsed(body, _PAGE)
            if page.page != number:
                raise Unanswered(f"page {page.page} instead of {number}", again=True)
            return page

        return self._client.must_get(path, {**params, "page": number}, read)

    def _ask(self, asked: TitleId, stop: Stop) -> Answer:
        read = partial(self._title, asked)
        path = f"/{asked.kind.value}/{asked.tmdb_id}"
        params = {"append_to_response": _APPENDED[asked.kind]}
        try:
            title = self._client.get(path, params, read, stop)
        except Unanswered as failure:
            return Failed(asked, str(failure))
        return Gone(asked) if title is None else Fetched(title)

    def _look_up(self, asked: ExternalId, stop: Stop) -> Lookup:
        path = f"/find/{quote(asked.value, safe='')}"
        params = {"external_source": SOURCES[asked.family]}
        try:
            found = self._client.get(path, params, partial(found_in, asked), stop)
        except Unanswered as failure:
            return NotLookedUp(asked, str(failure))
        # Of an id that it doesn't know TMDB says so in empty lists.
        return found or NotLookedUp(asked, f"no such address: {path}")

    def _title(self, asked: TitleId, body: bytes) -> Title:
        answer = parsed_object(body)
        if answer.get("id") != asked.tmdb_id:
            raise Unanswered(f"an answer about another id than {asked.tmdb_id}", again=False)
        fetched_at = int(self._clock.now())
        try:
            return title_of(answer, asked.kind, Facts(), source=Source.TMDB, fetched_at=fetched_at)
        except UnusableRow as error:
            raise Unanswered(f"an answer that can't be used: {error}", again=False) from None


def _ids(page: _Page) -> list[int]:
    found = (row.id for row in page.results)
    return [i for i in found if isinstance(i, int) and i is not True and 0 < i <= MAX_ID]
