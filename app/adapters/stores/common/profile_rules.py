"""What holds for the people of every store."""

import secrets
import unicodedata
from math import isfinite

from app.domain.errors import InvalidInput, NotFound
from app.domain.people.ledger import Profile

_VERSION_BITS = 48


def name_key(name: str) -> str:
    """The name without case: equal for names that people take for the same."""
    return unicodedata.normalize("NFC", name.casefold())


def shared_key(key: str, profile_id: str) -> str:
    """The key of somebody who shares a name with others: what is unique in the store stays so."""
    return f"{key}\n{profile_id}"


def checked_profile(profile: Profile) -> Profile:
    """The profile; raises `InvalidInput` for a time that is none."""
    if not isfinite(profile.created_at):
        raise InvalidInput("A profile's time of creation must be a finite number")
    return profile


def first_version() -> int:
    """The version of a ledger that begins.

    By chance, so that what was read of a deleted profile is never taken for that of a new one
    that was given the same id.
    """
    return secrets.randbits(_VERSION_BITS)


def name_taken(name: str) -> InvalidInput:
    """Another profile is called this."""
    return InvalidInput(f"name: there is a profile called {name!r} already, choose another name")


def too_many(most: int) -> InvalidInput:
    """There is no room for another profile."""
    return InvalidInput(f"There are {most} profiles already: delete one first.")


def id_taken(profile_id: str) -> InvalidInput:
    """Another profile has this id."""
    return InvalidInput(f"id: there is a profile {profile_id!r} already")


def no_profile(profile_id: str) -> NotFound:
    """Nobody has this id."""
    return NotFound(f"There is no profile {profile_id!r}")
