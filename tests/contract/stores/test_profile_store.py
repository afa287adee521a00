import sqlite3
from pathlib import Path

import pytest

from app.adapters.clock import SystemClock
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.sqlite import open_sqlite
from app.domain.errors import InvalidInput, NotFound, StoreUnavailable
from app.domain.ports.accounts import Account
from app.domain.ports.people import ProfileStore
from tests.contract.conftest import Place
from tests.contract.some_people import NOTHING, kept_of_people, make_events, make_profile
from tests.contract.stores.test_several_processes import finish, processes
from tests.fakes.clock import MovedClock

ANNA = make_profile(1, name="Anna")
BEN = make_profile(2, name="Ben")


def test_a_profile_comes_back_as_it_was(profiles: ProfileStore) -> None:
    assert profiles.all() == []
    odd = make_profile(3, name="Nul \0 inside, 🎬 and مرحبا", created_at=0.125)
    profiles.create(ANNA)
    profiles.create(odd)
    assert profiles.get(ANNA.id) == ANNA
    assert profiles.get(odd.id) == odd
    assert profiles.get(BEN.id) is None


def test_everybody_the_oldest_first(profiles: ProfileStore) -> None:
    made = [make_profile(n, created_at=float(when)) for n, when in ((1, 30), (9, 20), (4, 20))]
    for profile in made:
        profiles.create(profile)
    first, second, last = made[2], made[1], made[0]
    assert profiles.all() == [first, second, last]


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Anna", "Anna"),
        ("Anna", "ANNA"),
        ("Straße", "STRASSE"),
        ("ΑΛΈΞΗΣ", "αλέξης"),
        ("Zoe\u0308", "ZO\u00cb"),  # one letter, or a letter and a sign
    ],
)
def test_a_name_is_taken_regardless_of_case(profiles: ProfileStore, name: str, other: str) -> None:
    profiles.create(make_profile(1, name=name))
    with pytest.raises(InvalidInput, match="name"):
        profiles.create(make_profile(2, name=other))
    profiles.create(BEN)
    with pytest.raises(InvalidInput, match="name"):
        profiles.rename(BEN.id, other)
    assert [each.name for each in profiles.all()] == [name, "Ben"]


def test_names_that_differ_in_more_than_case_are_two(profiles: ProfileStore) -> None:
    names = ["Zoe", "Zoé", "zoe ", "Zo"]
    for number, name in enumerate(names):
        profiles.create(make_profile(number, name=name))
    assert [each.name for each in profiles.all()] == names


def test_an_id_is_taken_once(profiles: ProfileStore) -> None:
    profiles.create(ANNA)
    with pytest.raises(InvalidInput, match="id"):
        profiles.create(make_profile(1, name="Someone else"))
    assert profiles.all() == [ANNA]


def test_renaming(profiles: ProfileStore) -> None:
    profiles.create(ANNA)
    profiles.create(BEN)
    renamed = make_profile(1, name="ANNA")
    assert profiles.rename(ANNA.id, "ANNA") == renamed  # her own name in another case
    assert profiles.rename(BEN.id, "Bob").name == "Bob"
    profiles.create(make_profile(3, name="ben"))  # free again
    assert [each.name for each in profiles.all()] == ["ANNA", "Bob", "ben"]
    assert profiles.get(ANNA.id) == renamed


def test_a_token_is_replaced(profiles: ProfileStore) -> None:
    profiles.create(ANNA)
    profiles.create(BEN)
    assert profiles.set_token(ANNA.id, "f" * 64) == make_profile(
        1, name="Anna", token_hash="f" * 64
    )
    assert [each.token_hash for each in profiles.all()] == ["f" * 64, BEN.token_hash]


def test_nobody_is_an_error_or_nothing(profiles: ProfileStore) -> None:
    profiles.create(BEN)
    with pytest.raises(NotFound):
        profiles.rename(ANNA.id, "Ben")
    with pytest.raises(NotFound):
        profiles.set_token(ANNA.id, "f" * 64)
    assert profiles.delete(ANNA.id) is False
    assert profiles.all() == [BEN]


def test_what_would_not_come_back_is_refused(profiles: ProfileStore) -> None:
    profiles.create(ANNA)
    for wrong in (
        make_profile(2, name="half \ud83d"),
        make_profile(2, token_hash="\udc80"),  # noqa: S106 -- no token
        make_profile(2, created_at=float("nan")),
    ):
        with pytest.raises(InvalidInput):
            profiles.create(wrong)
    with pytest.raises(InvalidInput):
        profiles.rename(ANNA.id, "half \ud83d")
    assert profiles.all() == [ANNA]


def fill(stores: Stores, events: int = 5) -> None:
    for profile in (ANNA, BEN):
        stores.profiles.create(profile)
        stores.ledger.put(profile.id, make_events(events))
        for provider in ("trakt", "other"):
            stores.accounts.put(profile.id, Account(provider, b"sealed", "{}"))


