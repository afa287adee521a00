"""Every public layout is recognised by its header and read; damaged rows are refused, not fatal."""

import csv
import gzip
import io
import json
import lzma
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.dumps import KNOWN, open_dump
from app.domain.dumps import LeftOut, Record, Refusal
from app.domain.errors import Damaged, InvalidInput
from app.domain.titles import MediaKind, Source, Title, TitleId

JSON_LISTS = (
    "budget,genres,homepage,id,keywords,original_language,original_title,overview,popularity,"
    "production_companies,production_countries,release_date,revenue,runtime,spoken_languages,"
    "status,tagline,title,vote_average,vote_count"
)
PIPES = (
    "id,imdb_id,popularity,budget,revenue,original_title,cast,homepage,director,tagline,keywords,"
    "overview,runtime,genres,production_companies,release_date,vote_count,vote_average,"
    "release_year,budget_adj,revenue_adj"
)
TEN_THOUSAND = (
    ",id,original_language,original_title,popularity,release_date,vote_average,vote_count,genre,"
    "overview,revenue,runtime,tagline"
)
BIG = (
    "id,title,vote_average,vote_count,status,release_date,revenue,runtime,adult,backdrop_path,"
    "budget,homepage,imdb_id,original_language,original_title,overview,popularity,poster_path,"
    "tagline,genres,production_companies,production_countries,spoken_languages,keywords"
)

FILM: dict[str, object] = {"id": 603, "title": "The Matrix", "original_title": "The Matrix"}


def csv_of(columns: str, *rows: dict[str, object]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns.split(","))
    writer.writeheader()
    for row in rows:
        writer.writerow({name: row.get(name, "") for name in columns.split(",")})
    return text.getvalue()


def write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(path: Path) -> tuple[str, list[Record], list[Refusal]]:
    dump = open_dump(path)
    rows = list(dump)
    assert dump.bytes_read == dump.total_bytes == path.stat().st_size
    return (
        dump.layout,
        [row for row in rows if isinstance(row, Record)],
        [row for row in rows if isinstance(row, Refusal)],
    )


def one(path: Path) -> Title:
    _, records, refusals = read(path)
    assert refusals == []
    assert [record.left_out for record in records] == [()]
    return records[0].title


def names(items: Iterable[str]) -> str:
    return json.dumps([{"id": n, "name": name} for n, name in enumerate(items, 1)])


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


def big_row(number: object = 603, **facts: object) -> dict[str, object]:
    return FILM | {"id": number, "adult": "False", "imdb_id": "tt0133093"} | facts


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


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"number": ""}, "id '' is not a whole number"),
        ({"number": "-5"}, "id -5 is not between"),
        ({"number": "0"}, "id 0 is not between"),
        ({"number": 2**62}, "is not between"),
        ({"number": "1997-08-20"}, "id '1997-08-20' is not a whole number"),
        ({"number": "9" * 5000}, "is not a whole number"),
        ({"title": "", "original_title": " \x00"}, "no name"),
        ({"adult": "/poster.jpg"}, "neither True nor False"),
    ],
)
def test_a_row_without_identity_is_refused_with_line_and_reason(
    tmp_path: Path, facts: dict[str, object], reason: str
) -> None:
    text = csv_of(BIG, big_row(1), big_row(**facts), big_row(3))
    _, records, refusals = read(write(tmp_path / "films.csv", text))
    assert [record.title.id.tmdb_id for record in records] == [1, 3]
    assert [refusal.line for refusal in refusals] == [3]
    assert reason in refusals[0].reason


