"""Names that no title was surely found for: listed, settled once by a person, and parted again."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from cachetools import LRUCache

from app.domain.catalogue.names import fold
from app.domain.catalogue.titles import Title, TitleId
from app.domain.errors import Damaged, InvalidInput
from app.domain.people.bounds import LONGEST_NAME
from app.domain.people.ledger import About, Event, has_no_id
from app.domain.ports.accounts import Account, AccountStore
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.people import Ledger
from app.services.people.name_suggestions import NameSuggestions, Suggestion

Answers = dict[str, int | None]
"""A name to the key of the title that it means, or to None for "none of them"."""

_SETTLED: Final = "settled names"
"""Provider under which a person's answers are kept, among their accounts: they go with them."""

_PEOPLE_KEPT: Final = 20


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A name that no title was surely found for, how many entries bear it, and what it may mean."""

    about: About
    entries: int
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True, slots=True)
class UnmatchedPage:
    """Some of a person's names, and how many there are in all."""

    rows: tuple[Unmatched, ...]
    total: int


class UnmatchedNames:
    """The verbs on names. Each raises `NotFound` for an unknown profile."""

    def __init__(
        self,
        ledger: Ledger,
        accounts: AccountStore,
        titles: TitleStore,
        suggestions: NameSuggestions,
    ) -> None:
        self._ledger = ledger
        self._accounts = accounts
        self._titles = titles
        self._suggestions = suggestions
        self._names: LRUCache[str, tuple[int, list[Unmatched]]] = LRUCache(_PEOPLE_KEPT)
        self._lock = threading.Lock()

    def listed(self, profile_id: str, offset: int, limit: int) -> UnmatchedPage:
        """One page of the names without a title, those of most entries first.

        Only of these it is looked up what they may mean. Raises `NotReady`.
        """
        answers = self.answers(profile_id)
        # Of a name that was said to be none of our titles, nobody is asked again.
        open_names = [one for one in self._all(profile_id) if name_of(one.about) not in answers]
        rows = open_names[offset : offset + limit]
        return UnmatchedPage(
            tuple(replace(one, suggestions=self._suggestions.of(one.about)) for one in rows),
            len(open_names),
        )

    def settle(self, profile_id: str, about: About, title_id: TitleId | None) -> list[Event]:
        """Say which title a name means (None: none of them).

        Returns the entries that changed, as they were before. The answer is remembered for later
        imports. Raises `InvalidInput` for an unknown title, `Damaged` where earlier answers can't
        be read.
        """
        if title_id is not None and self._titles.get(title_id) is None:
            raise InvalidInput(f"There is no {title_id} in the catalogue.")
        name, key = name_of(about), None if title_id is None else title_id.key
        self._answer(profile_id, lambda answers: answers | {name: key})
        return self.join(profile_id, {name: key})

    def unsettle(self, profile_id: str, about: About, before: Sequence[Event]) -> int:
        """Forget which title a name means; returns how many entries are as they were `before`.

        Raises `InvalidInput` for entries of anything else, `Damaged` as `settle` does.
        """
        name = name_of(about)
        if any(not has_no_id(one.about) or name_of(one.about) != name for one in before):
            raise InvalidInput("put: these are not entries of that name without an id.")
        self._answer(
            profile_id, lambda answers: {one: key for one, key in answers.items() if one != name}
        )
        # Only what is still there: it may have been taken out since.
        wanted = {event.key: event for event in before}
        there = self._ledger.events(profile_id) if wanted else []
        pairs = [(now, wanted[now.key]) for now in there if now.key in wanted]
        return len(self._ledger.replace(profile_id, pairs)) if pairs else 0

    def answers(self, profile_id: str) -> Answers:
        """The person's answers so far.

        Raises `Damaged`: taken for none, they would be written over by the next answer.
        """
        return _read(self._accounts.get(profile_id, _SETTLED), profile_id)

    def join(self, profile_id: str, answers: Answers) -> list[Event]:
        """Give entries that bear one of these names its title; returns them as they were before."""
        titles = self._titles.get_many(
            [TitleId.from_key(key) for key in answers.values() if key is not None]
        )
        of_name = {
            name: titles[TitleId.from_key(key)]
            for name, key in answers.items()
            if key is not None and TitleId.from_key(key) in titles
        }
        pairs = [
            (event, replace(event, about=joined(event.about, of_name[name_of(event.about)])))
            for event in (self._ledger.events(profile_id) if of_name else ())
            if has_no_id(event.about) and name_of(event.about) in of_name
        ]
        return self._ledger.replace(profile_id, pairs) if pairs else []

    def _answer(self, profile_id: str, change: Callable[[Answers], Answers]) -> None:
        """Change the answers, without losing one that is given at the same moment."""

        def changed(kept: Account | None) -> Account:
            return Account(_SETTLED, b"", json.dumps(change(_read(kept, profile_id))))

        self._accounts.change(profile_id, _SETTLED, changed)

    def _all(self, profile_id: str) -> list[Unmatched]:
        """Every name in the ledger that has no id, in the order of a list."""
        # Before the ledger is read: what is kept is then never older than it says.
        version = self._ledger.version(profile_id)
        with self._lock:
            kept = self._names.get(profile_id)
        if kept is None or kept[0] != version:
            events = self._ledger.events(profile_id)
            counts = Counter(event.about for event in events if has_no_id(event.about))
            names = [Unmatched(about, entries) for about, entries in counts.items()]
            kept = (version, sorted(names, key=_by_entries))
            with self._lock:
                self._names[profile_id] = kept
        return kept[1]


def name_of(about: About) -> str:
    """What answers are remembered by: kind, name and year."""
    return f"{about.kind.value}:{fold(about.name)}:{about.year or ''}"


def joined(about: About, title: Title) -> About:
    """What the source and the catalogue know, the source's own ids first."""
    return About(
        kind=title.id.kind,
        tmdb_id=title.id.tmdb_id,
        imdb_id=about.imdb_id or title.imdb_id,
        tvdb_id=about.tvdb_id or title.tvdb_id,
        name=about.name or title.name[:LONGEST_NAME],
        year=about.year or title.year,
    )


def _by_entries(one: Unmatched) -> tuple[int, str, str, int]:
    return -one.entries, one.about.name, one.about.kind.value, one.about.year or 0


def _read(account: Account | None, profile_id: str) -> Answers:
    if account is None:
        return {}
    try:
        told = dict(json.loads(account.state))
    except (ValueError, TypeError):
        told = None
    if told is None or any(key is not None and type(key) is not int for key in told.values()):
        raise Damaged(
            f"What profile {profile_id} answered about names without a title can't be read, and "
            "was left as it is. Restore the database from a backup, or export the profile, delete "
            "it, and import the export into a new one: its history stays, these answers don't."
        )
    return told
