"""Which titles the entries of a history mean: decided here and nowhere else, over all ids."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.domain.catalogue.names import fold
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.people.ledger import About
from app.domain.people.standing import Identity, Standing, latest_first, standing_of

Name = tuple[MediaKind, str, int | None]
"""A kind, a folded name, a year."""


class By(StrEnum):
    """By what a title was recognised, the strongest first. A name is sure of none."""

    TMDB = "tmdb"
    IMDB = "imdb"
    TVDB = "tvdb"
    NAME = "name"


_STRENGTH = {by: place for place, by in enumerate(By)}


@dataclass(frozen=True, slots=True)
class Catalogued:
    """What the catalogue knows of the ids that some entries bear."""

    titles: Mapping[TitleId, Title]
    by_imdb: Mapping[str, TitleId]
    by_tvdb: Mapping[int, TitleId]


@dataclass(frozen=True, slots=True)
class Row:
    """One title of a history; `title` is None where the catalogue lacks it.

    `title_ids` are all that its entries name by an id, the one that they mean first; empty where
    nobody knows one. `by` tells what that one was recognised by.
    """

    standing: Standing
    title: Title | None
    title_ids: tuple[TitleId, ...]
    by: By

    @property
    def title_id(self) -> TitleId | None:
        """The title's id; None where neither the catalogue nor the ledger knows TMDB's."""
        return self.title_ids[0] if self.title_ids else None

    @property
    def kind(self) -> MediaKind:
        """As the catalogue has it, else as the entries do."""
        return self.title.id.kind if self.title else self.standing.about.kind

    @property
    def name(self) -> str:
        """As the catalogue has it, else as the entries do."""
        return self.title.name if self.title else self.standing.about.name

    @property
    def year(self) -> int | None:
        """As the catalogue has it, else as the entries do."""
        return self.title.year if self.title else self.standing.about.year


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Titles that no list for a person may show: `every` is all three together."""

    watched: frozenset[TitleId]
    loved: frozenset[TitleId]
    dismissed: frozenset[TitleId]
    every: frozenset[TitleId]


def resolved(standings: Iterable[Standing], catalogue: Catalogued) -> list[Row]:
    """One row per title, in no order.

    Entries mean the title that the catalogue has under their TMDB id; where it has none (the id is
    gone, or was never told), the one that bears their IMDb id, else their TVDB id; an IMDb id
    decides across kinds. Where it knows none of these ids, TMDB's stays, for the title may come.
    """
    return joined(_row(standing, catalogue) for standing in standings)


def joined(rows: Iterable[Row]) -> list[Row]:
    """Rows that mean the same title as one, whatever ids each of them had."""
    found: list[Row] = []
    of_title: dict[TitleId, list[Row]] = defaultdict(list)
    for row in rows:
        (of_title[row.title_ids[0]] if row.title_ids else found).append(row)
    found += (some[0] if len(some) == 1 else _as_one(some) for some in of_title.values())
    return found


def by_latest(row: Row) -> tuple[int, Identity]:
    """The order of a history: no two rows of one have the same."""
    return latest_first(row.standing)


def tvdb_id_of(about: About) -> int | None:
    """TVDB numbers films for themselves, and a ledger's ids of it are series'."""
    return about.tvdb_id if about.kind is MediaKind.TV else None


def bears(title: Title, about: About) -> bool:
    """Whether a title has the kind, the year and a name of an entry that has nothing else."""
    if (title.id.kind, title.year) != (about.kind, about.year):
        return False
    return fold(about.name) in {fold(name) for name in (title.name, title.original_name) if name}


def is_named_only(row: Row) -> bool:
    """Whether nothing but a name tells what it is."""
    about = row.standing.about
    has_id = row.title_ids or about.imdb_id or tvdb_id_of(about) is not None
    return bool(about.name) and not has_id


def name_of(about: About) -> Name:
    """What decides where nothing but a name is told."""
    return (about.kind, fold(about.name), about.year)


def left_out(
    rows: Iterable[Row],
    by_title: Mapping[TitleId, Row],
    bearing: Callable[[Sequence[About]], Mapping[About, frozenset[TitleId]]],
) -> LeftOut:
    """What was watched, loved, put aside, of all that `standings_of_titles` has."""
    found = standings_of_titles(rows, by_title, bearing)
    watched = frozenset(one for one, standing in found.items() if standing.watched.seen)
    loved = frozenset(one for one, standing in found.items() if standing.loved)
    dismissed = frozenset(one for one, standing in found.items() if standing.dismissed)
    return LeftOut(watched, loved, dismissed, watched | loved | dismissed)


def standings_of_titles(
    rows: Iterable[Row],
    by_title: Mapping[TitleId, Row],
    bearing: Callable[[Sequence[About]], Mapping[About, frozenset[TitleId]]],
) -> dict[TitleId, Standing]:
    """Where each title stands that any row could mean; `by_title` are the rows of those they mean.

    Where ids contradict each other, and where only a name tells (`bearing` finds those that bear
    it), that may be several: better to leave out one too many than to show one seen before.
    """
    standings = {title_id: row.standing for title_id, row in by_title.items()}
    named = [row.standing for row in rows if is_named_only(row)]
    titles = bearing([standing.about for standing in named]) if named else {}
    besides = [(row.standing, row.title_ids[1:]) for row in rows if len(row.title_ids) > 1]
    besides += [(standing, tuple(titles[standing.about])) for standing in named]
    for standing, title_ids in besides:
        for title_id in title_ids:
            own = standings.get(title_id)
            standings[title_id] = _together([own, standing]) if own else standing
    return standings


def _row(standing: Standing, catalogue: Catalogued) -> Row:
    found: dict[TitleId, By] = {}
    if standing.title_id is not None:
        found[standing.title_id] = By.TMDB
    for event in reversed(standing.events):
        about = event.about
        for title_id, by in (
            (catalogue.by_imdb.get(about.imdb_id), By.IMDB),
            (catalogue.by_tvdb.get(tvdb_id_of(about) or 0), By.TVDB),
        ):
            if title_id is not None:
                found.setdefault(title_id, by)
    titles = catalogue.titles
    title_ids = tuple(found)
    if len(found) > 1:
        order = sorted(found, key=lambda one: (one not in titles, _STRENGTH[found[one]]))
        title_ids = tuple(order)
    if not title_ids:
        return Row(standing, None, (), By.NAME)
    return Row(standing, titles.get(title_ids[0]), title_ids, found[title_ids[0]])


def _as_one(rows: Sequence[Row]) -> Row:
    title = next((row.title for row in rows if row.title is not None), None)
    title_ids = dict.fromkeys(title_id for row in rows for title_id in row.title_ids)
    by = min((row.by for row in rows), key=_STRENGTH.__getitem__)
    return Row(_together([row.standing for row in rows]), title, tuple(title_ids), by)


def _together(standings: Iterable[Standing]) -> Standing:
    return standing_of([event for standing in standings for event in standing.events])
