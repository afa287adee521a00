import pytest

from app.domain.errors import InvalidInput
from app.domain.ports.work import StateStore
from tests.contract.conftest import Place
from tests.fakes.clock import MovedClock


def test_a_value_is_kept_under_its_name(state: StateStore) -> None:
    assert state.read("cursor") is None
    state.write("cursor", "1")
    state.write("cursor", "2")
    state.write("other", "")
    assert state.read("cursor") == "2"
    assert state.read("other") == ""


@pytest.mark.parametrize("text", ["nul \0 inside", "🎬", "مرحبا", "a" * 100_000, "$set.x"])
def test_any_text_is_a_name_and_a_value(state: StateStore, text: str) -> None:
    name = text[:100]
    state.write(name, text)
    assert state.read(name) == text
    assert state.read(name + "x") is None


def test_half_a_character_is_refused(state: StateStore) -> None:
    with pytest.raises(InvalidInput):
        state.write("cursor", "\udc80")
    assert state.read("cursor") is None


def test_a_value_survives_opening_again(place: Place) -> None:
    first = place.open()
    first.state.write("cursor", "7")
    first.close()
    assert place.open().state.read("cursor") == "7"


def test_a_lease_has_one_holder(state: StateStore) -> None:
    assert state.acquire("build", "one", 60) == "one"
    assert state.acquire("build", "two", 60) == "one"
    assert state.acquire("other", "two", 60) == "two"
    state.release("build", "two")  # not its own: nothing happens
    assert state.acquire("build", "two", 60) == "one"
    state.release("build", "one")
    assert state.acquire("build", "two", 60) == "two"


def test_a_lease_ends_with_its_time(state: StateStore, clock: MovedClock) -> None:
    state.acquire("build", "one", 60)
    clock.forward(59)
    assert state.acquire("build", "two", 60) == "one"
    clock.forward(1)
    assert state.acquire("build", "two", 60) == "two"
    assert state.acquire("build", "one", 60) == "two"
    state.release("build", "one")  # the late former holder does no harm
    assert state.acquire("build", "one", 60) == "two"


def test_the_holder_renews_from_now(state: StateStore, clock: MovedClock) -> None:
    state.acquire("build", "one", 60)
    clock.forward(50)
    assert state.acquire("build", "one", 60) == "one"
    clock.forward(50)
    assert state.acquire("build", "two", 60) == "one"


def test_a_dead_holders_lease_can_be_taken_over(state: StateStore) -> None:
    state.acquire("build", "dead", 600)
    assert state.acquire("build", "two", 60, steal_from="someone else") == "dead"
    assert state.acquire("build", "two", 60, steal_from="dead") == "two"
    assert state.acquire("build", "three", 60, steal_from="dead") == "two"


@pytest.mark.parametrize("ttl", [0, -1, float("nan"), float("inf")])
def test_a_lease_needs_an_end_in_the_future(state: StateStore, ttl: float) -> None:
    with pytest.raises(InvalidInput):
        state.acquire("build", "one", ttl)
    with pytest.raises(InvalidInput):
        state.acquire("build", "", 60)
    assert state.acquire("build", "two", 60) == "two"
