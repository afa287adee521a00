"""The state of the synchronisation: what is written is read, and what is damaged is refused."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.titles import MediaKind
from app.domain.errors import Damaged
from app.domain.ports.work import StateStore
from app.services.catalogue.sync_state import OpenRun, SyncState, read_state, write_state

MOVIE, TV = MediaKind.MOVIE, MediaKind.TV


class MemoryState:
    """The named values of a `StateStore`."""

    def __init__(self, **values: str) -> None:
        self.values = values

    def read(self, name: str) -> str | None:
        return self.values.get(name)

    def write(self, name: str, value: str) -> None:
        self.values[name] = value

    def acquire(self, lease: str, owner: str, ttl: float, *, steal_from: str | None = None) -> str:
        raise NotImplementedError

    def release(self, lease: str, owner: str) -> None:
        raise NotImplementedError


def damaged(text: str) -> StateStore:
    return MemoryState(**{"sync:movie": text})


days = st.dates(date(1990, 1, 1), date(2100, 1, 1)).map(date.isoformat)
seconds = st.floats(0, 1e10)
moments = st.integers(0, 10**10)
runs = st.one_of(
    st.builds(OpenRun, way=st.just("full"), began=moments, forced=st.booleans()),
    st.builds(OpenRun, way=st.just("changes"), began=moments, first=days, last=days),
)
states = st.builds(
    SyncState,
    cursor=st.just("") | days,
    partial=st.booleans(),
    exported=st.just("") | days,
    listed=st.integers(0, 10**7),
    adult=st.booleans(),
    open=st.none() | runs,
    synced_at=seconds,
    followed_at=seconds,
    refreshed_at=seconds,
)


@given(states, states)
def test_what_is_written_is_read(films: SyncState, shows: SyncState) -> None:
    store = MemoryState()
    write_state(store, MOVIE, films)
    write_state(store, TV, shows)
    assert (read_state(store, MOVIE), read_state(store, TV)) == (films, shows)


def test_at_first_nothing_is_in() -> None:
    assert read_state(MemoryState(), MOVIE) == SyncState()
    assert SyncState().cursor == ""
    assert SyncState().open is None


def test_a_state_of_an_earlier_version_is_completed() -> None:
    assert read_state(damaged('{"cursor": "2026-06-15"}'), MOVIE) == SyncState(cursor="2026-06-15")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        "[]",
        '"2026-06-15"',
        '{"unheard_of": 1}',
        '{"cursor": 5}',
        '{"cursor": null}',
        '{"cursor": "15th of June"}',
        '{"cursor": "2026-06-31"}',
        '{"partial": "yes"}',
        '{"synced_at": "now"}',
        '{"listed": [1]}',
        '{"open": 1}',
        '{"open": {}}',
        '{"open": {"way": "full"}}',
        '{"open": {"way": "sideways", "began": 1}}',
        '{"open": {"way": "full", "began": "x"}}',
        '{"open": {"way": "changes", "began": 1, "first": "", "last": ""}}',
        '{"open": {"way": "changes", "began": 1, "first": "2026-06-15", "last": "soon"}}',
    ],
)
def test_a_damaged_state_is_refused_by_its_name(text: str) -> None:
    with pytest.raises(Damaged, match="sync:movie"):
        read_state(damaged(text), MOVIE)


@given(states, st.data())
def test_no_damage_gets_through_as_a_state(state: SyncState, data: st.DataObject) -> None:
    store = MemoryState()
    write_state(store, MOVIE, state)
    told = json.loads(store.values["sync:movie"])
    field = data.draw(st.sampled_from(sorted(told)))
    told[field] = data.draw(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just({}) | st.just([])
    )
    try:
        found = read_state(damaged(json.dumps(told)), MOVIE)
    except Damaged:
        return
    # What is accepted can be used: dates are dates, times are numbers.
    assert not found.cursor or date.fromisoformat(found.cursor)
    assert found.synced_at + found.followed_at + found.refreshed_at + found.listed is not None
    if found.open is not None and found.open.way == "changes":
        assert date.fromisoformat(found.open.first)
        assert date.fromisoformat(found.open.last)
