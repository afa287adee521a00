"""What comes back as an undo or an export is checked, and one bad entry breaks no page."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.adapters.stores.common.stores import Stores
from app.bootstrap import Services
from app.domain.people import bounds
from tests.contract.conftest import Place
from tests.contract.some_people import keep_badly
from tests.people_world import home, rows, services_in
from tests.world import ADMIN

EVENT: dict[str, Any] = {
    "key": "csv:1",
    "kind": "watched",
    "about": {"kind": "movie", "tmdb_id": 3, "name": "Film 3 of winter", "year": 1983},
    "at": 1_700_000_000,
    "source": "csv",
}
NAMED: dict[str, Any] = EVENT | {"about": {"kind": "movie", "name": "X", "year": None}}
WRONG: list[dict[str, Any]] = [
    {"at": -1},
    {"at": 2**63},
    {"at": bounds.LATEST},
    {"at": bounds.LATEST + 1},
    {"at": True},
    {"at": 1.5},
    {"at": float("nan")},
    {"at": None},
    {"plays": 0},
    {"plays": 10**9},
    {"season": -1},
    {"season": 10_001},
    {"episode": "3"},
    {"episode": 100_001},
    {"rating": 0},
    {"rating": 11},
    {"rating": [7]},
    {"key": ""},
    {"key": "k" * 501},
    {"key": ["k"]},
    {"source": "s" * 61},
    {"kind": "sung"},
    {"kind": ["watched"]},
    {"mood": "good"},
    {"about": None},
    {"about": {"kind": "movie"}},
    {"about": {"kind": "film", "tmdb_id": 3}},
    {"about": {"kind": "movie", "tmdb_id": 0}},
    {"about": {"kind": "movie", "tmdb_id": 2**62}},
    {"about": {"kind": "movie", "tmdb_id": True}},
    {"about": {"kind": "tv", "tvdb_id": 2**70}},
    {"about": {"kind": "movie", "name": "x", "year": -1}},
    {"about": {"kind": "movie", "name": "n" * 2**15}},
    {"about": {"kind": "movie", "name": {"en": "x"}}},
    {"about": {"kind": "movie", "imdb_id": "t" * 30}},
    {"about": {"kind": "movie", "name": "x", "cast": []}},
    {"about": {"kind": "movie", "name": "half \ud83d"}},
]


@pytest.fixture
def services(tmp_path: Path, stores: Stores) -> Iterator[Services]:
    made = services_in(tmp_path, stores)
    yield made
    made.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with home(services) as opened:
        yield opened


def pages(client: TestClient) -> dict[str, int]:
    """The status of every page that is about the person."""
    asked: dict[str, Any] = {
        "/recommend": client.post("/recommend/all", json={}),
        "/taste": client.get("/taste"),
        "/predict": client.get("/predict/movie/5"),
        "/explain": client.get("/explain/movie/5"),
        "/history": client.get("/history"),
        "/insights": client.get("/insights"),
        "/history/unmatched": client.get("/history/unmatched"),
        "export": client.get(f"/profiles/{client.get('/profiles').json()[0]['id']}/export"),
    }
    return {path: answer.status_code for path, answer in asked.items()}


FINE = dict.fromkeys(
    (
        *("/recommend", "/taste", "/predict", "/explain", "/history", "/insights"),
        *("/history/unmatched", "export"),
    ),
    200,
)


def sent(client: TestClient, path: str, body: object) -> tuple[int, str]:
    answer = client.post(
        path, content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    return answer.status_code, answer.text


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_what_no_page_could_show_does_not_come_in_again(client: TestClient) -> None:
    client.get("/history")
    for wrong in WRONG:
        events = [EVENT, EVENT | wrong]
        name = {"media_type": "movie", "name": "X", "year": None}
        for path, body in (
            ("/history/undo", {"put": events}),
            ("/history/match/undo", name | {"put": [NAMED, NAMED | wrong]}),
            ("/profiles/import", {"watcher_profile": 1, "name": "Me", "events": events}),
        ):
            status, told = sent(client, path, body)
            assert status == 422, (path, wrong, told[:200])
            # What is no JSON (NaN, half a character) is refused without a place in it.
            words = ("events.1", "surrogate", "JSON", "not entries of that name")
            assert any(word in told for word in words), (path, wrong, told)
            assert len(told) < 600
    assert rows(client) == []
    missing = {name: value for name, value in EVENT.items() if name != "at"}
    status, told = sent(client, "/history/undo", {"put": [missing]})
    assert (status, "at: it is missing" in told) == (422, True)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"watcher_profile": 1}', b"\xff"])
def test_a_file_that_is_no_export_is_refused(client: TestClient, body: bytes) -> None:
    client.get("/history")
    answer = client.post(
        "/profiles/import", content=body, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid_input"), answer.text


def test_pages_bear_the_utmost_that_may_come_in(client: TestClient) -> None:
    utmost = {
        "key": "k" * bounds.LONGEST_KEY,
        "plays": bounds.MOST_PLAYS,
        "season": bounds.HIGHEST_SEASON,
        "episode": bounds.HIGHEST_EPISODE,
        "about": {
            "kind": "tv",
            "tmdb_id": bounds.LARGEST_ID,
            "tvdb_id": bounds.LARGEST_ID,
            "imdb_id": "t" * bounds.LONGEST_IMDB_ID,
            "name": "n" * bounds.LONGEST_NAME,
            "year": bounds.LAST_YEAR,
        },
        "source": "s" * bounds.LONGEST_SOURCE,
    }
    events = [
        EVENT | utmost,
        EVENT | {"key": "least", "at": 0, "about": {"kind": "movie", "name": "x", "year": 1800}},
        *(EVENT | {"key": f"r{n}", "kind": "rated", "rating": n} for n in (1, 10)),
        EVENT,
    ]
    assert sent(client, "/history/undo", {"put": events})[0] == 200
    assert pages(client) == FINE


BAD: dict[str, Any] = {"key": "bad", "kind": "watched", "at": 5, "source": "csv"}


@pytest.mark.parametrize(
    "told",
    [
        BAD | {"about": {"kind": "movie", "tmdb_id": 2**62}},
        BAD | {"about": {"kind": "movie", "name": "x", "year": -1}},
        BAD | {"about": {"kind": "movie", "tmdb_id": 3}, "at": 2**62, "kind": "rated", "rating": 8},
        b"\0 no record at all",
    ],
    ids=["number", "year", "time", "bytes"],
)
def test_an_entry_that_cannot_be_read_breaks_no_page_and_is_told_to_the_admin(
    client: TestClient, services: Services, place: Place, told: object
) -> None:
    film = {"tmdb_id": 3, "media_type": "movie"}
    client.post("/ratings", json=film | {"rating": 8})
    me = services.people.of(None)
    admin = {"Authorization": f"Bearer {ADMIN}"}
    assert client.get("/admin/status", headers=admin).json()["unreadable"] == []
    keep_badly(place, me.id, "bad", told)
    assert pages(client) == FINE
    assert [row["tmdb_id"] for row in rows(client)] == [3]
    shown = client.get("/admin/status", headers=admin).json()["unreadable"]
    assert shown == [{"profile": me.id, "name": "Me", "entries": 1}]
    export = client.get(f"/profiles/{me.id}/export").json()
    assert (len(export["events"]), export["left_out"]) == (1, 1)
    # What was exported goes in again.
    client.post("/profiles", json={"name": "Other"})
    other = client.get("/profiles").json()[1]["id"]
    done = client.post("/profiles/import", params={"profile": other}, json=export)
    assert done.json() == {"added": 1, "replaced": 0}
