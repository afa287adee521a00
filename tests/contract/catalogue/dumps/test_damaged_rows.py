"""Damaged rows are refused, and single values left out; neither is fatal."""

import gzip
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.adapters.dumps import open_dump
from app.domain.catalogue.dumps import LeftOut, Record, Refusal
from app.domain.errors import Damaged
from tests.dump_files import (
    BIG,
    JSON_LISTS,
    PIPES,
    TEN_THOUSAND,
    big_row,
    csv_of,
    read,
    write,
)


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
