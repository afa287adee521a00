"""What is kept of people follows each change, whoever made it, and is what is worked out anew."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.adapters.stores.common.stores import Stores
from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.people.feedback import feedback_event
from app.domain.people.ledger import About, Event, EventKind
from app.domain.progress import silent
from app.services.people import person_view
from app.services.people.person_view import PersonViews
from tests.builders import make_title
from tests.contract.conftest import Place
from tests.fakes.clock import MovedClock
from tests.people_world import services_in

KINDS = (
    *(EventKind.WATCHED, EventKind.UNWATCHED, EventKind.RATED),
    *(EventKind.LOVED, EventKind.DISMISSED, EventKind.WATCHLISTED),
)
ABOUTS = (
    About(MediaKind.MOVIE, 603, "tt0000603", None, "The Simulation", 1999),
    About(MediaKind.MOVIE, imdb_id="tt0000603"),
    About(MediaKind.MOVIE, name="the simulation", year=1999),
    About(MediaKind.MOVIE, 4, "tt0000005"),
    About(MediaKind.MOVIE, imdb_id="tt0000005"),
    About(MediaKind.MOVIE, 5),
    About(MediaKind.TV, 7),
    About(MediaKind.TV, tvdb_id=77),
    About(MediaKind.TV, name="Seven"),
    About(MediaKind.MOVIE, 4242),
    About(MediaKind.MOVIE, name="Nobody knows it", year=2001),
)


@pytest.fixture
def services(place: Place, clock: MovedClock, tmp_path: Path) -> Iterator[Services]:
    made = services_in(tmp_path / "world", place.open(clock))
    yield made
    made.close()


@pytest.fixture
def elsewhere(place: Place, clock: MovedClock) -> Stores:
    """The same stores as another process has them open, such as the worker."""
    return place.open(clock)


@pytest.fixture
def person(services: Services) -> str:
    return services.people.of(None).id


def event(number: int, chance: random.Random) -> Event:
    kind = chance.choice(KINDS)
    return Event(
        key=f"{number}",
        kind=kind,
        about=chance.choice(ABOUTS),
        at=chance.randrange(4),
        source="csv",
        rating=chance.choice((None, 3, 9)) if kind is EventKind.RATED else None,
    )


def check(services: Services, person: str) -> None:
    """All that is asked of the one that follows is what one says that knows nothing yet."""
    view = services.person_views.of(person)
    anew = PersonViews(
        services.ledger, services.titles, services.adapters.words, services.index
    ).of(person)
    assert view.history == anew.history == tuple(services.ledger.events(person))
    assert view.rows == anew.rows
    assert view.by_title == anew.by_title
    assert view.left_out == anew.left_out
    wanted = [TitleId(about.kind, about.tmdb_id) for about in ABOUTS if about.tmdb_id]
    assert services.history.of(person, wanted) == anew.of_titles(wanted)
    for about in ABOUTS:
        assert view.entries_of(about) == anew.entries_of(about)


@pytest.mark.parametrize("seed", range(3))
def test_changes_here_and_by_another_process_are_followed_at_once(
    services: Services, elsewhere: Stores, person: str, seed: int
) -> None:
    chance = random.Random(seed)
    check(services, person)
    for _ in range(25):
        ledger = chance.choice((services.ledger, elsewhere.ledger))
        if chance.random() < 0.4:
            ledger.remove(person, {str(chance.randrange(12)) for _ in range(2)})
        else:
            ledger.put(person, [event(chance.randrange(12), chance) for _ in range(2)])
        check(services, person)


def test_many_changes_at_once_are_followed_too(
    services: Services, elsewhere: Stores, person: str
) -> None:
    services.history.mark(person, ABOUTS[0], EventKind.LOVED, on=True)
    check(services, person)
    many = [
        Event(
            key=f"many:{number}",
            kind=EventKind.WATCHED,
            about=About(MediaKind.MOVIE, number),
            at=number,
            source="csv",
        )
        for number in range(1, 300)
    ]
    elsewhere.ledger.put(person, many)
    check(services, person)
    elsewhere.ledger.remove(person, [one.key for one in many])
    check(services, person)
    assert len(services.person_views.of(person).rows) == 1


def test_an_entry_that_another_process_replaced_counts_as_it_is_now(
    services: Services, elsewhere: Stores, person: str
) -> None:
    services.history.rate(person, ABOUTS[0], 3)
    (row,) = services.person_views.of(person).rows
    assert row.standing.rating == 3
    elsewhere.ledger.put(person, [replace(row.standing.events[0], rating=9)])
    (row,) = services.person_views.of(person).rows
    assert row.standing.rating == 9
    taken_back = replace(row.standing.events[0], rating=None)
    elsewhere.ledger.put(person, [taken_back])
    assert services.person_views.of(person).left_out.watched == frozenset()


def test_lists_that_were_shown_put_nothing_together_anew(services: Services, person: str) -> None:
    services.history.mark(person, ABOUTS[0], EventKind.LOVED, on=True)
    rows, left_out = (
        services.person_views.of(person).rows,
        services.person_views.of(person).left_out,
    )
    shown = feedback_event(EventKind.SHOWN, ABOUTS[6], "0" * 16, 1000)
    services.ledger.put(person, [shown])
    assert services.person_views.of(person).rows is rows
    assert services.person_views.of(person).left_out is left_out


def test_a_title_that_came_into_the_catalogue_is_found_after_a_while(
    services: Services, elsewhere: Stores, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(person_view, "_IDS_KEPT_FOR", 0.0)
    unknown = About(MediaKind.MOVIE, imdb_id="tt0004242")
    services.history.mark(person, unknown, EventKind.DISMISSED, on=True)
    (row,) = services.person_views.of(person).rows
    assert row.title is None
    assert services.person_views.of(person).left_out.dismissed == frozenset()
    elsewhere.titles.upsert([make_title(4242, name="New", imdb_id="tt0004242")])
    (row,) = services.person_views.of(person).rows
    assert row.name == "New"
    services.history.mark(person, ABOUTS[6], EventKind.LOVED, on=True)
    assert services.person_views.of(person).left_out.dismissed == {TitleId(MediaKind.MOVIE, 4242)}


@pytest.mark.parametrize("moved", ["_TITLES_KEPT_AT_MOST", "_TITLES_KEPT_FOR"])
def test_a_title_that_changed_is_read_again_after_a_while_or_with_another_index(
    services: Services, person: str, monkeypatch: pytest.MonkeyPatch, moved: str
) -> None:
    services.history.mark(person, ABOUTS[0], EventKind.LOVED, on=True)
    assert [row.name for row in services.person_views.of(person).rows] == ["The Simulation"]
    services.titles.upsert([make_title(603, name="Renamed", year=1999, imdb_id="tt0000603")])
    monkeypatch.setattr(person_view, "_IDS_KEPT_FOR", 0.0)
    assert [row.name for row in services.person_views.of(person).rows] == ["The Simulation"]
    monkeypatch.setattr(person_view, moved, 0.0)
    if moved == "_TITLES_KEPT_FOR":
        assert [row.name for row in services.person_views.of(person).rows] == ["The Simulation"]
        services.rebuild_index(silent)
        services.index.refresh()
    assert [row.name for row in services.person_views.of(person).rows] == ["Renamed"]
