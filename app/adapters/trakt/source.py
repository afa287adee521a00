"""Trakt as a source of histories."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

import msgspec

from app.adapters.trakt import entries
from app.adapters.trakt.access import TraktAccess
from app.adapters.trakt.client import TraktClient
from app.adapters.trakt.sign_in import SigningIn
from app.adapters.upstream.answers import Reply, Unanswered, parsed
from app.adapters.upstream.connections import Timeouts
from app.domain.errors import UpstreamUnavailable
from app.domain.people.ledger import Event
from app.domain.ports.accounts import Tokens
from app.domain.ports.work import Clock

PAGE: Final = 250
"""Entries; Trakt gives no more at once."""

MOST_READS: Final = 4
"""Times that a list is read from its start because it changed under the reading."""

_MOST_PAGES: Final = 100_000
_HISTORY: Final = "/sync/history"


class _Ids(msgspec.Struct):
    uuid: str | None = None
    slug: str | None = None


class _User(msgspec.Struct):
    ids: _Ids


class _Settings(msgspec.Struct):
    user: _User


_ENTRIES: Final = msgspec.json.Decoder(list[dict[str, object]])
_SETTINGS: Final = msgspec.json.Decoder(_Settings)
_ACTIVITIES: Final = msgspec.json.Decoder(dict[str, object])

_T = TypeVar("_T")
_Read = Callable[[entries.Entry, float], Event | None]


@dataclass(frozen=True, slots=True)
class _Page:
    events: list[Event]
    pages: int
    items: int


class TraktSource(SigningIn):
    """See `app.domain.ports.accounts.HistorySource`.

    `patience` is in seconds: how long one request is tried again, pauses that Trakt asks for not
    counted. Any thread may use it; `close` gives up what is under way.
    """

    def __init__(
        self,
        access: TraktAccess,
        clock: Clock,
        *,
        patience: float = 60.0,
        timeouts: Timeouts | None = None,
    ) -> None:
        """Raises `NotConfigured` for an address that can't be used; asks nothing yet."""
        client = TraktClient(access, clock, patience, timeouts or Timeouts())
        super().__init__(access, client, clock)

    def close(self) -> None:
        """Give up all that is under way; later calls raise `Cancelled`."""
        self._client.close()

    def account_id(self, tokens: Tokens) -> str:
        """See `HistorySource.account_id`."""
        return self._client.get("/users/settings", tokens, _account_id)

    def activities(self, tokens: Tokens) -> Mapping[str, str]:
        """See `HistorySource.activities`."""
        return self._client.get("/sync/last_activities", tokens, _activities)

    def history(self, tokens: Tokens, since: str | None) -> Iterator[list[Event]]:
        """See `HistorySource.history`."""
        return self._pages(_HISTORY, tokens, entries.play, since)

    def history_count(self, tokens: Tokens) -> int:
        """See `HistorySource.history_count`."""
        read = partial(_count, name="X-Pagination-Item-Count")
        return self._client.get(_HISTORY, tokens, read, page=1, limit=1)

    def ratings(self, tokens: Tokens) -> Iterator[list[Event]]:
        """See `HistorySource.ratings`."""
        return self._films_and_series("/sync/ratings", tokens, entries.rated)

    def watchlist(self, tokens: Tokens) -> Iterator[list[Event]]:
        """See `HistorySource.watchlist`."""
        return self._films_and_series("/sync/watchlist", tokens, entries.watchlisted)

    def favorites(self, tokens: Tokens) -> Iterator[list[Event]]:
        """See `HistorySource.favorites`."""
        return self._films_and_series("/sync/favorites", tokens, entries.loved)

    def _films_and_series(self, path: str, tokens: Tokens, read: _Read) -> Iterator[list[Event]]:
        for kind in ("movies", "shows"):
            yield from self._pages(f"{path}/{kind}", tokens, read)

    def _pages(
        self, path: str, tokens: Tokens, read: _Read, since: str | None = None
    ) -> Iterator[list[Event]]:
        """Every page; from the start again where the list grew or shrank meanwhile.

        What is taken out of a list moves what is behind it forward, past the page that is asked
        for next; events that come twice do no harm.
        """
        given = {"start_at": since} if since else {}
        read_page = partial(self._page, read=read)
        for _ in range(MOST_READS):
            number, items = 1, None
            while True:
                page = self._client.get(path, tokens, read_page, page=number, limit=PAGE, **given)
                if items not in (None, page.items):
                    break
                items = page.items
                yield page.events
                if number >= page.pages:
                    return
                number += 1
        raise UpstreamUnavailable(
            f"Trakt's {path.removeprefix('/sync/')} changed each time while being read: try again"
        )

    def _page(self, reply: Reply, read: _Read) -> _Page:
        now = self._clock.now()
        found = [read(entry, now) for entry in _parsed(reply, _ENTRIES)]
        return _Page(
            events=[event for event in found if event is not None],
            pages=min(_count(reply, "X-Pagination-Page-Count"), _MOST_PAGES),
            items=_count(reply, "X-Pagination-Item-Count"),
        )


def _count(reply: Reply, name: str) -> int:
    """A number of the paging; without it, nobody knows whether a page is all."""
    _parsed(reply, _ENTRIES)
    text = reply.headers.get(name, "")
    if not (text.isascii() and text.isdigit()) or len(text) > 9:  # noqa: PLR2004  # a million pages
        raise Unanswered(f"an answer without {name}", again=True)
    return int(text)


def _account_id(reply: Reply) -> str:
    ids = _parsed(reply, _SETTINGS).user.ids
    # The slug follows the name; it is there in each answer that Trakt documents.
    found = ids.uuid or ids.slug
    if not found:
        raise Unanswered("an answer that doesn't tell whose account it is", again=True)
    return found


def _activities(reply: Reply) -> Mapping[str, str]:
    told = _parsed(reply, _ACTIVITIES)
    found = {
        f"{part}.{name}": str(at or "")
        for part, times in told.items()
        if isinstance(times, dict)
        for name, at in times.items()
    }
    if not found:
        raise Unanswered("an answer without activities", again=True)
    return found


def _parsed(reply: Reply, decoder: msgspec.json.Decoder[_T]) -> _T:
    """The body in a shape. Raises `Unanswered`: half an object instead of a list may pass, too."""
    try:
        return parsed(reply.body, decoder)
    except Unanswered as failure:
        raise Unanswered(str(failure), again=True) from None
