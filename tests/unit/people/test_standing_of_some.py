"""Where some titles stand is the same from the events that concern them as from all."""

from hypothesis import given
from hypothesis import strategies as some

from app.domain.catalogue.titles import MediaKind
from app.domain.people.ledger import About, Event, EventKind
from app.domain.people.standing import concerning, standings

kinds = some.sampled_from(tuple(MediaKind))
abouts = some.builds(
    About,
    kind=kinds,
    tmdb_id=some.none() | some.integers(1, 4),
    imdb_id=some.sampled_from(("", "tt1", "tt2", "tt3")),
    tvdb_id=some.none() | some.integers(1, 3),
    name=some.sampled_from(("Winter", "Summer")),
    year=some.none() | some.just(1999),
)
marks = some.sampled_from(
    (EventKind.WATCHED, EventKind.UNWATCHED, EventKind.LOVED, EventKind.WATCHLISTED)
)
ledgers = some.lists(some.tuples(abouts, marks, some.integers(0, 3)), max_size=12).map(
    lambda told: [
        Event(key=str(place), kind=kind, about=about, at=at, source="hand")
        for place, (about, kind, at) in enumerate(told)
    ]
)


@given(ledgers, some.lists(abouts, min_size=1, max_size=2))
def test_what_does_not_concern_a_title_changes_nothing_of_it(
    events: list[Event], titles: list[About]
) -> None:
    chosen = concerning(events, titles)
    of_all, of_some = standings(events), standings(chosen)
    assert [one for one in of_all if one in of_some] == of_some
    keys = {event.key for event in chosen}
    for standing in of_all:
        own = {event.key for event in standing.events}
        assert own <= keys or not own & keys


@given(ledgers, abouts)
def test_every_entry_with_an_id_of_the_title_is_among_them(
    events: list[Event], title: About
) -> None:
    chosen = {event.key for event in concerning(events, [title])}
    for event in events:
        if title.tmdb_id is not None and (event.about.kind, event.about.tmdb_id) == (
            title.kind,
            title.tmdb_id,
        ):
            assert event.key in chosen
        if title.imdb_id and event.about.imdb_id == title.imdb_id:
            assert event.key in chosen
