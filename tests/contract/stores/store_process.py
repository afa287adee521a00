"""One process that uses a store while others do: ``python -m tests.contract.stores.store_process``.

It prints ``ready``, waits for a line, works, and prints a line for each thing that the store
confirmed.
"""

import json
import sys
from collections.abc import Callable
from itertools import count

from app.adapters.clock import SystemClock
from app.adapters.stores.common.stores import Stores
from app.domain.catalogue.source_answers import Failed
from app.domain.errors import InvalidInput
from app.domain.ports.accounts import Account
from tests.builders import make_titles, movie, vector_rows
from tests.contract.conftest import open_place
from tests.contract.some_people import make_events, make_profile

BATCH = 10
SHARED = [movie(n) for n in range(1, 6)]


def tell(line: object) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def write_titles(stores: Stores, number: int, rounds: int) -> None:
    """Batches of new titles, without end where `rounds` is 0."""
    turn = 0
    while not rounds or turn < rounds:
        start = 1 + number * 1_000_000 + turn * BATCH
        stores.titles.upsert(make_titles(BATCH, start))
        tell(start)
        turn += 1


def write_vectors(stores: Stores, number: int, rounds: int) -> None:
    """New vectors, others for titles that every process writes, and a removal now and then."""
    turn = 0
    while not rounds or turn < rounds:
        start = 1000 + number * 1_000_000 + turn * BATCH
        ids = [movie(n) for n in range(start, start + BATCH)]
        seed = number * 1000 + turn
        stores.vectors.upsert("m", vector_rows([*ids, *SHARED], seed=seed))
        if turn % 3 == 2:
            stores.vectors.delete([ids[0], SHARED[turn % len(SHARED)]])
            ids = ids[1:]
        tell(json.dumps([title.tmdb_id for title in ids]))
        turn += 1


def take_lease(stores: Stores, number: int, _rounds: int) -> None:
    tell(stores.state.acquire("build", f"process {number}", 600))


def claim_jobs(stores: Stores, number: int, _rounds: int) -> None:
    while job := stores.jobs.claim(f"process {number}"):
        tell(job.id)


def submit_job(stores: Stores, _number: int, _rounds: int) -> None:
    tell(stores.jobs.submit("build", {"factory": "auto"}).id)


def note_failures(stores: Stores, number: int, rounds: int) -> None:
    """The same ids as every other process; tells what it was answered for the first of them."""
    for turn in range(rounds):
        failed = [Failed(title, f"process {number}, round {turn}") for title in SHARED]
        tell(stores.failures.note(failed)[SHARED[0]])


def put_events(stores: Stores, number: int, rounds: int) -> None:
    """Events of its own and some that every process puts; without end where `rounds` is 0."""
    turn = 0
    while not rounds or turn < rounds:
        start = 1000 + number * 1_000_000 + turn * BATCH
        events = [*make_events(BATCH, start), *make_events(BATCH, 1 + turn % 10)]
        tell(json.dumps([start, stores.ledger.put(make_profile().id, events).added]))
        turn += 1


def delete_profiles(stores: Stores, _number: int, _rounds: int) -> None:
    """Tells of each person, who has events and an account, just before it deletes them."""
    for turn in count(1):
        profile = make_profile(turn)
        stores.profiles.create(profile)
        stores.ledger.put(profile.id, make_events(1000))
        stores.accounts.put(profile.id, Account("trakt", b"sealed", "{}"))
        tell(profile.id)
        stores.profiles.delete(profile.id)


def take_names(stores: Stores, number: int, rounds: int) -> None:
    """Tells the names that it got."""
    for turn in range(rounds):
        profile = make_profile(number * 1000 + turn, name=f"name {turn}")
        try:
            stores.profiles.create(profile)
        except InvalidInput:
            continue
        tell(profile.name)


def put_accounts(stores: Stores, number: int, rounds: int) -> None:
    """Of one person at a provider of its own, and at one that every process writes."""
    for turn in range(rounds):
        for provider in (f"provider {number}.{turn}", "shared"):
            sealed = f"{number} {turn}".encode()
            stores.accounts.put(make_profile().id, Account(provider, sealed, "{}"))


WORK: dict[str, Callable[[Stores, int, int], None]] = {
    work.__name__: work
    for work in (
        *(write_titles, write_vectors, take_lease, claim_jobs, submit_job, note_failures),
        *(put_events, delete_profiles, take_names, put_accounts),
    )
}


def main(work: str, backend: str, where: str, database: str, number: str, rounds: str) -> None:
    creates = work == "write_titles"  # this one is also about making the store at the same moment
    stores = None if creates else open_place(backend, where, database, SystemClock())
    tell("ready")
    sys.stdin.readline()
    stores = stores or open_place(backend, where, database, SystemClock())
    WORK[work](stores, int(number), int(rounds))
    stores.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
