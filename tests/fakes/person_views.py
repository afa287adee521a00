"""What histories mean, over a catalogue whose index serves nothing, or the names of some titles."""

from collections.abc import Collection, Iterable, Sequence
from typing import cast

from app.domain.catalogue.names import fold
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.errors import NotReady
from app.domain.index.generations import IndexStatus
from app.domain.people.feedback import EntriesOf
from app.domain.people.ledger import FEEDBACK, About, Event
from app.domain.people.resolution import Catalogued, resolved
from app.domain.people.standing import standings
from app.domain.ports.catalogue import TitleStore
from app.domain.ports.index import Match, VectorIndex, WordIndex
from app.domain.ports.people import Ledger
from app.domain.search.filters import TitleFilter
from app.services.people.person_view import NameLookup, PersonView, PersonViews


class Named:
    """Finds titles by exactly their names, as much of a `WordIndex` as views need.

    Raises `NotReady` where there are none, as an index that isn't built.
    """

    def __init__(self, titles: Sequence[Title]) -> None:
        self.titles = titles
        self.seq = 1

    def named(
        self, name: str, k: int, kinds: Collection[MediaKind], where: TitleFilter
    ) -> list[Match]:
        if not self.titles:
            raise NotReady("There is no index.")
        return [
            Match(title.id, 1.0, 1)
            for title in self.titles
            if fold(title.name) == name and title.id.kind in kinds and where.passes(title)
        ][:k]

    def status(self) -> IndexStatus:
        return IndexStatus(ready=bool(self.titles), version="1", seq=self.seq)


def entries_among(events: Iterable[Event], titles: Iterable[About]) -> EntriesOf:
    """What a history has of a title, in a catalogue of these."""
    known = [
        Title(
            id=TitleId(one.kind, one.tmdb_id or 0),
            name=one.name,
            year=one.year,
            imdb_id=one.imdb_id,
            tvdb_id=one.tvdb_id,
        )
        for one in titles
    ]
    catalogue = Catalogued(
        titles={title.id: title for title in known},
        by_imdb={title.imdb_id: title.id for title in known if title.imdb_id},
        by_tvdb={title.tvdb_id: title.id for title in known if title.tvdb_id is not None},
    )
    history = tuple(event for event in events if event.kind not in FEEDBACK)
    rows = tuple(resolved(standings(history), catalogue))
    return PersonView(history, rows, cast("NameLookup", None)).entries_of


def views_over(
    ledger: Ledger, titles: TitleStore, names: Named | Sequence[Title] = ()
) -> PersonViews:
    named = names if isinstance(names, Named) else Named(names)
    return PersonViews(ledger, titles, cast("WordIndex", named), cast("VectorIndex", named))
