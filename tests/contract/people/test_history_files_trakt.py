"""Trakt's "export my data" is read, one JSON file of it or the whole archive."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.titles import MediaKind
from app.domain.errors import InvalidInput, WatcherError
from app.domain.people.ledger import About, Event, EventKind
from tests.history_files import archive, events_of, json_list, opened, read

Entry = dict[str, object]

FILM: Entry = {
    "title": "Heat",
    "year": 1995,
    "ids": {"trakt": 5, "slug": "heat-1995", "imdb": "tt0113277", "tmdb": 949},
}
SHOW: Entry = {
    "title": "Severance",
    "year": 2022,
    "ids": {"trakt": 5, "slug": "severance", "tvdb": 371980, "imdb": "tt11280740", "tmdb": 95396},
}
HEAT = About(MediaKind.MOVIE, 949, "tt0113277", None, "Heat", 1995)
SEVERANCE = About(MediaKind.TV, 95396, "tt11280740", 371980, "Severance", 2022)
TIME = "2014-03-31T09:28:53.000Z"
AT = 1_396_258_133


def film_play(number: int, **facts: object) -> Entry:
    play = {"id": number, "watched_at": TIME, "action": "watch", "type": "movie", "movie": FILM}
    return play | facts


def episode_play(number: int, season: int, episode: int, **facts: object) -> Entry:
    of = {"season": season, "number": episode, "title": "Half Loop", "ids": {"trakt": 501}}
    play = {"id": number, "watched_at": TIME, "type": "episode", "episode": of, "show": SHOW}
    return play | facts


def summed_film(plays: int, **facts: object) -> Entry:
    return {"plays": plays, "last_watched_at": TIME, "movie": FILM} | facts


def summed_show(*episodes: tuple[int, int, int]) -> Entry:
    seasons = [
        {
            "number": season,
            "episodes": [{"number": number, "plays": plays, "last_watched_at": TIME}],
        }
        for season, number, plays in episodes
    ]
    return {"plays": 9, "last_watched_at": TIME, "show": SHOW, "seasons": seasons}


def seen(events: list[Event]) -> list[tuple[str, int | None, int | None, int, int]]:
    return [(e.about.name, e.season, e.episode, e.plays, e.at) for e in events]


def test_history_tells_each_play_once() -> None:
    text = json_list(
        film_play(1), film_play(2), episode_play(3, 0, 4), film_play(1), film_play(9, watched_at="")
    )
    events = events_of(text, "watched-history-1.json")
    assert seen(events) == [
        ("Heat", None, None, 1, AT),
        ("Heat", None, None, 1, AT),
        ("Severance", 0, 4, 1, AT),
        ("Heat", None, None, 1, AT),
        ("Heat", None, None, 1, 0),
    ]
    assert (events[0].about, events[2].about) == (HEAT, SEVERANCE)
    assert {event.kind for event in events} == {EventKind.WATCHED}
    assert {event.source for event in events} == {
        "trakt-file"
    }  # a sync takes out of ``trakt`` what its account lacks
    assert events[3] == events[0]
    assert len({event.key for event in events}) == 4


def test_a_film_and_a_series_of_the_same_number_are_two() -> None:
    text = json_list(
        {"rated_at": TIME, "rating": 8, "type": "movie", "movie": FILM},
        {"rated_at": TIME, "rating": 9, "type": "show", "show": SHOW},
    )
    film, series = events_of(text, "ratings.json")
    assert film.key != series.key
    assert [(e.about, e.rating, e.at) for e in (film, series)] == [
        (HEAT, 8, AT),
        (SEVERANCE, 9, AT),
    ]


def test_watched_films_and_series_are_sums_of_plays() -> None:
    assert seen(events_of(json_list(summed_film(4)), "watched-movies.json")) == [
        ("Heat", None, None, 4, AT)
    ]
    shows = json_list(summed_show((1, 1, 2), (1, 2, 1)))
    assert seen(events_of(shows, "watched-shows.json")) == [
        ("Severance", 1, 1, 2, AT),
        ("Severance", 1, 2, 1, AT),
    ]
    whole = json_list({"plays": 9, "last_watched_at": TIME, "show": SHOW})
    assert seen(events_of(whole, "watched-shows.json")) == [("Severance", None, None, 1, AT)]


@pytest.mark.parametrize("entry", [summed_film(4), summed_show((1, 1, 4))])
def test_a_later_sum_replaces_the_earlier_one(entry: Entry) -> None:
    (earlier,) = events_of(json_list(entry), "watched.json")
    again = json_list(entry).replace("2014", "2020")
    (later,) = events_of(again, "watched.json")
    assert later.key == earlier.key
    assert later.at > earlier.at


EXPORT = {
    "watched-history-1.json": json_list(film_play(1)),
    "watched-history-2.json": json_list(film_play(2), episode_play(3, 1, 1)),
    "watched-movies.json": json_list(
        summed_film(2), {"plays": 1, "last_watched_at": TIME, "movie": {"title": "Ran"}}
    ),
    "watched-shows.json": json_list(summed_show((1, 1, 1), (1, 2, 3))),
    "ratings-movies.json": json_list({"rated_at": TIME, "rating": 8, "movie": FILM}),
    "ratings-episodes.json": json_list(
        {"rated_at": TIME, "rating": 8, "type": "episode", "show": SHOW, "episode": {}}
    ),
    "lists-watchlist.json": json_list({"listed_at": TIME, "type": "show", "show": SHOW}),
    "lists-favorites.json": json_list({"listed_at": TIME, "type": "movie", "movie": FILM}),
    "lists-list-7-best.json": json_list({"listed_at": TIME, "type": "movie", "movie": FILM}),
    "collection-movies.json": json_list({"collected_at": TIME, "movie": FILM}),
    "hidden-dropped.json": json_list({"hidden_at": TIME, "show": SHOW}),
    "ratings-shows.json": "[]",
    "user-profile.json": '{"username": "somebody"}',
}


@pytest.mark.parametrize("folder", ["", "trakt-export/"])
def test_a_whole_export_adds_of_the_sums_only_what_its_history_lacks(folder: str) -> None:
    packed = archive({folder + path: text for path, text in reversed(EXPORT.items())})
    history = opened(packed, "trakt.zip")
    events = [event for event in history if isinstance(event, Event)]
    assert seen([event for event in events if event.kind is EventKind.WATCHED]) == [
        ("Heat", None, None, 1, AT),
        ("Heat", None, None, 1, AT),
        ("Severance", 1, 1, 1, AT),
        ("Ran", None, None, 1, AT),
        ("Severance", 1, 2, 3, AT),
    ]
    rest = [(event.kind.value, event.about.name) for event in events[5:]]
    assert rest == [("rated", "Heat"), ("watchlisted", "Severance"), ("loved", "Heat")]
    assert len(history.used) == 7
    assert {file.name.removeprefix(folder): file.reason for file in history.ignored} == {
        "ratings-episodes.json": "ratings of episodes; those of films and series are kept",
        "lists-list-7-best.json": (
            "a Trakt list that is neither the watchlist nor the favorites by its name: "
            "keep the name that the file had in the export"
        ),
        "collection-movies.json": "a collection",
        "hidden-dropped.json": "a list of hidden titles",
        "ratings-shows.json": "an empty list",
        "user-profile.json": "JSON, but no list of entries",
    }


def test_what_is_in_a_file_counts_and_not_its_name() -> None:
    history = opened(json_list(film_play(1)), "ratings.csv")
    assert history.used[0].layout == "Trakt history"


def test_a_wrong_id_of_another_family_is_left_out_where_one_is_right() -> None:
    broken = FILM | {"ids": {"trakt": "x", "imdb": "nm0000001", "tmdb": 949, "tvdb": 7}}
    (event,) = events_of(json_list(film_play(1, movie=broken)), "history.json")
    about = event.about
    assert (about.tmdb_id, about.imdb_id, about.tvdb_id) == (949, "", None)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (film_play(2, watched_at="2031-01-01T00:00:00.000Z"), "is in the future"),
        (film_play(2, watched_at="soon"), "date 'soon' can't be read"),
        (film_play(2, movie={"title": "", "ids": {"tmdb": None}}), "neither an id nor a name"),
        (film_play(2, movie=None), "neither a film nor a series"),
        (film_play(2, movie=FILM | {"title": "\ud800"}), "not valid UTF-8"),
        (episode_play(2, -1, 2), "season '-1' is not between"),
        (episode_play(2, 1, 2) | {"episode": None}, "without its episode"),
        (summed_show((1, 1, 0)), "plays '0' is not between"),
        (summed_show((1, 1, 1)) | {"seasons": [7]}, "seasons is no list"),
    ],
)
def test_an_entry_that_cannot_be_used_is_refused_with_line_and_number(
    entry: Entry, reason: str
) -> None:
    good = film_play(1) if "watched_at" in entry else summed_film(1)
    text = json_list(good, entry, good)
    events, refusals = read(text, "watched.json")
    assert len(events) == 2
    assert [refusal.line for refusal in refusals] == [2 + json_list(good).count("\n") - 1]
    assert reason in refusals[0].reason
    assert refusals[0].reason.endswith("(entry 2)")


@pytest.mark.parametrize("rating", [0, 11, "five", 7.5, None, True, [], 10**30])
def test_ratings_off_the_scale_are_refused(rating: object) -> None:
    text = json_list({"rated_at": TIME, "rating": rating, "type": "movie", "movie": FILM})
    events, refusals = read(text, "ratings-movies.json")
    assert events == []
    assert len(refusals) == 1


def test_a_single_season_is_not_its_series() -> None:
    season = {"listed_at": TIME, "type": "season", "season": {"number": 3}, "show": SHOW}
    events, (refusal,) = read(json_list(season), "lists-watchlist.json")
    assert events == []
    assert "one season" in refusal.reason


def test_a_list_that_breaks_off_keeps_what_came_before() -> None:
    text = json_list(film_play(1), film_play(2))[:-30]
    events, (refusal,) = read(text, "history.json")
    assert len(events) == 1
    assert refusal.reason == "no valid JSON from here on"


def test_an_endless_entry_ends_the_reading() -> None:
    text = json_list(film_play(1), film_play(2, notes="x" * 3_000_000), film_play(3))
    events, (refusal,) = read(text, "history.json")
    assert len(events) == 1
    assert refusal.reason == "no valid JSON from here on"


@pytest.mark.parametrize(
    "text",
    ["[]", "[1, 2]", "{}", '{"movies": []}', "[", "[{]", '["a"]', '[{"a": 1}]', "[" * 100_000],
)
def test_json_of_something_else_is_an_error(text: str) -> None:
    with pytest.raises(InvalidInput):
        opened(text, "history.json")


VALUES: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(TIME),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
SHAPES: tuple[Mapping[str, object], ...] = (
    *(film_play(1), episode_play(1, 1, 1), summed_film(1), summed_show((1, 1, 1))),
    {"rated_at": TIME, "rating": 5, "type": "show", "show": SHOW},
    {"listed_at": TIME, "type": "movie", "movie": FILM},
)


@given(st.sampled_from(SHAPES), st.data())
def test_an_entry_with_any_values_gives_events_or_refusals(
    shape: Mapping[str, object], data: st.DataObject
) -> None:
    field = data.draw(st.sampled_from(sorted(shape)))
    value = data.draw(VALUES)
    inside = shape[field]
    if isinstance(inside, Mapping):
        value = {**inside, data.draw(st.sampled_from(sorted(inside))): value}
    try:
        told = list(opened(json_list(shape, {**shape, field: value}), "watchlist.json"))
    except WatcherError:
        return
    assert told
