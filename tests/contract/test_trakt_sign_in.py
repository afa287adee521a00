"""Signing in at Trakt and out again: each token is good once, and nobody else sees one."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from app.adapters.tmdb.connections import Timeouts
from app.adapters.trakt import client
from app.adapters.trakt.source import TraktSource
from app.domain.errors import (
    AccountLimited,
    ConnectAgain,
    InvalidInput,
    NotConfigured,
    SlowDown,
    UpstreamUnavailable,
    WatcherError,
)
from app.domain.people_ports import Tokens
from tests.fakes.clock import MovedClock
from tests.fakes.faults import Effect
from tests.fakes.trakt import (
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
    trakt_server,
)
from tests.trakt_world import tokens_of, trakt_source


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def fake(clock: MovedClock) -> Iterator[FakeTrakt]:
    with trakt_server(films=5, shows=2, now=clock.now) as running:
        yield running


@pytest.fixture
def ada(fake: FakeTrakt) -> FakePerson:
    return fake.person("ada")


@pytest.fixture
def source(
    fake: FakeTrakt, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TraktSource]:
    monkeypatch.setattr(client, "_FIRST_RETRY", 0.01)
    with trakt_source(fake, clock) as made:
        yield made


def code_of(fake: FakeTrakt, source: TraktSource, person: FakePerson, state: str = "s") -> str:
    """The code that a browser brings back."""
    back = fake.sign_in(source.sign_in_address(state), person)
    query = parse_qs(urlsplit(back).query)
    assert query["state"] == [state]
    return query["code"][0]


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


Call = Callable[[TraktSource], object]
NOBODY = Tokens("a", "r", 0)
CALLS: dict[str, Call] = {
    "address": lambda source: source.sign_in_address("s"),
    "exchange": lambda source: source.exchange("code"),
    "device": lambda source: source.device_code(),
    "device tokens": lambda source: source.device_tokens("device"),
    "refresh": lambda source: source.refresh(NOBODY),
    "revoke": lambda source: source.revoke(NOBODY),
    "history": lambda source: next(source.history(NOBODY, None)),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("given", ["", " ", "a b", "ä"])
def test_without_an_app_the_setting_is_named(
    fake: FakeTrakt, clock: MovedClock, call: Call, given: str
) -> None:
    with (
        trakt_source(fake, clock, client_id=given) as source,
        pytest.raises(NotConfigured, match="TRAKT_CLIENT_ID"),
    ):
        call(source)
    assert not fake.requests


@pytest.mark.parametrize("name", ["address", "exchange", "device tokens", "refresh", "revoke"])
def test_without_its_secret_the_setting_is_named(
    fake: FakeTrakt, clock: MovedClock, name: str
) -> None:
    with (
        trakt_source(fake, clock, client_secret="") as source,
        pytest.raises(NotConfigured, match="TRAKT_CLIENT_SECRET"),
    ):
        CALLS[name](source)


@pytest.mark.parametrize("name", [name for name in CALLS if name != "address"])
def test_a_refused_app_is_no_fault_of_the_account(
    fake: FakeTrakt, clock: MovedClock, name: str
) -> None:
    with (
        trakt_source(fake, clock, client_id="x") as source,
        pytest.raises(NotConfigured, match="TRAKT_CLIENT_ID and TRAKT_CLIENT_SECRET"),
    ):
        CALLS[name](source)


def test_another_redirect_address_names_its_setting(
    fake: FakeTrakt, ada: FakePerson, source: TraktSource
) -> None:
    code = code_of(fake, source, ada)
    fake.redirect_uri += "/"
    with pytest.raises(NotConfigured, match="TRAKT_REDIRECT_URI"):
        source.exchange(code)


def test_an_address_that_cannot_be_one_names_its_setting(clock: MovedClock) -> None:
    for api, site, named in [
        ("api.trakt.tv", "https://trakt.tv", "TRAKT_API_URL"),
        ("https://api.trakt.tv", "https://trakt.tv?x=1", "TRAKT_URL"),
    ]:
        with pytest.raises(NotConfigured, match=named):
            TraktSource(
                api_url=api,
                site_url=site,
                client_id="i",
                client_secret=None,
                redirect_uri="http://127.0.0.1/",
                clock=clock,
                timeouts=Timeouts(),
            )


EFFECTS: list[Effect | None] = [
    *(None, Status(400), Status(401), Status(403), Status(500), Status(426), banned_page(3600)),
    *(HTML_PAGE, INVALID_JSON, DROPPED, DROPPED_MIDWAY, Hang(0.7)),
]


@pytest.mark.parametrize("effect", EFFECTS, ids=repr)
def test_nothing_secret_is_logged_or_told(
    fake: FakeTrakt,
    ada: FakePerson,
    source: TraktSource,
    caplog: pytest.LogCaptureFixture,
    effect: Effect | None,
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens, code, device = tokens_of(fake, ada), code_of(fake, source, ada), source.device_code()
    if effect is not None:
        fake.fault(effect)
    told = [repr(source), repr(vars(source)), repr(tokens)]
    calls: list[Callable[[], object]] = [
        lambda: source.history_count(tokens),
        lambda: list(source.history(tokens, None)),
        lambda: source.exchange(code),
        lambda: source.device_tokens(device.device),
        lambda: source.refresh(tokens),
        lambda: source.revoke(tokens),
    ]
    for call in calls:
        try:
            call()
        except WatcherError as error:
            told.append("".join(traceback.format_exception(error)) + repr(error))
    text = "\n".join([*told, caplog.text])
    assert len(fake.secrets()) >= 5
    assert not [secret for secret in fake.secrets() if secret in text]
