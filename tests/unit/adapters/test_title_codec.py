import json
from dataclasses import replace

import pytest
from bson.int64 import Int64

from app.adapters.stores.common.title_codec import TITLES
from app.domain.catalogue.titles import Source, Title
from app.domain.errors import Damaged
from tests.builders import make_title, movie


def test_what_says_nothing_takes_no_space() -> None:
    bare = json.loads(TITLES.encode(Title(id=movie(1), name="A")))
    assert bare.keys() <= {"id", "name", "popularity"}


def test_a_record_of_another_version_is_read() -> None:
    older = b'{"id":{"kind":"tv","tmdb_id":7},"name":"A","dropped":[1,2]}'
    title = TITLES.decode(older)
    assert str(title.id) == "tv/7"
    assert title.source is Source.DUMP


def test_a_record_from_before_there_were_regions_is_read() -> None:
    title = make_title(5)
    body = json.loads(TITLES.encode(title))
    older = {name: body[name] for name in body if name not in {"certifications", "providers"}}
    expected = replace(title, certifications=(), providers=())
    assert TITLES.decode(json.dumps(older).encode()) == expected
    assert TITLES.from_document(older) == expected


@pytest.mark.parametrize("wrong", [7, "US", [["US"]], [["US", ["R"]]], {"US": "R"}])
def test_marks_that_are_no_pairs_are_an_error(wrong: object) -> None:
    with pytest.raises(Damaged):
        TITLES.from_document(TITLES.document(make_title(5)) | {"certifications": wrong})


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"{}", b'{"id":{"kind":"book","tmdb_id":7},"name":"A"}', b"\xff\xfe"],
)
def test_a_record_that_cannot_be_read_is_an_error(body: bytes) -> None:
    with pytest.raises(Damaged):
        TITLES.decode(body)
    with pytest.raises(Damaged):
        TITLES.from_document({"name": "A"})


def test_a_document_comes_back_with_the_numbers_of_bson() -> None:
    title = make_title(5, votes=7, recommended=(2**40, 2))
    document = TITLES.document(title) | {"_id": 10, "votes": Int64(7)}
    assert TITLES.from_document(document) == title
