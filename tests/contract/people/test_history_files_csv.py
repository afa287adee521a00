"""A CSV of no known service is read by its columns' names; its values are checked."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue.titles import MediaKind
from app.domain.errors import InvalidInput
from app.domain.people.ledger import About, EventKind
from tests.history_files import events_of, opened, read, table

COLUMNS = "tmdb_id,imdb_id,tvdb_id,type,title,year,rating,watched_at,season,episode"
HEAT = About(MediaKind.MOVIE, 949, "tt0113277", None, "Heat", 1995)
SEVERANCE = About(MediaKind.TV, 95396, "", 371980, "Severance", 2022)
DAY = 86_400
OCTOBER_9 = 1_728_432_000


def test_a_row_is_a_play_and_where_it_is_rated_a_rating() -> None:
    text = table(
        COLUMNS,
        (949, "tt0113277", "", "movie", "Heat", 1995, 8, "2024-10-09", "", ""),
        (95396, "", 371980, "tv", "Severance", 2022, "", "2024-10-09", 1, 2),
        (95396, "", 371980, "Show", "Severance", 2022, "", "", "", ""),
    )
    film, rating, episode, series = events_of(text)
    assert (film.kind, film.about, film.at, film.rating) == (
        *(EventKind.WATCHED, HEAT, OCTOBER_9),
        None,
    )
    assert (rating.kind, rating.about, rating.rating) == (EventKind.RATED, HEAT, 8)
    assert (episode.about, episode.season, episode.episode) == (SEVERANCE, 1, 2)
    assert (series.about, series.season, series.at) == (SEVERANCE, None, 0)
    assert len({event.key for event in (film, rating, episode, series)}) == 4


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_order_delimiter_and_spelling_of_columns_make_no_difference(delimiter: str) -> None:
    known = events_of(
        table(
            "tmdb_id,type,title,year,rating,watched_at", (949, "movie", "Heat", 1995, 8, "2024")
        ).replace("2024", "2024-10-09")
    )
    text = table(
        "Watched At,Year,Name,mediaType,TMDB ID,Rating",
        ("09.10.2024", 1995, "Heat", "Film", 949, "8,0"),
        delimiter=delimiter,
    )
    assert events_of(text) == known
    assert events_of(f"sep={delimiter}\r\n\r\n{text}") == known
    assert events_of(text.replace("\r\n", "\r")) == known


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1"]
)
def test_encodings(encoding: str) -> None:
    text = table("title,year,rating", ("Amélie", 2001, 8), ("L'été à Rome", 1987, 9))
    names = [event.about.name for event in events_of(text.encode(encoding))]
    assert names == ["Amélie", "Amélie", "L'été à Rome", "L'été à Rome"]


def test_a_row_of_windows_1252_in_a_file_of_utf_8() -> None:
    text = table("title,year", ("Amélie", 2001)).encode() + "Été…,1987".encode("cp1252")
    assert [e.about.name for e in events_of(text)] == ["Amélie", "Été…"]


def test_stars_are_doubled() -> None:
    events = events_of(table("title,year,stars", ("Heat", 1995, "0.5"), ("Ran", 1985, "4,5")))
    assert [event.rating for event in events if event.rating] == [1, 9]


def test_columns_that_are_not_read_are_said() -> None:
    text = table("title,year,Bewertung,watched_at", ("Heat", 1995, 8, ""))
    assert opened(text, "h.csv").used[0].unread == ("Bewertung",)


@pytest.mark.parametrize(
    "text",
    [
        "Titel;Jahr;Bewertung\nHeat;1995;8\n",
        "Const,Deine Bewertung,Bewertet am,Titel\ntt0113277,8,2024-10-09,Heat\n",
        "movieId,title,genres\n1,Toy Story (1995),Adventure\n",
        "id,title,vote_average,vote_count,imdb_id\n1,Heat,8,99,tt0113277\n",
        "title\nHeat\n",
        "just a text\nof two lines\n",
    ],
)
def test_a_header_that_says_no_history_is_an_error_that_names_what_is_expected(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        opened(text, "history.csv")
    for expected in ("Trakt", "Letterboxd URI", "Const, Your Rating", "movieId", "watched_at"):
        assert expected in caught.value.detail
    for column in text.partition("\n")[0].replace(";", ",").split(","):
        assert column in caught.value.detail


ROW = {"title": "Heat", "year": "1995", "type": "movie", "imdb_id": "tt0113277"}


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"rating": "11"}, "rating '11' is no whole number from 1 to 10"),
        ({"rating": "0"}, "rating '0'"),
        ({"rating": "five"}, "rating 'five'"),
        ({"rating": "7.5"}, "rating '7.5'"),
        ({"rating": "nan"}, "rating 'nan'"),
        ({"rating": "-3"}, "rating '-3'"),
        ({"watched_at": "2025-06-17"}, "date '2025-06-17' is in the future"),
        ({"watched_at": "2031-01-01T00:00:00Z"}, "is in the future"),
        ({"watched_at": "9999999999"}, "is in the future"),
        ({"watched_at": "03/04/2020"}, "date '03/04/2020' can't be read: write it as"),
        ({"watched_at": "2024-02-30"}, "can't be read"),
        ({"watched_at": "0001-01-01T00:00:00+14:00"}, ""),
        ({"type": "book"}, "type 'book' is neither movie nor tv"),
        ({"imdb_id": "nm0000001"}, "IMDb id 'nm0000001' can't be used"),
        ({"tmdb_id": "-5"}, "TMDB id '-5' is not between"),
        ({"tmdb_id": "1e3"}, "TMDB id '1e3' is no whole number"),
        ({"tmdb_id": str(2**62)}, "is not between"),
        ({"tmdb_id": "9" * 5000}, "is no whole number"),
        ({"tmdb_id": "949", "type": ""}, "say which by a column type"),
        ({"year": "95"}, "year '95' is not between"),
        ({"year": "soon"}, "year 'soon' is no whole number"),
        ({"title": "", "imdb_id": ""}, "neither an id nor a name"),
        ({"title": "x" * 1001}, "name is longer than 1000 characters"),
        ({"season": "1"}, "only of use together"),
        ({"season": "1", "episode": "2"}, "a film has no episodes"),
        ({"type": "tv", "season": "1", "episode": "x"}, "episode 'x' is no whole number"),
    ],
)
def test_a_value_that_cannot_be_used_refuses_its_row_with_line_and_reason(
    facts: dict[str, str], reason: str
) -> None:
    rows = [ROW, ROW | facts, ROW | {"title": "Ran"}]
    text = table(COLUMNS, *([row.get(name, "") for name in COLUMNS.split(",")] for row in rows))
    events, refusals = read("\n" * 3 + text)
    if reason:
        assert [event.about.name for event in events] == ["Heat", "Ran"]
        assert [refusal.line for refusal in refusals] == [6]
        assert reason in refusals[0].reason
    else:  # before 1970: a play at an unknown time
        assert [event.at for event in events] == [0, 0, 0]


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2024-10-09", OCTOBER_9),
        ("2024/10/09", OCTOBER_9),
        ("9.10.2024", OCTOBER_9),
        ("2024-10-09 01:00:00", OCTOBER_9 + 3600),
        ("2024-10-09T01:00:00.500Z", OCTOBER_9 + 3600),
        ("2024-10-09T01:00:00+02:00", OCTOBER_9 - 3600),
        (str(OCTOBER_9), OCTOBER_9),
        ("2025-06-16", 1_750_032_000),
        ("", 0),
        ("1969-07-20", 0),
        ("1970-01-01T00:00:00.000Z", 0),
    ],
)
def test_dates(value: str, at: int) -> None:
    (event,) = events_of(table("title,year,date", ("Heat", 1995, value)))
    assert event.at == at


def test_without_a_type_a_row_is_what_its_ids_can_be() -> None:
    text = "tvdb_id,imdb_id,title\n371980,,Severance\n,tt0113277,Heat\n,,Ran\n"
    assert [event.about.kind for event in events_of(text)] == [
        *(MediaKind.TV, MediaKind.MOVIE, MediaKind.MOVIE),
    ]


def test_a_film_and_a_series_of_the_same_number_are_two() -> None:
    events = events_of("tmdb_id,type\n1396,movie\n1396,tv\n")
    assert len({event.key for event in events}) == 2


def test_an_episodes_rating_is_not_its_series() -> None:
    text = "title,type,season,episode,rating\nSeverance,tv,1,2,10\n"
    (event,), (refusal,) = read(text)
    assert (event.kind, event.episode) == (EventKind.WATCHED, 2)
    assert refusal.line == 2
    assert "the play is kept, its rating not" in refusal.reason


def test_ratings_of_several_days_are_several() -> None:
    text = "title,year,rating,date\nHeat,1995,8,2024-10-09\nHeat,1995,6,2024-01-01\n"
    events = events_of(text)
    assert [event.rating for event in events] == [None, 8, None, 6]
    assert len({event.key for event in events}) == 4


def test_the_same_row_a_thousand_times_is_one_event() -> None:
    text = "title,year,rating,date\n" + "Heat,1995,8,2024-10-09\n" * 1000
    events = events_of(text)
    assert len({event.key for event in events}) == len(set(events)) == 2
    assert {event.key for event in events_of("date,rating,year,name\n2024-10-09,8,1995,HEAT")} == {
        event.key for event in events
    }


@given(
    name=st.text("abé\"',;\n|\t ", min_size=1).filter(str.strip),
    year=st.none() | st.integers(1870, 2150),
    rating=st.none() | st.integers(1, 10),
    day=st.dates(date(1970, 1, 2), date(2025, 6, 15)),
    delimiter=st.sampled_from(",;\t|"),
)
def test_what_was_written_is_read(
    name: str, year: int | None, rating: int | None, day: date, delimiter: str
) -> None:
    row = (name, "" if year is None else year, "" if rating is None else rating, day)
    events = events_of(table("title,year,rating,date", row, delimiter=delimiter))
    assert {event.about for event in events} == {
        About(MediaKind.MOVIE, name=events[0].about.name, year=year)
    }
    assert "".join(events[0].about.name.split()) == "".join(name.split())
    assert {event.at for event in events} == {(day - date(1970, 1, 1)).days * DAY}
    assert [event.rating for event in events] == [None, *([rating] if rating else [])]
