"""What the entries of a history mean, whatever ids they bear; and that it is kept, and followed."""

from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.errors import NotReady, StoreUnavailable
from app.domain.people.ledger import About, Event, EventKind
from app.domain.people.resolution import By, by_latest
from app.domain.people.standing import HAND
from app.domain.ports.people import Changed, LedgerRead
from app.services.people.person_view import PEOPLE_KEPT, PersonView
from app.services.people.profiles import MOST_PROFILES
from tests.fakes.person_views import Named, views_over

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

    def change(self, profile_id: str, put: Sequence[Event], remove: Collection[str]) -> list[Event]:
        raise NotImplementedError

    def replace(self, profile_id: str, pairs: Sequence[tuple[Event, Event]]) -> list[Event]:
        raise NotImplementedError

    def read(self, profile_id: str) -> LedgerRead:
        raise NotImplementedError

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
@given(some.lists(changes, min_size=2, max_size=6))
def test_after_each_change_it_is_as_if_put_together_anew(told: list[list[Event | str]]) -> None:
    ledger = Told()
    followed = views_over(ledger, Catalogue(), Catalogue.films)
    for change in told:
        ledger.put(ME, [one for one in change if isinstance(one, Event)])
        ledger.remove(ME, [one for one in change if isinstance(one, str)])
        view = followed.of(ME)
        anew = views_over(ledger, Catalogue(), Catalogue.films).of(ME)
        assert view.history == tuple(ledger.events(ME))
        assert view.rows == anew.rows
        assert view.left_out == anew.left_out


@given(some.lists(events, max_size=15))
def test_each_title_has_one_row_and_each_entry_is_in_one(told: list[Event]) -> None:
    ledger = Told()
    ledger.put(ME, told)
    view = views_over(ledger, Catalogue(), Catalogue.films).of(ME)
    ids = [row.title_id for row in view.rows if row.title_id is not None]
    assert len(ids) == len(set(ids))
    keys = [event.key for row in view.rows for event in row.standing.events]
    assert sorted(keys) == sorted(event.key for event in view.history)
    assert [*view.rows] == sorted(view.rows, key=by_latest)
    for row in view.rows:
        if row.title_id is not None:
            # What the history tells of a title is what lists go by.
            assert row.standing.loved <= (row.title_id in view.left_out.loved)


GONE = About(MediaKind.MOVIE, 999, "tt1", None, "Winter as it was", 1998)
WINTER = Catalogue.films[0].id


def rated(about: About, rating: int | None, at: int = 1000, source: str = "trakt") -> Event:
    return Event(
        key=f"{source}:{about}",
        kind=EventKind.RATED,
        about=about,
        at=at,
        source=source,
        rating=rating,
    )


def view_of(*told: Event, names: Sequence[Title] = Catalogue.films) -> PersonView:
    ledger = Told()
    ledger.put(ME, told)
    return views_over(ledger, Catalogue(), names).of(ME)


@pytest.mark.parametrize(
    ("about", "title_id", "by"),
    [
        (About(MediaKind.MOVIE, 1, "tt2"), WINTER, By.TMDB),
        (GONE, WINTER, By.IMDB),
        (About(MediaKind.TV, 999, "tt1", 2), WINTER, By.IMDB),
        (About(MediaKind.TV, 999, "tt9", 2), TitleId(MediaKind.TV, 2), By.TVDB),
        (About(MediaKind.MOVIE, 999, "tt9", 2), TitleId(MediaKind.MOVIE, 999), By.TMDB),
        (About(MediaKind.MOVIE, imdb_id="tt9"), None, By.NAME),
    ],
)
def test_an_entry_means_what_the_catalogue_knows_by_its_strongest_id(
    about: About, title_id: TitleId | None, by: By
) -> None:
    view = view_of(rated(about, 10))
    (row,) = view.rows
    assert (row.title_id, row.by) == (title_id, by)
    assert (row.title is not None) == (title_id in {film.id for film in Catalogue.films})
    assert ({title_id} - {None}) <= view.left_out.watched


def test_a_number_that_is_gone_and_the_one_that_took_its_place_are_one_title() -> None:
    before = rated(GONE, 10)
    view = view_of(before, rated(About(MediaKind.MOVIE, 1, "tt5"), 4, at=2000, source="hand"))
    (row,) = view.rows
    assert (row.title_id, row.name, row.standing.rating) == (WINTER, "Winter", 4)
    assert row.standing.sources == ("hand", "trakt")
    assert [event.key for event in view.entries_of(About(MediaKind.MOVIE, 1))] == [
        before.key,
        row.standing.events[1].key,
    ]
    assert view.of_titles([WINTER]) == [row]
    # The number that is gone stays out as well: it may come again.
    assert view.left_out.watched == {WINTER, TitleId(MediaKind.MOVIE, 999)}


def test_a_change_joins_what_only_the_catalogue_knows_to_be_one_and_parts_it_again() -> None:
    ledger = Told()
    views = views_over(ledger, Catalogue(), Catalogue.films)
    by_imdb = rated(About(MediaKind.MOVIE, imdb_id="tt1"), 10)
    by_number = rated(About(MediaKind.MOVIE, 1), 4, at=2000, source="hand")
    other = rated(About(MediaKind.MOVIE, 77), 5)
    for change, ratings in (
        ([by_imdb, other], {WINTER: 10}),
        ([by_number], {WINTER: 4}),
        ([replace(by_imdb, at=3000)], {WINTER: 10}),
    ):
        ledger.put(ME, change)
        rows = views.of(ME).rows
        assert {row.title_id: row.standing.rating for row in rows if row.title} == ratings
        assert len(rows) == 2
    ledger.remove(ME, [by_imdb.key])
    assert [row.standing.rating for row in views.of(ME).rows if row.title] == [4]
    assert {row.standing.rating for row in views.of(ME).rows} == {4, 5}


