"""What counts as watched, whatever a source knows of a title."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.people.ledger import About, Event, EventKind
from app.domain.people.resolution import (
    By,
    Catalogued,
    bears,
    left_out,
    resolved,
    standings_of_titles,
)
from app.domain.people.standing import standings
from app.domain.people.watched import NOT_SEEN, Verdict

FILM = Title(id=TitleId(MediaKind.MOVIE, 69557), name="The Dune", year=1984, imdb_id="tt0087182")
SERIES = Title(
    id=TitleId(MediaKind.TV, 69557), name="Dune", year=2000, imdb_id="tt0142032", tvdb_id=72974
)
OF_FILM = About(MediaKind.MOVIE, tmdb_id=69557)
OF_SERIES = About(MediaKind.TV, tmdb_id=69557)

BOTH = (FILM, SERIES)
IN_CATALOGUE = Catalogued(
    titles={title.id: title for title in BOTH},
    by_imdb={title.imdb_id: title.id for title in BOTH},
    by_tvdb={72974: SERIES.id},
)

_numbers = iter(range(1, 10**9))


def event(
    about: About,
    at: int = 1000,
    kind: EventKind = EventKind.WATCHED,
    episode: tuple[int, int] | None = None,
    source: str = "trakt",
    plays: int = 1,
) -> Event:
    return Event(
        key=f"{source}:{next(_numbers)}",
        kind=kind,
        about=about,
        at=at,
        source=source,
        plays=plays,
        season=episode[0] if episode else None,
        episode=episode[1] if episode else None,
    )


class Watched:
    """A history, for asking title by title."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.rows = resolved(standings(events), IN_CATALOGUE)
        by_title = {row.title_ids[0]: row for row in self.rows if row.title_ids}
        self.standings = standings_of_titles(self.rows, by_title, bearing)
        self.left_out = left_out(self.rows, by_title, bearing)

    def of(self, title: Title) -> Verdict:
        found = self.standings.get(title.id)
        verdict = found.watched if found else NOT_SEEN
        assert verdict.seen == (title.id in self.left_out.watched)
        return verdict


def bearing(abouts: Sequence[About]) -> dict[About, frozenset[TitleId]]:
    return {about: frozenset(title.id for title in BOTH if bears(title, about)) for about in abouts}


def back(about: About, at: int = 2000, episode: tuple[int, int] | None = None) -> Event:
    return event(about, at, EventKind.UNWATCHED, episode, source="hand")


def test_a_film_and_a_series_with_one_number_are_two_titles() -> None:
    watched = Watched([event(OF_FILM)])
    assert watched.of(FILM).seen
    assert watched.of(SERIES) == NOT_SEEN
    assert Watched([event(OF_SERIES)]).of(FILM) == NOT_SEEN


@pytest.mark.parametrize(
    ("about", "title", "by"),
    [
        (OF_FILM, FILM, By.TMDB),
        (About(MediaKind.MOVIE, imdb_id="tt0087182"), FILM, By.IMDB),
        (About(MediaKind.TV, imdb_id="tt0087182"), FILM, By.IMDB),
        (About(MediaKind.TV, tvdb_id=72974), SERIES, By.TVDB),
        (About(MediaKind.MOVIE, name="the dune", year=1984), FILM, By.NAME),
    ],
)
def test_every_family_of_ids_decides(about: About, title: Title, by: By) -> None:
    watched = Watched([event(about)])
    assert watched.of(title).seen
    (row,) = watched.rows
    assert row.by is by


@pytest.mark.parametrize(
    "about",
    [
        About(MediaKind.MOVIE, tvdb_id=72974),  # a film has none
        About(MediaKind.TV, tmdb_id=1, name="Dune", year=2000),  # an id outweighs the name
        About(MediaKind.TV, name="Dune", year=2021),
        About(MediaKind.MOVIE, name="Dune", year=2000),
        About(MediaKind.TV, name="Dune"),
    ],
)
def test_what_names_another_title_decides_nothing(about: About) -> None:
    assert Watched([event(about)]).of(SERIES) == NOT_SEEN


def test_one_episode_makes_a_series_known_and_all_aired_ones_finish_it() -> None:
    some = [event(OF_SERIES, 1000 + n, episode=(1, n)) for n in (1, 2)]
    found = Watched([*some, event(OF_SERIES, 5000, episode=(0, 1))]).of(SERIES)
    assert found.seen
    assert not found.whole
    assert found.episodes == {(1, 1), (1, 2), (0, 1)}
    assert found.finished(2)
    assert not found.finished(3)  # the special is none of them
    assert not found.finished(None)
    assert Watched([event(OF_SERIES)]).of(SERIES).finished(None)


