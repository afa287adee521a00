"""Whatever is handed in as a history: a sentence, never a traceback or a full memory."""

import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.history_files import open_history
from app.domain.catalogue.dumps import Refusal
from app.domain.errors import InvalidInput, TooLarge, WatcherError
from app.domain.people.history_files import MAX_FILE_BYTES, MAX_LINES, MAX_UNPACKED_BYTES
from app.domain.people.ledger import Event
from tests.history_files import (
    DIARY,
    FILMS,
    NOW,
    RATINGS,
    archive,
    json_list,
    opened,
    read,
    table,
)

HEADER = "title,year,rating\n"
WATCHED = table(FILMS, ("2024-10-10", "The Matrix", 1999, "https://boxd.it/2a9q"))
DAY = 86_400


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n ", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is no text"),
        (b"\x1f\x8b\x08\0", "packed file"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"SQLite format 3\0", "a database"),
        (b"<!DOCTYPE html>\n<html><body>Sign in</body>", "a web page"),
        (b"7z\xbc\xaf\x27\x1c", "an archive"),
        (b"\xff\xfe", "no layout that is known"),
        (b'"title,year\n' + b"x" * 300_000, "no layout that is known"),
        (b"," * 300_000, "no layout that is known"),
        (bytes(range(1, 256)) * 40, "no layout that is known"),
    ],
)
def test_a_file_that_is_not_what_its_name_says(content: bytes, said: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        opened(content, "ratings.csv")
    assert caught.value.detail.startswith("ratings.csv")
    assert said in caught.value.detail
    assert len(caught.value.detail) < 3_000


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InvalidInput, match="can't be read"):
            open_history(path, "none.csv")


def test_a_large_file_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.write(HEADER.encode())
        file.truncate(100 << 20)
    tracemalloc.start()
    with pytest.raises(TooLarge, match=r"100\.0 MB; 20 MB are allowed"):
        open_history(path, "large.csv")
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()
    with pytest.raises(TooLarge):
        open_history(bytes(MAX_FILE_BYTES + 1), "large.csv")


def test_a_file_of_too_many_lines_is_refused() -> None:
    with pytest.raises(TooLarge, match="1000001 lines; 1000000 are allowed"):
        opened(HEADER + "\n" * MAX_LINES, "long.csv")


def test_broken_rows_are_refused_and_the_others_read() -> None:
    text = (
        f"{HEADER}Heat,1995,8\nRan\nA,1,2,3\nRan,1985,,,\n,,\n\n"
        f"{'x' * 200_000},1985,8\nB\0,1985,\nAlien,1979,9\n"
    )
    text = text.replace("Heat", "H" * 990)  # so that NUL isn't where a file is recognised
    events, refusals = read(text)
    assert [event.about.name[:5] for event in events if not event.rating] == [
        *("HHHHH", "Ran", "Alien"),
    ]
    assert [(refusal.line, refusal.reason) for refusal in refusals] == [
        (3, "breaks off: 1 fields where 3 are named"),
        (4, "4 fields where 3 are named"),
        (8, "field larger than field limit (131072)"),
        (9, "holds NUL characters"),
    ]


@pytest.mark.parametrize("row", ['"Ran,1985,8', 'Ran,1985,"8', 'Ran,1985,"'])
def test_an_unclosed_quotation_mark_is_said_with_the_lines_it_takes(row: str) -> None:
    events, (refusal,) = read(f"{HEADER}Heat,1995,8\n{row}\nAlien,1979,9\n")
    assert {event.about.name for event in events} == {"Heat"}
    assert refusal.line == 3
    assert "(to line 4)" in refusal.reason


def test_a_long_file_with_an_unclosed_mark_loses_no_more_than_a_part() -> None:
    text = f'{HEADER}"Ran,1985,8\n' + "Alien,1979,9\n" * 20_000
    events, refusals = read(text)
    assert len(events) > 2 * 9_000
    assert len(refusals) == 1
    assert refusals[0].line == 2


