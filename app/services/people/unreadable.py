"""Entries of histories that can't be read: left out of everything, and told to the operator."""

import threading
from dataclasses import dataclass

from app.domain.errors import NotFound
from app.domain.people.ledger import Profile
from app.domain.ports.people import Ledger, ProfileStore


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Whose history has how many entries that can't be read."""

    profile: Profile
    entries: int


class UnreadableEntries:
    """Counts them. A ledger is counted again once it has changed."""

    def __init__(self, profiles: ProfileStore, ledger: Ledger) -> None:
        self._profiles = profiles
        self._ledger = ledger
        self._counted: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def of_everybody(self) -> list[Unreadable]:
        """Everybody who has any, the oldest profile first."""
        found = []
        with self._lock:
            people = self._profiles.all()
            before, self._counted = self._counted, {}
            for profile in people:
                try:
                    counted = self._count(profile.id, before.get(profile.id))
                except NotFound:  # deleted meanwhile
                    continue
                self._counted[profile.id] = counted
                if counted[1]:
                    found.append(Unreadable(profile, counted[1]))
        return found

    def _count(self, profile_id: str, before: tuple[int, int] | None) -> tuple[int, int]:
        """The ledger's version, and how many there were."""
        version = self._ledger.version(profile_id)
        if before is not None and before[0] == version:
            return before
        return version, self._ledger.read(profile_id).unreadable
