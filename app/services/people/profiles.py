"""The people of the household: made, renamed, deleted; their tokens; their data in one file."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from app.domain.catalogue.titles import MediaKind
from app.domain.errors import InvalidInput, NotFound
from app.domain.people.ledger import About, Event, EventKind, Profile
from app.domain.ports.people import Changed, Ledger, ProfileStore
from app.domain.ports.work import Clock

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
    clock: Clock

    def make(self, name: str) -> tuple[Profile, str]:
        """Add a person; returns the profile and its token, which is told only this once.

        Raises `InvalidInput` where the name is empty, too long, or taken.
        """
        if len(self.profiles.all()) >= MOST_PROFILES:
            raise InvalidInput(f"There are {MOST_PROFILES} profiles already: delete one first.")
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        profile = Profile(
            id=secrets.token_hex(_ID_BYTES),
            name=checked_name(name),
            created_at=self.clock.now(),
            token_hash=hash_of(token),
        )
        self.profiles.create(profile)
        return profile, token

    def rename(self, profile_id: str, name: str) -> Profile:
        """Give another name. Raises `NotFound`, `InvalidInput`."""
        return self.profiles.rename(profile_id, checked_name(name))

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
            return self.make(ALONE)[0]
        except InvalidInput:  # another request made it at the same moment
            return self.profiles.all()[0]

    def of_token(self, token: str) -> Profile | None:
        """Whose token it is; compared in constant time."""
        given = hash_of(token)
        found = None
        for profile in self.profiles.all():
            if hmac.compare_digest(profile.token_hash, given):
                found = profile
        return found

    def export(self, profile_id: str) -> dict[str, Any]:
        """Everything of a profile but token and accounts, as JSON takes it. Raises `NotFound`."""
        profile = self.of(profile_id)
        return {
            "watcher_profile": FORMAT,
            "name": profile.name,
            "events": [asdict(event) for event in self.ledger.events(profile_id)],
        }

    def bring_in(self, profile_id: str, told: Mapping[str, Any]) -> Changed:
        """Put an export's events into a profile; all of them or none. Raises `InvalidInput`."""
        if told.get("watcher_profile") != FORMAT or not isinstance(told.get("events"), list):
            raise InvalidInput("This is no profile that watcher exported.")
        return self.ledger.put(profile_id, events_of(told["events"]))


def hash_of(token: str) -> str:
    """SHA-256 in hex: enough for a token of 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


def checked_name(name: str) -> str:
    """The name without blanks around it. Raises `InvalidInput`."""
    bare = " ".join(name.split())
    if not bare or len(bare) > LONGEST_NAME or not bare.isprintable():
        raise InvalidInput(f"name: 1 to {LONGEST_NAME} letters that can be shown.")
    return bare


def events_of(told: Sequence[object]) -> list[Event]:
    """Events from JSON. Raises `InvalidInput` naming the first that is none."""
    found = []
    for place, one in enumerate(told):
        try:
            found.append(_event(one))
        except (TypeError, ValueError, KeyError, AttributeError):
            raise InvalidInput(f"events.{place}: this is no event of a ledger.") from None
    return found


def _event(told: Any) -> Event:  # noqa: ANN401 -- whatever the file holds
    about = told["about"]
    event = Event(
        **{
            **told,
            "kind": EventKind(told["kind"]),
            "about": About(**{**about, "kind": MediaKind(about["kind"])}),
        }
    )
    check_event(event)
    return event


def check_event(event: Event) -> None:
    """Raise `ValueError` where a value isn't what `Event` says."""
    about = event.about
    numbers = (event.rating, event.season, event.episode, about.tmdb_id, about.tvdb_id, about.year)
    texts = (event.key, event.source, about.imdb_id, about.name)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("a text is none")
    if not all(one is None or type(one) is int for one in (*numbers, event.at, event.plays)):
        raise ValueError("a number is none")
    if not event.key or event.at < 0 or event.plays < 1:
        raise ValueError("out of range")
    if event.rating is not None and not 1 <= event.rating <= 10:  # noqa: PLR2004 -- the scale
        raise ValueError("a rating is 1 to 10")
    if about.tmdb_id is None and about.tvdb_id is None and not (about.imdb_id or about.name):
        raise ValueError("about nothing")