def test_a_bomb_is_refused_by_its_ratio_before_it_is_unpacked() -> None:
    bomb = archive({"ratings.csv": bytes(60 << 20)})
    tracemalloc.start()
    with pytest.raises(InvalidInput, match=r"times its size.* 200 times are allowed"):
        opened(bomb, "bomb.zip")
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def claiming(packed: bytes, size: int) -> bytes:
    """The archive's directory with another size of its one member."""
    at = packed.rindex(b"PK\1\2") + 24
    return packed[:at] + struct.pack("<I", size) + packed[at + 4 :]


def test_what_would_unpack_to_too_much_is_refused() -> None:
    with pytest.raises(TooLarge, match="unpack to 201 MB; 200 are allowed"):
        opened(claiming(archive({"a.csv": "x"}), MAX_UNPACKED_BYTES + (1 << 20)), "much.zip")


def test_an_archive_that_lies_about_its_sizes_is_damaged() -> None:
    with pytest.raises(InvalidInput, match=r"a\.csv in lie\.zip is damaged"):
        opened(claiming(archive({"a.csv": HEADER + "Heat,1995,8\n" * 99}), 40), "lie.zip")


def test_an_archive_of_very_many_files_is_refused() -> None:
    with pytest.raises(InvalidInput, match="holds 5001 files; 5000 are allowed"):
        opened(archive({f"{n}.csv": "" for n in range(5001)}, zipfile.ZIP_STORED), "many.zip")


def test_an_encrypted_archive_says_so() -> None:
    packed = bytearray(archive({"watched.csv": WATCHED}))
    packed[packed.rindex(b"PK\1\2") + 8] |= 1
    with pytest.raises(InvalidInput, match="is encrypted: unpack it"):
        opened(bytes(packed), "secret.zip")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_rare_way_of_packing_is_refused(method: int) -> None:
    with pytest.raises(InvalidInput, match="make an ordinary zip"):
        opened(archive({"watched.csv": WATCHED}, method), "rare.zip")


def test_members_outside_of_the_archive_and_hidden_ones_are_ignored() -> None:
    bad = {
        path: table(FILMS, ("2024-10-10", "Bad", 1999, ""))
        for path in (
            *("../watched.csv", "a/../../watched.csv", "/watched.csv", "C:/watched.csv"),
            *(
                "..\\watched.csv",
                "__MACOSX/watched.csv",
                "._watched.csv",
                "x" * 400 + "/watched.csv",
            ),
        )
    }
    history = opened(archive(bad | {"watched.csv": WATCHED}), "paths.zip")
    assert [event.about.name for event in history if isinstance(event, Event)] == ["The Matrix"]
    assert {file.name for file in history.ignored} == {
        path.replace("\\", "/")[:300] for path in bad
    }


def test_a_member_without_a_name_is_ignored() -> None:
    packed = archive({"x": "", "watched.csv": WATCHED})
    at = packed.index(b"PK\1\2") + 28
    unnamed = packed[:at] + struct.pack("<HH", 0, 1) + packed[at + 4 :]  # the x is no name now
    history = opened(unnamed, "a.zip")
    assert [file.name for file in history.used] == ["watched.csv"]
    assert [(file.name, file.reason) for file in history.ignored] == [("", "it has no name")]


def test_an_archive_inside_an_archive_is_not_opened() -> None:
    inner = archive({"watched.csv": WATCHED})
    with pytest.raises(InvalidInput, match=r"holds no history, but watched\.csv: an archive"):
        opened(archive({"watched.csv": inner}), "outer.zip")


def test_a_spreadsheet_says_how_to_save_it() -> None:
    with pytest.raises(InvalidInput, match="save it as CSV"):
        opened(archive({"[Content_Types].xml": "<x/>", "xl/sheet1.xml": "<x/>"}), "h.xlsx")


@pytest.mark.parametrize("content", [{}, {"a/": ""}, {"notes.txt": "Hello.\n"}])
def test_an_archive_without_a_history_is_an_error(content: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="holds no history"):
        opened(archive(content), "empty.zip")


