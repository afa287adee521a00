"""What was shown often and ignored rests, and nothing else does."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import InvalidInput
from app.domain.people import impression_cooldown as rule
from app.domain.people.feedback import (
    DAY,
    FROM_LISTS,
    KEPT_DAYS,
    MOST_KEPT,
    expired,
    feedback_event,
    happened_since,
)
from app.domain.people.impression_cooldown import OFTEN, REST, WITHIN
from app.domain.people.ledger import FEEDBACK, About, Event, EventKind
from tests.fakes.person_views import entries_among

START = 20_000 * DAY + 50_000
FILM = About(MediaKind.MOVIE, 603, "tt0133093", None, "The Simulation", 1999)
SERIES = About(MediaKind.TV, 603, "", 77, "Simulations", 2003)
OF_FILM = TitleId(MediaKind.MOVIE, 603)
OF_SERIES = TitleId(MediaKind.TV, 603)
ANSWERS = [
    EventKind.OPENED,
    EventKind.WATCHED,
    EventKind.RATED,
    EventKind.LOVED,
    EventKind.WATCHLISTED,
]


def shown(at: int, list_id: str = "a" * 16, about: About = FILM) -> Event:
    return feedback_event(EventKind.SHOWN, about, list_id, at)


def answer(at: int, kind: EventKind = EventKind.WATCHED, about: About = FILM) -> Event:
    rating = 7 if kind is EventKind.RATED else None
    return Event(key=f"{kind}:{at}", kind=kind, about=about, at=at, source="trakt", rating=rating)


def thrice(start: int = START, about: About = FILM) -> list[Event]:
    return [shown(start + n * DAY, about=about) for n in range(OFTEN)]


def impression_cooldown(events: Sequence[Event], now: float) -> frozenset[TitleId]:
    feedback = [event for event in events if event.kind in FEEDBACK]
    return rule.impression_cooldown(feedback, entries_among(events, [FILM, SERIES]), now)


LAST = START + (OFTEN - 1) * DAY


def test_shown_three_times_and_ignored_rests_until_the_rest_is_over() -> None:
    assert impression_cooldown(thrice()[:-1], LAST) == frozenset()
    assert impression_cooldown(thrice(), LAST) == {OF_FILM}
    assert impression_cooldown(thrice(), LAST + REST - 1) == {OF_FILM}
    assert impression_cooldown(thrice(), LAST + REST) == frozenset()


def test_after_its_rest_it_is_counted_from_new() -> None:
    back = LAST + REST
    assert (
        impression_cooldown([*thrice(), shown(back), shown(back + DAY)], back + DAY) == frozenset()
    )
    assert impression_cooldown([*thrice(), *thrice(back)], back + OFTEN * DAY) == {OF_FILM}


def test_a_page_shown_again_the_same_day_is_one_and_other_lists_are_others() -> None:
    again = [shown(START + n) for n in range(5)]
    assert impression_cooldown(again, START + 9) == frozenset()
    others = [shown(START + n, f"{n:016x}") for n in range(OFTEN)]
    assert impression_cooldown(others, START + 9) == {OF_FILM}


def test_seldom_is_not_often() -> None:
    seldom = [shown(START), shown(START + 20 * DAY), shown(START + WITHIN)]
    assert impression_cooldown(seldom, START + WITHIN) == frozenset()


def test_a_film_and_a_series_of_one_number_rest_each_for_itself() -> None:
    assert impression_cooldown([*thrice(), answer(LAST, about=SERIES)], LAST) == {OF_FILM}
    assert impression_cooldown([*thrice(about=SERIES), answer(LAST)], LAST) == {OF_SERIES}


@pytest.mark.parametrize("kind", ANSWERS)
@pytest.mark.parametrize(
    "about",
    [
        FILM,
        About(MediaKind.MOVIE, imdb_id="tt0133093"),
        About(MediaKind.MOVIE, name="the simulation", year=1999),
    ],
)
def test_whoever_did_something_with_it_did_not_ignore_it(kind: EventKind, about: About) -> None:
    if kind is EventKind.OPENED and about.tmdb_id is None:
        # Of what lists showed, nothing without TMDB's id is ever noted.
        with pytest.raises(InvalidInput):
            feedback_event(kind, about, "a" * 16, START + 1)
        return
    assert impression_cooldown([*thrice(), answer(START + 1, kind, about)], LAST) == frozenset()
    assert impression_cooldown([*thrice(), answer(START - DAY, kind, about)], LAST) == {OF_FILM}


def test_an_answer_before_its_own_first_showing_is_none_though_others_were_shown_then() -> None:
    later = START + 5 * DAY
    events = [*thrice(about=SERIES), answer(START + DAY), *thrice(later)]
    assert impression_cooldown(events, later + OFTEN * DAY) == {OF_FILM, OF_SERIES}


@pytest.mark.parametrize("kind", [EventKind.DISMISSED, EventKind.UNWATCHED])
def test_other_events_are_no_answer(kind: EventKind) -> None:
    assert impression_cooldown([*thrice(), answer(START + 1, kind)], LAST) == {OF_FILM}


def test_a_diary_that_tells_the_day_only_may_mean_its_evening() -> None:
    midnight = START // DAY * DAY
    assert happened_since(answer(midnight), START)
    assert not happened_since(answer(midnight + 1), START)
    assert not happened_since(answer(midnight - DAY), START)
    assert not happened_since(answer(0), 0)
    assert impression_cooldown([*thrice(), answer(midnight)], LAST) == frozenset()


abouts = st.sampled_from([FILM, SERIES, About(MediaKind.MOVIE, 5, "tt0000005")])
moments = st.integers(START, START + 80 * DAY)
showings = st.builds(shown, moments, st.sampled_from(["a" * 16, "b" * 16]), abouts)
answers = st.builds(answer, moments, st.sampled_from(EventKind), abouts)
ledgers = st.lists(showings | answers, max_size=25)


@given(ledgers, moments, st.randoms())
def test_neither_order_nor_repetition_matters(
    events: list[Event], now: int, random: object
) -> None:
    mixed = [*events, *events]
    random.shuffle(mixed)  # type: ignore[attr-defined]  # hypothesis' own Random
    assert impression_cooldown(mixed, now) == impression_cooldown(events, now)


@given(ledgers, moments)
def test_what_rests_was_shown_often_enough_and_lately(events: list[Event], now: int) -> None:
    for title_id in impression_cooldown(events, now):
        times = [e.at for e in _showings(events, title_id) if now - REST < e.at <= now]
        assert times
        recent = [e for e in _showings(events, title_id) if now - REST - WITHIN < e.at <= now]
        assert len({(e.at // DAY, e.key.split(":")[1]) for e in recent}) >= OFTEN


@given(ledgers, moments, abouts, st.sampled_from(ANSWERS))
def test_an_answer_ends_the_rest_and_changes_no_other_title(
    events: list[Event], now: int, about: About, kind: EventKind
) -> None:
    assert about.tmdb_id is not None
    title_id = TitleId(about.kind, about.tmdb_id)
    before = impression_cooldown(events, now)
    assert impression_cooldown([*events, answer(now, kind, about)], now) == before - {title_id}


@given(ledgers, moments)
def test_everything_returns_when_it_is_shown_no_more(events: list[Event], now: int) -> None:
    assert impression_cooldown(events, START + 80 * DAY + REST) == frozenset()
    assert (
        impression_cooldown([e for e in events if e.kind is not EventKind.SHOWN], now)
        == frozenset()
    )


def _showings(events: Sequence[Event], title_id: TitleId) -> list[Event]:
    return [
        e
        for e in events
        if e.kind is EventKind.SHOWN and (e.about.kind, e.about.tmdb_id) == _pair(title_id)
    ]


def _pair(title_id: TitleId) -> tuple[MediaKind, int]:
    return (title_id.kind, title_id.tmdb_id)


def test_events_of_lists_without_a_list_in_them_count_for_nothing() -> None:
    odd = [
        Event(key=f"x{n}", kind=EventKind.SHOWN, about=FILM, at=START + n * DAY, source=FROM_LISTS)
        for n in range(OFTEN)
    ]
    assert impression_cooldown(odd, LAST) == frozenset()


@given(st.lists(st.integers(0, 800 * DAY), max_size=60), st.integers(0, 40))
def test_the_oldest_expire_first_and_never_more_than_needed(ages: list[int], surplus: int) -> None:
    now = START
    events = [shown(now - age, f"{n:016x}") for n, age in enumerate(ages)]
    filler = [shown(now, f"f{n:015x}") for n in range(MOST_KEPT - len(events) + surplus)]
    every = sorted([*events, *filler], key=lambda e: (e.at, e.key))
    gone = set(expired(every, now))
    left = [e for e in every if e.key not in gone]
    old = sum(age > KEPT_DAYS * DAY for age in ages)
    assert len(gone) == max(surplus, old)
    assert all(e.at >= now - KEPT_DAYS * DAY for e in left)
    assert len(left) <= MOST_KEPT
    assert [e.key for e in every[: len(gone)]] == [e.key for e in every if e.key in gone]
