"""People and events for tests, and what a store really holds of them."""

import sqlite3
from dataclasses import replace

from hypothesis import strategies as st
from pymongo import MongoClient

from app.domain.catalogue.titles import MediaKind
from app.domain.people.ledger import About, Event, EventKind, Profile
from tests.contract.conftest import Place

NUMBER = 2**63 - 1


def make_profile(number: int = 1, **changes: object) -> Profile:
    profile = Profile(
        id=f"{number:016x}",
        name=f"Person {number}",
        created_at=1_700_000_000.0 + number,
        token_hash=f"{number:064x}",
    )
    return replace(profile, **changes)  # type: ignore[arg-type]  # a wrong type is a test's own fault


def make_event(number: int = 1, **changes: object) -> Event:
    event = Event(
        key=f"trakt:{number}",
        kind=EventKind.WATCHED,
        about=About(MediaKind.MOVIE, number, f"tt{number:07d}", None, f"Film {number}", 1999),
        at=1_600_000_000 + number,
        source="trakt",
    )
    return replace(event, **changes)  # type: ignore[arg-type]  # a wrong type is a test's own fault


def make_events(count: int, start: int = 1) -> list[Event]:
    return [make_event(number) for number in range(start, start + count)]


def kept_of_people(place: Place) -> dict[str, int]:
    """How many rows or documents there are, whoever may see them."""
    if place.backend == "sqlite":
        with sqlite3.connect(place.where) as connection:
            counts = {
                name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608 -- names from here
                for name in ("profiles", "events", "accounts")
            }
        connection.close()
        return counts
    with MongoClient[dict[str, object]](place.where) as client:
        database = client[place.database]
        return {
            "profiles": database["profiles"].count_documents({}),
            "events": database["events"].count_documents({}),
            "accounts": sum(bool(each.get("accounts")) for each in database["profiles"].find()),
        }


NOTHING = {"profiles": 0, "events": 0, "accounts": 0}

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
numbers = st.integers(-NUMBER, NUMBER)
abouts = st.builds(
    About,
    kind=st.sampled_from(MediaKind),
    tmdb_id=st.none() | numbers,
    imdb_id=texts,
    tvdb_id=st.none() | numbers,
    name=texts,
    year=st.none() | numbers,
)
some_events = st.builds(
    Event,
    key=texts,
    kind=st.sampled_from(EventKind),
    about=abouts,
    at=numbers,
    source=texts,
    rating=st.none() | numbers,
    plays=numbers,
    season=st.none() | numbers,
    episode=st.none() | numbers,
)
