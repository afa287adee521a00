"""A sync that waits because Trakt ordered a pause ends soon where it is cancelled or stopped."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from app.bootstrap import Services
from app.domain.errors import Cancelled
from app.domain.jobs import JobState
from app.domain.ports.accounts import Tokens
from app.services.accounts.sign_in import DeviceBegun
from stand_ins.trakt.serving import FakePerson, FakeTrakt, Hang, Status
from tests.busy_machine import allowed
from tests.worker_world import ended, stored, until, worker
from tests.world import open_world

SOON = 2.0
"""Seconds."""


@pytest.fixture
def services(tmp_path: Path, fake: FakeTrakt) -> Iterator[Services]:
    made = open_world(tmp_path, trakt=fake)
    yield made
    made.close()


@pytest.mark.parametrize("effect", [Status(429, retry_after=60), Hang()], ids=repr)
@pytest.mark.parametrize("how", ["cancelled", "stopped"])
def test_it_ends_and_the_next_one_works(
    services: Services, fake: FakeTrakt, tokens: Tokens, ada: FakePerson, effect: Status, how: str
) -> None:
    mine = services.people.make("Ada")[0].id
    services.linking.link(mine, tokens)
    ada.watch_in_bulk(300)
    fault = fake.fault(effect, "/sync/history", after=1)
    asked = services.jobs.submit("sync_trakt", {})
    with worker(services) as stop:
        until(lambda: fault.used)
        began = time.monotonic()
        if how == "cancelled":
            services.jobs.cancel(asked.id)
        else:
            stop.set()
        final = {"cancelled": JobState.CANCELLED, "stopped": JobState.WAITING}[how]
        until(lambda: stored(services, asked).state is final, allowed(2 * SOON))
        assert time.monotonic() - began < allowed(SOON)
    assert len(services.ledger.events(mine)) == 250
    fault.clear()
    again = services.jobs.submit("sync_trakt", {})
    with worker(services):
        assert ended(services, again).state is JobState.DONE
    assert len(services.ledger.events(mine)) == 300


def test_cancelling_a_sync_ends_nobodys_sign_in(
    services: Services, fake: FakeTrakt, tokens: Tokens
) -> None:
    mine, other = (services.people.make(name)[0].id for name in ("Ada", "Bea"))
    services.linking.link(mine, tokens)
    syncing = fake.fault(Hang(), "/sync/*")
    connecting = fake.fault(Hang(), "/oauth/device/code")
    begun: list[DeviceBegun] = []
    signing_in = Thread(target=lambda: begun.append(services.sign_in.begin_device(other)))
    asked = services.jobs.submit("sync_trakt", {})
    with worker(services):
        until(lambda: syncing.used)
        signing_in.start()
        until(lambda: connecting.used)
        services.jobs.cancel(asked.id)
        assert ended(services, asked).state is JobState.CANCELLED
        assert signing_in.is_alive(), "still waiting for its answer"
        connecting.clear()
        signing_in.join(30)
        assert begun[0].code.code
        # Nor is it cut off for good.
        assert not services.sign_in.poll_device(other, begun[0].handle)


def test_closing_the_program_closes_the_source(services: Services, tokens: Tokens) -> None:
    source = services.adapters.history_source
    services.close()
    with pytest.raises(Cancelled):
        source.activities(tokens)
