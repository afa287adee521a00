import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.stores.common.stores import Stores
from app.domain.errors import InvalidInput, NotFound, StoreUnavailable
from app.domain.ports.accounts import Account, AccountStore
from tests.contract.conftest import Place
from tests.contract.some_people import kept_of_people, make_profile, texts
from tests.contract.stores.test_several_processes import finish, processes

ANNA = make_profile(1, name="Anna").id
BEN = make_profile(2, name="Ben").id


@pytest.fixture
def accounts(stores: Stores) -> AccountStore:
    stores.profiles.create(make_profile(2, name="Ben"))
    stores.profiles.create(make_profile(1, name="Anna"))
    return stores.accounts


def test_an_account_is_set_and_forgotten(accounts: AccountStore) -> None:
    first, second = Account("trakt", b"one", "{}"), Account("trakt", b"two", '{"a": 1}')
    other = Account("other", b"", "")
    assert accounts.get(ANNA, "trakt") is None
    accounts.put(ANNA, first)
    accounts.put(ANNA, other)
    accounts.put(ANNA, second)
    assert accounts.get(ANNA, "trakt") == second
    assert accounts.get(ANNA, "other") == other
    assert accounts.delete(ANNA, "trakt") is True
    assert accounts.delete(ANNA, "trakt") is False
    assert accounts.get(ANNA, "trakt") is None
    assert accounts.get(ANNA, "other") == other


def test_accounts_of_two_people_stay_apart(accounts: AccountStore) -> None:
    accounts.put(ANNA, Account("trakt", b"anna", "a"))
    accounts.put(BEN, Account("trakt", b"ben", "b"))
    assert accounts.delete(BEN, "trakt") is True
    assert accounts.get(ANNA, "trakt") == Account("trakt", b"anna", "a")
    assert accounts.get(BEN, "trakt") is None


def test_who_is_linked_by_ascending_id(stores: Stores, accounts: AccountStore) -> None:
    people = [make_profile(n) for n in (30, 4, 11)]
    for person in people:
        stores.profiles.create(person)
        accounts.put(person.id, Account("trakt", b"x", ""))
    accounts.put(ANNA, Account("other", b"x", ""))
    assert accounts.linked("trakt") == [make_profile(n).id for n in (4, 11, 30)]
    assert accounts.linked("other") == [ANNA]
    assert accounts.linked("nothing") == []
    assert accounts.linked("trak") == []
    accounts.delete(people[0].id, "trakt")
    stores.profiles.delete(people[1].id)
    assert accounts.linked("trakt") == [people[2].id]


def test_nobodys_account(accounts: AccountStore, place: Place) -> None:
    nobody = make_profile(3).id
    with pytest.raises(NotFound):
        accounts.put(nobody, Account("trakt", b"x", ""))
    assert accounts.get(nobody, "trakt") is None
    assert accounts.delete(nobody, "trakt") is False
    assert kept_of_people(place)["accounts"] == 0


def test_every_byte_comes_back(accounts: AccountStore) -> None:
    for sealed in (bytes(range(256)), random.Random(1).randbytes(1_000_000)):
        accounts.put(ANNA, Account("trakt", sealed, ""))
        found = accounts.get(ANNA, "trakt")
        assert found
        assert type(found.sealed) is bytes
        assert found.sealed == sealed


@settings(
    max_examples=60,
    deadline=None,
    # The store is shared by the examples on purpose: each one forgets its account.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(provider=texts, sealed=st.binary(max_size=50), state=texts)
def test_any_account_comes_back(
    accounts: AccountStore, provider: str, sealed: bytes, state: str
) -> None:
    account = Account(provider, sealed, state)
    accounts.put(ANNA, account)
    assert accounts.get(ANNA, provider) == account
    assert accounts.get(ANNA, provider + "x") is None
    assert accounts.linked(provider) == [ANNA]
    assert accounts.delete(ANNA, provider) is True
    assert accounts.linked(provider) == []


@pytest.mark.parametrize("name", ["a.b", "$set", "", "nul \0", "Traktor 🎬", "trakt "])
def test_any_name_is_a_provider_of_its_own(accounts: AccountStore, name: str) -> None:
    accounts.put(ANNA, Account("trakt", b"trakt", ""))
    accounts.put(ANNA, Account(name, b"this", ""))
    assert accounts.get(ANNA, name) == Account(name, b"this", "")
    assert accounts.get(ANNA, "trakt") == Account("trakt", b"trakt", "")


def test_half_a_character_is_refused(accounts: AccountStore) -> None:
    accounts.put(ANNA, Account("trakt", b"x", "kept"))
    for wrong in (Account("trakt", b"y", "half \ud83d"), Account("\udc80", b"y", "")):
        with pytest.raises(InvalidInput):
            accounts.put(ANNA, wrong)
    for call in (accounts.get, accounts.delete):
        with pytest.raises(InvalidInput):
            call(ANNA, "\udc80")
    assert accounts.get(ANNA, "trakt") == Account("trakt", b"x", "kept")


def test_processes_that_link_at_once_lose_nothing(place: Place) -> None:
    stores = place.open()
    stores.profiles.create(make_profile(1))
    with processes(place, "put_accounts", 3, rounds=10) as started:
        finish(started)
    for number in range(3):
        for turn in range(10):
            found = stores.accounts.get(ANNA, f"provider {number}.{turn}")
            assert found
            assert found.sealed == f"{number} {turn}".encode()
    shared = stores.accounts.get(ANNA, "shared")
    assert shared
    assert shared.sealed in [f"{number} 9".encode() for number in range(3)]


def test_accounts_survive_opening_again_and_a_closed_store_says_so(place: Place) -> None:
    first = place.open()
    first.profiles.create(make_profile(1))
    first.accounts.put(ANNA, Account("trakt", b"x", "{}"))
    first.close()
    for call in (first.accounts.get, first.accounts.delete):
        with pytest.raises(StoreUnavailable, match="close"):
            call(ANNA, "trakt")
    with pytest.raises(StoreUnavailable, match="close"):
        first.accounts.linked("trakt")
    assert place.open().accounts.get(ANNA, "trakt") == Account("trakt", b"x", "{}")
