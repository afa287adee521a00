"""Histories of Letterboxd, IMDb and MovieLens are recognised by their content, and read."""

import pytest

from app.domain.catalogue.titles import MediaKind
from app.domain.errors import InvalidInput
from app.domain.people.history_files import HistoryFile, IgnoredFile, UsedFile
from app.domain.people.ledger import About, Event, EventKind
from tests.history_files import (
    DIARY,
    FILMS,
    RATINGS,
    archive,
    events_of,
    opened,
    read,
    table,
)

MATRIX = About(MediaKind.MOVIE, name="The Matrix", year=1999)
URI = "https://boxd.it/2a9q"
DAY = 86_400
OCTOBER_9 = 1_728_432_000
LINKS = b"movieId,imdbId,tmdbId\n1,0114709,862\n2,0113497,8844\n7,,\n"
PEOPLE = "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n1,2,0.5,964981247\n2,1,3.5,1000000000"


def whats(events: list[Event]) -> list[tuple[str, str, int, int | None]]:
    return [(event.kind.value, event.about.name, event.at, event.rating) for event in events]


def test_a_diary_tells_plays_and_ratings_on_one_scale() -> None:
    text = table(
        DIARY,
        ("2024-10-10", "The Matrix", 1999, URI, 4.5, "", "sci-fi action", "2024-10-09"),
        ("2024-10-12", "The Matrix", 1999, URI, "", "Yes", "", "2024-10-12"),
        ("2024-10-12", "Amélie", 2001, URI, 0.5, "", "", ""),
    )
    history = opened(text, "anything.txt")
    assert (history.source, history.used, history.ignored) == (
        "letterboxd",
        (UsedFile("anything.txt", "Letterboxd diary"),),
        (),
    )
    events = events_of(text)
    assert whats(events) == [
        ("watched", "The Matrix", OCTOBER_9, None),
        ("rated", "The Matrix", OCTOBER_9 + DAY, 9),
        ("watched", "The Matrix", OCTOBER_9 + 3 * DAY, None),
        ("watched", "Amélie", 0, None),
        ("rated", "Amélie", OCTOBER_9 + 3 * DAY, 1),
    ]
    assert events[0].about == MATRIX
    assert {event.source for event in events} == {"letterboxd"}
    assert len({event.key for event in events}) == 5


ONE_FILM = ("2024-10-10", "The Matrix", 1999, URI)


@pytest.mark.parametrize(
    ("name", "kind", "at"),
    [
        ("watched.csv", EventKind.WATCHED, 0),
        ("letterboxd_watched (1).csv", EventKind.WATCHED, 0),
        ("watchlist.csv", EventKind.WATCHLISTED, OCTOBER_9 + DAY),
        ("my-watchlist.csv", EventKind.WATCHLISTED, OCTOBER_9 + DAY),
        ("films.csv", EventKind.LOVED, OCTOBER_9 + DAY),
        ("C:\\likes\\films (2).csv", EventKind.LOVED, OCTOBER_9 + DAY),
    ],
)
def test_lists_of_letterboxd_that_look_alike_are_told_apart_by_their_name(
    name: str, kind: EventKind, at: int
) -> None:
    (event,) = events_of(table(FILMS, ONE_FILM), name)
    assert (event.kind, event.about, event.at) == (kind, MATRIX, at)


@pytest.mark.parametrize("name", ["export.csv", "unwatched.csv", "films-i-want.csv"])
def test_such_a_list_with_a_name_of_its_own_is_not_guessed(name: str) -> None:
    with pytest.raises(InvalidInput, match=r"keep the name .*watched\.csv"):
        opened(table(FILMS, ONE_FILM), name)


