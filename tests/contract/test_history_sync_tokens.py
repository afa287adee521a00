"""Tokens of a person's Trakt account: renewed in time, stored before use, and ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.adapters.sealing import FernetSeal
from app.adapters.stores import Stores
from app.adapters.trakt import client
from app.adapters.trakt.source import TraktSource
from app.domain.errors import (
    AccountLimited,
    ConnectAgain,
    NotFound,
    StoreUnavailable,
    UpstreamUnavailable,
)
from app.domain.ledger import EventKind
from app.domain.people_ports import Account
from app.domain.progress import silent
from app.services.history_sync import HistorySync
from tests.fakes.clock import MovedClock
from tests.fakes.trakt import (
    ACCOUNT_LIMIT,
    DROPPED_MIDWAY,
    FakePerson,
    FakeTrakt,
    Rates,
    Status,
    trakt_server,
)
from tests.trakt_world import ADA, history_sync, household, tokens_of, trakt_source

HISTORY = "/sync/history"
DAY = 86_400


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def fake(clock: MovedClock) -> Iterator[FakeTrakt]:
    with trakt_server(films=300, shows=20, now=clock.now, rates=Rates(gets=None)) as running:
        yield running


@pytest.fixture
def stores(tmp_path: Path, clock: MovedClock) -> Iterator[Stores]:
    with household(tmp_path, clock) as opened:
        yield opened


@pytest.fixture
def source(
    fake: FakeTrakt, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TraktSource]:
    monkeypatch.setattr(client, "_FIRST_RETRY", 0.01)
    with trakt_source(fake, clock) as made:
        yield made


@pytest.fixture
def sync(stores: Stores, source: TraktSource, clock: MovedClock) -> HistorySync:
    return history_sync(stores, source, clock)


@pytest.fixture
def ada(fake: FakeTrakt, sync: HistorySync) -> FakePerson:
    person = fake.person("ada")
    sync.link(ADA, tokens_of(fake, person))
    return person


def keys(stores: Stores, kind: EventKind = EventKind.WATCHED, profile: str = ADA) -> list[str]:
    return sorted(event.key for event in stores.ledger.events(profile) if event.kind is kind)


def plays(person: FakePerson) -> list[str]:
    return sorted(f"trakt:history:{play.id}" for play in person.plays())


def test_the_new_pair_is_stored_before_it_is_used(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores, clock: MovedClock
) -> None:
    ada.watch(fake.films[0])
    clock.forward(fake.oauth.expires_in - 60)
    fake.fault(Status(500), "/sync/last_activities")
    with pytest.raises(UpstreamUnavailable):
        sync.sync(ADA, silent)
    fake.clear_faults()
    sync.sync(ADA, silent)
    assert fake.tokens_refreshed == 1
    assert keys(stores) == plays(ada)
    clock.forward(fake.oauth.expires_in - 60)
    sync.sync(ADA, silent)
    assert fake.tokens_refreshed == 2


def test_a_pair_that_could_not_be_stored_is_never_used(
    fake: FakeTrakt,
    ada: FakePerson,
    sync: HistorySync,
    stores: Stores,
    clock: MovedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del ada

    def full(_profile: str, _account: Account) -> None:
        raise StoreUnavailable("the disk is full")

    clock.forward(fake.oauth.expires_in)
    with monkeypatch.context() as patched:
        patched.setattr(stores.accounts, "put", full)
        with pytest.raises(StoreUnavailable):
            sync.sync(ADA, silent)
    assert [request.path for request in fake.requests] == ["/oauth/token"]


def test_a_lost_answer_to_a_refresh_ends_in_connect_again(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores, clock: MovedClock
) -> None:
    ada.watch(fake.films[0])
    sync.sync(ADA, silent)
    clock.forward(fake.oauth.expires_in)
    fake.fault(DROPPED_MIDWAY, "/oauth/token", times=1)
    with pytest.raises(UpstreamUnavailable):
        sync.sync(ADA, silent)
    assert sync.connection(ADA) is not None
    with pytest.raises(ConnectAgain):
        sync.sync(ADA, silent)
    connection = sync.connection(ADA)
    assert connection is not None
    assert "connect the account again" in connection.problem
    assert keys(stores) == plays(ada)
    sync.link(ADA, tokens_of(fake, ada))
    connection = sync.connection(ADA)
    assert connection is not None
    assert connection.problem == ""
    sync.sync(ADA, silent)
    connection = sync.connection(ADA)
    assert connection is not None
    assert connection.problem == ""


def test_a_permission_that_was_taken_away_is_told(ada: FakePerson, sync: HistorySync) -> None:
    ada.disconnect()
    with pytest.raises(ConnectAgain):
        sync.sync(ADA, silent)
    connection = sync.connection(ADA)
    assert connection is not None
    assert connection.problem


def test_another_secret_key_says_connect_again(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync
) -> None:
    changed = replace(sync, seal=FernetSeal("another key"))
    with pytest.raises(ConnectAgain, match="SECRET_KEY"):
        changed.sync(ADA, silent)
    connection = changed.connection(ADA)
    assert connection is not None
    assert "SECRET_KEY" in connection.problem
    assert not fake.requests
    changed.link(ADA, tokens_of(fake, ada))
    changed.sync(ADA, silent)


def test_a_limited_account_is_asked_once(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores
) -> None:
    ada.watch_in_bulk(10)
    fault = fake.fault(ACCOUNT_LIMIT, HISTORY)
    with pytest.raises(AccountLimited):
        sync.sync(ADA, silent)
    assert fault.used == 1
    assert keys(stores) == []


def test_tokens_are_unreadable_at_rest(fake: FakeTrakt, ada: FakePerson, stores: Stores) -> None:
    del ada
    account = stores.accounts.get(ADA, "trakt")
    assert account is not None
    assert not [one for one in fake.secrets() if one.encode() in account.sealed]


def test_signing_out_is_told_to_trakt_and_keeps_the_history(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores
) -> None:
    ada.watch(fake.films[0])
    sync.sync(ADA, silent)
    assert sync.unlink(ADA)
    assert fake.tokens_revoked == 1
    assert stores.accounts.get(ADA, "trakt") is None
    assert keys(stores) == plays(ada)
    assert not sync.unlink(ADA)
    with pytest.raises(NotFound):
        sync.sync(ADA, silent)
