"""Bring a person's history from a provider into the ledger; nothing is lost, nothing doubled."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from app.domain.errors import (
    AccountLimited,
    ConnectAgain,
    LeaseHeld,
    NotFound,
    UpstreamUnavailable,
    WatcherError,
)
from app.domain.people.ledger import Event, EventKind
from app.domain.ports.accounts import HistorySource, Tokens
from app.domain.ports.people import Ledger
from app.domain.ports.work import Clock
from app.domain.progress import Progress, Report
from app.services.accounts.linking import TRAKT, Linking, SeenBefore, seen_before

FORMER: Final = "trakt-former"
"""Source of what an account told that was connected before another: no sync takes it out."""

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

_log = logging.getLogger(__name__)


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
class HistorySync:
    """Syncs accounts of one provider."""

    source: HistorySource
    ledger: Ledger
    linking: Linking
    clock: Clock

    def sync(self, profile_id: str, report: Report) -> HistoryReport:
        """Bring in what changed at the provider since the last time, removals too.

        Raises `NotFound` where no account is linked, `ConnectAgain`, and what `HistorySource` and
        the stores raise; what was brought in until then stays, and the next sync repeats the rest.
        """
        with self.linking.held(profile_id):
            account = self.linking.account(profile_id)
            if account is None:
                raise NotFound("No Trakt account is connected to this profile: connect one first.")
            before = seen_before(account)
            try:
                tokens = self.linking.fresh(profile_id, account)
                return self._synced(profile_id, tokens, before, report)
            except ConnectAgain as error:
                self.linking.note(profile_id, replace(before, problem=error.detail))
                raise

    def sync_all(self, report: Report, only: str | None = None) -> str:
        """As `sync`, for everybody who linked an account, or one of them; says what came of it.

        One's trouble isn't the others'. Raises what failed where nobody was synced, and
        `UpstreamUnavailable` where the provider can't be reached for somebody: worth another try
        soon, whoever else was synced.
        """
        done: list[str] = []
        failed: list[WatcherError] = []
        for profile_id in self.linking.accounts.linked(TRAKT):
            if only not in (None, profile_id):
                continue
            try:
                done.append(str(self.sync(profile_id, report)))
            except NotFound:  # disconnected or deleted since
                continue
            except (ConnectAgain, AccountLimited, LeaseHeld, UpstreamUnavailable) as error:
                failed.append(type(error)(f"{profile_id}: {error.detail}"))
        sentence = "; ".join([*done, *(error.detail for error in failed)])
        unreached = [error for error in failed if isinstance(error, UpstreamUnavailable)]
        if unreached or (failed and not done):
            raise type((unreached or failed)[0])(sentence)
        return sentence or "Nobody has connected Trakt."

    def _synced(
        self, profile_id: str, tokens: Tokens, before: SeenBefore, report: Report
    ) -> HistoryReport:
        if not before.synced_at:
            self._keep_of_another(profile_id, tokens)
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
        self.linking.note(profile_id, SeenBefore(settled, self.clock.now()))
        return done

    def _keep_of_another(self, profile_id: str, tokens: Tokens) -> None:
        """Where it isn't the account that was synced before, make that one's entries stay.

        The new account lacks them, which must not look as if their person had removed them.
        """
        whose = self.source.account_id(tokens)
        if self.linking.is_known(profile_id, whose):
            return
        former = [replace(event, source=FORMER) for event in self._known(profile_id).values()]
        if former:
            self.ledger.put(profile_id, former)
            _log.info(
                "Profile %s is connected to another Trakt account: %d entries of the former one "
                "stay",
                profile_id,
                len(former),
            )
        # Last: where this breaks off, the next sync does it again.
        self.linking.now_of(profile_id, whose)

    def _history_moved(
        self,
        tokens: Tokens,
        before: SeenBefore,
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