@pytest.mark.parametrize(
    ("facts", "what"),
    [
        ({"genres": "Action, Epic"}, "unknown genre"),
        ({"release_date": "soon"}, "date can't be read"),
        ({"release_date": "1999-02-30"}, "date can't be read"),
        ({"release_date": "0199-02-03"}, "date is impossible"),
        ({"vote_average": "11", "vote_count": "3"}, "vote average is impossible"),
        ({"vote_average": "nan", "vote_count": "3"}, "vote average is impossible"),
        ({"vote_count": "-3"}, "vote count is impossible"),
        ({"vote_count": "many"}, "vote count is not a whole number"),
        ({"popularity": "inf"}, "popularity is impossible"),
        ({"runtime": "-90"}, "runtime is impossible"),
        ({"imdb_id": "133093"}, "IMDb id can't be used"),
        ({"poster_path": "javascript:alert(1)"}, "poster path can't be used"),
        ({"original_language": "English"}, "language can't be used"),
        ({"production_countries": "Atlantis"}, "unknown country"),
        ({"keywords": "[{'name': 'dream'"}, "keywords list can't be read"),
        ({"overview": "x" * 30_000}, "overview is longer than 20000 characters"),
    ],
)
def test_a_single_value_that_cannot_be_used_is_left_out_and_said(
    tmp_path: Path, facts: dict[str, object], what: str
) -> None:
    text = csv_of(BIG, big_row(**facts), big_row(604))
    _, records, refusals = read(write(tmp_path / "films.csv", text))
    assert refusals == []
    assert [left.what for left in records[0].left_out] == [what]
    assert records[0].title.name == "The Matrix"
    assert records[0].title.rating is None
    assert records[1].left_out == ()


def test_an_unknown_genre_leaves_the_known_ones(tmp_path: Path) -> None:
    text = csv_of(BIG, big_row(genres="Action, Epic, sci-fi, Action"))
    _, records, _ = read(write(tmp_path / "films.csv", text))
    assert records[0].title.genres == ("Action", "Science Fiction")
    assert records[0].left_out == (LeftOut("unknown genre", "Epic"),)


def test_line_breaks_inside_a_field_and_nul(tmp_path: Path) -> None:
    text = csv_of(BIG, big_row(1, overview='One.\r\nTwo, "three".\x00'), big_row("x"), big_row(2))
    _, records, refusals = read(write(tmp_path / "films.csv", text))
    assert records[0].title.overview == 'One.\r\nTwo, "three".'
    assert [record.line for record in records] == [2, 5]
    assert [refusal.line for refusal in refusals] == [4]


def test_a_row_that_is_no_utf8_is_refused(tmp_path: Path) -> None:
    text = csv_of(BIG, big_row(1), big_row(2, title="Am*lie"), big_row(3)).encode()
    path = write(tmp_path / "films.csv", text.replace(b"Am*lie", b"Am\xe9lie"))
    _, records, refusals = read(path)
    assert [record.title.id.tmdb_id for record in records] == [1, 3]
    assert refusals == [Refusal(3, "not valid UTF-8")]


@pytest.mark.parametrize("cut", [10, 60])
def test_a_last_row_that_breaks_off_is_refused(tmp_path: Path, cut: int) -> None:
    text = csv_of(BIG, big_row(1), big_row(2, keywords='a "quoted" word, ' + "and more, " * 9))
    _, records, refusals = read(write(tmp_path / "films.csv", text[:-cut]))
    assert [record.title.id.tmdb_id for record in records] == [1]
    assert refusals[0].line == 3
    assert "breaks off" in refusals[0].reason


def test_a_row_with_too_many_fields_is_refused(tmp_path: Path) -> None:
    text = (
        csv_of(BIG, big_row(1))
        + "2,Two"
        + "," * 30
        + "\r\n"
        + csv_of(BIG, big_row(3)).split("\r\n")[1]
    )
    _, records, refusals = read(write(tmp_path / "films.csv", text))
    assert [record.title.id.tmdb_id for record in records] == [1, 3]
    assert refusals == [Refusal(3, "32 fields where 24 are named")]


def test_quotation_marks_left_open_cost_no_more_than_the_longest_field(tmp_path: Path) -> None:
    rows = "".join(csv_of(BIG, big_row(n)).split("\r\n")[1] + "\r\n" for n in range(10, 6000))
    header = csv_of(BIG)
    text = header + '1,"Open' + "," * 22 + "\r\n" + rows
    _, records, refusals = read(write(tmp_path / "films.csv", text))
    assert refusals
    assert refusals[0].line == 2
    assert "field larger than field limit" in refusals[0].reason
    assert records[-1].title.id.tmdb_id == 5999
    assert len(records) > 3000


