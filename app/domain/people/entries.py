"""Entries of a ledger, found by title over all families of ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from app.domain.catalogue.names import fold
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.people.ledger import Event, has_no_id


class Entries:
    """Events, for asking which of them are a title's.

    A film and a series never meet by number. An IMDb id names one thing, so it decides across
    kinds; a TVDB id is of a series. A name with its year decides only for entries that have no id
    at all.
    """

    def __init__(self, events: Iterable[Event]) -> None:
        self._tmdb: dict[int, list[Event]] = defaultdict(list)
        self._imdb: dict[str, list[Event]] = defaultdict(list)
        self._tvdb: dict[int, list[Event]] = defaultdict(list)
        self._named: dict[tuple[MediaKind, str, int | None], list[Event]] = defaultdict(list)
        for event in events:
            self._note(event)

    def of(self, title: Title) -> list[Event]:
        """The title's events, each key once."""
        found: dict[str, Event] = {}
        for some in (
            self._tmdb.get(title.id.key, ()),
            self._imdb.get(title.imdb_id, ()) if title.imdb_id else (),
            self._of_tvdb(title),
            self._of_name(title),
        ):
            for event in some:
                found.setdefault(event.key, event)
        return list(found.values())

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
        if not self._named:
            return []
        found: list[Event] = []
        for name in {fold(one) for one in (title.name, title.original_name) if one}:
            found += self._named.get((title.id.kind, name, title.year), ())
        return found
