"""A person connects another Trakt account than before: what the former one told stays."""

import logging
from dataclasses import replace

import pytest

from app.adapters.stores.common.stores import Stores
from app.adapters.trakt.source import TraktSource
from app.domain.errors import UpstreamUnavailable
from app.domain.people.ledger import EventKind
from app.domain.ports.accounts import Tokens
from app.domain.progress import silent
from app.services.accounts.history_sync import FORMER, HistorySync
from app.services.accounts.linking import TRAKT
from stand_ins.trakt.serving import EMPTY_BODY, FakePerson, FakeTrakt, Instead, Status
from tests.fakes.clock import MovedClock
from tests.trakt_world import ADA, keys, plays, tokens_of

DAY = 86_400
SETTINGS = "/users/settings"


@pytest.fixture
def another(fake: FakeTrakt, ada: FakePerson) -> FakePerson:
    """The same person's second account, whose lists changed at the same moments."""
    person = fake.person("ada again")
    person.activities = ada.activities
    return person


def connect(fake: FakeTrakt, sync: HistorySync, person: FakePerson) -> None:
    sync.linking.link(ADA, tokens_of(fake, person))
    sync.sync(ADA, silent)


def sources(stores: Stores) -> dict[str, str]:
    return {event.key: event.source for event in stores.ledger.events(ADA)}


def test_history_and_lists_of_the_former_account_stay(
    fake: FakeTrakt,
    ada: FakePerson,
    another: FakePerson,
    sync: HistorySync,
    stores: Stores,
    clock: MovedClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    ada.watch_in_bulk(30)
    ada.rate(fake.films[0], 8)
    ada.watchlist(fake.films[1])
    another.watch_in_bulk(3)
    another.watchlist(fake.films[2])
    clock.forward(DAY)
    sync.sync(ADA, silent)
    connect(fake, sync, another)
    assert keys(stores) == sorted(plays(ada) + plays(another))
    assert len(keys(stores, EventKind.RATED)) == 1
    assert len(keys(stores, EventKind.WATCHLISTED)) == 2
    assert "32 entries of the former one stay" in caplog.text
    clock.forward(DAY)
    assert str(sync.sync(ADA, silent)).endswith("nothing changed at Trakt")


def test_the_account_of_now_is_followed_with_what_leaves_it(
    fake: FakeTrakt, ada: FakePerson, another: FakePerson, sync: HistorySync, stores: Stores
) -> None:
    numbers = ada.watch_in_bulk(5)
    kept = plays(ada)
    sync.sync(ADA, silent)
    others = another.watch_in_bulk(5)
    another.rate(fake.films[0], 3)
    connect(fake, sync, another)
    another.unwatch(*others[:4])
    another.unrate(fake.films[0])
    ada.unwatch(*numbers)
    assert sync.sync(ADA, silent).removed == 5
    assert keys(stores) == sorted(kept + plays(another))
    assert keys(stores, EventKind.RATED) == []


@pytest.mark.parametrize("signed_out", [False, True])
def test_the_same_account_again_is_followed_as_before(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores, *, signed_out: bool
) -> None:
    numbers = ada.watch_in_bulk(5)
    sync.sync(ADA, silent)
    if signed_out:
        assert sync.linking.unlink(ADA)
    ada.unwatch(numbers[0])
    connect(fake, sync, ada)
    assert keys(stores) == plays(ada)
    assert set(sources(stores).values()) == {TRAKT}


def test_the_former_account_taken_back_is_followed_again(
    fake: FakeTrakt, ada: FakePerson, another: FakePerson, sync: HistorySync, stores: Stores
) -> None:
    numbers = ada.watch_in_bulk(5)
    another.watch_in_bulk(5)
    sync.sync(ADA, silent)
    connect(fake, sync, another)
    connect(fake, sync, ada)
    now = sources(stores)
    assert {now[key] for key in plays(ada)} == {TRAKT}
    assert {now[key] for key in plays(another)} == {FORMER}
    ada.unwatch(*numbers)
    sync.sync(ADA, silent)
    assert keys(stores) == plays(another)


def test_a_sync_that_breaks_off_after_the_change_keeps_all(
    fake: FakeTrakt, ada: FakePerson, another: FakePerson, sync: HistorySync, stores: Stores
) -> None:
    ada.watch_in_bulk(5)
    sync.sync(ADA, silent)
    another.watch_in_bulk(300)
    fault = fake.fault(Status(500), "/sync/history", after=1)
    with pytest.raises(UpstreamUnavailable):
        connect(fake, sync, another)
    fault.clear()
    sync.sync(ADA, silent)
    assert keys(stores) == sorted(plays(ada) + plays(another))


@pytest.mark.parametrize(
    "effect",
    [Status(500), EMPTY_BODY, Instead(b"{}"), Instead(b'{"user": {"ids": {"slug": ""}}}')],
    ids=repr,
)
def test_where_nobody_says_whose_it_is_nothing_is_touched(
    fake: FakeTrakt,
    ada: FakePerson,
    another: FakePerson,
    sync: HistorySync,
    stores: Stores,
    effect: Status,
) -> None:
    ada.watch_in_bulk(5)
    sync.sync(ADA, silent)
    before = stores.ledger.events(ADA)
    fake.fault(effect, SETTINGS)
    with pytest.raises(UpstreamUnavailable):
        connect(fake, sync, another)
    assert stores.ledger.events(ADA) == before


def test_entries_of_nobody_known_stay(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores
) -> None:
    """As after a profile was brought here from another installation."""
    ada.watch(fake.films[0])
    sync.sync(ADA, silent)
    elsewhere = replace(stores.ledger.events(ADA)[0], key="trakt:history:1")
    stores.ledger.remove(ADA, keys(stores))
    stores.accounts.delete(ADA, "trakt user")
    stores.ledger.put(ADA, [elsewhere])
    connect(fake, sync, ada)
    assert keys(stores) == ["trakt:history:1", *plays(ada)]


def test_a_name_may_change(source: TraktSource, ada: FakePerson, tokens: Tokens) -> None:
    before = source.account_id(tokens)
    ada.name = "ada lovelace"
    assert source.account_id(tokens) == before
