"""People and events for tests, and what a store really holds of them."""

import json
import sqlite3
from dataclasses import replace

from hypothesis import strategies as st
from pymongo import MongoClient

from app.domain.catalogue.titles import MediaKind
from app.domain.people import bounds
from app.domain.people.ledger import About, Event, EventKind, Profile
from tests.contract.conftest import Place


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
short_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=bounds.LONGEST_IMDB_ID)
some_text = texts.filter(bool)
ids = st.none() | st.integers(1, bounds.LARGEST_ID)
abouts = st.builds(
    About,
    kind=st.sampled_from(MediaKind),
    tmdb_id=ids,
    imdb_id=short_texts,
    tvdb_id=ids,
    name=some_text,
    year=st.none() | st.integers(bounds.FIRST_YEAR, bounds.LAST_YEAR),
)
some_events = st.builds(
    Event,
    key=some_text,
    kind=st.sampled_from(EventKind),
    about=abouts,
    at=st.integers(0, bounds.LATEST),
    source=some_text,
    rating=st.none() | st.integers(1, bounds.BEST_RATING),
    plays=st.integers(1, bounds.MOST_PLAYS),
    season=st.none() | st.integers(0, bounds.HIGHEST_SEASON),
    episode=st.none() | st.integers(0, bounds.HIGHEST_EPISODE),
)


def keep_badly(place: Place, profile_id: str, key: str, told: object) -> None:
    """Write an entry past all checks, as an older version or another program would have."""
    if place.backend == "sqlite":
        body = told if isinstance(told, bytes) else json.dumps(told).encode()
        with sqlite3.connect(place.where) as connection:
            (number,) = connection.execute(
                "SELECT place FROM profiles WHERE id = ?", (profile_id,)
            ).fetchone()
            connection.execute("INSERT INTO events VALUES (?, ?, ?)", (number, key, body))
            connection.execute(
                "UPDATE profiles SET version = version + 1 WHERE place = ?", (number,)
            )
        connection.close()
        return
    fields = told if isinstance(told, dict) else {"told": told}
    with MongoClient[dict[str, object]](place.where) as client:
        database = client[place.database]
        person = database["profiles"].find_one({"profile": profile_id})
        assert person is not None
        record = str(person["_id"])
        database["events"].insert_one({**fields, "_id": f"{record}{key}", "record": record})
        database["profiles"].update_one({"_id": record}, {"$inc": {"version": 1}})
