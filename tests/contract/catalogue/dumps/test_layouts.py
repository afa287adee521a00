"""Every public layout is recognised by its header, and read."""

import gzip
import json
import lzma
from pathlib import Path

import pytest

from app.adapters.dumps import KNOWN, open_dump
from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId
from app.domain.errors import InvalidInput
from tests.dump_files import (
    BIG,
    FILM,
    JSON_LISTS,
    PIPES,
    TEN_THOUSAND,
    big_row,
    csv_of,
    names,
    one,
    write,
)


def test_json_lists(tmp_path: Path) -> None:
    row = FILM | {
        "genres": names(["Action", "Science Fiction"]),
        "keywords": names(["Saving the World", "dream"]),
        "original_language": "en",
        "overview": "A clerk learns what is real.",
        "popularity": "104.3",
        "production_companies": names(["Village Roadshow, Inc.", "Groucho II"]),
        "production_countries": json.dumps([{"iso_3166_1": "AU", "name": "Australia"}]),
        "release_date": "1999-03-30",
        "runtime": "136.0",
        "spoken_languages": json.dumps([{"iso_639_1": "en", "name": "English"}]),
        "status": "Released",
        "tagline": "Look again.",
        "vote_average": "7.9",
        "vote_count": "8907",
    }
    path = write(tmp_path / "films.csv", csv_of(JSON_LISTS, row))
    assert open_dump(path).layout == "JSON lists (the 5000 set)"
    assert one(path) == Title(
        id=TitleId(MediaKind.MOVIE, 603),
        name="The Matrix",
        original_name="The Matrix",
        year=1999,
        released="1999-03-30",
        genres=("Action", "Science Fiction"),
        keywords=("saving the world", "dream"),
        companies=("Village Roadshow, Inc.", "Groucho II"),
        countries=("AU",),
        original_language="en",
        spoken_languages=("en",),
        runtime=136,
        status="Released",
        votes=8907,
        rating=7.9,
        popularity=104.3,
        overview="A clerk learns what is real.",
        tagline="Look again.",
        source=Source.DUMP,
    )


def test_pipes_take_the_year_from_its_own_column(tmp_path: Path) -> None:
    row: dict[str, object] = {
        "id": 539,
        "imdb_id": "tt0054215",
        "original_title": "Psycho",
        "cast": "Anthony Perkins|Vera Miles|RenÃ© Invented",
        "director": "Alfred Hitchcock",
        "keywords": "hotel|money",
        "genres": "Drama|Horror",
        "production_companies": "Shamley Productions",
        "release_date": "6/16/60",
        "release_year": "1960",
        "vote_count": "1180",
        "vote_average": "8",
        "runtime": "109",
    }
    path = write(tmp_path / "films.csv", csv_of(PIPES, row))
    title = one(path)
    assert open_dump(path).layout == "|-separated with cast and director"
    assert (title.name, title.year, title.released) == ("Psycho", 1960, "1960-06-16")
    assert title.cast == ("Anthony Perkins", "Vera Miles", "René Invented")
    assert title.makers == ("Alfred Hitchcock",)
    assert title.keywords == ("hotel", "money")
    assert title.imdb_id == "tt0054215"


@pytest.mark.parametrize(
    "genre",
    ["['Action', 'Crime']", '["Action", "Crime"]', "Action, Crime", "Action|Crime", "Action,Crime"],
)
def test_ten_thousand(tmp_path: Path, genre: str) -> None:
    row = FILM | {
        "": 0,
        "genre": genre,
        "release_date": "30-03-1999",
        "original_language": "en",
        "vote_count": 5,
        "vote_average": 7.5,
    }
    path = write(tmp_path / "films.csv", csv_of(TEN_THOUSAND, row))
    title = one(path)
    assert open_dump(path).layout == "10k with genre and dd-mm-yyyy"
    assert (title.released, title.year) == ("1999-03-30", 1999)
    assert title.genres == ("Action", "Crime")
    assert title.name == "The Matrix"


def test_the_big_one(tmp_path: Path) -> None:
    row = big_row(
        genres="Action, Science Fiction",
        keywords="saving the world, Dream",
        production_companies="Village Roadshow Pictures",
        production_countries="United States of America, South Korea",
        spoken_languages="English, No Language, Korean",
        poster_path="/f89U3ADr1oiB1s9GkdPOEpXUk5H.jpg",
        release_date="1999-03-30",
        vote_average="8.2",
        vote_count="24000",
        adult="True",
    )
    title = one(write(tmp_path / "films.csv", csv_of(BIG, row)))
    assert title.genres == ("Action", "Science Fiction")
    assert title.keywords == ("saving the world", "dream")
    assert title.countries == ("US", "KR")
    assert title.spoken_languages == ("en", "ko")
    assert title.poster_path == "/f89U3ADr1oiB1s9GkdPOEpXUk5H.jpg"
    assert title.adult
    assert (title.votes, title.rating) == (24000, 8.2)


@pytest.mark.parametrize("columns", [JSON_LISTS, PIPES, TEN_THOUSAND, BIG])
def test_order_and_further_columns_make_no_difference(tmp_path: Path, columns: str) -> None:
    row = big_row(release_date="1999-03-30", release_year="1999")
    plain = write(tmp_path / "plain.csv", csv_of(columns, row))
    turned = ",".join(["Rank", *reversed(columns.split(",")), "notes"])
    other = write(tmp_path / "other.csv", csv_of(turned, row | {"notes": "a, b", "Rank": 1}))
    assert open_dump(plain).layout == open_dump(other).layout
    assert one(plain) == one(other)


@pytest.mark.parametrize("pack", [bytes, gzip.compress, lzma.compress, b"\xef\xbb\xbf".__add__])
def test_packed_files_and_byte_order_marks(tmp_path: Path, pack: object) -> None:
    text = csv_of(BIG, big_row(title="Amélie")).encode()
    assert callable(pack)
    assert one(write(tmp_path / "films.dat", pack(text))).name == "Amélie"


def test_an_unknown_layout_lists_those_known_and_the_columns_found(tmp_path: Path) -> None:
    path = write(tmp_path / "ratings.csv", "userId,movieId,rating\n1,2,3\n")
    with pytest.raises(InvalidInput) as caught:
        open_dump(path)
    assert all(layout in caught.value.detail for layout in KNOWN)
    assert "userid, movieid, rating" in caught.value.detail


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\x89PNG\r\n\x1a\n\x00\x01", b"\xff\xfei\x00d\x00"]
)
def test_a_file_that_is_no_catalogue_is_an_error(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidInput):
        open_dump(write(tmp_path / "films.csv", content))


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"none\.csv can't be read"):
        open_dump(tmp_path / "none.csv")
    with pytest.raises(InvalidInput):
        open_dump(tmp_path)
