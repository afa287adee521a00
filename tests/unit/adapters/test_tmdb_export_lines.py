"""An export's lines, whatever pieces it comes in, and what is wrong with it."""

import gzip
import json
import logging
import tracemalloc
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.adapters.tmdb.export_lines import lines_of
from app.domain.catalogue.source_answers import ExportLine
from app.domain.catalogue.titles import MediaKind, TitleId
from app.domain.errors import Damaged

FILM = {"adult": False, "id": 7, "original_title": "Made", "popularity": 1.5, "video": False}
MANY = b"\n".join(json.dumps(FILM | {"id": number}).encode() for number in range(1, 5001))

packed: Final = partial(gzip.compress, mtime=0)
"""Without the time in it: a test's name must be the same in every process that collects it."""


def cut(whole: bytes, at: Sequence[int]) -> Iterator[bytes]:
    edges = sorted({0, len(whole), *(edge % (len(whole) + 1) for edge in at)})
    return (whole[start:end] for start, end in pairwise(edges))


def read(*lines: bytes, kind: MediaKind = MediaKind.MOVIE) -> list[ExportLine]:
    return list(lines_of([packed(b"\n".join(lines))], kind, "export.json.gz"))


def movie(number: int, popularity: float = 0.0, *, adult: bool = False) -> ExportLine:
    return ExportLine(TitleId(MediaKind.MOVIE, number), popularity, adult)


def test_films_and_series() -> None:
    assert read(json.dumps(FILM | {"adult": True}).encode()) == [movie(7, 1.5, adult=True)]
    series = b'{"id":3,"original_name":"Made","popularity":2}'
    expected = [ExportLine(TitleId(MediaKind.TV, 3), 2.0, adult=False)]
    assert read(series, kind=MediaKind.TV) == expected


def test_what_a_line_lacks_is_unknown() -> None:
    lines = read(b'{"id":1}', b'{"id":2,"popularity":null,"adult":null}', b'{"id":"3","adult":"1"}')
    assert lines == [movie(1), movie(2), movie(3, adult=True)]


def test_line_ends_of_any_kind() -> None:
    assert read(b'{"id":1}\r', b"", b'{"id":2}', b"") == [movie(1), movie(2)]


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"{",
        b"[]",
        b'{"popularity":1}',
        b'{"id":0}',
        b'{"id":-1}',
        b'{"id":4611686018427387904}',
        b'{"id":null}',
        b'{"id":1.5}',
        b'{"id":5,"original_title":"\xff"}',
        b'{"id":5}{"id":6}',
    ],
)
def test_a_bad_line_costs_no_other(bad: bytes, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    lines = read(b'{"id":1}', bad, b'{"id":2}', b'{"id":3}')
    assert [line for line in lines if line.id.tmdb_id < 4] == [movie(1), movie(2), movie(3)]
    if len(lines) == 3 and bad:
        assert caplog.messages == ["1 of 4 lines of export.json.gz can't be used and are left out"]


@given(at=st.lists(st.integers(0, 200_000), max_size=20), members=st.integers(1, 3))
def test_any_pieces_give_the_same(at: list[int], members: int) -> None:
    whole = b"".join(packed(MANY + b"\n") for _ in range(members)) + b"\0" * 3
    lines = list(lines_of(cut(whole, at), MediaKind.MOVIE, "x"))
    assert [line.id.tmdb_id for line in lines] == list(range(1, 5001)) * members


@given(end=st.integers(0, 10**6), at=st.lists(st.integers(0, 200_000), max_size=4))
def test_a_file_that_breaks_off_anywhere_is_damaged(end: int, at: list[int]) -> None:
    whole = packed(MANY)
    whole = whole[: end % len(whole)]
    given_out: list[int] = []
    with pytest.raises(Damaged, match=r"x (breaks off|is no export)"):
        given_out.extend(line.id.tmdb_id for line in lines_of(cut(whole, at), MediaKind.MOVIE, "x"))
    assert given_out == list(range(1, len(given_out) + 1))


@pytest.mark.parametrize(
    "whole",
    [
        b"",
        packed(b""),
        packed(b"\n\n"),
        packed(b"<html>not today</html>"),
        packed(b'{"id":1}\n{}\n[]'),
        packed(b"[" * 3_000_000),
        b"<html>not today</html>",
        b'{"id":1}',
        packed(MANY) + b"more",
        packed(MANY)[:-8] + b"12345678",
    ],
)
def test_what_is_no_export_is_damaged(whole: bytes) -> None:
    with pytest.raises(Damaged, match="made"):
        list(lines_of([whole], MediaKind.MOVIE, "made.json.gz"))


def test_a_flipped_bit_is_damage() -> None:
    whole = bytearray(packed(MANY))
    whole[len(whole) // 2] ^= 0x40
    with pytest.raises(Damaged):
        list(lines_of([bytes(whole)], MediaKind.MOVIE, "x"))


def test_memory_does_not_grow_with_the_file() -> None:
    member = packed(MANY + b"\n")
    packed_tightly = packed(b'{"id":1}\n' * 3_000_000)  # 27 MB in one small piece
    tracemalloc.start()
    count = sum(1 for _ in lines_of((member for _ in range(20)), MediaKind.MOVIE, "x"))
    assert count == 100_000
    assert next(lines_of([packed_tightly], MediaKind.MOVIE, "x")) == movie(1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 30 << 20
