"""Signing in at Trakt and out again: each token is good once, and nobody else sees one."""

import pytest

from app.adapters.trakt.source import TraktSource
from app.domain.errors import (
    AccountLimited,
    ConnectAgain,
    InvalidInput,
    SlowDown,
    UpstreamUnavailable,
    WatcherError,
)
from stand_ins.http.faults import Effect
from stand_ins.trakt.serving import (
    DROPPED,
    DROPPED_MIDWAY,
    HTML_PAGE,
    INVALID_JSON,
    VIP_ONLY,
    FakePerson,
    FakeTrakt,
    Hang,
    Instead,
    Status,
    banned_page,
)
from tests.fakes.clock import MovedClock
from tests.trakt_world import code_of, tokens_of


def test_a_browser_is_sent_there_and_comes_back_with_a_code(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, clock: MovedClock
) -> None:
    tokens = source.exchange(code_of(fake, source, ada, "ä &=+?#/"))
    assert tokens.expires_at == clock.now() + fake.oauth.expires_in
    assert source.history_count(tokens) == 0


def test_a_code_is_good_once_and_not_for_ever(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, clock: MovedClock
) -> None:
    code = code_of(fake, source, ada)
    source.exchange(code)
    with pytest.raises(InvalidInput, match="again"):
        source.exchange(code)
    late = code_of(fake, source, ada)
    clock.forward(3600)
    with pytest.raises(InvalidInput, match="expired"):
        source.exchange(late)
    with pytest.raises(InvalidInput):
        source.exchange("invented")


@pytest.mark.parametrize("status", [400, 401])
def test_a_refreshed_pair_replaces_the_old_one(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, status: int
) -> None:
    fake.oauth.invalid_grant_status = status
    old = tokens_of(fake, ada)
    new = source.refresh(old)
    assert source.history_count(new) == 0
    with pytest.raises(ConnectAgain):
        source.history_count(old)
    with pytest.raises(ConnectAgain, match="connect the account again"):
        source.refresh(old)
    assert source.history_count(source.refresh(new)) == 0


@pytest.mark.parametrize(
    "effect", [DROPPED_MIDWAY, DROPPED, Hang(0.7), Status(500), HTML_PAGE, INVALID_JSON], ids=repr
)
def test_a_refresh_is_sent_once_whatever_comes_back(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, effect: Effect
) -> None:
    tokens = tokens_of(fake, ada)
    fault = fake.fault(effect, "/oauth/token")
    with pytest.raises(UpstreamUnavailable):
        source.refresh(tokens)
    assert fault.used == 1


def test_a_pair_whose_answer_was_lost_must_be_connected_again(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource
) -> None:
    tokens = tokens_of(fake, ada)
    fake.fault(DROPPED_MIDWAY, "/oauth/token", times=1)
    with pytest.raises(UpstreamUnavailable):
        source.refresh(tokens)
    with pytest.raises(ConnectAgain):
        source.refresh(tokens)


def test_signing_out_ends_the_pair_there_and_may_be_repeated(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource
) -> None:
    tokens = tokens_of(fake, ada)
    source.revoke(tokens)
    assert fake.tokens_revoked == 1
    source.revoke(tokens)
    with pytest.raises(ConnectAgain):
        source.activities(tokens)
    with pytest.raises(ConnectAgain):
        source.refresh(tokens)


@pytest.mark.parametrize("effect", [Status(503), HTML_PAGE, DROPPED], ids=repr)
def test_signing_out_that_trakt_did_not_hear_is_an_error(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, effect: Effect
) -> None:
    fake.fault(effect, "/oauth/revoke")
    with pytest.raises(UpstreamUnavailable):
        source.revoke(tokens_of(fake, ada))


def test_a_box_without_a_browser(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource, clock: MovedClock
) -> None:
    given = source.device_code()
    assert (given.interval, given.expires_in) == (5, 600)
    assert given.address.startswith("http")
    assert source.device_tokens(given.device) is None
    with pytest.raises(SlowDown):
        source.device_tokens(given.device)
    clock.forward(given.interval)
    assert fake.answer_device(given.code, ada)
    tokens = source.device_tokens(given.device)
    assert tokens is not None
    assert source.history_count(tokens) == 0
    with pytest.raises(InvalidInput, match="used"):
        source.device_tokens(given.device)


def test_a_device_that_gets_no_permission(
    fake: FakeTrakt, source: TraktSource, clock: MovedClock
) -> None:
    denied, late = source.device_code(), source.device_code()
    fake.answer_device(denied.code, allow=False)
    with pytest.raises(InvalidInput, match="denied"):
        source.device_tokens(denied.device)
    clock.forward(late.expires_in)
    with pytest.raises(InvalidInput, match="expired"):
        source.device_tokens(late.device)
    with pytest.raises(InvalidInput, match="never gave"):
        source.device_tokens("invented")


@pytest.mark.parametrize(
    ("effect", "raised"),
    [
        (Status(500), UpstreamUnavailable),
        (HTML_PAGE, UpstreamUnavailable),
        (DROPPED, UpstreamUnavailable),
        (Instead(b"<html>no such page</html>", "text/html", 404), UpstreamUnavailable),
        (banned_page(), SlowDown),
        (VIP_ONLY, AccountLimited),
    ],
    ids=repr,
)
def test_a_device_is_not_told_wrong_by_a_fault(
    fake: FakeTrakt, source: TraktSource, effect: Effect, raised: type[WatcherError]
) -> None:
    given = source.device_code()
    fake.fault(effect, "/oauth/device/token")
    with pytest.raises(raised):
        source.device_tokens(given.device)
