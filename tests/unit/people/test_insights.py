"""What came of lists: only what happened after a showing counts."""

from collections.abc import Sequence
from datetime import date
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.people import insights as rule
from app.domain.people.feedback import DAY, feedback_event
from app.domain.people.insights import IN_TIME, Insights, ListFigures
from app.domain.people.ledger import FEEDBACK, About, Event, EventKind
from app.domain.people.standing import standings
from tests.fakes.person_views import entries_among

START = 19_723 * DAY + 36_000
"""2024-01-01, a Monday, at ten."""

END = START + 100 * DAY
FILM = About(MediaKind.MOVIE, 603, "tt0133093", None, "The Simulation", 1999)
OTHER = About(MediaKind.MOVIE, 7, "tt0000007", None, "Seven Winters", 1987)
SERIES = About(MediaKind.TV, 603, "tt0900007", 77, "Simulations", 2003)
NOTHING = ListFigures(
    shown=0, opened=0, watched=0, watched_in_time=0, rated=0, mean_rating=None, dismissed=0
)
_numbers = count()


def shown(at: int, about: About = FILM, list_id: str = "a" * 16) -> Event:
    return feedback_event(EventKind.SHOWN, about, list_id, at)


def opened(at: int, about: About = FILM) -> Event:
    return feedback_event(EventKind.OPENED, about, "a" * 16, at)


def event(
    at: int,
    kind: EventKind = EventKind.WATCHED,
    about: About = FILM,
    rating: int | None = None,
    episode: int | None = None,
) -> Event:
    return Event(
        key=f"x{next(_numbers)}",
        kind=kind,
        about=about,
        at=at,
        source="trakt",
        rating=rating,
        season=None if episode is None else 1,
        episode=episode,
    )


def insights(events: Sequence[Event], since: int, until: int) -> Insights:
    feedback = [event for event in events if event.kind in FEEDBACK]
    entries_of = entries_among(events, [FILM, OTHER, SERIES])
    return rule.insights(feedback, entries_of, since, until)


def total(*events: Event, since: int = START, until: int = END) -> ListFigures:
    return insights(events, since, until).total


def test_a_ledger_without_lists_has_nothing_to_tell() -> None:
    found = insights([event(START), opened(START)], START, END)
    assert (found.total, found.rows, found.watched) == (NOTHING, (), ())


def test_what_was_delivered_and_what_came_of_it() -> None:
    found = insights(
        [
            shown(START),
            shown(START + DAY, list_id="b" * 16),
            opened(START + DAY + 60),
            event(START + 2 * DAY),
            event(START + 5 * DAY),
            event(START + 3 * DAY, EventKind.RATED, rating=9),
            shown(START, OTHER),
            event(START + 9, EventKind.DISMISSED, OTHER),
            shown(START + 8 * DAY, SERIES),
            event(START + 9 * DAY, about=About(MediaKind.TV, tvdb_id=77), episode=1),
            event(START + 9 * DAY, EventKind.RATED, SERIES, rating=6),
        ],
        START,
        END,
    )
    assert found.total == ListFigures(
        shown=3, opened=1, watched=2, watched_in_time=2, rated=2, mean_rating=7.5, dismissed=1
    )
    assert [(first, row.shown, row.watched) for first, row in found.rows] == [
        (date(2024, 1, 1), 2, 1),
        (date(2024, 1, 8), 1, 1),
    ]
    series, film = found.watched
    assert (series.id, series.lists) == (TitleId(MediaKind.TV, 603), 1)
    assert (film.name, film.year, film.lists, film.rating) == ("The Simulation", 1999, 2, 9)
    assert (film.shown_at, film.opened_at) == (START, START + DAY + 60)
    assert film.watched_at == START + 2 * DAY


@pytest.mark.parametrize(
    "before",
    [
        event(START - 1),
        event(0),
        event(START - 1, EventKind.RATED, rating=9),
        event(START - 1, EventKind.DISMISSED),
        opened(START - 1),
        event(START + 1, about=SERIES),
        event(START + 1, about=About(MediaKind.TV, 603)),
        event(START + 1, EventKind.RATED, rating=None),
    ],
)
def test_what_came_before_or_is_of_another_title_is_no_merit_of_the_list(before: Event) -> None:
    assert total(before, shown(START)) == total(shown(START))
    # Nor while others were shown already.
    early = shown(START - DAY, OTHER)
    assert total(early, before, shown(START), since=START - DAY) == total(
        early, shown(START), since=START - DAY
    )


