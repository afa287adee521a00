"""Bring a history file into a person's ledger: read whole, titles matched, then put as one."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from app.domain.catalogue.dumps import Refusal
from app.domain.catalogue.titles import Title, TitleId
from app.domain.people.history_files import HistoryFile
from app.domain.people.ledger import About, Event, has_no_id
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.people import Ledger
from app.domain.progress import Progress, Report
from app.services.people.name_suggestions import NameSuggestions
from app.services.people.unmatched_names import (
    Answers,
    Unmatched,
    UnmatchedNames,
    joined,
    name_of,
)

MOST_SUGGESTED_FOR: Final = 200
"""Names of a report for which it is looked up what they may mean: those of most entries."""

_REPORTED: Final = 500
_REFUSALS_KEPT: Final = 1000


@dataclass(slots=True)
class HistoryImport:
    """What a file held and what became of it.

    `matched` counts titles by how they were found: ``tmdb``, ``imdb``, ``tvdb``, ``name``,
    ``settled`` (by an earlier answer), ``kept`` (an id that the catalogue lacks). Nothing was
    written where `preview`. `unmatched` are those of most entries first, the first
    `MOST_SUGGESTED_FOR` with what they may mean.
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
    titles: TitleStore
    names: UnmatchedNames
    suggestions: NameSuggestions

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
        counts = Counter(event.about for event in events)
        answers = self.names.answers(profile_id)
        matched, unsure = self._matched(counts, answers, done, report)
        unsure.sort(key=lambda about: -counts[about])
        done.unmatched = [
            Unmatched(about, counts[about], self.suggestions.of(about))
            for about in unsure[:MOST_SUGGESTED_FOR]
        ]
        done.unmatched += (Unmatched(a, counts[a]) for a in unsure[MOST_SUGGESTED_FOR:])
        if not preview:
            changed = self.ledger.put(
                profile_id, [replace(event, about=matched[event.about]) for event in events]
            )
            done.added, done.replaced = changed.added, changed.replaced
            self._join_late(profile_id, answers)
        return done

    def _join_late(self, profile_id: str, before: Answers) -> None:
        """What was settled while the file was read counts for its entries, too."""
        now = self.names.answers(profile_id)
        self.names.join(profile_id, dict(now.items() - before.items()))

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
        self, abouts: Collection[About], answers: Answers, done: HistoryImport, report: Report
    ) -> tuple[dict[About, About], list[About]]:
        """Each with what the catalogue knows of it, itself where nothing is known.

        Beside it those that only have a name, which is sure of no title.
        """
        matched: dict[About, About] = {}
        unsure: list[About] = []
        by_id = self._by_ids(abouts)
        for place, about in enumerate(abouts):
            title, how = by_id.get(about, (None, ""))
            if title is None and has_no_id(about):
                title, how = self._by_name(about, answers)
                if not how:
                    unsure.append(about)
            elif title is None:
                how = "kept"
            matched[about] = about if title is None else joined(about, title)
            if how:
                done.matched[how] = done.matched.get(how, 0) + 1
            if place % _REPORTED == 0:
                report(Progress(place, len(abouts), "Matching titles"))
        return matched, unsure

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

    def _by_name(self, about: About, answers: Answers) -> tuple[Title | None, str]:
        name = name_of(about)
        if name in answers:
            key = answers[name]
            return None if key is None else self.titles.get(TitleId.from_key(key)), "settled"
        title = self.suggestions.sure(about)
        return title, "" if title is None else "name"
