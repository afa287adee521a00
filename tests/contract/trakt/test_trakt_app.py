"""The app that Trakt is asked by: its settings by name, and nothing secret told."""

import logging
import traceback
from collections.abc import Callable

import pytest

from app.adapters.trakt.access import TraktAccess
from app.adapters.trakt.source import TraktSource
from app.domain.errors import (
    NotConfigured,
    WatcherError,
)
from app.domain.ports.accounts import Tokens
from stand_ins.http.faults import Effect
from stand_ins.trakt.serving import (
    DROPPED,
    DROPPED_MIDWAY,
    HTML_PAGE,
    INVALID_JSON,
    FakePerson,
    FakeTrakt,
    Hang,
    Status,
    banned_page,
)
from tests.fakes.clock import MovedClock
from tests.trakt_world import code_of, tokens_of, trakt_source

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
                TraktAccess(
                    api_url=api,
                    site_url=site,
                    client_id="i",
                    client_secret=None,
                    redirect_uri="http://127.0.0.1/",
                ),
                clock,
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
