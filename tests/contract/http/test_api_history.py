"""A person's history over HTTP: added, taken back, rated, marked, undone, listed, left out."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind
from app.domain.people.ledger import About, Event, EventKind
from tests.people_world import home, rows, services_in

SIMULATION: dict[str, str | int] = {"tmdb_id": 603, "media_type": "movie"}
FILM_7: dict[str, str | int] = {"tmdb_id": 7, "media_type": "movie"}
SERIES_7: dict[str, str | int] = {"tmdb_id": 7, "media_type": "tv"}


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = services_in(tmp_path)
    yield made
    made.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with home(services) as opened:
        yield opened


def done(
    client: TestClient,
    method: str,
    path: str,
    json: object = None,
    params: Mapping[str, str | int] | None = None,
) -> dict[str, Any]:
    answer = client.request(method, path, json=json, params=params)
    assert answer.status_code == 200, answer.text
    undo: dict[str, Any] = answer.json()["undo"]
    return undo


def found(client: TestClient, **asked: object) -> list[tuple[str, int]]:
    body: dict[str, object] = {"text": "winter", "k": 40, "results_media_type": "all"}
    body |= asked
    answer = client.post("/mcp/knn", json=body)
    assert answer.status_code == 200, answer.text
    return [(one["media_type"], one["tmdb_id"]) for one in answer.json()["results"]]


def test_somebody_alone_needs_no_profile_and_no_token(client: TestClient) -> None:
    assert rows(client) == []
    done(client, "POST", "/history", json=SIMULATION)
    (row,) = rows(client)
    assert (row["name"], row["watched"], row["plays"]) == ("The Simulation", True, 1)
    assert row["title"]["title"] == "The Simulation"
    assert [one["name"] for one in client.get("/profiles").json()] == ["Me"]


@pytest.mark.parametrize(
    ("method", "path", "asked", "field", "before", "after"),
    [
        ("POST", "/history", {"json": SIMULATION}, "watched", False, True),
        ("POST", "/ratings", {"json": SIMULATION | {"rating": 9}}, "rating", None, 9),
        ("POST", "/marks", {"json": SIMULATION | {"mark": "loved"}}, "loved", False, True),
        (
            "POST",
            "/marks",
            {"json": SIMULATION | {"mark": "watchlisted"}},
            "watchlisted",
            False,
            True,
        ),
        ("POST", "/marks", {"json": SIMULATION | {"mark": "dismissed"}}, "dismissed", False, True),
    ],
)
def test_each_change_is_undone_and_made_again(
    client: TestClient,
    method: str,
    path: str,
    asked: dict[str, Any],
    field: str,
    before: object,
    after: object,
) -> None:
    undo = done(client, method, path, **asked)
    assert [row[field] for row in rows(client)] == [after]
    again = done(client, "POST", "/history/undo", json=undo)
    assert [row[field] for row in rows(client)] in ([], [before])
    done(client, "POST", "/history/undo", json=again)
    assert [row[field] for row in rows(client)] == [after]


def test_another_rating_replaces_and_its_undo_brings_the_first_back(client: TestClient) -> None:
    done(client, "POST", "/ratings", json=SIMULATION | {"rating": 4})
    undo = done(client, "POST", "/ratings", json=SIMULATION | {"rating": 8})
    assert [row["rating"] for row in rows(client)] == [8]
    done(client, "POST", "/history/undo", json=undo)
    assert [row["rating"] for row in rows(client)] == [4]
    done(client, "POST", "/ratings", json=SIMULATION | {"rating": None})
    assert rows(client, show="rated") == []


def test_marking_twice_is_marking_once_and_off_is_off(client: TestClient) -> None:
    for _ in range(2):
        done(client, "POST", "/marks", json=SIMULATION | {"mark": "loved"})
    assert len(rows(client, show="loved")) == 1
    done(client, "POST", "/marks", json=SIMULATION | {"mark": "loved", "on": False})
    assert rows(client) == []


def test_a_film_and_a_series_of_one_number_are_kept_apart(client: TestClient) -> None:
    episodes = [{"season": 1, "episode": 1}, {"season": 1, "episode": 2}]
    done(client, "POST", "/history", json=SERIES_7 | {"episodes": episodes})
    (row,) = rows(client)
    assert (row["media_type"], row["episodes"]) == ("tv", 2)
    done(client, "POST", "/history", json=FILM_7)
    done(client, "DELETE", "/history", params=SERIES_7)
    assert [row["media_type"] for row in rows(client)] == ["movie"]
    refused = client.post("/history", json=FILM_7 | {"episodes": episodes})
    assert refused.status_code == 422


def test_what_is_taken_back_stays_so_though_a_source_tells_it_again(
    client: TestClient, services: Services
) -> None:
    person = services.people.of(None).id
    told = Event(
        key="trakt:history:1",
        kind=EventKind.WATCHED,
        about=About(MediaKind.MOVIE, imdb_id="tt0000603"),
        at=1000,
        source="trakt",
    )
    services.ledger.put(person, [told])
    assert [row["tmdb_id"] for row in rows(client, show="watched")] == [603]
    undo = done(client, "DELETE", "/history", params=SIMULATION)
    services.ledger.put(person, [told])
    assert rows(client, show="watched") == []
    done(client, "POST", "/history/undo", json=undo)
    assert len(rows(client, show="watched")) == 1
    done(client, "DELETE", "/history", params=SIMULATION)
    done(client, "POST", "/history", json=SIMULATION | {"at": int(time.time()) - 3600})
    assert len(rows(client, show="watched")) == 1


def test_lists_are_filtered_sorted_searched_and_paged(client: TestClient) -> None:
    for number in (1, 2, 3, 4, 5):
        done(
            client,
            "POST",
            "/history",
            json={"tmdb_id": number, "media_type": "movie", "at": 1000 * number},
        )
    done(client, "POST", "/ratings", json={"tmdb_id": 2, "media_type": "movie", "rating": 9})
    done(client, "POST", "/marks", json=SERIES_7 | {"mark": "watchlisted"})

    def numbers(**asked: str | int) -> list[int]:
        return [row["tmdb_id"] for row in rows(client, **asked)]

    assert numbers(show="watched", sort="oldest")[0] == 1
    assert numbers(show="rated") == [2]
    assert numbers(media_type="tv") == [7]
    assert numbers(show="watched", sort="name") == [1, 2, 3, 4, 5]
    assert numbers(show="watched", sort="year") == [5, 4, 3, 2, 1]
    assert numbers(sort="rating")[0] == 2
    assert numbers(year_from=1983, year_to=1984) == [4, 3]
    assert numbers(q="FILM 3") == [3]
    page = client.get("/history", params={"limit": 2, "offset": 4, "show": "watched"}).json()
    assert (page["total"], len(page["rows"])) == (5, 1)
    assert client.get("/history", params={"sort": "best"}).status_code == 422
    assert client.get("/history", params={"limit": 0}).status_code == 422


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        ("/ratings", SIMULATION | {"rating": 11}, 422, "rating"),
        ("/ratings", SIMULATION | {"rating": "five"}, 422, "rating"),
        ("/ratings", SIMULATION | {"rating": 0}, 422, "rating"),
        ("/history", {"tmdb_id": 4242, "media_type": "movie"}, 404, "movie/4242"),
        ("/history", {"tmdb_id": 603, "media_type": "tv"}, 404, "exists as movie"),
        ("/history", SIMULATION | {"at": 10**12}, 422, "at"),
        ("/history", {"tmdb_id": 603}, 422, "media_type"),
        ("/marks", SIMULATION | {"mark": "rated"}, 422, "mark"),
        ("/history/undo", {"put": [{"key": "x"}]}, 422, "events.0"),
        ("/history/match", {"media_type": "movie", "name": "X", "tmdb_id": 4242}, 422, "4242"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(
    client: TestClient, path: str, body: dict[str, Any], status: int, told: str
) -> None:
    answer = client.post(path, json=body)
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.text
    assert rows(client) == []


def test_search_leaves_out_what_was_watched_whatever_names_it(
    client: TestClient, services: Services
) -> None:
    person = services.people.of(None).id
    everything = found(client)
    assert len(everything) > 20
    told = [
        About(MediaKind.MOVIE, tmdb_id=1),
        About(MediaKind.MOVIE, imdb_id="tt0000002"),
        About(MediaKind.TV, tvdb_id=77),
        About(MediaKind.MOVIE, name="film 3 of winter", year=1983),
        About(MediaKind.TV, tmdb_id=5),  # a series of that number, not the film
    ]
    services.ledger.put(
        person,
        [
            Event(key=f"csv:{n}", kind=EventKind.WATCHED, about=about, at=0, source="csv")
            for n, about in enumerate(told)
        ],
    )
    left = found(client, exclude_watched_of=person)
    gone = {("movie", 1), ("movie", 2), ("tv", 7), ("movie", 3)}
    assert set(everything) - set(left) == gone & set(everything)
    assert ("movie", 5) in left
    assert len(found(client, exclude_watched_of=person, k=10)) == 10
    by_id = {"tmdb_id": 4, "input_media_type": "movie", "text": None}
    near = client.post("/mcp/knn", json=by_id | {"exclude_watched_of": person, "k": 30}).json()
    assert not {(r["media_type"], r["tmdb_id"]) for r in near["results"]} & gone
    assert (
        client.post("/mcp/knn", json={"text": "x", "exclude_watched_of": "ada"}).status_code == 404
    )


def test_a_history_that_cannot_be_read_is_an_error_and_no_empty_one(
    client: TestClient, services: Services
) -> None:
    person = services.people.of(None).id
    services.stores.close()
    for answer in (
        client.get("/history"),
        client.post("/mcp/knn", json={"text": "winter", "exclude_watched_of": person}),
    ):
        assert answer.status_code == 503, answer.text
        assert "results" not in answer.json()
