"""What no list may show: watched, loved or dismissed, by whatever ids; kept while lists go by."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.people.feedback import feedback_event
from app.domain.people.ledger import About, Event, EventKind
from tests.contract.conftest import Place
from tests.fakes.clock import MovedClock
from tests.people_world import home, services_in

FILM: dict[str, Any] = {"tmdb_id": 603, "media_type": "movie"}
OF_FILM = TitleId(MediaKind.MOVIE, 603)
OF_SERIES = TitleId(MediaKind.TV, 7)
SIMULATION = About(MediaKind.MOVIE, 603, "tt0000603", None, "The Simulation", 1999)


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
    return services.people.of(None).id


def left_out(services: Services, person: str) -> frozenset[TitleId]:
    return services.person_views.of(person).left_out.every


def watched(services: Services, person: str) -> frozenset[TitleId]:
    return services.person_views.of(person).left_out.watched


def event(kind: EventKind, about: About, at: int = 1000) -> Event:
    return Event(key=f"{kind}:{about}", kind=kind, about=about, at=at, source="csv")


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        (About(MediaKind.MOVIE, 603), OF_FILM),
        (About(MediaKind.MOVIE, imdb_id="tt0000603"), OF_FILM),
        (About(MediaKind.MOVIE, name="the simulation", year=1999), OF_FILM),
        (About(MediaKind.TV, tvdb_id=77), OF_SERIES),
        (About(MediaKind.TV, 4242), TitleId(MediaKind.TV, 4242)),
    ],
)
def test_whatever_a_dismissal_names_it_by_the_title_is_left_out(
    services: Services, person: str, about: About, expected: TitleId
) -> None:
    assert left_out(services, person) == frozenset()
    services.ledger.put(person, [event(EventKind.DISMISSED, about)])
    assert left_out(services, person) == {expected}
    assert watched(services, person) == frozenset()
    services.ledger.put(person, [event(EventKind.WATCHED, About(MediaKind.MOVIE, 1))])
    assert left_out(services, person) == {expected, TitleId(MediaKind.MOVIE, 1)}
    assert watched(services, person) == {TitleId(MediaKind.MOVIE, 1)}


@pytest.mark.parametrize(
    "about",
    [
        About(MediaKind.MOVIE, imdb_id="tt0000603"),
        About(MediaKind.MOVIE, name="the simulation", year=1999),
    ],
)
def test_a_dismissal_taken_back_brings_the_title_back(
    client: TestClient, services: Services, person: str, about: About
) -> None:
    undo = client.post("/marks", json=FILM | {"mark": "dismissed"}).json()["undo"]
    assert left_out(services, person) == {OF_FILM}
    client.post("/history/undo", json=undo)
    assert left_out(services, person) == frozenset()
    # One that a file brought, under other ids, is the same title's; both go.
    client.post("/marks", json=FILM | {"mark": "dismissed"})
    services.ledger.put(person, [event(EventKind.DISMISSED, about)])
    undo = client.post("/marks", json=FILM | {"mark": "dismissed", "on": False}).json()["undo"]
    assert left_out(services, person) == frozenset()
    client.post("/history/undo", json=undo)
    assert left_out(services, person) == {OF_FILM}


def test_a_loved_title_is_left_out_without_being_watched_until_that_is_taken_back(
    client: TestClient, services: Services, person: str
) -> None:
    undo = client.post("/marks", json=FILM | {"mark": "loved"}).json()["undo"]
    assert left_out(services, person) == {OF_FILM}
    assert watched(services, person) == frozenset()
    # One rule of what was watched, for lists, for the history and for a search.
    assert client.get("/history", params={"show": "watched"}).json()["total"] == 0
    why = client.get("/explain/movie/603").json()
    assert (why["step"], why["detail"]) == (
        "loved",
        "You love The Simulation: lists are for what you do not know yet.",
    )
    client.post("/history/undo", json=undo)
    assert left_out(services, person) == frozenset()


def test_a_dismissed_title_that_is_taken_for_unwatched_stays_dismissed(
    services: Services, person: str
) -> None:
    services.ledger.put(
        person,
        [
            event(EventKind.WATCHED, SIMULATION, 1000),
            event(EventKind.UNWATCHED, SIMULATION, 2000),
            event(EventKind.DISMISSED, SIMULATION, 500),
        ],
    )
    assert watched(services, person) == frozenset()
    assert left_out(services, person) == {OF_FILM}


def test_lists_that_are_shown_make_nothing_be_worked_out_again(
    services: Services, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.ledger.put(person, [event(EventKind.WATCHED, SIMULATION)])
    assert left_out(services, person) == {OF_FILM}
    assert len(services.person_views.of(person).rows) == 1
    shown = feedback_event(EventKind.SHOWN, About(MediaKind.MOVIE, 1), "a" * 16, 10**9)
    services.ledger.put(person, [shown])
    with monkeypatch.context() as patched:
        patched.setattr(services.titles, "get_many", lambda _: pytest.fail("read again"))
        assert left_out(services, person) == {OF_FILM}
        assert len(services.person_views.of(person).rows) == 1
    services.ledger.put(person, [event(EventKind.WATCHED, About(MediaKind.MOVIE, 1))])
    assert len(left_out(services, person)) == len(services.person_views.of(person).rows) == 2


def test_views_tell_history_and_lists_apart_whoever_writes(
    place: Place, services: Services, person: str
) -> None:
    views = services.person_views
    elsewhere = place.open().ledger
    first = views.of(person)
    assert (first.history, views.feedback(person)) == ((), ())
    shown = feedback_event(EventKind.SHOWN, SIMULATION, "a" * 16, 10**9)
    elsewhere.put(person, [shown])
    assert views.of(person) is first
    assert views.feedback(person) == (shown,)
    simulation = event(EventKind.WATCHED, SIMULATION)
    elsewhere.put(person, [simulation])
    third = views.of(person)
    assert (third.history, views.feedback(person)) == ((simulation,), (shown,))
    assert third is not first
    assert views.of(person) is third
    elsewhere.remove(person, [simulation.key])
    assert views.of(person) not in (first, third)
    assert (views.of(person).history, views.feedback(person)) == ((), (shown,))
