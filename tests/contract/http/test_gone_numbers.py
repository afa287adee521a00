"""An entry whose TMDB number is gone, and whose IMDb id leads to the title: one truth about it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.people.ledger import About, Event, EventKind
from tests.builders import make_title
from tests.contract.conftest import Place
from tests.fakes.clock import MovedClock
from tests.people_world import home, rows, services_in

FILM: dict[str, Any] = {"tmdb_id": 603, "media_type": "movie"}
OF_FILM = TitleId(MediaKind.MOVIE, 603)
GONE = About(MediaKind.MOVIE, 999_999, "tt0000603", None, "Simulation, The", 1998)


@pytest.fixture
def services(place: Place, clock: MovedClock, tmp_path: Path) -> Iterator[Services]:
    made = services_in(tmp_path / "world", place.open(clock))
    yield made
    made.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with home(services) as opened:
        yield opened


@pytest.fixture
def person(services: Services) -> str:
    who = services.people.of(None).id
    services.ledger.put(who, [told("1", EventKind.RATED, rating=10), told("2", EventKind.WATCHED)])
    return who


def told(key: str, kind: EventKind, rating: int | None = None) -> Event:
    return Event(key=key, kind=kind, about=GONE, at=1000, source="letterboxd", rating=rating)


def standings(client: TestClient) -> list[dict[str, Any]]:
    answer = client.post("/history/standings", json={"titles": [FILM]})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def undone(client: TestClient, changed: dict[str, Any]) -> None:
    assert client.post("/history/undo", json=changed["undo"]).status_code == 200


def test_it_keeps_the_film_out_and_teaches(
    client: TestClient, services: Services, person: str
) -> None:
    (row,) = rows(client)
    assert (row["name"], row["year"], row["tmdb_id"]) == ("The Simulation", 1999, 603)
    assert (row["watched"], row["rating"]) == (True, 10)
    assert row["title"]["title"] == "The Simulation"
    assert standings(client) == [row]
    profile = services.recommend.profile(person)
    assert [profile.person.own.ids[place] for place in profile.liked] == [OF_FILM]
    assert OF_FILM in profile.left_out
    assert client.get("/explain/movie/603").json()["step"] == "watched"
    predicted = client.get("/predict/movie/603").json()
    assert (predicted["rating"], predicted["known"]) == (10, True)
    listed = client.post("/recommend/movie", json={"count": 20}).json()["results"]
    assert len(listed) == 20
    assert 603 not in {one["tmdb_id"] for one in listed}
    asked = {"text": "simulation", "k": 40}
    for exclude, is_found in (({}, True), ({"exclude_watched_of": person}, False)):
        results = client.post("/mcp/knn", json=asked | exclude).json()["results"]
        assert (603 in {one["tmdb_id"] for one in results}) is is_found


def test_a_rating_of_the_film_itself_is_one_of_the_same_entry(
    client: TestClient, services: Services, person: str
) -> None:
    rated = client.post("/ratings", json=FILM | {"rating": 4}).json()
    (row,) = rows(client)
    assert (row["rating"], row["sources"]) == (4, ["hand", "letterboxd"])
    assert standings(client) == [row]
    assert services.recommend.profile(person).told[OF_FILM].rating == 4
    undone(client, rated)
    assert [row["rating"] for row in standings(client)] == [10]
    client.post("/ratings", json=FILM | {"rating": None})
    assert [row["rating"] for row in rows(client)] == [None]


def test_taking_it_back_by_the_film_itself_takes_the_entry_back(
    client: TestClient, services: Services, person: str
) -> None:
    back = client.request("DELETE", "/history", params=FILM).json()
    assert rows(client, show="watched") == []
    assert services.person_views.of(person).left_out.watched == frozenset()
    assert client.get("/explain/movie/603").json()["step"] != "watched"
    undone(client, back)
    assert len(rows(client, show="watched")) == 1
    services.ledger.put(person, [told("3", EventKind.DISMISSED)])
    assert [row["dismissed"] for row in rows(client)] == [True]
    client.post("/marks", json=FILM | {"mark": "dismissed", "on": False})
    assert [row["dismissed"] for row in rows(client)] == [False]


def test_a_number_that_comes_again_is_what_the_entry_means(
    client: TestClient, services: Services, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert OF_FILM in services.person_views.of(person).left_out.watched
    monkeypatch.setattr("app.services.people.person_view._IDS_KEPT_FOR", 0.0)
    services.titles.upsert([make_title(999_999, name="Simulation, The", year=1998)])
    (row,) = rows(client)
    assert (row["name"], row["tmdb_id"]) == ("Simulation, The", 999_999)
    # Both stay out: which of them was seen, the ids don't agree about.
    assert services.person_views.of(person).left_out.watched >= {
        OF_FILM,
        TitleId(MediaKind.MOVIE, 999_999),
    }
