"""kill -9 in the middle of a sync of Trakt, and its other ends: cancelled, stopped."""

import random
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from stand_ins.trakt.serving import DROPPED_MIDWAY, Hang, Status
from tests.busy_machine import allowed
from tests.e2e.program import Program, started, until
from tests.e2e.trakt_home import Home, Member, home_beside_trakt, home_on_mongo, reason_of

Place = Callable[..., AbstractContextManager[Home]]
MANY = 2000
AGAIN = "onnect the account again"
SOON = 2.0
"""Seconds."""


@pytest.mark.parametrize(("place", "kills"), [(home_beside_trakt, 10), (home_on_mongo, 5)])
def test_kills_lose_and_double_nothing(
    project: Path, data_dir: Path, place: Place, kills: int
) -> None:
    # At once, a change could not be told from one that comes later in the same second.
    with place(project, data_dir, behind=3600) as family:
        fake, calm, killed = family.fake, family.add("Calm"), family.add("Killed")
        person = fake.person("ada")
        person.watch_in_bulk(MANY)
        person.rate_all((film, 7) for film in fake.films[:50])
        person.watchlist(*fake.shows[:20])
        family.connect(calm, person)
        before = len(fake.requests)
        assert family.sync()[0] == 0
        whole = len(fake.requests) - before
        expected = family.events(calm)
        assert len(expected) == MANY + 50 + 20
        family.log_out(calm)

        family.connect(killed, person)
        fake.latency = 0.02  # a request takes longer than the kill may come late
        stored = []
        for point in points(kills, whole):
            family.killed_at(point)
            stored.append(len(family.events(killed)))
            assert family.connection(killed) == (True, "")
        assert any(0 < count < MANY for count in stored), stored
        code, said = family.sync()
        assert code == 0, said
        assert family.events(killed) == expected
        assert "nothing changed" in reason_of(family.sync()[1])


def points(count: int, most: int) -> list[int]:
    """At which requests to kill, ascending; the seed is shown where the test fails."""
    seed = random.randrange(10**6)
    print(f"The seed of the points: {seed}")  # noqa: T201 -- pytest shows it where a test fails
    return sorted(random.Random(seed).sample(range(1, most + 1), count))


def test_killed_around_a_refresh_it_works_or_asks_to_connect_again(
    project: Path, data_dir: Path
) -> None:
    with home_beside_trakt(project, data_dir) as family:
        # The one whose tokens don't last is synced first, and must not be in the other's way.
        ada, bob = sorted((family.add("Ada"), family.add("Bob")), key=lambda member: member.id)
        fake, person, another = family.fake, family.fake.person("ada"), family.fake.person("bob")
        person.watch_in_bulk(40)
        family.connect(bob, another)
        fake.oauth.expires_in = 1800  # so soon that each sync refreshes
        family.connect(ada, person)

        with family.syncing():
            fake.wait_for(lambda: any("/sync/" in one.path for one in fake.requests), 60)
        assert fake.tokens_refreshed == 1
        assert goes_on(family, ada), "the new pair was used before it was stored"
        silence = fake.fault(Hang(), "/oauth/token")
        with family.syncing():
            fake.wait_for(lambda: silence.used > 0, 60)
        silence.clear()
        if not goes_on(family, ada):
            family.connect(ada, person)
        for _ in range(3):
            killed_at_refresh(family)
            if not goes_on(family, ada):
                family.connect(ada, person)
        fake.fault(DROPPED_MIDWAY, "/oauth/token", times=1)
        another.watch_in_bulk(3)
        assert family.sync()[0] == 1
        assert len(family.events(bob)) == 3
        assert not goes_on(family, ada), "an answer that was lost held the new pair"
        family.connect(ada, person)
        assert goes_on(family, ada)
        assert len(family.events(ada)) == 40


def killed_at_refresh(family: Home) -> None:
    """kill -9 once new tokens were given, or a little later."""
    refreshed = family.fake.tokens_refreshed
    with family.syncing():
        family.fake.wait_for(lambda: family.fake.tokens_refreshed > refreshed, 60)
        time.sleep(random.uniform(0, 0.01))


def goes_on(family: Home, member: Member) -> bool:
    """Whether somebody's sync goes well; where it doesn't, they are told to connect again."""
    code, said = family.sync()
    assert code == 0, said  # for the other one's does
    connected, problem = family.connection(member)
    assert connected
    assert bool(problem) == (AGAIN in problem) == (AGAIN in reason_of(said)), said
    return not problem


def test_a_pause_that_trakt_orders_holds_nobody_up(project: Path, data_dir: Path) -> None:
    with home_beside_trakt(project, data_dir) as family:
        ada, token = family.add("Ada"), family.api.admin_token
        person = family.fake.person("ada")
        person.watch_in_bulk(300)
        family.connect(ada, person)
        pause = family.fake.fault(Status(429, retry_after=60), "/sync/history", after=1)
        output = family.folder / "worker.out"
        with started(family.project, output, "worker", **family.settings) as worker:
            family.fake.wait_for(lambda: pause.used == 1, 60)
            check_cancel(family, token)
            assert family.ask("POST", "/admin/sync/trakt", token).status_code == 202
            family.fake.wait_for(lambda: pause.used == 2, 60)
            check_stop(worker)
        pause.clear()
        assert len(family.events(ada)) == 250
        assert family.sync()[0] == 0
        assert len(family.events(ada)) == 300


def check_cancel(family: Home, token: str) -> None:
    """The job that waits for Trakt ends when it is told to."""
    (job,) = [
        job
        for job in family.ask("GET", "/admin/jobs", token).json()
        if (job["kind"], job["state"]) == ("sync_trakt", "running")
    ]
    address, began = f"/admin/jobs/{job['id']}", time.monotonic()
    assert family.ask("POST", f"{address}/cancel", token).status_code == 200
    until(
        lambda: family.ask("GET", address, token).json()["state"] == "cancelled",
        "the job is cancelled",
    )
    assert time.monotonic() - began < allowed(SOON)


def check_stop(worker: Program) -> None:
    """SIGTERM ends the worker."""
    began = time.monotonic()
    assert worker.end(seconds=60) == 0
    assert "Stopped in the middle" not in worker.text
    assert time.monotonic() - began < allowed(SOON)
