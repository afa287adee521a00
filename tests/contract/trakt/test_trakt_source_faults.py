"""What is read of a Trakt account while Trakt has its faults: all of it, or an error."""

from collections.abc import Callable

import msgspec
import pytest

from app.adapters.trakt.source import TraktSource
from app.domain.errors import (
    AccountLimited,
    Cancelled,
    ConnectAgain,
    NotConfigured,
    UpstreamUnavailable,
    WatcherError,
)
from app.domain.ports.accounts import Tokens
from stand_ins.http.faults import Effect
from stand_ins.trakt.serving import (
    ACCOUNT_LIMIT,
    DROPPED,
    DROPPED_MIDWAY,
    EMPTY_BODY,
    HALF_BODY,
    HTML_PAGE,
    INVALID_JSON,
    VIP_ONLY,
    FakePerson,
    FakeTrakt,
    Hang,
    Instead,
    Rates,
    Status,
    banned_page,
    trakt_server,
)
from tests.fakes.clock import MovedClock
from tests.trakt_world import flat, tokens_of, trakt_source

HISTORY = "/sync/history"
MOST_TRIES = 4
DAY = 86_400
Read = Callable[[TraktSource, Tokens], object]
READS: dict[str, Read] = {
    "account": lambda source, tokens: source.account_id(tokens),
    "activities": lambda source, tokens: source.activities(tokens),
    "history": lambda source, tokens: list(source.history(tokens, None)),
    "count": lambda source, tokens: source.history_count(tokens),
    "ratings": lambda source, tokens: list(source.ratings(tokens)),
    "watchlist": lambda source, tokens: list(source.watchlist(tokens)),
    "favorites": lambda source, tokens: list(source.favorites(tokens)),
}
EVERY_READ = pytest.mark.parametrize("read", READS.values(), ids=READS.keys())


def asked(fake: FakeTrakt, path: str) -> int:
    return sum(request.path == path for request in fake.requests)


PASSING: list[Effect] = [
    *(Status(500), Status(502), Status(503), DROPPED, DROPPED_MIDWAY, HALF_BODY),
    *(EMPTY_BODY, HTML_PAGE, INVALID_JSON, Hang(0.7), Instead(b"[]")),
]


@pytest.mark.parametrize("effect", PASSING, ids=repr)
def test_a_passing_fault_costs_nothing(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, tokens: Tokens, effect: Effect
) -> None:
    ada.watch_in_bulk(600)
    fake.fault(effect, HISTORY, times=2, after=1)
    assert len({event.key for event in flat(source.history(tokens, None))}) == 600


LASTING: list[Effect] = [
    *(Status(500), Status(404), Status(412), Status(422), DROPPED, HALF_BODY, EMPTY_BODY),
    *(HTML_PAGE, INVALID_JSON, Instead(b"[]"), Instead(b"{}"), Instead(b"null"), Instead(b"[1]")),
    *(Status(302), Status(429, retry_after=3600), banned_page(3600)),
    Instead(b"<html>Access denied</html>", "text/html", 403),
]


@pytest.mark.parametrize("effect", LASTING, ids=repr)
def test_a_page_that_stays_wrong_is_an_error_not_an_end(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, tokens: Tokens, effect: Effect
) -> None:
    ada.watch_in_bulk(600)
    fault = fake.fault(effect, HISTORY, after=1)
    with pytest.raises(UpstreamUnavailable):
        flat(source.history(tokens, None))
    assert 1 <= fault.used <= MOST_TRIES


@EVERY_READ
@pytest.mark.parametrize("effect", [Status(500), HTML_PAGE, Instead(b"{}"), Instead(b"[]")])
def test_nonsense_is_never_emptiness(
    fake: FakeTrakt, source: TraktSource, tokens: Tokens, read: Read, effect: Effect
) -> None:
    fake.fault(effect)
    with pytest.raises(UpstreamUnavailable):
        read(source, tokens)


