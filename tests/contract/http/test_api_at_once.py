"""Ten requests at once: what was answered with 200 is there, and nothing is there twice."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from app.adapters.stores.common.stores import Stores
from app.bootstrap import Services
from app.domain.people.ledger import Event
from app.domain.ports.accounts import Account
from app.domain.ports.people import Changed
from app.domain.progress import Progress
from app.services.people.profiles import MOST_PROFILES
from tests.people_world import home, import_file, rows, services_in

TEN = range(10)


@pytest.fixture
def services(tmp_path: Path, stores: Stores) -> Iterator[Services]:
    made = services_in(tmp_path, stores)
    yield made
    made.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with home(services) as opened:
        yield opened


def at_once(call: Callable[[int], Response], count: int = 10) -> list[Response]:
    begin = Barrier(count)

    def run(number: int) -> Response:
        begin.wait()
        return call(number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def names(client: TestClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/history/unmatched", params={"limit": 100}).json()[
        "rows"
    ]
    return found


def diary(count: int) -> bytes:
    lines = [f"Nobody Knows {n},2001,2024-01-01" for n in range(count)]
    return "\n".join(["title,year,watched_at", *lines]).encode()


def meaning(number: int) -> dict[str, Any]:
    return {"media_type": "movie", "name": f"Nobody Knows {number}", "year": 2001}


def test_names_settled_and_parted_at_once_are_all_remembered(
    client: TestClient, services: Services
) -> None:
    assert import_file(client, diary(10), name="mine.csv").json()["unmatched_total"] == 10
    done = at_once(lambda n: client.post("/history/match", json=meaning(n) | {"tmdb_id": n + 1}))
    assert [one.status_code for one in done] == [200] * 10, done
    kept = services.accounts.get(services.people.of(None).id, "settled names")
    assert kept is not None
    assert len(json.loads(kept.state)) == 10
    assert names(client) == []
    assert {row["tmdb_id"] for row in rows(client)} == set(range(1, 11))
    undo = [one.json()["undo"] for one in done]
    parted = at_once(lambda n: client.post("/history/match/undo", json=undo[n]))
    assert [one.json() for one in parted] == [{"entries": 1}] * 10
    assert len(names(client)) == 10


def test_a_name_settled_while_a_file_is_brought_in_counts_for_its_entries(
    services: Services,
) -> None:
    me = services.people.of(None).id
    file = services.adapters.open_history(diary(1), "mine.csv", None, None)
    settled: list[int] = []

    def report(progress: Progress) -> None:
        if progress.message == "Matching titles" and not settled:
            settled.append(1)
            services.accounts.put(
                me, Account("settled names", b"", json.dumps({"movie:nobody knows 0:2001": 24}))
            )

    services.import_history.bring_in(me, file, report)
    assert settled
    assert [row.title_id.tmdb_id for row in services.person_views.of(me).rows if row.title_id] == [
        12
    ]


def test_changes_at_once_are_all_there_and_each_can_be_undone(client: TestClient) -> None:
    def see(number: int) -> Response:
        film = {"tmdb_id": number + 1, "media_type": "movie"}
        return client.post("/history", json=film | {"at": 1_700_000_000 + number})

    def rate(number: int) -> Response:
        return client.post(
            "/ratings", json={"tmdb_id": 603, "media_type": "movie", "rating": number + 1}
        )

    seen = at_once(see)
    assert {row["tmdb_id"] for row in rows(client)} == set(range(1, 11))
    rated = at_once(rate)
    before = [one.json()["undo"]["put"] for one in rated]
    ratings = [event["rating"] for put in before for event in put]
    (now,) = [row["rating"] for row in rows(client) if row["tmdb_id"] == 603]
    # Each took the place of another: none of them says that it came first twice.
    assert sorted([*ratings, now]) == list(range(1, 11))
    at_once(lambda n: client.post("/history/undo", json=seen[n].json()["undo"]))
    assert {row["tmdb_id"] for row in rows(client)} == {603}


def test_what_a_list_showed_is_noted_once(
    client: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    put, looked = services.ledger.put, Barrier(2, timeout=5)

    def after_all_looked(profile_id: str, events: Sequence[Event]) -> Changed:
        with suppress(BrokenBarrierError):
            looked.wait()
        return put(profile_id, events)

    monkeypatch.setattr(services.ledger, "put", after_all_looked)
    shown = [{"tmdb_id": n, "media_type": "movie"} for n in range(1, 6)]
    told = {"list_id": "a" * 16, "shown": shown}
    client.get("/history")
    noted = at_once(lambda _: client.post("/feedback", json=told), 2)
    assert sum(one.json()["noted"] for one in noted) == 5
    assert client.get("/insights").json()["total"]["shown"] == 5


def test_who_is_alone_gets_one_profile(client: TestClient) -> None:
    answers = at_once(lambda _: client.get("/history"))
    assert len({one.json()["profile"] for one in answers}) == 1
    assert len(client.get("/profiles").json()) == 1


def test_one_sync_is_asked_for(client: TestClient, services: Services) -> None:
    me = services.people.of(None).id
    services.accounts.put(me, Account("trakt", b"sealed", "{}"))
    asked = at_once(lambda _: client.post("/history/sync"))
    assert len({one.json()["id"] for one in asked}) == 1
    assert len(services.jobs.recent()) == 1


def test_no_more_people_are_added_than_there_may_be(client: TestClient, services: Services) -> None:
    for number in range(MOST_PROFILES - 3):
        services.people.make(f"Person {number}")
    done = at_once(lambda n: client.post("/profiles", json={"name": f"Late {n}"}), 24)
    assert sorted(one.status_code for one in done) == [201] * 3 + [422] * 21
    assert len(client.get("/profiles").json()) == MOST_PROFILES