def check_gone(stores: Stores, profile_id: str) -> None:
    assert stores.profiles.get(profile_id) is None
    assert profile_id not in [each.id for each in stores.profiles.all()]
    with pytest.raises(NotFound):
        stores.ledger.events(profile_id)
    with pytest.raises(NotFound):
        stores.ledger.version(profile_id)
    with pytest.raises(NotFound):
        stores.ledger.put(profile_id, make_events(1))
    assert stores.ledger.remove(profile_id, ["trakt:1"]) == 0
    assert stores.accounts.get(profile_id, "trakt") is None
    assert profile_id not in stores.accounts.linked("trakt")


def test_deleting_takes_everything_of_one_person_and_nothing_of_another(
    stores: Stores, place: Place
) -> None:
    fill(stores)
    assert stores.profiles.delete(ANNA.id) is True
    check_gone(stores, ANNA.id)
    assert stores.ledger.events(BEN.id) == make_events(5)
    assert stores.accounts.linked("trakt") == [BEN.id]
    assert kept_of_people(place)["events"] == 5
    assert stores.profiles.delete(ANNA.id) is False
    assert stores.profiles.delete(BEN.id) is True
    assert kept_of_people(place) == NOTHING


def test_whoever_gets_the_id_of_a_deleted_profile_begins_afresh(stores: Stores) -> None:
    fill(stores)
    before = stores.ledger.version(ANNA.id)
    stores.profiles.delete(ANNA.id)
    stores.profiles.create(ANNA)
    assert stores.ledger.events(ANNA.id) == []
    assert stores.accounts.get(ANNA.id, "trakt") is None
    # What was read of the former one must not seem true of this one.
    stores.ledger.put(ANNA.id, make_events(1))
    assert stores.ledger.version(ANNA.id) != before


def test_a_deletion_that_fails_midway_leaves_a_sqlite_file_as_it_was(tmp_path: Path) -> None:
    stores = open_sqlite(tmp_path / "watcher.sqlite3", SystemClock())
    fill(stores)
    other = sqlite3.connect(tmp_path / "watcher.sqlite3")
    other.execute(
        "CREATE TRIGGER stop BEFORE DELETE ON accounts BEGIN SELECT raise(ABORT, 'stopped'); END"
    )
    with pytest.raises(StoreUnavailable, match="stopped"):
        stores.profiles.delete(ANNA.id)
    assert stores.profiles.get(ANNA.id) == ANNA
    assert stores.ledger.events(ANNA.id) == make_events(5)
    assert stores.accounts.linked("trakt") == [ANNA.id, BEN.id]
    other.execute("DROP TRIGGER stop")
    other.close()
    assert stores.profiles.delete(ANNA.id) is True
    check_gone(stores, ANNA.id)
    stores.close()


def test_a_deletion_killed_midway_is_completed_by_the_next(place: Place) -> None:
    with processes(place, "delete_profiles", 1) as (process,):
        assert process.stdout
        told = [process.stdout.readline() for _ in range(6)]
        process.kill()
        rest, _ = process.communicate()
    told += [line for line in rest.splitlines(keepends=True) if line.endswith("\n")]
    # What the dead process held has expired for whoever comes an hour later.
    stores = place.open(MovedClock(SystemClock().now() + 3600))
    for profile_id in (line.strip() for line in told):
        if stores.profiles.get(profile_id):
            assert stores.ledger.events(profile_id) == make_events(1000)
            assert stores.accounts.linked("trakt") == [profile_id]
        else:
            check_gone(stores, profile_id)
    for profile_id in [line.strip() for line in told] + [p.id for p in stores.profiles.all()]:
        stores.profiles.delete(profile_id)
    assert kept_of_people(place) == NOTHING


def test_of_processes_that_want_one_name_one_gets_it(place: Place) -> None:
    profiles = place.open().profiles
    with processes(place, "take_names", 3, rounds=20) as started:
        won = [line for lines in finish(started) for line in lines]
    assert sorted(won) == sorted(f"name {n}" for n in range(20))
    assert len(profiles.all()) == 20


def test_profiles_survive_opening_again(place: Place) -> None:
    first = place.open()
    fill(first)
    first.close()
    second = place.open()
    assert second.profiles.all() == [ANNA, BEN]
    assert second.ledger.events(ANNA.id) == make_events(5)


def test_a_closed_store_is_an_error_not_an_empty_answer(stores: Stores) -> None:
    fill(stores)
    stores.close()
    with pytest.raises(StoreUnavailable, match="close"):
        stores.profiles.all()
    with pytest.raises(StoreUnavailable, match="close"):
        stores.profiles.get(ANNA.id)
    with pytest.raises(StoreUnavailable, match="close"):
        stores.profiles.delete(ANNA.id)