LETTERBOXD = {
    "profile.csv": "Date Joined,Username,Given Name\n2020-01-01,somebody,Some\n",
    "watched.csv": table(FILMS, ONE_FILM, ("2024-10-10", "Heat", 1995, URI)),
    "ratings.csv": table(RATINGS, (*ONE_FILM, 5)),
    "diary.csv": table(DIARY, (*ONE_FILM, 4, "", "", "2024-10-09")),
    "reviews.csv": table(
        DIARY.replace("Tags", "Review,Tags"), (*ONE_FILM, 4, "", "Good.", "", "2024-10-09")
    ),
    "watchlist.csv": table(FILMS, ("2024-10-10", "Ran", 1985, URI)),
    "likes/films.csv": table(FILMS, ONE_FILM),
    "likes/reviews.csv": table(RATINGS, ("2024-10-10", "Ran", 1985, URI, 1)),
    "deleted/diary.csv": table(DIARY, ("2024-10-10", "Gone", 1999, URI, 4, "", "", "2024-10-09")),
    "lists/best.csv": "Letterboxd list export v7\nDate,Name,Tags\n2024-01-01,Best,\n",
}


def test_a_whole_export_counts_a_film_of_the_diary_once() -> None:
    events = events_of(archive(LETTERBOXD), "letterboxd.zip")
    assert whats(events) == [
        ("watched", "The Matrix", OCTOBER_9, None),
        ("watched", "Heat", 0, None),
        ("rated", "The Matrix", OCTOBER_9 + DAY, 10),
        ("watchlisted", "Ran", OCTOBER_9 + DAY, None),
        ("loved", "The Matrix", OCTOBER_9 + DAY, None),
    ]


def test_an_archive_tells_what_of_it_is_read_and_why_the_rest_is_not() -> None:
    history = opened(archive(LETTERBOXD | {"inner.zip": archive({})}), "letterboxd.zip")
    assert [file.name for file in history.used] == [
        *("diary.csv", "watched.csv", "ratings.csv", "watchlist.csv", "likes/films.csv"),
    ]
    ignored = {file.name: file.reason for file in history.ignored}
    assert ignored.keys() == {
        *("profile.csv", "reviews.csv", "likes/reviews.csv", "deleted/diary.csv"),
        *("lists/best.csv", "inner.zip"),
    }
    assert ignored["reviews.csv"] == "told by the diary as well"
    assert ignored["inner.zip"] == "an archive"


def test_an_export_packed_again_with_its_folder_is_the_same() -> None:
    inside = {f"letterboxd-watchlist-2024/{path}": text for path, text in LETTERBOXD.items()}
    assert events_of(archive(inside), "a.zip") == events_of(archive(LETTERBOXD), "b.zip")
    windows = {path.replace("/", "\\"): text for path, text in inside.items()}
    assert events_of(archive(windows), "c.zip") == events_of(archive(LETTERBOXD), "b.zip")


def test_reading_again_gives_the_same() -> None:
    history: HistoryFile = opened(archive(LETTERBOXD), "letterboxd.zip")
    assert list(history) == list(history)


IMDB = (
    "Const,Your Rating,Date Rated,Title,Original Title,URL,Title Type,IMDb Rating,"
    "Runtime (mins),Year,Genres,Num Votes,Release Date,Directors"
)


def imdb_row(const: str, rating: object, kind: str) -> tuple[object, ...]:
    return (const, rating, "2024-10-09", "Something", "", "", kind, 9.2, 1, 2008, "Crime, Drama")


def test_imdb_ratings() -> None:
    text = table(
        IMDB,
        (*imdb_row("tt0068646", 9, "Movie"), 1, "", ""),
        (*imdb_row("tt0903747", 10, "TV Series"), 1, "", ""),
        (*imdb_row("tt0959621", 10, "TV Episode"), 1, "", ""),
        (*imdb_row("tt1000000", "", "Movie"), 1, "", ""),
        (*imdb_row("68646", 1, "tvMiniSeries"), 1, "", ""),
    )
    history = opened(text, "b4f1.csv")
    assert (history.source, history.used[0].layout) == ("imdb", "IMDb ratings")
    events, refusals = read(text)
    assert [(event.about.kind, event.about.imdb_id, event.rating) for event in events] == [
        (MediaKind.MOVIE, "tt0068646", 9),
        (MediaKind.TV, "tt0903747", 10),
        (MediaKind.TV, "tt0068646", 1),
    ]
    assert {event.at for event in events} == {OCTOBER_9}
    assert [refusal.line for refusal in refusals] == [4, 5]
    assert "TV Episode" in refusals[0].reason
    assert refusals[1].reason == "no rating"