def test_a_packed_file_that_breaks_off_says_where(tmp_path: Path) -> None:
    text = csv_of(BIG, *(big_row(n, tagline=str(n * 7919)) for n in range(1, 9000)))
    path = write(tmp_path / "films.csv.gz", gzip.compress(text.encode())[:-3000])
    rows: list[object] = []
    with pytest.raises(Damaged, match=r"films\.csv\.gz can't be read behind line \d+"):
        rows.extend(open_dump(path))
    assert len(rows) > 1000


def details(number: int, **facts: object) -> dict[str, object]:
    return {"id": number, "name": f"Series {number}", "first_air_date": "2008-01-20"} | facts


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_tmdbs_answers(tmp_path: Path, indent: int | None) -> None:
    answers = [details(1, overview="x" * 70_000), details(2), FILM | {"release_date": "1999-03-30"}]
    path = write(tmp_path / "details.json", json.dumps(answers, indent=indent))
    layout, records, refusals = read(path)
    assert layout == "JSON answers of TMDB's /movie/{id} or /tv/{id}"
    assert [str(record.title.id) for record in records] == ["tv/1", "tv/2", "movie/603"]
    assert refusals == []
    assert records[2].line == (1 if indent is None else 13)


def test_answers_line_by_line(tmp_path: Path) -> None:
    text = "\n".join(json.dumps(details(n)) for n in (1, 2, 3))
    _, records, refusals = read(write(tmp_path / "details.jsonl", text))
    assert [(record.line, record.title.id.tmdb_id) for record in records] == [
        (1, 1),
        (2, 2),
        (3, 3),
    ]
    assert refusals == []


def test_answers_that_are_none_are_refused(tmp_path: Path) -> None:
    answers = [7, {"status_code": 34}, details(0), details(5)]
    _, records, refusals = read(write(tmp_path / "details.json", json.dumps(answers)))
    assert [record.title.id.tmdb_id for record in records] == [5]
    assert len(refusals) == 3


def test_answers_with_broken_text_are_refused(tmp_path: Path) -> None:
    text = json.dumps([details(1, name="A\ud800"), details(2), details(3, name="Am*lie")])
    path = write(tmp_path / "details.json", text.encode().replace(b"*", b"\xe9"))
    _, records, refusals = read(path)
    assert [record.title.id.tmdb_id for record in records] == [2]
    assert [refusal.reason for refusal in refusals] == ["not valid UTF-8"] * 2


def test_packed_answers_that_break_off_are_an_error(tmp_path: Path) -> None:
    answers = json.dumps([details(n, tagline=str(n * 7919)) for n in range(1, 9000)])
    path = write(tmp_path / "details.json.xz", lzma.compress(answers.encode())[:-500])
    with pytest.raises(Damaged, match=r"details\.json\.xz can't be read"):
        list(open_dump(path))


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    start=st.sampled_from([f"{c}\n" for c in (JSON_LISTS, PIPES, TEN_THOUSAND, BIG)] + ["[", "{"]),
    rest=st.binary(max_size=300) | st.text('",|[]{}:\n\r0159aé\x00', max_size=300).map(str.encode),
)
def test_whatever_follows_the_header_is_read_or_refused(
    tmp_path: Path, start: str, rest: bytes
) -> None:
    path = write(tmp_path / "any.csv", start.encode() + rest)
    assert all(isinstance(row, Record | Refusal) for row in open_dump(path))


@pytest.mark.parametrize("end", ['{"id": 3, "na', "nonsense]", ""])
def test_json_that_breaks_off_gives_what_came_before(tmp_path: Path, end: str) -> None:
    text = json.dumps([details(1), details(2)])[:-1] + ",\n" + end
    _, records, refusals = read(write(tmp_path / "details.json", text))
    assert [record.title.id.tmdb_id for record in records] == [1, 2]
    assert refusals == [Refusal(2, "no valid JSON from here on")]
