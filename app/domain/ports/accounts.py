"""Accounts at providers of histories: kept, sealed, asked."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from app.domain.people.ledger import Event


@dataclass(frozen=True, slots=True)
class Account:
    """A profile's account at a provider: `sealed` tokens, and `state` (JSON) of its syncs."""

    provider: str
    sealed: bytes
    state: str


class AccountStore(Protocol):
    """Linked accounts: one per profile and provider."""

    def put(self, profile_id: str, account: Account) -> None:
        """Set it, durable on return. Raises `NotFound` where there is no such profile."""
        ...

    def change(
        self, profile_id: str, provider: str, how: Callable[[Account | None], Account]
    ) -> None:
        """Set it to what `how` makes of what is there; durable on return. Raises `NotFound`.

        Nobody else's change comes between. `how` may be asked several times, and asks no store.
        """
        ...

    def get(self, profile_id: str, provider: str) -> Account | None:
        """The account, or None."""
        ...

    def delete(self, profile_id: str, provider: str) -> bool:
        """Forget it; False where there was none."""
        ...

    def linked(self, provider: str) -> list[str]:
        """Ids of the profiles that have one, ascending."""
        ...


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a provider gave for an account; `expires_at` in Unix seconds, as the provider told."""

    access: str
    refresh: str
    expires_at: float

    def __repr__(self) -> str:
        return "Tokens(…)"


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """A code to be typed in at `address` within `expires_in` seconds.

    `device` is asked about every `interval` seconds.
    """

    code: str
    address: str
    device: str
    interval: float
    expires_in: float

    def __repr__(self) -> str:
        return f"DeviceCode({self.address}, …)"


class Seal(Protocol):
    """Keeps secrets unreadable at rest, by a key of the installation."""

    def sealed(self, secret: bytes) -> bytes:
        """The secret, sealed."""
        ...

    def opened(self, sealed: bytes) -> bytes:
        """The secret. Raises `ConnectAgain` where it was sealed with another key, or damaged."""
        ...


class HistorySource(Protocol):
    """Trakt: who may see an account, and what is in it.

    Raises `NotConfigured` where client id or secret are missing or refused, `ConnectAgain` where
    the tokens are no good any more, `AccountLimited` where the account itself doesn't allow it
    (never retried), `UpstreamUnavailable` where the provider is dead or answers nonsense. Every
    page is read, or an error raised: never a part as if it were all.
    """

    def sign_in_address(self, state: str) -> str:
        """Where a browser is sent to sign in."""
        ...

    def exchange(self, code: str) -> Tokens:
        """The tokens for a code that came with the callback. Raises `InvalidInput`."""
        ...

    def device_code(self) -> DeviceCode:
        """Begin signing in without a browser."""
        ...

    def device_tokens(self, device: str) -> Tokens | None:
        """The tokens once the person has typed the code in, None while they haven't.

        Raises `SlowDown` where it was asked too soon, `InvalidInput` where the code expired, was
        denied, used or never given.
        """
        ...

    def refresh(self, tokens: Tokens) -> Tokens:
        """A new pair; the old one is worth nothing from then on."""
        ...

    def revoke(self, tokens: Tokens) -> None:
        """Sign out at the provider; tokens that it doesn't know are no error."""
        ...

    def account_id(self, tokens: Tokens) -> str:
        """Whose account it is, by an id that stays where they change their name."""
        ...

    def activities(self, tokens: Tokens) -> Mapping[str, str]:
        """When each part of the account last changed: ``movies.watched_at`` to an ISO time."""
        ...

    def history(self, tokens: Tokens, since: str | None) -> Iterator[list[Event]]:
        """Plays of films and episodes, a page at a time; since an ISO time, or all of them."""
        ...

    def history_count(self, tokens: Tokens) -> int:
        """How many plays the account has; tells of removals, which no date does."""
        ...

    def ratings(self, tokens: Tokens) -> Iterator[list[Event]]:
        """All present ratings of films and series, a page at a time."""
        ...

    def watchlist(self, tokens: Tokens) -> Iterator[list[Event]]:
        """All films and series put on the watchlist, a page at a time."""
        ...

    def favorites(self, tokens: Tokens) -> Iterator[list[Event]]:
        """All films and series marked as favourites, a page at a time, as `LOVED`."""
        ...

    def close(self) -> None:
        """Give up all that is under way, pauses too: it ends with `Cancelled`, as later calls."""
        ...
