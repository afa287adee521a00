"""What becomes of lists, over HTTP and on each store: shown, opened, resting, looked back on."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.people.feedback import DAY, MOST_KEPT, feedback_event
from app.domain.people.impression_cooldown import REST
from app.domain.people.ledger import About, Event, EventKind
from tests.contract.conftest import Place
from tests.contract.some_people import make_events
from tests.fakes.clock import MovedClock
from tests.people_world import home, rows, services_in, stranger

FILM: dict[str, Any] = {"tmdb_id": 603, "media_type": "movie"}
OTHER: dict[str, Any] = {"tmdb_id": 7, "media_type": "movie"}
SERIES: dict[str, Any] = {"tmdb_id": 7, "media_type": "tv"}
OF_FILM = TitleId(MediaKind.MOVIE, 603)
LIST = "0123456789abcdef"


@pytest.fixture
def services(place: Place, clock: MovedClock, tmp_path: Path) -> Iterator[Services]:
    made = services_in(tmp_path / "world", place.open(clock), clock=clock)
    yield made
    made.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with home(services) as opened:
        yield opened


def noted(client: TestClient, **asked: object) -> int:
    answer = client.post("/feedback", json={"list_id": LIST} | asked)
    assert answer.status_code == 200, answer.text
    found: int = answer.json()["noted"]
    return found


def insights(client: TestClient, **asked: str | int) -> dict[str, Any]:
    answer = client.get("/insights", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def me(services: Services) -> str:
    return services.people.of(None).id


def test_a_page_counts_once_a_day_and_list_and_is_no_history(
    client: TestClient, services: Services, clock: MovedClock
) -> None:
    assert noted(client, shown=[FILM, SERIES, FILM], opened=[FILM]) == 3
    version = services.ledger.version(me(services))
    clock.forward(60)
    assert noted(client, shown=[FILM, SERIES], opened=[FILM]) == 0
    assert services.ledger.version(me(services)) == version
    assert noted(client, shown=[FILM], list_id="f" * 16) == 1
    clock.forward(DAY)
    assert noted(client, shown=[FILM]) == 1
    assert rows(client) == []
    assert client.post("/history/standings", json={"titles": [FILM]}).json() == []
    event = services.ledger.events(me(services))[0]
    assert (event.about.name, event.about.year, event.about.imdb_id) == (
        ("The Simulation", 1999, "tt0000603")
        if event.about.kind is MediaKind.MOVIE
        else ("Seven", 2007, "tt0900007")
    )


def test_a_list_changes_nothing_of_a_row_in_the_history(
    client: TestClient, clock: MovedClock
) -> None:
    client.post("/ratings", json=FILM | {"rating": 8})
    before = rows(client)
    clock.forward(5 * DAY)
    noted(client, shown=[FILM], opened=[FILM])
    assert rows(client) == before


@pytest.mark.parametrize(
    ("asked", "status", "told"),
    [
        ({"shown": [FILM, {"tmdb_id": 4242, "media_type": "movie"}]}, 404, "movie/4242"),
        ({"opened": [{"tmdb_id": 603, "media_type": "tv"}]}, 404, "exists as movie"),
        ({"shown": [FILM], "list_id": "0123"}, 422, "list_id"),
        ({"shown": [FILM], "list_id": None}, 422, "list_id"),
        ({"shown": [FILM] * 101}, 422, "shown"),
        ({"shown": [FILM], "rank": 3}, 422, "rank"),
        ({"shown": [FILM], "profile": "nobody"}, 404, "profile"),
    ],
)
def test_bad_feedback_is_refused_and_notes_nothing(
    client: TestClient, services: Services, asked: dict[str, Any], status: int, told: str
) -> None:
    answer = client.post("/feedback", json={"list_id": LIST} | asked)
    assert (answer.status_code, told in answer.json()["detail"]) == (status, True), answer.text
    assert services.ledger.events(me(services)) == []


def test_what_was_delivered_against_what_was_watched(client: TestClient, clock: MovedClock) -> None:
    client.post("/ratings", json=OTHER | {"rating": 9})
    clock.forward(DAY)
    start = int(clock.now())
    noted(client, shown=[FILM, SERIES, OTHER], opened=[FILM])
    client.post("/history", json=FILM)
    clock.forward(2 * DAY)
    client.post("/ratings", json=FILM | {"rating": 6})
    client.post("/marks", json=SERIES | {"mark": "dismissed"})
    found = insights(client, days=30)
    assert found["total"] == {
        "shown": 3,
        "opened": 1,
        "watched": 1,
        "watched_in_time": 1,
        "rated": 1,
        "mean_rating": 6.0,
        "dismissed": 1,
    }
    (row,) = found["rows"]
    assert {**found["total"], "first_day": row["first_day"]} == row
    (pick,) = found["watched"]
    assert (pick["title"], pick["tmdb_id"], pick["rating"]) == ("The Simulation", 603, 6)
    assert pick["shown_at"] == pick["opened_at"] == pick["watched_at"] == start
    assert found["until"] - found["since"] == 30 * DAY
    assert insights(client, days=1)["total"]["shown"] == 0
    for days in (0, 366):
        assert client.get("/insights", params={"days": days}).status_code == 422


def test_ignored_three_times_it_rests_and_whoever_opens_it_wakes_it(
    client: TestClient, services: Services, clock: MovedClock
) -> None:
    for _ in range(2):
        noted(client, shown=[FILM])
        clock.forward(DAY)
    assert services.feedback.impression_cooldown(me(services)) == frozenset()
    noted(client, shown=[FILM])
    assert services.feedback.impression_cooldown(me(services)) == {OF_FILM}
    noted(client, opened=[FILM])
    assert services.feedback.impression_cooldown(me(services)) == frozenset()


def test_a_rest_ends_by_itself_and_by_what_another_source_tells(
    client: TestClient, services: Services, clock: MovedClock
) -> None:
    person = me(services)
    for number in range(3):
        noted(client, shown=[FILM, OTHER], list_id=f"{number:016x}")
    of_other = TitleId(MediaKind.MOVIE, 7)
    assert services.feedback.impression_cooldown(person) == {OF_FILM, of_other}
    services.ledger.put(
        person,
        [
            Event(
                key="trakt:1",
                kind=EventKind.WATCHLISTED,
                about=About(MediaKind.MOVIE, imdb_id="tt0000007"),
                at=int(clock.now()),
                source="trakt",
            )
        ],
    )
    assert services.feedback.impression_cooldown(person) == {OF_FILM}
    clock.forward(REST - DAY)
    assert services.feedback.impression_cooldown(person) == {OF_FILM}
    clock.forward(DAY)
    assert services.feedback.impression_cooldown(person) == frozenset()


def test_nobody_sees_or_changes_what_lists_were_to_another(
    client: TestClient, services: Services
) -> None:
    ada, bob = (client.post("/profiles", json={"name": name}).json() for name in ("Ada", "Bob"))
    assert noted(client, profile=ada["id"], shown=[FILM]) == 1
    assert client.post("/feedback", json={"list_id": LIST}).status_code == 422
    before = services.ledger.events(ada["id"])
    away = stranger(client, bob["token"])
    body = {"list_id": LIST, "shown": [OTHER]}
    for refused in (
        away.post("/feedback", json=body | {"profile": ada["id"]}),
        away.post("/feedback", json=body, params={"profile": ada["id"]}),
        away.post("/feedback", json=body | {"profile": "f" * 16}),
        away.get("/insights", params={"profile": ada["id"]}),
    ):
        assert refused.status_code == 403, refused.text
    both = away.post("/feedback", json=body | {"profile": bob["id"]}, params={"profile": ada["id"]})
    assert both.status_code == 422
    assert stranger(client).post("/feedback", json=body).status_code == 401
    assert services.ledger.events(ada["id"]) == before
    assert away.post("/feedback", json=body).json() == {"noted": 1}
    assert away.get("/insights").json()["total"]["shown"] == 1
    assert insights(client, profile=ada["id"])["profile"] == ada["id"]


def test_lists_go_along_with_an_export(client: TestClient, clock: MovedClock) -> None:
    ada, bob = (
        client.post("/profiles", json={"name": name}).json()["id"] for name in ("Ada", "Bob")
    )
    noted(client, profile=ada, shown=[FILM, OTHER], opened=[FILM])
    client.post("/history", json=FILM, params={"profile": ada})
    clock.forward(DAY)
    told = client.get(f"/profiles/{ada}/export").json()
    client.post("/profiles/import", params={"profile": bob}, json=told)
    assert client.get(f"/profiles/{bob}/export").json()["events"] == told["events"]
    assert insights(client, profile=bob) == insights(client, profile=ada) | {"profile": bob}


def test_a_ledger_of_lists_stays_bounded_and_history_is_never_forgotten(
    client: TestClient, services: Services, clock: MovedClock
) -> None:
    now = int(clock.now())
    old = [
        feedback_event(EventKind.SHOWN, About(MediaKind.MOVIE, n), LIST, now - DAY + n)
        for n in range(1, MOST_KEPT + 1)
    ]
    history = make_events(30)
    services.ledger.put(me(services), [*old, *history])
    clock.forward(DAY)
    assert noted(client, shown=[FILM, OTHER]) == 2
    left = services.ledger.events(me(services))
    assert [event for event in left if event.source == "trakt"] == history
    lists = [event for event in left if event.source != "trakt"]
    assert len(lists) == MOST_KEPT
    assert old[2] in lists
    assert not set(old[:2]) & set(lists)
    assert insights(client, days=300)["since"] == old[2].at
    clock.forward(370 * DAY)
    noted(client, shown=[FILM])
    assert len(services.ledger.events(me(services))) == 1 + len(history)
