"""The stand-in for Trakt, asked by a client that is signed in as Ada."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from stand_ins.trakt.serving import FakePerson, FakeTrakt, Rates, trakt_server
from tests.fakes.clock import MovedClock


@pytest.fixture
def fake(clock: MovedClock) -> Iterator[FakeTrakt]:
    """Without a limit of requests."""
    unlimited = Rates(gets=None, write_gap=None)
    with trakt_server(films=300, shows=130, now=clock.now, rates=unlimited) as running:
        yield running


@pytest.fixture
def ada(fake: FakeTrakt) -> FakePerson:
    return fake.person("ada")


@pytest.fixture
def client(fake: FakeTrakt, ada: FakePerson) -> Iterator[httpx2.Client]:
    headers = fake.headers(fake.tokens(ada).access)
    with httpx2.Client(base_url=fake.api_url, headers=headers, trust_env=False) as made:
        yield made


def get(client: httpx2.Client, path: str, **query: str | int) -> Any:  # noqa: ANN401 - any JSON
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()