ENTRY = {"id": 1, "watched_at": "2020-01-01T00:00:00.000Z", "type": "movie"}
MOVIE = {"title": "A", "year": 2000, "ids": {"trakt": 5}}


@pytest.mark.parametrize(
    "entry",
    [
        ENTRY,
        ENTRY | {"movie": MOVIE, "id": None},
        ENTRY | {"movie": {"title": "A", "ids": None}},
        ENTRY | {"type": "episode", "show": MOVIE, "episode": {"season": 1}},
    ],
)
def test_an_entry_that_cannot_be_told_apart_is_no_removal(
    fake: FakeTrakt, source: TraktSource, tokens: Tokens, entry: dict[str, object]
) -> None:
    counted = (("X-Pagination-Page-Count", "1"), ("X-Pagination-Item-Count", "1"))
    fake.fault(Instead(msgspec.json.encode([entry]), headers=counted), HISTORY)
    with pytest.raises(UpstreamUnavailable):
        flat(source.history(tokens, None))


@EVERY_READ
@pytest.mark.parametrize(
    ("effect", "raised"),
    [
        (ACCOUNT_LIMIT, AccountLimited),
        (VIP_ONLY, AccountLimited),
        (Status(423), AccountLimited),
        (Status(401), ConnectAgain),
        (Status(403), NotConfigured),
    ],
)
def test_what_only_the_person_can_mend_is_asked_once(
    fake: FakeTrakt,
    source: TraktSource,
    tokens: Tokens,
    read: Read,
    effect: Effect,
    raised: type[WatcherError],
) -> None:
    fault = fake.fault(effect)
    with pytest.raises(raised):
        read(source, tokens)
    assert fault.used == 1


def test_worthless_tokens_mean_connect_again(
    ada: FakePerson, source: TraktSource, tokens: Tokens
) -> None:
    ada.disconnect()
    with pytest.raises(ConnectAgain, match="connect the account again"):
        source.activities(tokens)


@pytest.mark.parametrize("effect", [Status(429, retry_after=1), banned_page(1)], ids=repr)
def test_a_pause_is_kept(
    fake: FakeTrakt, source: TraktSource, tokens: Tokens, effect: Effect
) -> None:
    fake.fault(effect, HISTORY, times=2)
    assert source.history_count(tokens) == 0
    first, second, third = fake.arrivals()
    assert second - first >= 0.95
    assert third - second >= 0.95


@pytest.mark.parametrize("as_html", [False, True])
def test_more_pages_than_are_allowed_at_once(clock: MovedClock, *, as_html: bool) -> None:
    rates = Rates(gets=4, seconds=1.5, as_html=as_html)
    with (
        trakt_server(films=300, shows=0, now=clock.now, rates=rates) as fake,
        trakt_source(fake, clock) as source,
    ):
        fake.most_per_page = 50
        fake.person("ada").watch_in_bulk(300)
        tokens = tokens_of(fake, fake.person("ada"))
        assert len({event.key for event in flat(source.history(tokens, None))}) == 300
        assert fake.busiest_window() <= 4 + 2


def test_a_removal_in_the_middle_of_reading_hides_no_other_play(
    ada: FakePerson, source: TraktSource, tokens: Tokens
) -> None:
    numbers = ada.watch_in_bulk(600)
    pages = source.history(tokens, None)
    events = next(pages)
    ada.unwatch(numbers[-1])
    events += flat(pages)
    assert {event.key for event in events} >= {f"trakt:history:{one}" for one in numbers[:-1]}


def test_closing_ends_a_pause(fake: FakeTrakt, source: TraktSource, tokens: Tokens) -> None:
    fake.fault(Status(429, retry_after=60), HISTORY)
    wait = source._client._connections.stop.wait

    def closed(timeout: float | None = None) -> bool:
        source.close()
        return wait(timeout)

    source._client._connections.stop.wait = closed  # type: ignore[method-assign]
    with pytest.raises(Cancelled, match="Trakt"):
        source.history_count(tokens)
    with pytest.raises(Cancelled, match="Trakt"):
        source.history_count(tokens)
