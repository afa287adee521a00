"""The packaged sample, and the format that it is in."""

import lzma
from importlib.resources import files
from pathlib import Path

import pytest

from app.adapters.dumps import open_dump
from app.adapters.sample_catalogue import FIELDS, RESOURCE, lines_of, read_sample, records_of
from app.domain.catalogue.dumps import Record, Refusal
from app.domain.catalogue.mending import mend
from app.domain.catalogue.titles import MediaKind, Source, Title, TitleId
from app.domain.catalogue.vocabulary import GENRES
from streamlit_app.pages.titles.starters import WELL_KNOWN


@pytest.fixture(scope="module")
def sample() -> list[Title]:
    rows = list(read_sample())
    assert not [row for row in rows if isinstance(row, Refusal)]
    return [row.title for row in rows if isinstance(row, Record)]


def test_it_is_small_and_holds_films_and_series_enough(sample: list[Title]) -> None:
    assert files("app.sample").joinpath(RESOURCE).stat().st_size <= 1_500_000  # type: ignore[attr-defined]  # a file of an unpacked package
    kinds = [title.id.kind for title in sample]
    assert kinds.count(MediaKind.MOVIE) >= 6000
    assert kinds.count(MediaKind.TV) == 100
    assert len({title.id for title in sample}) == len(sample)


def test_it_holds_facts_and_nobodys_prose(sample: list[Title]) -> None:
    assert {"overview", "tagline"}.isdisjoint(FIELDS)
    assert not any(title.overview or title.tagline for title in sample)
    assert all(title.source is Source.SAMPLE for title in sample)
    assert not any(title.adult for title in sample)


def test_the_best_known_come_first(sample: list[Title]) -> None:
    votes = [title.votes for title in sample]
    assert votes == sorted(votes, reverse=True)
    matrix = next(title for title in sample if title.id == TitleId(MediaKind.MOVIE, 603))
    assert (matrix.name, matrix.year) == ("The Matrix", 1999)
    assert {"Action", "Science Fiction"} <= set(matrix.genres)
    assert "Keanu Reeves" in matrix.cast


def test_it_holds_every_title_that_the_web_app_begins_with(sample: list[Title]) -> None:
    known = {(title.id.kind.value, title.id.tmdb_id) for title in sample}
    assert [ref for ref in WELL_KNOWN if (ref.kind, ref.tmdb_id) not in known] == []


def test_each_film_has_facts_enough_to_be_found_by(sample: list[Title]) -> None:
    for title in sample:
        assert title.name
        assert set(title.genres) <= set(GENRES)
        if title.id.kind is MediaKind.MOVIE:
            assert title.year
            assert title.genres
            assert title.rating is not None


def test_its_text_is_mended(sample: list[Title]) -> None:
    for title in sample:
        for text in (title.name, *title.cast, *title.makers, *title.keywords, *title.companies):
            assert mend(text) == text
            assert "\ufffd" not in text
    names = {name for title in sample for name in title.cast}
    assert {"Penélope Cruz", "Stellan Skarsgård", "Ken Watanabe"} <= names


def test_it_says_where_the_facts_come_from() -> None:
    text = files("app.sample").joinpath("ATTRIBUTION.md").read_text(encoding="utf-8")
    assert "This product uses the TMDB API but is not endorsed or certified by TMDB." in text


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    titles = [
        Title(id=TitleId(MediaKind.TV, 2**62 - 1), name="Señora", source=Source.SAMPLE),
        Title(
            id=TitleId(MediaKind.MOVIE, 1),
            name="A Film",
            year=1999,
            votes=7,
            rating=6.5,
            genres=("Drama",),
            poster_path="/a.jpg",
            source=Source.SAMPLE,
        ),
    ]
    path = tmp_path / "sample.jsonl.xz"
    path.write_bytes(lzma.compress("".join(lines_of(titles)).encode()))
    dump = open_dump(path)
    assert dump.layout == "sample catalogue"
    assert [row.title for row in dump if isinstance(row, Record)] == titles


@pytest.mark.parametrize(
    "line",
    [
        "[",
        "[7]",
        '[1,"Too low"]',
        '[9223372036854775808,"Too high"]',
        '["x","A"]',
        "7",
        '[2,""]',
        "null",
        '[2,"A","1999"]',
        '[2,"A",1999,-1]',
        '[2,"A",1999,7,NaN]',
        '[2,"A",1999,7,5.0,1.0,["Drama",7]]',
        '[2,"\\ud800"]',
    ],
)
def test_a_damaged_line_is_refused(line: str) -> None:
    header = next(iter(lines_of([])))
    assert [type(row) for row in records_of([header, line])] == [Refusal]
