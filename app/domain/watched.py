"""Whether a title was watched: decided here and nowhere else, over all families of ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.domain.ledger import About, Event, EventKind
from app.domain.names import fold
from app.domain.titles import MediaKind, Title, TitleId

Episode = tuple[int, int]
"""Season and number; season 0 holds specials."""


class By(StrEnum):
    """By what an entry was recognised as the title's; a name is the weakest."""

    TMDB = "tmdb"
    IMDB = "imdb"
    TVDB = "tvdb"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person has of one title.

    `seen`: a film was watched, any episode of a series, or the series as a whole, or it was rated:
    it is not to be recommended. `whole`: the film, or the series as a whole, was told as watched.
    `plays` counts distinct moments, or is a source's own sum. `last_at` is in Unix seconds, 0 where
    unknown. `by` is None where not seen.
    """

    seen: bool
    whole: bool = False
    episodes: frozenset[Episode] = frozenset()
    plays: int = 0
    last_at: int = 0
    by: By | None = None

    def finished(self, aired: int | None) -> bool:
        """Whether all of it was watched; `aired` counts a series' regular episodes so far.

        None where nobody knows: then only a series told as watched as a whole is finished.
        """
        if self.whole or aired is None:
            return self.whole
        regular = sum(season > 0 for season, _ in self.episodes)
        return 0 < aired <= regular


NOT_SEEN: Final = Verdict(seen=False)


class Watched:
    """Everything that a person watched, for asking title by title.

    A film and a series never meet by number. An IMDb id names one thing, so it decides across
    kinds; a TVDB id is of a series. A name with its year decides only for entries that have no id
    at all. `UNWATCHED` takes back, from every source, what was told as watched until its moment and
    what has no moment; one that names an episode takes back that episode. What is watched later
    counts again. Where sources disagree, one that says "watched" is enough. Who rated a title has
    seen it, without a play to count.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self._tmdb: dict[int, list[Event]] = defaultdict(list)
        self._imdb: dict[str, list[Event]] = defaultdict(list)
        self._tvdb: dict[int, list[Event]] = defaultdict(list)
        self._named: dict[tuple[MediaKind, str, int | None], list[Event]] = defaultdict(list)
        for event in events:
            if _tells(event):
                self._note(event)

    def of(self, title: Title) -> Verdict:
        """What the person has of this title."""
        found: dict[str, tuple[Event, By]] = {}
        for by, some in (
            (By.TMDB, self._tmdb.get(title.id.key, ())),
            (By.IMDB, self._imdb.get(title.imdb_id, ()) if title.imdb_id else ()),
            (By.TVDB, self._of_tvdb(title)),
            (By.NAME, self._of_name(title)),
        ):
            for event in some:
                found.setdefault(event.key, (event, by))
        if not found:
            return NOT_SEEN
        return _verdict(
            [event for event, _ in found.values()], {k: by for k, (_, by) in found.items()}
        )

    def tmdb_ids(self) -> list[TitleId]:
        """Titles that entries name by TMDB's number, seen or taken back, ascending."""
        return [TitleId.from_key(key) for key in sorted(self._tmdb)]

    def imdb_ids(self) -> list[str]:
        """IMDb ids that entries name, seen or taken back, ascending."""
        return sorted(self._imdb)

    def tvdb_ids(self) -> list[int]:
        """TVDB ids that entries name, seen or taken back, ascending."""
        return sorted(self._tvdb)

    def names(self) -> list[About]:
        """Entries that have a name only, one of each."""
        found = {event.about for some in self._named.values() for event in some}
        return sorted(found, key=lambda about: (about.kind, about.name, about.year or 0))

    def _note(self, event: Event) -> None:
        about = event.about
        if about.tmdb_id is not None:
            self._tmdb[TitleId(about.kind, about.tmdb_id).key].append(event)
        if about.imdb_id:
            self._imdb[about.imdb_id].append(event)
        if about.tvdb_id is not None and about.kind is MediaKind.TV:
            self._tvdb[about.tvdb_id].append(event)
        if has_no_id(about) and about.name:
            self._named[about.kind, fold(about.name), about.year].append(event)

    def _of_tvdb(self, title: Title) -> Sequence[Event]:
        if title.tvdb_id is None or title.id.kind is not MediaKind.TV:
            return ()
        return self._tvdb.get(title.tvdb_id, ())

    def _of_name(self, title: Title) -> list[Event]:
        found: list[Event] = []
        for name in {fold(one) for one in (title.name, title.original_name) if one}:
            found += self._named.get((title.id.kind, name, title.year), ())
        return found


def verdict_of(events: Sequence[Event]) -> Verdict:
    """As `Watched.of`, over events that are known to be one title's; `by` is TMDB's."""
    told = [event for event in events if _tells(event)]
    return _verdict(told, dict.fromkeys((event.key for event in told), By.TMDB))


def _tells(event: Event) -> bool:
    """Whether it says that something was watched or wasn't; who rates a title has seen it."""
    rated = event.kind is EventKind.RATED and event.rating is not None
    return rated or event.kind in (EventKind.WATCHED, EventKind.UNWATCHED)


def has_no_id(about: About) -> bool:
    """Whether only its name tells what it is."""
    return about.tmdb_id is None and not about.imdb_id and about.tvdb_id is None


def _verdict(events: Sequence[Event], by: Mapping[str, By]) -> Verdict:
    taken_back: dict[Episode | None, int] = {}
    for event in events:
        if event.kind is EventKind.UNWATCHED:
            place = _episode(event)
            taken_back[place] = max(event.at, taken_back.get(place, -1))
    all_until = taken_back.get(None, -1)
    counted = [
        event
        for event in events
        if event.kind is not EventKind.UNWATCHED
        and event.at > max(all_until, taken_back.get(_episode(event), -1))
    ]
    if not counted:
        return NOT_SEEN
    played = [event for event in counted if event.kind is EventKind.WATCHED]
    moments = {(_episode(event), event.at) for event in played if event.at > 0}
    # A source may tell one moment and how many plays there were until then.
    told = max((event.plays for event in played), default=0)
    return Verdict(
        seen=True,
        whole=any(_episode(event) is None for event in played),
        episodes=frozenset(place for event in counted if (place := _episode(event)) is not None),
        plays=max(len(moments), told),
        last_at=max((event.at for event in played), default=0),
        by=min((by[event.key] for event in counted), key=list(By).index),
    )


def _episode(event: Event) -> Episode | None:
    if event.season is None or event.episode is None:
        return None
    return (event.season, event.episode)