def test_plays_of_two_sources_at_one_moment_are_one() -> None:
    twice = [event(OF_FILM, 1000, source="trakt"), event(OF_FILM, 1000, source="letterboxd")]
    again = event(OF_FILM, 9000, source="trakt")
    assert Watched(twice).of(FILM).plays == 1
    found = Watched([*twice, again]).of(FILM)
    assert (found.plays, found.last_at) == (2, 9000)
    assert Watched([event(OF_FILM, 0, plays=3)]).of(FILM).plays == 3
    assert Watched([event(OF_FILM, 9000, plays=4), again]).of(FILM).plays == 4


def test_taking_back_counts_for_every_source_until_it_is_watched_again() -> None:
    imdb = About(MediaKind.MOVIE, imdb_id="tt0087182")
    told = [event(OF_FILM, 1000), event(imdb, 1500, source="imdb"), event(imdb, 0, source="csv")]
    assert Watched([*told, back(OF_FILM)]).of(FILM) == NOT_SEEN
    seen_again = Watched([*told, back(OF_FILM), event(imdb, 3000)]).of(FILM)
    assert (seen_again.seen, seen_again.plays, seen_again.last_at) == (True, 1, 3000)


def test_taking_back_an_episode_leaves_the_others() -> None:
    some = [event(OF_SERIES, 1000, episode=(1, 1)), event(OF_SERIES, 1100, episode=(1, 2))]
    found = Watched([*some, back(OF_SERIES, episode=(1, 1))]).of(SERIES)
    assert found.episodes == {(1, 2)}
    assert Watched([*some, back(OF_SERIES)]).of(SERIES) == NOT_SEEN


def test_who_rated_a_title_has_seen_it() -> None:
    rating = replace(event(OF_SERIES, 1000, EventKind.RATED), rating=7)
    found = Watched([rating]).of(SERIES)
    assert (found.seen, found.whole, found.plays, found.finished(1)) == (True, False, 0, False)
    assert Watched([rating, back(OF_SERIES)]).of(SERIES) == NOT_SEEN
    assert Watched([replace(rating, rating=None)]).of(SERIES) == NOT_SEEN


def test_other_kinds_of_events_tell_nothing() -> None:
    told = [event(OF_FILM, kind=k) for k in EventKind if k is not EventKind.WATCHED]
    assert Watched(told).of(FILM) == NOT_SEEN


abouts = st.sampled_from(
    [
        OF_FILM,
        OF_SERIES,
        About(MediaKind.MOVIE, imdb_id="tt0087182"),
        About(MediaKind.TV, tvdb_id=72974),
        About(MediaKind.MOVIE, name="The Dune", year=1984),
        About(MediaKind.MOVIE, tmdb_id=5),
    ]
)
histories = st.lists(
    st.builds(
        event,
        abouts,
        st.integers(0, 50),
        st.sampled_from([EventKind.WATCHED, EventKind.UNWATCHED, EventKind.RATED]),
        st.sampled_from([None, (1, 1), (1, 2)]),
        st.sampled_from(["trakt", "hand"]),
        st.integers(1, 3),
    ),
    max_size=12,
)


@given(histories, st.randoms())
def test_the_order_of_entries_and_their_repetition_change_nothing(
    history: list[Event], random: object
) -> None:
    shuffled = [*history, *history]
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis' own Random
    for title in (FILM, SERIES):
        assert Watched(shuffled).of(title) == Watched(history).of(title)


@given(histories, abouts, st.integers(51, 99))
def test_what_is_watched_last_is_always_seen(history: list[Event], about: About, at: int) -> None:
    found = [Watched([*history, event(about, at)]).of(title).seen for title in (FILM, SERIES)]
    assert any(found) == (
        about.tmdb_id != 5 or any(Watched(history).of(t).seen for t in (FILM, SERIES))
    )


@given(histories)
def test_taking_everything_back_leaves_nothing_seen(history: list[Event]) -> None:
    for title, about in ((FILM, OF_FILM), (SERIES, OF_SERIES)):
        assert Watched([*history, back(about, 100)]).of(title) == NOT_SEEN


@given(histories)
def test_a_source_that_adds_its_word_never_hides_what_another_told(history: list[Event]) -> None:
    other = [replace(e, key=f"x{e.key}", source="other") for e in history]
    told = [e for e in other if e.kind is EventKind.WATCHED]
    for title in (FILM, SERIES):
        assert Watched([*history, *told]).of(title).seen == Watched(history).of(title).seen
