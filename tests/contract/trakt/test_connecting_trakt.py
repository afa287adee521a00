"""Connecting an account through the service: whose it becomes, and what is good once."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from app.adapters.stores.common.stores import Stores
from app.domain.errors import Forbidden, InvalidInput, SlowDown
from app.domain.progress import silent
from app.services.accounts.history_sync import HistorySync
from app.services.accounts.sign_in import SignIn
from stand_ins.trakt.serving import FakeTrakt
from tests.fakes.clock import MovedClock
from tests.trakt_world import ADA, BOB
from tests.world import open_world


@pytest.fixture
def sign_in(tmp_path: Path, stores: Stores, clock: MovedClock, fake: FakeTrakt) -> Iterator[SignIn]:
    services = open_world(tmp_path, stores=stores, clock=clock, trakt=fake)
    yield services.sign_in
    services.close()


def came_back(fake: FakeTrakt, address: str, name: str = "ada") -> tuple[str, str]:
    """Code and state of the callback."""
    back = fake.sign_in(address, fake.person(name))
    query = parse_qs(urlsplit(back).query)
    return query["code"][0], query["state"][0]


def test_a_browser_connects_the_account_of_who_began(
    fake: FakeTrakt, stores: Stores, sign_in: SignIn, clock: MovedClock
) -> None:
    fake.person("ada").watch(fake.films[0])
    begun = sign_in.begin(ADA)
    assert sign_in.finish(*came_back(fake, begun.address), begun.cookie) == ADA
    assert stores.accounts.linked("trakt") == [ADA]
    sync = HistorySync(sign_in.source, stores.ledger, sign_in.linking, clock)
    assert sync.sync(ADA, silent).added == 1


def test_a_callback_is_good_once(fake: FakeTrakt, sign_in: SignIn) -> None:
    begun = sign_in.begin(ADA)
    code, state = came_back(fake, begun.address)
    sign_in.finish(code, state, begun.cookie)
    with pytest.raises(InvalidInput):
        sign_in.finish(code, state, begun.cookie)
    with pytest.raises(InvalidInput):
        sign_in.finish(came_back(fake, begun.address)[0], state, begun.cookie)


def test_another_browser_connects_nothing(fake: FakeTrakt, stores: Stores, sign_in: SignIn) -> None:
    begun, other = sign_in.begin(ADA), sign_in.begin(BOB)
    code, state = came_back(fake, begun.address)
    for cookie in (other.cookie, "", "invented"):
        with pytest.raises(Forbidden):
            sign_in.finish(code, state, cookie)
    assert stores.accounts.linked("trakt") == []
    assert sign_in.finish(code, state, begun.cookie) == ADA


def test_a_replayed_code_connects_nothing(fake: FakeTrakt, stores: Stores, sign_in: SignIn) -> None:
    begun, other = sign_in.begin(ADA), sign_in.begin(BOB)
    code, state = came_back(fake, begun.address)
    sign_in.finish(code, state, begun.cookie)
    _, others = came_back(fake, other.address)
    with pytest.raises(InvalidInput):
        sign_in.finish(code, others, other.cookie)
    assert stores.accounts.linked("trakt") == [ADA]


@pytest.mark.parametrize("state", ["", "invented", "ä"])
def test_an_invented_state_connects_nothing(sign_in: SignIn, state: str) -> None:
    with pytest.raises(InvalidInput):
        sign_in.finish("code", state, sign_in.begin(ADA).cookie)


def test_a_state_expires(fake: FakeTrakt, sign_in: SignIn, clock: MovedClock) -> None:
    begun = sign_in.begin(ADA)
    code, state = came_back(fake, begun.address)
    clock.forward(3600)
    with pytest.raises(InvalidInput):
        sign_in.finish(code, state, begun.cookie)


def test_a_box_without_a_browser(
    fake: FakeTrakt, stores: Stores, sign_in: SignIn, clock: MovedClock
) -> None:
    begun = sign_in.begin_device(ADA)
    assert begun.code.device not in begun.handle
    with pytest.raises(Forbidden):
        sign_in.poll_device(BOB, begun.handle)
    assert not sign_in.poll_device(ADA, begun.handle)
    with pytest.raises(SlowDown):
        sign_in.poll_device(ADA, begun.handle)
    fake.answer_device(begun.code.code, fake.person("ada"))
    clock.forward(begun.code.interval)
    assert sign_in.poll_device(ADA, begun.handle)
    assert stores.accounts.linked("trakt") == [ADA]
    with pytest.raises(InvalidInput):
        sign_in.poll_device(ADA, begun.handle)


def test_a_ticket_is_good_once_and_for_nothing_else(sign_in: SignIn) -> None:
    ticket = sign_in.ticket(ADA)
    with pytest.raises(InvalidInput):
        sign_in.finish("code", ticket, "cookie")
    assert sign_in.of_ticket(ticket) == ADA
    with pytest.raises(InvalidInput):
        sign_in.of_ticket(ticket)
