import json

import pytest
from bson.int64 import Int64

from app.adapters.stores.common.event_codec import EVENTS
from app.domain.catalogue.titles import MediaKind
from app.domain.errors import Damaged
from app.domain.people.ledger import About, Event, EventKind

FULL = Event(
    key="trakt:7",
    kind=EventKind.RATED,
    about=About(MediaKind.TV, 5, "tt0000005", 81189, "A name", 1999),
    at=1_700_000_000,
    source="trakt",
    rating=8,
    plays=2,
    season=0,
    episode=3,
)
BARE = Event(key="k", kind=EventKind.LOVED, about=About(MediaKind.MOVIE, 5), at=0, source="hand")


def test_what_says_nothing_takes_no_space() -> None:
    body = json.loads(EVENTS.encode(BARE))
    assert body == {
        "key": "k",
        "kind": "loved",
        "about": {"kind": "movie", "tmdb_id": 5},
        "at": 0,
        "source": "hand",
    }
    assert EVENTS.document(BARE) == body


@pytest.mark.parametrize("event", [FULL, BARE], ids=["full", "bare"])
def test_an_event_comes_back(event: Event) -> None:
    assert EVENTS.decode(EVENTS.encode(event)) == event
    assert EVENTS.from_document(EVENTS.document(event)) == event


def test_season_nought_is_not_no_season() -> None:
    assert json.loads(EVENTS.encode(FULL))["season"] == 0


def test_a_record_of_another_version_is_read() -> None:
    body = json.loads(EVENTS.encode(BARE)) | {"dropped": [1, 2]}
    assert EVENTS.decode(json.dumps(body).encode()) == BARE
    assert EVENTS.from_document(body | {"_id": "x", "record": "y"}) == BARE


@pytest.mark.parametrize("change", [{"kind": "sung"}, {"at": "noon"}, {"about": {}}, {"key": None}])
def test_a_record_that_cannot_be_read_is_an_error(change: dict[str, object]) -> None:
    wrong = EVENTS.document(FULL) | change
    with pytest.raises(Damaged):
        EVENTS.from_document(wrong)
    with pytest.raises(Damaged):
        EVENTS.decode(json.dumps(wrong).encode())


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"{}", b"\xff\xfe"])
def test_a_body_that_is_no_record_is_an_error(body: bytes) -> None:
    with pytest.raises(Damaged):
        EVENTS.decode(body)


def test_a_document_comes_back_with_the_numbers_of_bson() -> None:
    document = EVENTS.document(FULL) | {"at": Int64(FULL.at)}
    assert EVENTS.from_document(document) == FULL
