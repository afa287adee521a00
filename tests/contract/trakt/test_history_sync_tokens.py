"""Tokens of a person's Trakt account: renewed in time, stored before use, and ended."""

from dataclasses import replace

import pytest

from app.adapters.sealing import FernetSeal
from app.adapters.stores.common.stores import Stores
from app.domain.errors import (
    AccountLimited,
    ConnectAgain,
    NotFound,
    StoreUnavailable,
    UpstreamUnavailable,
)
from app.domain.ports.accounts import Account
from app.domain.progress import silent
from app.services.accounts.history_sync import HistorySync
from stand_ins.trakt.serving import ACCOUNT_LIMIT, DROPPED_MIDWAY, FakePerson, FakeTrakt, Status
from tests.fakes.clock import MovedClock
from tests.trakt_world import ADA, keys, plays, tokens_of

HISTORY = "/sync/history"
DAY = 86_400


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
    assert sync.linking.connection(ADA) is not None
    with pytest.raises(ConnectAgain):
        sync.sync(ADA, silent)
    connection = sync.linking.connection(ADA)
    assert connection is not None
    assert "connect the account again" in connection.problem
    assert keys(stores) == plays(ada)
    sync.linking.link(ADA, tokens_of(fake, ada))
    connection = sync.linking.connection(ADA)
    assert connection is not None
    assert connection.problem == ""
    sync.sync(ADA, silent)
    connection = sync.linking.connection(ADA)
    assert connection is not None
    assert connection.problem == ""


def test_a_permission_that_was_taken_away_is_told(ada: FakePerson, sync: HistorySync) -> None:
    ada.disconnect()
    with pytest.raises(ConnectAgain):
        sync.sync(ADA, silent)
    connection = sync.linking.connection(ADA)
    assert connection is not None
    assert connection.problem


def test_another_secret_key_says_connect_again(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync
) -> None:
    changed = replace(sync, linking=replace(sync.linking, seal=FernetSeal("another key")))
    with pytest.raises(ConnectAgain, match="SECRET_KEY"):
        changed.sync(ADA, silent)
    connection = changed.linking.connection(ADA)
    assert connection is not None
    assert "SECRET_KEY" in connection.problem
    assert not fake.requests
    changed.linking.link(ADA, tokens_of(fake, ada))
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


@pytest.mark.usefixtures("sync")
def test_tokens_are_unreadable_at_rest(fake: FakeTrakt, stores: Stores) -> None:
    account = stores.accounts.get(ADA, "trakt")
    assert account is not None
    assert not [one for one in fake.secrets() if one.encode() in account.sealed]


def test_signing_out_is_told_to_trakt_and_keeps_the_history(
    fake: FakeTrakt, ada: FakePerson, sync: HistorySync, stores: Stores
) -> None:
    ada.watch(fake.films[0])
    sync.sync(ADA, silent)
    assert sync.linking.unlink(ADA)
    assert fake.tokens_revoked == 1
    assert stores.accounts.get(ADA, "trakt") is None
    assert keys(stores) == plays(ada)
    assert not sync.linking.unlink(ADA)
    with pytest.raises(NotFound):
        sync.sync(ADA, silent)
