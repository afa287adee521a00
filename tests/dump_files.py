"""Catalogue files in the public layouts, written and read."""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path

from app.adapters.dumps import open_dump
from app.domain.catalogue.dumps import Record, Refusal
from app.domain.catalogue.titles import Title

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


def big_row(number: object = 603, **facts: object) -> dict[str, object]:
    return FILM | {"id": number, "adult": "False", "imdb_id": "tt0133093"} | facts
