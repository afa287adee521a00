"""Where the people of the household and their ledgers are kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.domain.people.ledger import Event, Profile


class ProfileStore(Protocol):
    """The people of the household."""

    def create(self, profile: Profile) -> None:
        """Add one. Raises `InvalidInput` where the name (without case) or the id is taken."""
        ...

    def rename(self, profile_id: str, name: str) -> Profile:
        """Give another name. Raises `NotFound`, `InvalidInput` where the name is taken."""
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


class Ledger(Protocol):
    """The events of each profile, by their keys."""

    def put(self, profile_id: str, events: Sequence[Event]) -> Changed:
        """Insert or replace by key, all of them or none; an equal event changes nothing.

        The last of equal keys wins. Raises `NotFound` where there is no such profile. Where the
        store has no transactions (a single MongoDB server), a call that raises `StoreUnavailable`
        may have put some; repeating it completes it.
        """
        ...

    def remove(self, profile_id: str, keys: Collection[str]) -> int:
        """Take events out; returns how many there were. Unknown keys are no error."""
        ...

    def events(self, profile_id: str) -> list[Event]:
        """All of a profile's events by ascending (`at`, `key`). Raises `NotFound`."""
        ...

    def version(self, profile_id: str) -> int:
        """A number that grows with each change of a profile's events. Raises `NotFound`.

        Read before `events`, it tells whether what was read then is still true.
        """
        ...