def test_a_damaged_archive_gives_nothing_at_all() -> None:
    packed = archive({"ratings.csv": table(RATINGS), "watched.csv": WATCHED * 50})
    with pytest.raises(InvalidInput):
        opened(packed[: len(packed) // 2], "half.zip")
    at = packed.rindex(b"PK\3\4") + 60
    with pytest.raises(InvalidInput, match=r"watched\.csv in flipped\.zip is damaged"):
        opened(packed[:at] + b"\xff\xff\xff" + packed[at + 3 :], "flipped.zip")


def test_a_refusal_in_an_archive_names_its_file() -> None:
    text = table(RATINGS, ("2024-10-10", "Heat", 1995, "", 6))
    (refusal,) = list(opened(archive({"x/ratings.csv": text}), "a.zip"))
    assert refusal == Refusal(2, "x/ratings.csv: rating '6' is not half a star to five, in halves")


def test_twenty_thousand_rows_are_read_within_seconds_and_little_memory() -> None:
    rows = [("2016-12-01", f"Film {n}", 1990, "", 2.5, "", "", "2016-11-30") for n in range(20_000)]
    packed = archive({"diary.csv": table(DIARY, *rows)})
    start = time.process_time()  # other work on the machine doesn't count
    assert sum(isinstance(each, Event) for each in opened(packed, "a.zip")) == 40_000
    assert time.process_time() - start < 5
    seen = ("2016-12-01", "Film", 1990, "", 2.5, "", "", "2016-11-30")
    history = opened(table(DIARY, *[seen] * 5_000), "diary.csv")
    tracemalloc.start()
    assert len({each.key for each in history if isinstance(each, Event)}) == 2
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def told(content: bytes, name: str = "history.csv", links: bytes | None = None) -> None:
    """Everything that opening and reading may do with any bytes."""
    try:
        every = list(opened(content, name, links))
    except WatcherError as error:
        sentence = error.detail
        every = []
    else:
        sentence = "."
    assert sentence.isprintable()
    assert len(sentence) < 3_000
    for each in every:
        if isinstance(each, Event):
            assert each.key.encode()
            assert 0 <= each.at <= NOW + DAY
            assert each.rating is None or 1 <= each.rating <= 10
            assert each.plays >= 1
            assert each.about.name or each.about.imdb_id or each.about.tmdb_id or each.about.tvdb_id
        else:
            assert each.line >= 1
            assert each.reason


STARTS = (
    *(b"", HEADER.encode(), DIARY.encode() + b"\n", RATINGS.encode() + b"\n", b"PK\3\4", b"["),
    *(b"\xff\xfe", b"\xfe\xff\0", b"\xef\xbb\xbf", b"Position,Const,Created,Title Type\n"),
    b"userId,movieId,rating,timestamp\n",
    json_list({"watched_at": "", "movie": {"title": "Heat"}})[:-1].encode() + b",",
)


@settings(max_examples=300)
@given(st.sampled_from(STARTS), st.binary(max_size=300), st.sampled_from(["a.csv", "likes.csv"]))
def test_any_bytes_give_events_refusals_or_a_sentence(
    start: bytes, content: bytes, name: str
) -> None:
    told(start + content, name)
    told(start + content, name, b"movieId,imdbId,tmdbId\n1,0114709,862\n" + content)


CELLS = st.sampled_from(
    [
        *("", '"', "a", "\r", "\n", "1999", "8", "0.5", "2024-10-09", "tt0113277", "movie", "\0"),
        *("é", "-1", "1e400", "9" * 400, "\udcff", "Heat", "tv", "x" * 2000),
    ]
)


@given(st.sampled_from(STARTS), st.lists(st.lists(CELLS, max_size=9), max_size=6))
def test_rows_of_any_cells_give_events_or_refusals(start: bytes, rows: list[list[str]]) -> None:
    told(start + "\n".join(map(",".join, rows)).encode("utf-8", "surrogateescape"))


@settings(max_examples=300)
@given(st.data())
def test_an_archive_with_any_damage_gives_a_sentence(data: st.DataObject) -> None:
    packed = bytearray(archive({"watched.csv": WATCHED, "a/ratings.csv": table(RATINGS)}))
    for _ in range(data.draw(st.integers(1, 4))):
        packed[data.draw(st.integers(0, len(packed) - 1))] = data.draw(st.integers(0, 255))
    told(bytes(packed[: data.draw(st.integers(0, len(packed)))]), "a.zip")
    told(bytes(packed), "a.zip")
