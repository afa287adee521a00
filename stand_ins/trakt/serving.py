"""A stand-in for Trakt over HTTP, with people whose accounts a test changes, and Trakt's rules.

In a test: ``with trakt_server() as fake: ada = fake.person("ada")``. Its API is at `fake.api_url`,
its pages for browsers at `fake.site_url`, and every fault of `stand_ins.http.faults` can be had.

Its rules are those Trakt documents and shows in 2026: pages of 100 unless asked for otherwise and
250 at most (more is cut, not refused; 100 where ``extended=progress`` tells of episodes), in
ratings as well; refresh tokens that are good once; ``invalid_grant`` with status 400; removals move
the last activities. Where Trakt leaves a choice, it takes this one: a refresh ends the old access
token at once; adding to a list over its limit adds nothing; ``start_at`` and ``end_at`` are both
included, and 422 where they are no times; the times of ``movies.watchlisted_at`` and its like move
on additions only, that of ``watchlist.updated_at`` on removals, too; an object of a request is
found by the first of its ids that fits. It does not take what was watched off the watchlist.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from stand_ins.canaries import MARK
from stand_ins.http.faults import (
    DROPPED,
    DROPPED_MIDWAY,
    EMPTY_BODY,
    HALF_BODY,
    HTML_PAGE,
    INVALID_JSON,
    Fault,
    Hang,
    Instead,
    Status,
)
from stand_ins.http.server import Server
from stand_ins.trakt.answers import ACCOUNT_LIMIT, VIP_ONLY, banned_page
from stand_ins.trakt.catalogue import TraktCatalogue
from stand_ins.trakt.oauth import Client
from stand_ins.trakt.person import FakePerson
from stand_ins.trakt.rates import GETS, WRITES, Rates
from stand_ins.trakt.routes import TraktSite
from stand_ins.trakt.service import FakeTrakt, NotShown
from stand_ins.trakt.titles import Episode, Film, Season, Show

__all__ = [
    "ACCOUNT_LIMIT",
    "DROPPED",
    "DROPPED_MIDWAY",
    "EMPTY_BODY",
    "GETS",
    "HALF_BODY",
    "HTML_PAGE",
    "INVALID_JSON",
    "REDIRECT_URI",
    "VIP_ONLY",
    "WRITES",
    "Episode",
    "FakePerson",
    "FakeTrakt",
    "Fault",
    "Film",
    "Hang",
    "Instead",
    "NotShown",
    "Rates",
    "Season",
    "Show",
    "Status",
    "banned_page",
    "trakt_server",
]

REDIRECT_URI: Final = "http://127.0.0.1:8080/auth/trakt/callback"
_CLIENT_ID: Final = "made-client-" + "0123456789abcdef" * 3
_CLIENT_SECRET: Final = f"{MARK}client-" + "fedcba9876543210" * 3


@contextmanager
def trakt_server(
    films: int = 200,
    shows: int = 40,
    *,
    redirect_uri: str = REDIRECT_URI,
    now: Callable[[], float] = time.time,
    rates: Rates | None = None,
    port: int = 0,
) -> Iterator[FakeTrakt]:
    """A running stand-in on a loopback port (a free one unless named).

    `now` is in Unix seconds: by it tokens, codes and devices expire and accounts change. `rates`
    are 500 GETs in 5 minutes and a write a second, by a clock of their own, unless given. Raises
    `OSError` where the port is taken.
    """
    client = Client(_CLIENT_ID, _CLIENT_SECRET, redirect_uri)
    fake = FakeTrakt(TraktCatalogue(films, shows), client, now, rates or Rates())
    server = Server(TraktSite(fake), port)
    server.start()
    try:
        yield fake
    finally:
        server.stop()
