"""A person is deleted: they are signed out at Trakt, too, and where that fails somebody hears."""

import logging
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.bootstrap import Services
from app.domain.ports.accounts import Tokens
from app.domain.progress import silent
from stand_ins.trakt.serving import DROPPED, FakePerson, FakeTrakt, Status
from tests.people_world import home, services_in

ANSWERS = [DROPPED, Status(401), Status(503)]


@pytest.fixture
def services(tmp_path: Path, fake: FakeTrakt) -> Iterator[Services]:
    made = services_in(tmp_path, trakt=fake)
    yield made
    made.close()


@pytest.fixture
def leaving(services: Services, ada: FakePerson, tokens: Tokens) -> str:
    """The profile of somebody whose history came from Trakt."""
    mine = services.people.make("Ada")[0].id
    services.linking.link(mine, tokens)
    ada.watch_in_bulk(3)
    with closing(services.open_history_source()) as source:
        assert services.history_sync(source).sync(mine, silent).added == 3
    return mine


def test_the_access_at_trakt_ends(
    services: Services, fake: FakeTrakt, leaving: str, caplog: pytest.LogCaptureFixture
) -> None:
    with home(services) as client:
        assert client.delete(f"/profiles/{leaving}").status_code == 204
        assert client.get("/profiles").json() == []
    assert fake.tokens_revoked == 1
    assert "Trakt" not in caplog.text


@pytest.mark.parametrize("answer", ANSWERS, ids=repr)
def test_a_trakt_that_cannot_be_told_keeps_nobodys_data_and_is_named(
    services: Services,
    fake: FakeTrakt,
    leaving: str,
    tokens: Tokens,
    answer: Status,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fake.fault(answer, "/oauth/revoke")
    with caplog.at_level(logging.WARNING, "app"), home(services) as client:
        assert client.delete(f"/profiles/{leaving}").status_code == 204
        assert client.get("/profiles").json() == []
    assert services.accounts.get(leaving, "trakt") is None
    (record,) = [one for one in caplog.records if one.name.startswith("app.services")]
    assert leaving in record.getMessage()
    assert "connected apps" in record.getMessage()
    assert tokens.access not in caplog.text


def test_who_connected_nothing_leaves_without_a_word_to_trakt(
    services: Services, fake: FakeTrakt
) -> None:
    mine = services.people.make("Bob")[0].id
    with home(services) as client:
        assert client.delete(f"/profiles/{mine}").status_code == 204
    assert not fake.requests
    assert "history_source" not in vars(services.adapters)