def test_ids_that_contradict_each_other_leave_out_both_titles_and_tell_of_one() -> None:
    view = view_of(rated(About(MediaKind.TV, 2, "tt1"), 8))
    (row,) = view.rows
    assert row.title_id == TitleId(MediaKind.TV, 2)
    assert view.left_out.watched == {TitleId(MediaKind.TV, 2), WINTER}


def test_a_bare_name_leaves_titles_out_and_is_sure_of_none() -> None:
    named = rated(About(MediaKind.MOVIE, name="WINTER"), 9)
    view = view_of(named)
    (row,) = view.rows
    assert (row.title, row.title_id, row.by) == (None, None, By.NAME)
    assert view.left_out.watched == {WINTER}
    # What is told later of the title itself counts for the entry under its name, too.
    back = Event(
        key="back", kind=EventKind.UNWATCHED, about=About(MediaKind.MOVIE, 1), at=2000, source=HAND
    )
    assert view_of(named, back).left_out.watched == frozenset()


def test_without_an_index_a_history_is_told_and_only_names_are_not_ready() -> None:
    named = rated(About(MediaKind.MOVIE, name="Winter"), 9)
    view = view_of(named, names=())
    assert [row.name for row in view.rows] == ["Winter"]
    with pytest.raises(NotReady):
        _ = view.left_out
    assert view_of(rated(GONE, 10), names=()).left_out.watched >= {WINTER}


def test_names_are_looked_up_once_for_an_index_and_anew_for_another() -> None:
    ledger, named = Told(), Named(Catalogue.films[1:])
    views = views_over(ledger, Catalogue(), named)
    ledger.put(ME, [rated(About(MediaKind.MOVIE, name="Winter"), 9)])
    assert views.of(ME).left_out.watched == frozenset()
    named.titles = Catalogue.films
    ledger.put(ME, [rated(About(MediaKind.TV, 2), 9)])
    assert views.of(ME).left_out.watched == {TitleId(MediaKind.TV, 2)}
    named.seq += 1
    assert views.of(ME).left_out.watched == {TitleId(MediaKind.TV, 2), WINTER}


class Unreadable(Told):
    """A ledger whose entries can't be read."""

    def events(self, profile_id: str) -> list[Event]:
        raise StoreUnavailable(f"The disk of {profile_id} is gone.")


def test_a_history_that_cannot_be_read_is_an_error_and_not_an_empty_one() -> None:
    views = views_over(Unreadable(), Catalogue(), Catalogue.films)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            views.of(ME)
        with pytest.raises(StoreUnavailable):
            views.feedback(ME)


class Household(Told):
    """The same ledger for everybody, counting whose is read."""

    def __init__(self) -> None:
        super().__init__()
        self.reads: list[str] = []

    def events(self, profile_id: str) -> list[Event]:
        self.reads.append(profile_id)
        return super().events(ME)

    def version(self, profile_id: str) -> int:
        return super().version(ME if profile_id else profile_id)


def test_a_hundred_people_in_turn_are_each_worked_out_once() -> None:
    ledger = Household()
    ledger.put(ME, [rated(GONE, 10)])
    views = views_over(ledger, Catalogue(), Catalogue.films)
    people = [f"{number:016x}" for number in range(PEOPLE_KEPT)]
    assert len(people) >= MOST_PROFILES
    made: list[str] = []

    def make(person: str) -> str:
        made.append(person)
        return person.upper()

    for _ in range(3):
        for person in people:
            view = views.of(person)
            assert view.left_out.watched >= {WINTER}
            found = views.derived(person, "profile", view, partial(make, person))
            assert found == person.upper()
    assert ledger.reads == people
    assert made == people


def test_what_was_derived_is_made_anew_for_another_key_and_a_fault_is_not_kept() -> None:
    views = views_over(Told(), Catalogue())
    made = iter(range(10))
    assert views.derived(ME, "a", (1, "x"), lambda: next(made)) == 0
    assert views.derived(ME, "a", (1, "x"), lambda: next(made)) == 0
    assert views.derived(ME, "b", (1, "x"), lambda: next(made)) == 1
    assert views.derived(ME, "a", (2, "x"), lambda: next(made)) == 2
    with pytest.raises(ZeroDivisionError):
        views.derived(ME, "a", (3, "x"), lambda: 1 // 0)
    assert views.derived(ME, "a", (3, "x"), lambda: next(made)) == 3


def test_several_threads_read_one_history_while_it_changes() -> None:
    ledger = Told()
    views = views_over(ledger, Catalogue(), Catalogue.films)

    def read(_: int) -> None:
        before = ledger.number
        view = views.of(ME)
        assert len(view.history) >= before - 1
        assert len(view.rows) == len(view.history)

    with ThreadPoolExecutor(4) as pool:
        for number in range(1, 60):
            reads = [pool.submit(read, number) for _ in range(4)]
            ledger.put(ME, [rated(About(MediaKind.MOVIE, 1000 + number), 5, at=number)])
            for one in reads:
                one.result()
    assert len(views.of(ME).rows) == 59
