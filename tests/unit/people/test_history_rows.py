"""A history that is brought up to date change by change is the one that is put together anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as some

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.people.ledger import About, Event, EventKind
from app.domain.people.standing import standings
from app.domain.ports.people import Changed
from app.services.people.history_rows import HistoryRows
from app.services.people.ledger_reader import LedgerReader

ME = "me"
abouts = some.builds(
    About,
    kind=some.sampled_from(tuple(MediaKind)),
    tmdb_id=some.none() | some.integers(1, 4),
    imdb_id=some.sampled_from(("", "tt1", "tt2", "tt3")),
    tvdb_id=some.none() | some.integers(1, 3),
    name=some.sampled_from(("Winter", "winter", "1917")),
    year=some.none() | some.just(1999),
)
events = some.builds(
    Event,
    key=some.sampled_from([str(place) for place in range(15)]),
    kind=some.sampled_from((EventKind.WATCHED, EventKind.UNWATCHED, EventKind.LOVED)),
    about=abouts,
    at=some.integers(0, 3),
    source=some.just("csv"),
)
changes = some.lists(events | some.integers(0, 14).map(str), min_size=1, max_size=4)


class Told:
    """A ledger of one person, in memory."""

    def __init__(self) -> None:
        self.by_key: dict[str, Event] = {}
        self.number = 1

    def put(self, profile_id: str, events: Sequence[Event]) -> Changed:
        assert profile_id == ME
        self.by_key |= {event.key: event for event in events}
        self.number += 1
        return Changed(len(events), 0)

    def remove(self, profile_id: str, keys: Collection[str]) -> int:
        assert profile_id == ME
        self.number += 1
        return sum(self.by_key.pop(key, None) is not None for key in keys)

    def events(self, profile_id: str) -> list[Event]:
        assert profile_id == ME
        # Equal, and not the same objects, as of a store that decodes anew.
        copies = [replace(event) for event in self.by_key.values()]
        return sorted(copies, key=lambda event: (event.at, event.key))

    def version(self, profile_id: str) -> int:
        assert profile_id == ME
        return self.number


class Catalogue:
    """Some titles, one of them under an IMDb id that entries may have, too."""

    films = (
        Title(id=TitleId(MediaKind.MOVIE, 1), name="Winter", imdb_id="tt1"),
        Title(id=TitleId(MediaKind.TV, 2), name="Winter", tvdb_id=2),
    )

    def upsert(self, titles: Sequence[Title]) -> None:
        raise NotImplementedError

    def get(self, title_id: TitleId) -> Title | None:
        return self.get_many((title_id,)).get(title_id)

    def get_many(self, ids: Collection[TitleId]) -> dict[TitleId, Title]:
        return {film.id: film for film in self.films if film.id in ids}

    def delete(self, ids: Collection[TitleId]) -> int:
        raise NotImplementedError

    def scan(self, batch_size: int = 1000, after: TitleId | None = None) -> Iterator[list[Title]]:
        raise NotImplementedError

    def count(self) -> dict[MediaKind, int]:
        raise NotImplementedError

    def by_imdb(self, ids: Collection[str]) -> dict[str, TitleId]:
        return {film.imdb_id: film.id for film in self.films if film.imdb_id in ids}

    def by_tvdb(self, ids: Collection[int]) -> dict[int, TitleId]:
        return {
            number: film.id for film in self.films if (number := film.tvdb_id) and number in ids
        }


@settings(deadline=None)  # the machine may be busy
@given(some.lists(changes, min_size=2, max_size=6), some.sampled_from(range(1, 5)))
def test_after_each_change_it_is_as_if_put_together_anew(
    told: list[list[Event | str]], number: int
) -> None:
    ledger = Told()
    followed = HistoryRows(LedgerReader(ledger), Catalogue())
    for change in told:
        ledger.put(ME, [one for one in change if isinstance(one, Event)])
        ledger.remove(ME, [one for one in change if isinstance(one, str)])
        anew = HistoryRows(LedgerReader(ledger), Catalogue())
        rows = followed.all(ME)
        assert rows == anew.all(ME)
        assert [row.standing for row in rows] == standings(ledger.events(ME))
        wanted = {TitleId(kind, number) for kind in MediaKind}
        cold = HistoryRows(LedgerReader(ledger), Catalogue())
        assert followed.of(ME, wanted) == cold.of(ME, wanted)
        assert {row for row in rows if row.title_id in wanted} == {*followed.of(ME, wanted)}
