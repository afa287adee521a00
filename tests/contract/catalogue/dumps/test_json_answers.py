"""Files of TMDB's own answers are read."""

import json
import lzma
from pathlib import Path

import pytest

from app.adapters.dumps import open_dump
from app.domain.catalogue.dumps import Refusal
from app.domain.errors import Damaged
from tests.dump_files import (
    FILM,
    read,
    write,
)


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


@pytest.mark.parametrize("end", ['{"id": 3, "na', "nonsense]", ""])
def test_json_that_breaks_off_gives_what_came_before(tmp_path: Path, end: str) -> None:
    text = json.dumps([details(1), details(2)])[:-1] + ",\n" + end
    _, records, refusals = read(write(tmp_path / "details.json", text))
    assert [record.title.id.tmdb_id for record in records] == [1, 2]
    assert refusals == [Refusal(2, "no valid JSON from here on")]
