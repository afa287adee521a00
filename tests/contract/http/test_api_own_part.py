"""What the web app asks of a person's own: where they stand with some titles, and their sync."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.bootstrap import Services
from app.domain.ports.accounts import Account
from tests.people_world import home, services_in
from tests.world import ADMIN

FILM: dict[str, Any] = {"tmdb_id": 7, "media_type": "movie"}
SERIES: dict[str, Any] = {"tmdb_id": 7, "media_type": "tv"}
UNTOUCHED: dict[str, Any] = {"tmdb_id": 8, "media_type": "movie"}


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = services_in(tmp_path / "world")
    yield made
    made.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with home(services) as opened:
        yield opened


def test_standings_are_those_of_the_titles_asked_for(client: TestClient) -> None:
    client.post("/ratings", json=FILM | {"rating": 6})
    client.post("/marks", json=SERIES | {"mark": "watchlisted"})
    client.post("/ratings", json={"tmdb_id": 603, "media_type": "movie", "rating": 9})
    answer = client.post("/history/standings", json={"titles": [FILM, SERIES, UNTOUCHED]})
    found = {(row["media_type"], row["tmdb_id"]): row for row in answer.json()}
    assert set(found) == {("movie", 7), ("tv", 7)}
    assert found["movie", 7]["rating"] == 6
    assert found["tv", 7]["watchlisted"]
    assert not found["tv", 7]["watched"]


def test_what_a_file_told_by_another_id_counts_for_the_title(client: TestClient) -> None:
    told = b"imdb_id,type,rating\ntt0000603,movie,9\n"
    client.post(
        "/history/import", content=told, headers={"Content-Type": "application/octet-stream"}
    )
    asked = {"titles": [{"tmdb_id": 603, "media_type": "movie"}]}
    (row,) = client.post("/history/standings", json=asked).json()
    assert row["rating"] == 9


def test_a_sync_of_ones_own_needs_a_connection(client: TestClient) -> None:
    assert client.get("/history/sync").json() is None
    answer = client.post("/history/sync")
    assert answer.status_code == 501
    assert "not connected" in answer.json()["detail"]


def test_a_sync_is_shown_to_whom_it_belongs_alone(client: TestClient, services: Services) -> None:
    ida, otto = (services.people.make(name)[0].id for name in ("Ida", "Otto"))
    services.accounts.put(ida, Account("trakt", b"sealed", "{}"))
    asked = client.post("/history/sync", params={"profile": ida})
    assert asked.status_code == 202
    assert asked.json()["arguments"] == {"profile": ida}
    shown = client.get("/history/sync", params={"profile": ida}).json()
    assert (shown["id"], shown["state"]) == (asked.json()["id"], "waiting")
    assert client.get("/history/sync", params={"profile": otto}).json() is None


def test_a_name_that_is_none_of_our_titles_is_not_asked_for_again(client: TestClient) -> None:
    told = b"title,year,rating\nNobody Knows This,1999,9\n"
    client.post(
        "/history/import", content=told, headers={"Content-Type": "application/octet-stream"}
    )
    (name,) = client.get("/history/unmatched").json()["rows"]
    answer = {key: name[key] for key in ("media_type", "name", "year")} | {"tmdb_id": None}
    matched = client.post("/history/match", json=answer).json()
    assert matched["entries"] == 0
    assert client.get("/history/unmatched").json()["rows"] == []
    client.post("/history/match/undo", json=matched["undo"])
    assert client.get("/history/unmatched").json()["rows"] == [name]
    client.post("/history/match", json=answer)
    assert client.get("/history").json()["total"] == 1, "its rating stays"


def test_browsers_sign_in_where_trakt_sends_them_back_to(tmp_path: Path) -> None:
    away = "https://films.example.org/auth/trakt/callback"
    made = services_in(tmp_path / "away", trakt_redirect_uri=away)
    with home(made) as client:
        # That name is public: nobody is at home there.
        known = {"Authorization": f"Bearer {ADMIN}"}
        told = client.get("/auth/trakt", headers=known).json()
        assert told["server"] == "https://films.example.org"
    made.close()
