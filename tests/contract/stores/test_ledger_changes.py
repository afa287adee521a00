"""Changes of a ledger that look at what stands there; entries that can't be read."""

from dataclasses import replace

import pytest

from app.adapters.stores.common.stores import Stores
from app.domain.catalogue.titles import MediaKind
from app.domain.errors import InvalidInput, NotFound
from app.domain.people import bounds
from app.domain.people.ledger import About, Event, EventKind
from app.domain.ports.people import Ledger
from tests.contract.conftest import Place
from tests.contract.some_people import (
    NOTHING,
    keep_badly,
    kept_of_people,
    make_event,
    make_events,
    make_profile,
)

ANNA = make_profile(1, name="Anna").id
BEN = make_profile(2, name="Ben").id
FILM = About(MediaKind.MOVIE, 1)


@pytest.fixture
def ledger(stores: Stores) -> Ledger:
    for number, name in ((1, "Anna"), (2, "Ben")):
        stores.profiles.create(make_profile(number, name=name))
    stores.ledger.put(ANNA, make_events(3))
    return stores.ledger


def test_a_change_puts_and_removes_as_one_and_tells_what_stood_there(ledger: Ledger) -> None:
    before = ledger.version(ANNA)
    rated = make_event(2, kind=EventKind.RATED, rating=7)
    told = ledger.change(ANNA, [rated, make_event(4)], ["trakt:1", "trakt:2", "trakt:9"])
    assert told == [make_event(1), make_event(2)]
    assert ledger.events(ANNA) == [rated, make_event(3), make_event(4)]
    assert ledger.version(ANNA) == before + 1
    # What was told takes it back.
    assert ledger.change(ANNA, told, ["trakt:4"]) == [rated, make_event(4)]
    assert ledger.events(ANNA) == make_events(3)
    assert ledger.events(BEN) == []


def test_a_change_of_nothing_is_none(ledger: Ledger) -> None:
    before = ledger.version(ANNA)
    assert ledger.change(ANNA, [], []) == []
    assert ledger.change(ANNA, [make_event(1)], ["trakt:9", "half \ud83d"]) == [make_event(1)]
    assert ledger.replace(ANNA, []) == []
    assert ledger.version(ANNA) == before
    with pytest.raises(NotFound):
        ledger.change("f" * 16, [], [])
    with pytest.raises(NotFound):
        ledger.replace("f" * 16, [])


def test_only_what_still_stands_as_it_was_is_replaced(ledger: Ledger) -> None:
    pairs = [(make_event(n), make_event(n, plays=5)) for n in (1, 2, 3)]
    ledger.put(ANNA, [make_event(2, plays=2)])
    ledger.remove(ANNA, ["trakt:3"])
    assert ledger.replace(ANNA, pairs) == [make_event(1)]
    assert ledger.events(ANNA) == [make_event(1, plays=5), make_event(2, plays=2)]


@pytest.mark.parametrize(
    "wrong",
    [
        make_event(2, at=-1),
        make_event(2, at=bounds.LATEST + 1),
        make_event(2, plays=0),
        make_event(2, season=-1),
        make_event(2, episode=bounds.HIGHEST_EPISODE + 1),
        make_event(2, rating=11),
        make_event(2, key=""),
        make_event(2, key="k" * 501),
        make_event(2, about=replace(FILM, tmdb_id=2**62)),
        make_event(2, about=replace(FILM, year=-1)),
        make_event(2, about=replace(FILM, name="n" * 1_001)),
        make_event(2, about=About(MediaKind.MOVIE)),
    ],
)
def test_an_event_that_no_page_could_show_is_refused_with_its_batch(
    ledger: Ledger, wrong: Event
) -> None:
    before = ledger.version(ANNA)
    with pytest.raises(InvalidInput, match="can't be stored"):
        ledger.put(ANNA, [make_event(9), wrong])
    with pytest.raises(InvalidInput, match="can't be stored"):
        ledger.change(ANNA, [make_event(9), wrong], ["trakt:1"])
    with pytest.raises(InvalidInput, match="can't be stored"):
        ledger.replace(ANNA, [(make_event(1), make_event(1, plays=2)), (wrong, wrong)])
    assert ledger.events(ANNA) == make_events(3)
    assert ledger.version(ANNA) == before


GOOD = {"kind": "watched", "about": {"kind": "movie", "tmdb_id": 5}, "at": 5, "source": "csv"}


@pytest.mark.parametrize(
    "told",
    [
        GOOD | {"key": "bad", "about": {"kind": "movie", "tmdb_id": 2**62}},
        GOOD | {"key": "bad", "about": {"kind": "movie", "name": "n" * 100_000}},
        GOOD | {"key": "bad", "about": {"kind": "movie", "name": "x", "year": -1}},
        GOOD | {"key": "bad", "kind": "sung"},
        GOOD | {"key": "bad", "season": -3},
        GOOD | {"key": "bad", "at": "noon"},
        {},
        b"\xff\xfe no JSON at all",
    ],
    ids=["number", "name", "year", "kind", "season", "time", "nothing", "bytes"],
)
def test_one_entry_that_cannot_be_read_takes_no_other_with_it(
    stores: Stores, ledger: Ledger, place: Place, told: object
) -> None:
    assert ledger.read(ANNA).unreadable == 0
    keep_badly(place, ANNA, "bad", told)
    assert ledger.events(ANNA) == make_events(3)
    assert (ledger.read(ANNA).unreadable, ledger.read(BEN).unreadable) == (1, 0)
    # It is in nobody's way, and goes with its person.
    ledger.change(ANNA, [make_event(4)], ["trakt:1"])
    assert ledger.read(ANNA).unreadable == 1
    for profile in (ANNA, BEN):
        stores.profiles.delete(profile)
    assert kept_of_people(place) == NOTHING
    with pytest.raises(NotFound):
        ledger.read(ANNA)
