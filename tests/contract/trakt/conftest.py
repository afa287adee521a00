"""A stand-in for Trakt, where Ada has an account, and a household in which she connected it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.adapters.stores.common.stores import Stores
from app.adapters.trakt.source import TraktSource
from app.adapters.upstream import retry
from app.domain.ports.accounts import Tokens
from app.services.accounts.history_sync import HistorySync
from stand_ins.trakt.serving import FakePerson, FakeTrakt, Rates, trakt_server
from tests.fakes.clock import MovedClock
from tests.trakt_world import ADA, household, tokens_of, trakt_source
from tests.world import open_world


@pytest.fixture
def fake(clock: MovedClock) -> Iterator[FakeTrakt]:
    """Without a limit of requests."""
    with trakt_server(films=300, shows=40, now=clock.now, rates=Rates(gets=None)) as running:
        yield running


@pytest.fixture
def ada(fake: FakeTrakt) -> FakePerson:
    return fake.person("ada")


@pytest.fixture
def tokens(fake: FakeTrakt, ada: FakePerson) -> Tokens:
    return tokens_of(fake, ada)


@pytest.fixture
def stores(tmp_path: Path, clock: MovedClock) -> Iterator[Stores]:
    """In SQLite."""
    with household(tmp_path, clock) as opened:
        yield opened


@pytest.fixture
def source(
    fake: FakeTrakt, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TraktSource]:
    monkeypatch.setattr(retry, "_FIRST_WAIT", 0.01)
    with trakt_source(fake, clock) as made:
        yield made


@pytest.fixture
def sync(
    tmp_path: Path, stores: Stores, source: TraktSource, clock: MovedClock, tokens: Tokens
) -> HistorySync:
    """Ada's account is connected to `ADA`."""
    made = open_world(tmp_path, stores=stores, clock=clock).history_sync(source)
    made.linking.link(ADA, tokens)
    return made
