"""Bring a person's history from a provider into the ledger; nothing is lost, nothing doubled."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from app.domain.errors import ConnectAgain, NotFound
from app.domain.ledger import Event, EventKind
from app.domain.people_ports import (
    Account,
    AccountStore,
    HistorySource,
    Ledger,
    Seal,
    Tokens,
)
from app.domain.ports import Clock, Processes, StateStore
from app.domain.progress import Progress, Report
from app.services.leases import held

TRAKT: Final = "trakt"

_REFRESH_BEFORE: Final = 3600.0
"""Seconds before the tokens expire from which they are renewed."""

_OVERLAP: Final = 86_400
"""Seconds before the newest known play from which plays are asked for."""

_SETTLED: Final = 300.0
"""Seconds after which a change has a time of its own, clocks that differ a little included."""

_HISTORY: Final = ("movies.watched_at", "episodes.watched_at")
_LISTS: Final = {
    EventKind.RATED: ("movies.rated_at", "shows.rated_at"),
    EventKind.WATCHLISTED: (
        "watchlist.updated_at",
        "movies.watchlisted_at",
        "shows.watchlisted_at",
    ),
    EventKind.LOVED: ("favorites.updated_at", "movies.favorited_at", "shows.favorited_at"),
}


@dataclass(slots=True)
class HistoryReport:
    """What a sync did: entries that are new, that changed, that the provider has no more."""

    profile: str
    added: int = 0
    replaced: int = 0
    removed: int = 0

    def __str__(self) -> str:
        if not (self.added or self.replaced or self.removed):
            return f"{self.profile}: nothing changed at Trakt"
        return f"{self.profile}: {self.added} new, {self.replaced} changed, {self.removed} removed"


@dataclass(frozen=True, slots=True)
class Connection:
    """How a linked account stands; `problem` is a sentence, empty where there is none."""

    synced_at: float
    problem: str


@dataclass(frozen=True, slots=True)
class _Before:
    """When each part of an account had last changed as it was synced last."""

    activities: Mapping[str, str] = field(default_factory=dict)
    synced_at: float = 0.0

    def moved(self, activities: Mapping[str, str], parts: Sequence[str]) -> bool:
        """Whether one of the parts changed since, or was never looked at."""
        if not self.synced_at:
            return True
        return any(self.activities.get(part) != activities.get(part) for part in parts)


@dataclass(frozen=True, slots=True)
class HistorySync:
    """Syncs accounts of one provider."""

    source: HistorySource
    ledger: Ledger
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
        with self._held(profile_id):
            tokens = obtain()
            if tokens is not None:
                self.accounts.put(profile_id, Account(TRAKT, self._sealed(tokens), "{}"))
            return tokens is not None

    def unlink(self, profile_id: str) -> bool:
        """Sign out, at the provider as well; False where there was no account.

        What was brought in stays in the ledger. The account is forgotten even where the provider
        can't be told, whose error is raised then.
        """
        with self._held(profile_id):
            account = self.accounts.get(profile_id, TRAKT)
            if account is None:
                return False
            try:
                with suppress(ConnectAgain):  # the tokens are worth nothing already
                    self.source.revoke(self._opened(account))
            finally:
                self.accounts.delete(profile_id, TRAKT)
            return True

    def sync(self, profile_id: str, report: Report) -> HistoryReport:
        """Bring in what changed at the provider since the last time, removals too.

        Raises `NotFound` where no account is linked, `ConnectAgain`, and what `HistorySource` and
        the stores raise; what was brought in until then stays, and the next sync repeats the rest.
        """
        with self._held(profile_id):
            account = self.accounts.get(profile_id, TRAKT)
            if account is None:
                raise NotFound("No Trakt account is connected to this profile: connect one first.")
            try:
                return self._synced(profile_id, account, report)
            except ConnectAgain as error:
                self._note_problem(profile_id, error.detail)
                raise

    def _synced(self, profile_id: str, account: Account, report: Report) -> HistoryReport:
        tokens = self._fresh(profile_id, account)
        before = _seen_before(account)
        # Asked first: what changes while the parts are read is read again the next time.
        asked_at = self.clock.now()
        activities = dict(self.source.activities(tokens))
        done = HistoryReport(profile_id)
        known = self._known(profile_id)
        if self._history_moved(tokens, before, activities, known):
            self._take_history(profile_id, tokens, known, done, report)
        for kind, parts in _LISTS.items():
            if before.moved(activities, parts):
                self._take_list(profile_id, tokens, kind, known, done, report)
        settled = _settled(activities, asked_at)
        after = {"activities": settled, "synced_at": self.clock.now()}
        latest = self.accounts.get(profile_id, TRAKT) or account
        self.accounts.put(profile_id, Account(TRAKT, latest.sealed, json.dumps(after)))
        return done

    def _note_problem(self, profile_id: str, problem: str) -> None:
        """Keep why the account must be connected again, for people to see."""
        account = self.accounts.get(profile_id, TRAKT)
        if account is not None:
            before = _seen_before(account)
            told = {"activities": dict(before.activities), "synced_at": before.synced_at}
            state = json.dumps(told | {"problem": problem})
            self.accounts.put(profile_id, replace(account, state=state))

    def connection(self, profile_id: str) -> Connection | None:
        """How the account stands; None where there is none."""
        account = self.accounts.get(profile_id, TRAKT)
        if account is None:
            return None
        try:
            told = json.loads(account.state)
            found = Connection(float(told.get("synced_at", 0.0)), str(told.get("problem", "")))
        except (ValueError, TypeError, AttributeError):
            found = Connection(0.0, "")
        try:
            self._opened(account)
        except ConnectAgain as error:  # of another key than before; perhaps no sync noted it yet
            return replace(found, problem=error.detail)
        return found

    def _history_moved(
        self,
        tokens: Tokens,
        before: _Before,
        activities: Mapping[str, str],
        known: Mapping[str, Event],
    ) -> bool:
        """Whether plays came or went; that some were removed stands in no date."""
        if before.moved(activities, _HISTORY):
            return True
        return self.source.history_count(tokens) != len(_plays(known))

    def _take_history(
        self,
        profile_id: str,
        tokens: Tokens,
        known: Mapping[str, Event],
        done: HistoryReport,
        report: Report,
    ) -> None:
        """The newest plays; all of them where those don't explain what changed."""
        plays = set(_plays(known))
        before = done.added + done.replaced
        latest = max((known[key].at for key in plays), default=0)
        if latest:
            since = datetime.fromtimestamp(max(latest - _OVERLAP, 0), UTC)
            pages = self.source.history(tokens, since.strftime("%Y-%m-%dT%H:%M:%S.000Z"))
            plays |= self._put(profile_id, pages, done, report)
            # Where nothing new came, it was an older play that changed: another date, perhaps.
            news = done.added + done.replaced > before
            if news and self.source.history_count(tokens) == len(plays):
                return
        found = self._put(profile_id, self.source.history(tokens, None), done, report)
        # Only now, when every page was read: a missing page must not look like a removal.
        done.removed += self.ledger.remove(profile_id, plays - found)

    def _take_list(
        self,
        profile_id: str,
        tokens: Tokens,
        kind: EventKind,
        known: Mapping[str, Event],
        done: HistoryReport,
        report: Report,
    ) -> None:
        """A list as it is now: what stands in it no more is taken out."""
        pages = {
            EventKind.RATED: self.source.ratings,
            EventKind.WATCHLISTED: self.source.watchlist,
            EventKind.LOVED: self.source.favorites,
        }[kind](tokens)
        found = self._put(profile_id, pages, done, report)
        listed = {key for key, event in known.items() if event.kind is kind}
        done.removed += self.ledger.remove(profile_id, listed - found)

    def _put(
        self,
        profile_id: str,
        pages: Iterator[list[Event]],
        done: HistoryReport,
        report: Report,
    ) -> set[str]:
        """Put each page as it comes; returns the keys of all of them."""
        keys: set[str] = set()
        for page in pages:
            changed = self.ledger.put(profile_id, page)
            done.added += changed.added
            done.replaced += changed.replaced
            keys |= {event.key for event in page}
            report(Progress(len(keys), None, str(done)))
        return keys

    def _known(self, profile_id: str) -> dict[str, Event]:
        """What the provider told so far, by key."""
        return {e.key: e for e in self.ledger.events(profile_id) if e.source == TRAKT}

    def _fresh(self, profile_id: str, account: Account) -> Tokens:
        """Tokens that are good for a while; a new pair is stored before it is used."""
        tokens = self._opened(account)
        if tokens.expires_at - self.clock.now() > _REFRESH_BEFORE:
            return tokens
        fresh = self.source.refresh(tokens)
        self.accounts.put(profile_id, Account(TRAKT, self._sealed(fresh), account.state))
        return fresh

    def _held(self, profile_id: str) -> AbstractContextManager[object]:
        """Refresh tokens are good for one use: two processes must not refresh at once."""
        return held(self.state, f"{TRAKT}:{profile_id}", self.processes)

    def _sealed(self, tokens: Tokens) -> bytes:
        told = {"access": tokens.access, "refresh": tokens.refresh, "until": tokens.expires_at}
        return self.seal.sealed(json.dumps(told).encode())

    def _opened(self, account: Account) -> Tokens:
        told = json.loads(self.seal.opened(account.sealed))
        return Tokens(told["access"], told["refresh"], told["until"])


def _plays(known: Mapping[str, Event]) -> list[str]:
    return [key for key, event in known.items() if event.kind is EventKind.WATCHED]


def _settled(activities: Mapping[str, str], now: float) -> dict[str, str]:
    """Without the times that are only just past: providers tell whole seconds.

    A change in the same second, after its list was read, would never be seen; a list whose time
    isn't kept here is read again the next time. Plays are counted besides.
    """
    return {
        part: told
        for part, told in activities.items()
        if part in _HISTORY or _age(told, now) > _SETTLED
    }


def _age(told: str, now: float) -> float:
    try:
        return now - datetime.fromisoformat(told).timestamp()
    except ValueError:
        return float("inf")


def _seen_before(account: Account) -> _Before:
    """What stood when it was synced last; unreadable counts as never: that only costs a read."""
    try:
        told = json.loads(account.state)
        activities = {str(name): str(at) for name, at in told["activities"].items()}
        return _Before(activities, float(told["synced_at"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return _Before()
