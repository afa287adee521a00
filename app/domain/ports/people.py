"""Where the people of the household and their ledgers are kept."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.people.ledger import Event, Profile


class ProfileStore(Protocol):
    """The people of the household."""

    def create(self, profile: Profile, most: int | None = None) -> None:
        """Add one. Raises `InvalidInput` where the name (without case) or the id is taken.

        Or where there are `most` already, however many are added at once.
        """
        ...

    def rename(self, profile_id: str, name: str, *, may_share: bool = False) -> Profile:
        """Give another name. Raises `NotFound`, `InvalidInput` where the name is taken.

        With `may_share` a name is never taken: two people may have the same then.
        """
        ...

    def set_token(self, profile_id: str, token_hash: str) -> Profile:
        """Replace the token's hash. Raises `NotFound`."""
        ...

    def delete(self, profile_id: str) -> bool:
        """Remove the person with all their events and accounts; False where there was none.

        Whole: after a crash either all of it is there or the next `delete` completes it, and no
        event of a profile that isn't there is ever returned.
        """
        ...

    def get(self, profile_id: str) -> Profile | None:
        """The profile, or None."""
        ...

    def all(self) -> list[Profile]:
        """Everybody, the oldest first, ties by id."""
        ...


@dataclass(frozen=True, slots=True)
class Changed:
    """What a call on the ledger did: events that were new, and those that replaced another."""

    added: int
    replaced: int


@dataclass(frozen=True, slots=True)
class LedgerRead:
    """`events` by ascending (`at`, `key`), and how many entries can't be read.

    Such entries are of another version, or damaged. They stay until the profile is deleted.
    """

    events: list[Event]
    unreadable: int


class Ledger(Protocol):
    """The events of each profile, by their keys."""

    def put(self, profile_id: str, events: Sequence[Event]) -> Changed:
        """Insert or replace by key, all of them or none; an equal event changes nothing.

        The last of equal keys wins. Raises `NotFound` where there is no such profile. Where the
        store has no transactions (a single MongoDB server), a call that raises `StoreUnavailable`
        may have put some; repeating it completes it. Raises `InvalidInput` for an event with a
        value that none may have (`bounds.fault_of`), or that would not come back.
        """
        ...

    def remove(self, profile_id: str, keys: Collection[str]) -> int:
        """Take events out; returns how many there were. Unknown keys are no error."""
        ...

    def change(self, profile_id: str, put: Sequence[Event], remove: Collection[str]) -> list[Event]:
        """`put` and `remove` as one; returns what stood under any of these keys before, in order.

        What is both put and removed is put. No other `change` or `replace` comes between. Raises as
        `put`.
        """
        ...

    def replace(self, profile_id: str, pairs: Sequence[tuple[Event, Event]]) -> list[Event]:
        """Put the second of each pair, of the same key, where the first still stands as it is.

        Returns the first ones of those that were replaced: what was changed or taken out meanwhile
        stays so. No other `change` or `replace` comes between. Raises as `put`.
        """
        ...

    def events(self, profile_id: str) -> list[Event]:
        """All of a profile's events by ascending (`at`, `key`). Raises `NotFound`.

        Without those that can't be read: see `read`. Raises `Damaged` where these are most of them.
        """
        ...

    def read(self, profile_id: str) -> LedgerRead:
        """The same, and how many others are kept. Raises `NotFound`."""
        ...

    def version(self, profile_id: str) -> int:
        """A number that grows with each change of a profile's events. Raises `NotFound`.

        Read before `events`, it tells whether what was read then is still true.
        """
        ...


class ProfileFiles(Protocol):
    """All of a person as one file of JSON, for here or elsewhere; it may be large."""

    def written(
        self, version: int, name: str, events: Iterable[Event], left_out: int
    ) -> Iterator[bytes]:
        """The file in parts. `left_out` counts entries that couldn't be read, and aren't in it."""
        ...

    def read(self, file: bytes) -> tuple[object, Iterator[object]]:
        """What it says of its version, and what stands where its events are, one at a time.

        Raises `InvalidInput` where it is no JSON object with a list of events.
        """
        ...
