"""Titles that a history names and the catalogue lacks are fetched, once, and joined."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.domain.ledger import About, Event, EventKind, Profile
from app.domain.progress import silent
from app.domain.titles import MediaKind, TitleId
from app.services import named
from app.services.history import History
from tests.builders import movie, series
from tests.contract.conftest import Place
from tests.ingest_world import IngestWorld, ingest_world

ADA = Profile(id="a" * 16, name="Ada", created_at=1.0, token_hash="0" * 64)


@pytest.fixture
def world(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[IngestWorld]:
    with ingest_world(place, monkeypatch, movies=60, series=15) as made:
        made.stores.profiles.create(ADA)
        yield made


def watched(number: int, kind: MediaKind) -> Event:
    return Event(
        key=f"trakt:history:{kind}{number}",
        kind=EventKind.WATCHED,
        about=About(kind, tmdb_id=number, name="As the source calls it"),
        at=1000,
        source="trakt",
    )


def named_ids(world: IngestWorld) -> list[TitleId]:
    stores = world.stores
    parts = stores.profiles, stores.ledger, stores.titles, stores.failures, stores.state
    return list(named.missing(*parts))


def test_they_are_fetched_and_joined(world: IngestWorld) -> None:
    stores = world.stores
    adult = next(one for one in world.listed() if world.is_adult(one))
    told = [(17, MediaKind.MOVIE), (7, MediaKind.TV), (4, MediaKind.MOVIE)]  # TMDB has no film 4
    told.append((adult.tmdb_id, adult.kind))
    stores.ledger.put(ADA.id, [watched(number, kind) for number, kind in told])
    history = History(stores.ledger, stores.titles, world.clock)
    assert {row.title for row in history.rows(ADA.id)} == {None}

    assert set(named_ids(world)) == {movie(17), series(7), movie(4), adult}
    done = named.fetch(world.ingest(), named_ids(world), stores.state, silent, embed=True)
    assert (done.tally.written, done.tally.gone, done.tally.embedded) == (3, 1, 3)
    assert world.stored().keys() == {movie(17), series(7), adult}
    assert named_ids(world) == []
    rows = History(stores.ledger, stores.titles, world.clock).rows(ADA.id)
    assert {row.title.id for row in rows if row.title} == {movie(17), series(7), adult}
    assert [row.name for row in rows if row.title is None] == ["As the source calls it"]


def test_what_fails_is_tried_again_and_then_left(world: IngestWorld) -> None:
    stores = world.stores
    stores.ledger.put(ADA.id, [watched(17, MediaKind.MOVIE)])
    world.fake.spoil("movie", 17, missing=("title", "original_title"))
    named.fetch(world.ingest(), named_ids(world), stores.state, silent, embed=False)
    assert named_ids(world) == []
    assert [failure.id for failure in world.failed()] == [movie(17)]
