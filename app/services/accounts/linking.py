"""A person's account at a provider: linked, its tokens kept good, and unlinked again."""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from typing import Final

from app.domain.errors import ConnectAgain, WatcherError
from app.domain.ports.accounts import Account, AccountStore, HistorySource, Seal, Tokens
from app.domain.ports.work import Clock, Processes, StateStore
from app.services.leases import held
from app.services.people.profiles import People

TRAKT: Final = "trakt"

_REFRESH_BEFORE: Final = 3600.0
"""Seconds before the tokens expire from which they are renewed."""

_WHOSE: Final = "trakt user"
"""Provider under which it is kept whose account was synced last: that outlives a sign-out."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TraktConnection:
    """How a linked account stands; `problem` is a sentence, empty where there is none."""

    synced_at: float
    problem: str


@dataclass(frozen=True, slots=True)
class SeenBefore:
    """When each part of an account had last changed as it was synced last, and what was wrong.

    `synced_at` is in Unix seconds, 0 for never.
    """

    activities: Mapping[str, str] = field(default_factory=dict)
    synced_at: float = 0.0
    problem: str = ""

    def moved(self, activities: Mapping[str, str], parts: Sequence[str]) -> bool:
        """Whether one of the parts changed since, or was never looked at."""
        if not self.synced_at:
            return True
        return any(self.activities.get(part) != activities.get(part) for part in parts)


@dataclass(frozen=True, slots=True)
class Linking:
    """Links accounts of one provider, and keeps what is needed to ask it."""

    source: HistorySource
    accounts: AccountStore
    state: StateStore
    processes: Processes
    seal: Seal
    clock: Clock

    def link(self, profile_id: str, tokens: Tokens) -> None:
        """Keep the tokens of a person who signed in. Raises `NotFound`.

        What is known of former syncs is forgotten: it may be another account now.
        """
        self.connect(profile_id, lambda: tokens)

    def connect(self, profile_id: str, obtain: Callable[[], Tokens | None]) -> bool:
        """As `link`, with tokens that are obtained once nobody else is at the account.

        A code is good once: it must not be spent while a sync that is running refuses the link.
        False where there were no tokens yet.
        """
        with self.held(profile_id):
            tokens = obtain()
            if tokens is not None:
                self.accounts.put(profile_id, Account(TRAKT, self._sealed(tokens), "{}"))
            return tokens is not None

    def unlink(self, profile_id: str) -> bool:
        """Sign out, at the provider as well; False where there was no account.

        What was brought in stays in the ledger. The account is forgotten even where the provider
        can't be told, whose error is raised then.
        """
        with self.held(profile_id):
            account = self.account(profile_id)
            if account is None:
                return False
            try:
                with suppress(ConnectAgain):  # the tokens are worth nothing already
                    self.source.revoke(self._opened(account))
            finally:
                self.accounts.delete(profile_id, TRAKT)
            return True

    def connection(self, profile_id: str) -> TraktConnection | None:
        """How the account stands; None where there is none."""
        account = self.account(profile_id)
        if account is None:
            return None
        before = seen_before(account)
        try:
            self._opened(account)
        except ConnectAgain as error:  # of another key than before; perhaps no sync noted it yet
            return TraktConnection(before.synced_at, error.detail)
        return TraktConnection(before.synced_at, before.problem)

    def held(self, profile_id: str) -> AbstractContextManager[object]:
        """Refresh tokens are good for one use: two processes must not refresh at once."""
        return held(self.state, f"{TRAKT}:{profile_id}", self.processes)

    def account(self, profile_id: str) -> Account | None:
        """The linked account, or None."""
        return self.accounts.get(profile_id, TRAKT)

    def fresh(self, profile_id: str, account: Account) -> Tokens:
        """Tokens that are good for a while; a new pair is stored before it is used."""
        tokens = self._opened(account)
        if tokens.expires_at - self.clock.now() > _REFRESH_BEFORE:
            return tokens
        fresh = self.source.refresh(tokens)
        self.accounts.put(profile_id, replace(account, sealed=self._sealed(fresh)))
        return fresh

    def note(self, profile_id: str, seen: SeenBefore) -> None:
        """Keep how the account stands now; nothing where it was unlinked meanwhile."""
        account = self.account(profile_id)
        if account is not None:
            told = {"activities": dict(seen.activities), "synced_at": seen.synced_at}
            if seen.problem:
                told["problem"] = seen.problem
            self.accounts.put(profile_id, replace(account, state=json.dumps(told)))

    def is_known(self, profile_id: str, whose: str) -> bool:
        """Whether the person's entries are of this account: the one of `now_of`."""
        kept = self.accounts.get(profile_id, _WHOSE)
        return kept is not None and kept.state == json.dumps(whose)

    def now_of(self, profile_id: str, whose: str) -> None:
        """Keep whose account the person's entries are of from now on."""
        self.accounts.put(profile_id, Account(_WHOSE, b"", json.dumps(whose)))

    def _sealed(self, tokens: Tokens) -> bytes:
        told = {"access": tokens.access, "refresh": tokens.refresh, "until": tokens.expires_at}
        return self.seal.sealed(json.dumps(told).encode())

    def _opened(self, account: Account) -> Tokens:
        told = json.loads(self.seal.opened(account.sealed))
        return Tokens(told["access"], told["refresh"], told["until"])


def seen_before(account: Account) -> SeenBefore:
    """What stood when it was synced last; unreadable counts as never: that only costs a read."""
    try:
        told = json.loads(account.state)
        activities = {str(name): str(at) for name, at in told.get("activities", {}).items()}
        synced_at = float(told.get("synced_at", 0.0))
        return SeenBefore(activities, synced_at, str(told.get("problem", "")))
    except (ValueError, TypeError, AttributeError):
        return SeenBefore()


def forget(
    people: People, accounts: AccountStore, linking: Callable[[], Linking], profile_id: str
) -> None:
    """Delete a person with all their data, and sign them out. Raises `NotFound`.

    That the provider can't be told must not keep anybody's data here: it is logged, with what the
    person can do. `linking` is made only where an account is linked.
    """
    if accounts.get(profile_id, TRAKT) is not None:
        try:
            linking().unlink(profile_id)
        except WatcherError as error:
            _log.warning(
                "Trakt could not be told that profile %s is deleted here: %s. Who it was can end "
                "the access at Trakt, in the settings under connected apps",
                profile_id,
                error.detail.rstrip("."),
            )
    people.delete(profile_id)
