"""The people of the household: made, renamed, deleted; their tokens; their data in one file."""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from app.domain.errors import InvalidInput, NotFound
from app.domain.people.ledger import Profile
from app.domain.ports.people import Changed, Ledger, ProfileFiles, ProfileStore
from app.domain.ports.work import Clock
from app.services.people.told_events import events_of

FORMAT: Final = 1
LONGEST_NAME: Final = 60
MOST_PROFILES: Final = 100
ALONE: Final = "Me"
"""Name of the profile of a person alone, made when it is first needed."""

_ID_BYTES: Final = 8
_TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class People:
    """The verbs on profiles."""

    profiles: ProfileStore
    ledger: Ledger
    files: ProfileFiles
    clock: Clock

    def make(self, name: str, *, most: int = MOST_PROFILES) -> tuple[Profile, str]:
        """Add a person; returns the profile and its token, which is told only this once.

        Raises `InvalidInput` where the name is empty, too long, or taken, or there are `most`.
        """
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        profile = Profile(
            id=secrets.token_hex(_ID_BYTES),
            name=checked_name(name),
            created_at=self.clock.now(),
            token_hash=hash_of(token),
        )
        self.profiles.create(profile, most)
        return profile, token

    def rename(self, profile_id: str, name: str, *, may_share: bool = False) -> Profile:
        """Give another name. Raises `NotFound`, `InvalidInput`.

        `may_share`: also one that somebody else has, for who may not see the others must not learn
        their names by being refused.
        """
        return self.profiles.rename(profile_id, checked_name(name), may_share=may_share)

    def renew_token(self, profile_id: str) -> tuple[Profile, str]:
        """Give a new token; the former one is worth nothing from then on. Raises `NotFound`."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        return self.profiles.set_token(profile_id, hash_of(token)), token

    def delete(self, profile_id: str) -> None:
        """Remove the person with everything that is theirs. Raises `NotFound`."""
        if not self.profiles.delete(profile_id):
            raise NotFound("There is no such profile.")

    def of(self, profile_id: str | None) -> Profile:
        """The profile; without an id that of a person alone, made where there is none yet.

        Raises `NotFound`; `InvalidInput` where there are several and none was named.
        """
        if profile_id is not None:
            found = self.profiles.get(profile_id)
            if found is None:
                raise NotFound("There is no such profile.")
            return found
        everybody = self.profiles.all()
        if len(everybody) > 1:
            raise InvalidInput("profile: there are several people, say whose it is.")
        if everybody:
            return everybody[0]
        try:
            return self.make(ALONE, most=1)[0]
        except InvalidInput:  # another request made it, or somebody else, at the same moment
            return self.of(None)

    def of_token(self, token: str) -> Profile | None:
        """Whose token it is; compared in constant time."""
        given = hash_of(token)
        found = None
        for profile in self.profiles.all():
            if hmac.compare_digest(profile.token_hash, given):
                found = profile
        return found

    def export(self, profile_id: str) -> Iterator[bytes]:
        """Everything of a profile but token and accounts, as a JSON text in parts.

        What can't be read is told by its number alone (`left_out`). Raises `NotFound`.
        """
        profile = self.of(profile_id)
        read = self.ledger.read(profile.id)
        return self.files.written(FORMAT, profile.name, read.events, read.unreadable)

    def bring_in(self, profile_id: str, file: bytes) -> Changed:
        """Put an export's events into a profile; all of them or none. Raises `InvalidInput`."""
        told_format, told = self.files.read(file)
        if told_format != FORMAT:
            raise InvalidInput("This is no profile that watcher exported.")
        return self.ledger.put(profile_id, events_of(told, self.clock.now()))


def hash_of(token: str) -> str:
    """SHA-256 in hex: enough for a token of 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def checked_name(name: str) -> str:
    """The name without blanks around it. Raises `InvalidInput`."""
    bare = " ".join(name.split())
    if not bare or len(bare) > LONGEST_NAME or not bare.isprintable():
        raise InvalidInput(f"name: 1 to {LONGEST_NAME} letters that can be shown.")
    return bare