def test_a_list_of_imdb_is_to_be_watched_where_it_is_not_rated() -> None:
    text = table(
        "Position,Const,Created,Modified,Description,Title,Title Type,Year,Your Rating,Date Rated",
        (1, "tt0068646", "2024-10-09", "", "", "The Godfather", "Movie", 1972, "", ""),
        (2, "tt0903747", "2024-10-09", "", "", "B", "TV Series", 2008, 8, "2024-10-10"),
    )
    assert [(event.kind, event.about.imdb_id, event.at) for event in events_of(text)] == [
        (EventKind.WATCHLISTED, "tt0068646", OCTOBER_9),
        (EventKind.RATED, "tt0903747", OCTOBER_9 + DAY),
    ]


def test_movielens_gives_one_persons_ratings_with_the_ids_of_its_links() -> None:
    events = events_of(PEOPLE, "ratings.csv", LINKS, "1")
    assert [(event.about.tmdb_id, event.about.imdb_id) for event in events] == [
        (862, "tt0114709"),
        (8844, "tt0113497"),
    ]
    assert [(event.rating, event.at) for event in events] == [(8, 964982703), (1, 964981247)]
    packed = archive({"ml/ratings.csv": PEOPLE, "ml/links.csv": LINKS, "ml/tags.csv": "a,b\n"})
    assert events_of(packed, "ml.zip", user_id="1") == events


def test_movielens_asks_whose_ratings_are_meant() -> None:
    with pytest.raises(InvalidInput, match=r"ratings of 2 people: say by user_id .*'1', '2'"):
        opened(PEOPLE, "ratings.csv", LINKS)
    with pytest.raises(InvalidInput, match="user_id '3' has no ratings"):
        opened(PEOPLE, "ratings.csv", LINKS, "3")
    alone = PEOPLE.rsplit("\n", 1)[0]
    assert len(events_of(alone, "ratings.csv", LINKS)) == 2


def test_movielens_needs_its_links() -> None:
    with pytest.raises(InvalidInput, match=r"needs MovieLens's links\.csv"):
        opened(PEOPLE, "ratings.csv", user_id="1")
    with pytest.raises(InvalidInput, match="links alone"):
        opened(LINKS, "links.csv")
    with pytest.raises(InvalidInput, match="no links of MovieLens"):
        opened(PEOPLE, "ratings.csv", table(RATINGS, (*ONE_FILM, 4)).encode())


def test_a_film_without_links_is_refused_with_its_line() -> None:
    text = "userId,movieId,rating,timestamp\n1,7,4.0,964982703\n1,9,4.0,964982703\n1,1,4.0,9"
    events, refusals = read(text, "ratings.csv", LINKS)
    assert events == []
    assert [refusal.line for refusal in refusals] == [2, 3, 4]
    assert "movieId '7' has no usable ids" in refusals[0].reason


def test_a_members_own_export_of_movielens_is_in_stars() -> None:
    text = "movie_id,imdb_id,tmdb_id,rating,average_rating,title\n1,0114709,862,4,3.9,Toy Story\n"
    (event,) = events_of(text)
    assert (event.source, event.rating, event.about.name) == ("movielens", 8, "Toy Story")


def test_an_archive_of_two_services_is_read_as_one_of_them() -> None:
    history = opened(archive(LETTERBOXD | {"imdb.csv": table(IMDB)}), "both.zip")
    assert history.source == "letterboxd"
    assert IgnoredFile("imdb.csv", "IMDb ratings beside letterboxd") in history.ignored