@pytest.mark.parametrize(
    "about",
    [
        About(MediaKind.MOVIE, imdb_id="tt0133093"),
        About(MediaKind.MOVIE, name="the simulation", year=1999),
    ],
)
def test_a_source_with_other_ids_tells_of_the_same_title(about: About) -> None:
    assert total(shown(START), event(START + 1, about=about)).watched == 1


def test_who_rated_a_pick_has_seen_it_and_what_is_taken_back_was_not_watched() -> None:
    rated = event(START + 5, EventKind.RATED, rating=4)
    assert total(shown(START), rated).watched == 1
    seen = event(START + 5)
    back = event(START + 9, EventKind.UNWATCHED)
    assert total(shown(START), seen, back).watched == 0
    again = insights([shown(START), seen, back, event(START + 20)], START, END)
    assert [pick.watched_at for pick in again.watched] == [START + 20]


def test_the_day_of_a_showing_is_after_it_where_only_the_day_is_told() -> None:
    midnight = START // DAY * DAY
    (pick,) = insights([shown(START), event(midnight)], START, END).watched
    assert (pick.watched_at, pick.in_time) == (midnight, True)
    assert total(shown(START), event(midnight - DAY)).watched == 0


def test_in_time_is_counted_from_the_showing_before() -> None:
    late = START + IN_TIME + 1
    assert total(shown(START), event(late)).watched_in_time == 0
    assert total(shown(START), event(late - 1)).watched_in_time == 1
    assert total(shown(START), shown(late - DAY), event(late)).watched_in_time == 1
    assert total(shown(START), event(late), shown(late + DAY)).watched_in_time == 0


def test_showings_of_another_time_are_left_out() -> None:
    events = [shown(START), event(START + 1), shown(START + 50 * DAY, OTHER)]
    assert total(*events, since=START + 1).shown == 1
    assert total(*events, until=START + DAY) == total(shown(START), event(START + 1))


def test_a_long_time_is_told_by_months() -> None:
    found = insights([shown(START), shown(START + 200 * DAY, OTHER)], START, START + 300 * DAY)
    assert [first for first, _ in found.rows] == [date(2024, 1, 1), date(2024, 7, 1)]


abouts = st.sampled_from([FILM, OTHER, SERIES])
moments = st.integers(START - 10 * DAY, END)
events_of_any_kind = st.builds(
    event,
    moments,
    st.sampled_from([k for k in EventKind if k not in (EventKind.SHOWN, EventKind.OPENED)]),
    abouts,
    st.none() | st.integers(1, 10),
)
ledgers = st.lists(
    st.builds(shown, moments, abouts) | st.builds(opened, moments, abouts) | events_of_any_kind,
    max_size=30,
)


@given(ledgers)
def test_the_figures_agree_with_each_other(events: list[Event]) -> None:
    found = insights(events, START, END)
    for each in (found.total, *(row for _, row in found.rows)):
        assert max(each.opened, each.watched, each.rated, each.dismissed) <= each.shown
        assert each.watched_in_time <= each.watched
        assert (each.mean_rating is None) == (each.rated == 0)
    for name in ("shown", "opened", "watched", "watched_in_time", "rated", "dismissed"):
        assert sum(getattr(row, name) for _, row in found.rows) == getattr(found.total, name)
    assert len(found.watched) == found.total.watched
    assert all(first.weekday() == 0 for first, _ in found.rows)


@given(ledgers, st.randoms())
def test_the_order_of_events_means_nothing(events: list[Event], random: object) -> None:
    # Two ratings of one second stand in no order; their keys decide in both.
    mixed = [*events]
    random.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis' own Random
    assert insights(mixed, START, END) == insights(events, START, END)


@given(ledgers)
def test_a_history_is_the_same_with_and_without_lists(events: list[Event]) -> None:
    without = [e for e in events if e.kind not in (EventKind.SHOWN, EventKind.OPENED)]
    assert standings(events) == standings(without)
