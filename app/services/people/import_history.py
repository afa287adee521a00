"""Bring a history file into a person's ledger: read whole, titles matched, then put as one."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from app.domain.catalogue.dumps import Refusal
from app.domain.catalogue.names import fold
from app.domain.catalogue.titles import Title, TitleId
from app.domain.errors import Damaged, InvalidInput
from app.domain.people.history_files import HistoryFile
from app.domain.people.ledger import About, Event, has_no_id
from app.domain.ports.accounts import Account, AccountStore
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.index import WordIndex
from app.domain.ports.people import Ledger
from app.domain.progress import Progress, Report
from app.domain.search.filters import EVERYTHING

SURE: Final = 0.9
"""Score of a match by name from which nobody is asked."""

MOST_SUGGESTED: Final = 5
_NAMES_LOOKED_UP: Final = 10
_REPORTED: Final = 500
_REFUSALS_KEPT: Final = 1000
_SETTLED: Final = "settled names"
"""Provider under which a person's answers are kept, among their accounts: they go with them."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A title that a name may mean; `score` from 0 to 1."""

    title: Title
    score: float


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A name that no title was surely found for, how many entries bear it, and what it may mean."""

    about: About
    entries: int
    suggestions: tuple[Suggestion, ...]


@dataclass(slots=True)
class HistoryImport:
    """What a file held and what became of it.

    `matched` counts titles by how they were found: ``tmdb``, ``imdb``, ``tvdb``, ``name``,
    ``settled`` (by an earlier answer), ``kept`` (an id that the catalogue lacks). Nothing was
    written where `preview`.
    """

    source: str
    preview: bool
    events: int = 0
    added: int = 0
    replaced: int = 0
    refused: int = 0
    refusals: list[Refusal] = field(default_factory=list)
    matched: dict[str, int] = field(default_factory=dict)
    unmatched: list[Unmatched] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ImportHistory:
    """The verbs over their ports."""

    ledger: Ledger
    accounts: AccountStore
    titles: TitleStore
    words: WordIndex

    def bring_in(
        self, profile_id: str, file: HistoryFile, report: Report, *, preview: bool = False
    ) -> HistoryImport:
        """Read the file whole, match its titles, and put its events all together or none.

        Entries without a sure match stay under their name, and are listed to be settled. Raises
        what reading and the ledger raise; nothing was written then.
        """
        done = HistoryImport(file.source, preview)
        events = self._read(file, done, report)
        done.events = len(events)
        matched = self._matched(profile_id, {event.about for event in events}, done, report)
        counts: dict[About, int] = defaultdict(int)
        for event in events:
            counts[event.about] += 1
        done.unmatched = [
            replace(one, entries=counts[one.about])
            for one in sorted(done.unmatched, key=lambda one: -counts[one.about])
        ]
        if not preview:
            joined = [replace(event, about=matched[event.about]) for event in events]
            changed = self.ledger.put(profile_id, joined)
            done.added, done.replaced = changed.added, changed.replaced
        return done

    def unmatched(self, profile_id: str) -> list[Unmatched]:
        """Names in the ledger that no title was found for, those of most entries first."""
        counts: dict[About, int] = defaultdict(int)
        settled = self._settled(profile_id)
        for event in self.ledger.events(profile_id):
            # Of a name that was said to be none of our titles, nobody is asked again.
            if has_no_id(event.about) and _name_of(event.about) not in settled:
                counts[event.about] += 1
        found = [Unmatched(a, n, tuple(self._suggested(a))) for a, n in counts.items()]
        return sorted(found, key=lambda one: (-one.entries, one.about.name))

    def settle(self, profile_id: str, about: About, title_id: TitleId | None) -> list[Event]:
        """Say which title a name means (None: none of them).

        Returns the entries that changed, as they were before. The answer is remembered for later
        imports. Raises `InvalidInput` for an unknown title, `Damaged` where earlier answers can't
        be read.
        """
        title = None if title_id is None else self.titles.get(title_id)
        if title_id is not None and title is None:
            raise InvalidInput(f"There is no {title_id} in the catalogue.")
        settled = self._settled(profile_id)
        settled[_name_of(about)] = None if title_id is None else title_id.key
        self.accounts.put(profile_id, Account(_SETTLED, b"", json.dumps(settled)))
        if title is None:
            return []
        before = [
            event
            for event in self.ledger.events(profile_id)
            if has_no_id(event.about) and _name_of(event.about) == _name_of(about)
        ]
        if before:
            joined = [replace(one, about=_joined(one.about, title)) for one in before]
            self.ledger.put(profile_id, joined)
        return before

    def unsettle(self, profile_id: str, about: About, before: Sequence[Event]) -> int:
        """Forget which title a name means; returns how many entries are as they were `before`.

        Raises `InvalidInput` for entries of anything else, `Damaged` as `settle` does.
        """
        name = _name_of(about)
        if any(not has_no_id(one.about) or _name_of(one.about) != name for one in before):
            raise InvalidInput("put: these are not entries of that name without an id.")
        settled = self._settled(profile_id)
        settled.pop(name, None)
        self.accounts.put(profile_id, Account(_SETTLED, b"", json.dumps(settled)))
        # Only what is still there: it may have been taken out since.
        there = {event.key for event in self.ledger.events(profile_id)} if before else set[str]()
        put = [event for event in before if event.key in there]
        if put:
            self.ledger.put(profile_id, put)
        return len(put)

    def _read(self, file: HistoryFile, done: HistoryImport, report: Report) -> list[Event]:
        events: dict[str, Event] = {}
        for row in file:
            if isinstance(row, Refusal):
                done.refused += 1
                if len(done.refusals) < _REFUSALS_KEPT:
                    done.refusals.append(row)
                continue
            events[row.key] = row
            if len(events) % _REPORTED == 0:
                report(Progress(len(events), None, "Reading"))
        return list(events.values())

    def _matched(
        self, profile_id: str, abouts: Collection[About], done: HistoryImport, report: Report
    ) -> dict[About, About]:
        """Each with what the catalogue knows of it; itself where nothing is known."""
        matched: dict[About, About] = {}
        by_id = self._by_ids(abouts)
        settled = self._settled(profile_id)
        for place, about in enumerate(abouts):
            title, how = by_id.get(about, (None, ""))
            if title is None and has_no_id(about):
                title, how = self._by_name(about, settled, done)
            elif title is None:
                how = "kept"
            matched[about] = about if title is None else _joined(about, title)
            if how:
                done.matched[how] = done.matched.get(how, 0) + 1
            if place % _REPORTED == 0:
                report(Progress(place, len(abouts), "Matching titles"))
        return matched

    def _by_ids(self, abouts: Iterable[About]) -> dict[About, tuple[Title, str]]:
        """Those that bear an id of a title of ours, and of which family."""
        some = list(abouts)
        tmdb = {a: TitleId(a.kind, a.tmdb_id) for a in some if a.tmdb_id is not None}
        imdb = self.titles.by_imdb([a.imdb_id for a in some if a.imdb_id])
        tvdb = self.titles.by_tvdb([a.tvdb_id for a in some if a.tvdb_id is not None])
        wanted = {*tmdb.values(), *imdb.values(), *tvdb.values()}
        titles = self.titles.get_many(wanted)
        found: dict[About, tuple[Title, str]] = {}
        for about in some:
            ways = (
                (tmdb.get(about), "tmdb"),
                (imdb.get(about.imdb_id), "imdb"),
                (tvdb.get(about.tvdb_id) if about.tvdb_id is not None else None, "tvdb"),
            )
            for title_id, how in ways:
                if title_id is not None and title_id in titles:
                    found[about] = (titles[title_id], how)
                    break
        return found

    def _by_name(
        self, about: About, settled: Mapping[str, int | None], done: HistoryImport
    ) -> tuple[Title | None, str]:
        name = _name_of(about)
        if name in settled:
            key = settled[name]
            title = None if key is None else self.titles.get(TitleId.from_key(key))
            return title, "settled"
        suggestions = self._suggested(about)
        if suggestions and suggestions[0].score >= SURE and _clear(suggestions):
            return suggestions[0].title, "name"
        done.unmatched.append(Unmatched(about, 0, tuple(suggestions)))
        return None, ""

    def _suggested(self, about: About) -> list[Suggestion]:
        """Titles that the name may mean, the likeliest first."""
        name = fold(about.name)
        if not name:
            return []
        kinds = (about.kind,)
        found = self.words.named(name, _NAMES_LOOKED_UP, kinds, EVERYTHING)
        sure = bool(found)
        if not found:
            found = self.words.resembling(name, _NAMES_LOOKED_UP, kinds, EVERYTHING)
        titles = self.titles.get_many([match.id for match in found])
        suggestions = [
            Suggestion(titles[match.id], _score(about, titles[match.id], equal=sure))
            for match in found
            if match.id in titles
        ]
        suggestions.sort(key=lambda one: (-one.score, -one.title.votes, one.title.id.key))
        return suggestions[:MOST_SUGGESTED]

    def _settled(self, profile_id: str) -> dict[str, int | None]:
        """The person's earlier answers: a name to a title's key, or to None for "none".

        Raises `Damaged`: taken for none, they would be written over by the next answer.
        """
        account = self.accounts.get(profile_id, _SETTLED)
        return {} if account is None else _answers(account.state, profile_id)


def _answers(state: str, profile_id: str) -> dict[str, int | None]:
    try:
        told = dict(json.loads(state))
    except (ValueError, TypeError):
        told = None
    if told is None or any(key is not None and type(key) is not int for key in told.values()):
        raise Damaged(
            f"What profile {profile_id} answered about names without a title can't be read, and "
            "was left as it is. Restore the database from a backup, or export the profile, delete "
            "it, and import the export into a new one: its history stays, these answers don't."
        )
    return told


def _joined(about: About, title: Title) -> About:
    """What the source and the catalogue know, the source's own ids first."""
    return About(
        kind=title.id.kind,
        tmdb_id=title.id.tmdb_id,
        imdb_id=about.imdb_id or title.imdb_id,
        tvdb_id=about.tvdb_id or title.tvdb_id,
        name=about.name or title.name,
        year=about.year or title.year,
    )


def _name_of(about: About) -> str:
    return f"{about.kind.value}:{fold(about.name)}:{about.year or ''}"


def _score(about: About, title: Title, *, equal: bool) -> float:
    """1 for the same name and year; a year off costs a little, two or more nearly all."""
    score = 1.0 if equal else 0.7
    if about.year is None or title.year is None:
        return score * 0.85
    off = abs(about.year - title.year)
    return score * (1.0, 0.92)[off] if off <= 1 else score * 0.3


def _clear(suggestions: Sequence[Suggestion]) -> bool:
    """Whether the first stands out: of two equally likely ones a person decides."""
    if len(suggestions) == 1:
        return True
    first, second = suggestions[0], suggestions[1]
    return first.score > second.score or first.title.votes >= 10 * max(second.title.votes, 1)
