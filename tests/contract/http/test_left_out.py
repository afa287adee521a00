"""What no list may show: watched, loved or dismissed, by whatever ids; kept while lists go by."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.people.feedback import feedback_event
from app.domain.people.ledger import About, Event, EventKind
from app.services.people.ledger_reader import LedgerReader
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
    assert services.seen.left_out(person) == frozenset()
    services.ledger.put(person, [event(EventKind.DISMISSED, about)])
    assert services.seen.left_out(person) == {expected}
    assert services.seen.ids(person) == frozenset()
    services.ledger.put(person, [event(EventKind.WATCHED, About(MediaKind.MOVIE, 1))])
    assert services.seen.left_out(person) == {expected, TitleId(MediaKind.MOVIE, 1)}
    assert services.seen.ids(person) == {TitleId(MediaKind.MOVIE, 1)}


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
    assert services.seen.left_out(person) == {OF_FILM}
    client.post("/history/undo", json=undo)
    assert services.seen.left_out(person) == frozenset()
    # One that a file brought, under other ids, is the same title's; both go.
    client.post("/marks", json=FILM | {"mark": "dismissed"})
    services.ledger.put(person, [event(EventKind.DISMISSED, about)])
    undo = client.post("/marks", json=FILM | {"mark": "dismissed", "on": False}).json()["undo"]
    assert services.seen.left_out(person) == frozenset()
    client.post("/history/undo", json=undo)
    assert services.seen.left_out(person) == {OF_FILM}


def test_a_loved_title_is_left_out_without_being_watched_until_that_is_taken_back(
    client: TestClient, services: Services, person: str
) -> None:
    undo = client.post("/marks", json=FILM | {"mark": "loved"}).json()["undo"]
    assert services.seen.left_out(person) == {OF_FILM}
    assert services.seen.ids(person) == frozenset()
    # One rule of what was watched, for lists, for the history and for a search.
    assert client.get("/history", params={"show": "watched"}).json()["total"] == 0
    why = client.get("/explain/movie/603").json()
    assert (why["step"], why["detail"]) == (
        "loved",
        "You love The Simulation: lists are for what you do not know yet.",
    )
    client.post("/history/undo", json=undo)
    assert services.seen.left_out(person) == frozenset()


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
    assert services.seen.ids(person) == frozenset()
    assert services.seen.left_out(person) == {OF_FILM}


def test_lists_that_are_shown_make_nothing_be_worked_out_again(
    services: Services, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.ledger.put(person, [event(EventKind.WATCHED, SIMULATION)])
    assert services.seen.left_out(person) == {OF_FILM}
    assert len(services.history.rows(person)) == 1
    shown = feedback_event(EventKind.SHOWN, About(MediaKind.MOVIE, 1), "a" * 16, 10**9)
    services.ledger.put(person, [shown])
    with monkeypatch.context() as patched:
        patched.setattr(services.titles, "get_many", lambda _: pytest.fail("read again"))
        assert services.seen.left_out(person) == {OF_FILM}
        assert len(services.history.rows(person)) == 1
    services.ledger.put(person, [event(EventKind.WATCHED, About(MediaKind.MOVIE, 1))])
    assert len(services.seen.left_out(person)) == len(services.history.rows(person)) == 2


def test_a_reader_tells_history_and_lists_apart_whoever_writes(
    place: Place, services: Services, person: str
) -> None:
    reader = LedgerReader(services.ledger)
    elsewhere = place.open().ledger
    first = reader.read(person)
    assert (first.told, first.feedback) == ((), ())
    shown = feedback_event(EventKind.SHOWN, SIMULATION, "a" * 16, 10**9)
    elsewhere.put(person, [shown])
    second = reader.read(person)
    assert (second.told, second.feedback, second.mark) == ((), (shown,), first.mark)
    watched = event(EventKind.WATCHED, SIMULATION)
    elsewhere.put(person, [watched])
    third = reader.read(person)
    assert (third.told, third.feedback) == ((watched,), (shown,))
    assert third.mark != first.mark
    assert reader.read(person) is third
    elsewhere.remove(person, [watched.key])
    assert reader.read(person).mark not in (first.mark, third.mark)
