"""How fast the stores are: ``python -m scripts.bench.store --titles 200000 --json FILE``.

Everything happens in a temporary folder (``TMPDIR`` says where), which takes about 6 KB per title
while it runs. Making the titles and vectors isn't part of any figure.
"""

import argparse
import gc
import json
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from dataclasses import asdict, replace
from functools import cache, partial
from pathlib import Path
from typing import Final
from uuid import uuid4

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from app.adapters.clock import SystemClock
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.mongo import open_mongo
from app.adapters.stores.mongo.connection import connect
from app.adapters.stores.sqlite import open_sqlite
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.catalogue.vocabulary import GENRES
from app.domain.ports.vectors import VectorRow
from scripts.bench.report import print_table, resident_mb, write_json

BATCH: Final = 5000
VECTOR_BATCH: Final = 1000
DIMENSION: Final = 384
MODEL: Final = "bench"
GETS: Final = 2000
PATTERNS: Final = 2000
BASELINE: Final = "bare table, json.dumps (baseline)"

Row = dict[str, object]

_WORDS: Final = [
    first + second
    for first in ("bar", "col", "den", "fal", "gor", "hel", "kin", "lum", "mor", "nev", "pal")
    for second in ("an", "der", "ic", "low", "mont", "ner", "oth", "sel", "tine", "vor", "wick")
]


def title_ids(count: int) -> list[TitleId]:
    """Ids as dense as TMDB's: four films to one series."""
    return [
        TitleId(MediaKind.TV if n % 5 == 0 else MediaKind.MOVIE, n) for n in range(1, count + 1)
    ]


def titles(ids: Sequence[TitleId]) -> list[Title]:
    """Invented titles of about 1 KB, alike but for number and name after `PATTERNS` of them."""
    patterns = _patterns()
    return [
        replace(pattern, id=each, name=f"{pattern.name} {each.tmdb_id}")
        for each in ids
        for pattern in (patterns[each.tmdb_id % PATTERNS],)
    ]


@cache
def _patterns() -> list[Title]:
    return [_title(TitleId(MediaKind.MOVIE, number + 1)) for number in range(PATTERNS)]


def _title(title_id: TitleId) -> Title:
    pick = random.Random(title_id.key)
    words = pick.choices(_WORDS, k=110)
    return Title(
        id=title_id,
        name=" ".join(words[:3]).title(),
        original_name=" ".join(words[3:6]).title(),
        year=pick.randint(1930, 2025),
        released="2001-02-03",
        genres=tuple(pick.sample(GENRES, 3)),
        keywords=tuple(" ".join(words[n : n + 2]) for n in range(6, 26, 2)),
        cast=tuple(" ".join(words[n : n + 2]).title() for n in range(26, 46, 2)),
        makers=(" ".join(words[46:48]).title(),),
        countries=("US",),
        original_language="en",
        spoken_languages=("en",),
        runtime=pick.randint(60, 200),
        votes=pick.randint(0, 20_000),
        rating=round(pick.uniform(1, 10), 3),
        popularity=round(pick.uniform(0, 100), 3),
        imdb_id=f"tt{title_id.tmdb_id:07d}",
        poster_path="/abcdefghijklmnopqrstuvwxyz0.jpg",
        overview=" ".join(words[48:]).capitalize() + ".",
    )


def in_batches(ids: Sequence[TitleId], size: int) -> Iterator[Sequence[TitleId]]:
    """The ids in sequences of at most `size`."""
    return (ids[start : start + size] for start in range(0, len(ids), size))


def seconds(call: Callable[[], object]) -> float:
    """How long the call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def baseline(folder: Path, ids: Sequence[TitleId]) -> Row:
    """What a few lines of one's own would reach: no key, SQLite's own settings."""
    connection = sqlite3.connect(folder / "bare.sqlite3")
    connection.execute("CREATE TABLE titles (body TEXT)")
    spent = 0.0
    for batch in in_batches(ids, BATCH):
        documents = [asdict(title) for title in titles(batch)]
        started = time.perf_counter()
        with connection:
            connection.executemany(
                "INSERT INTO titles VALUES (?)", ((json.dumps(each),) for each in documents)
            )
        spent += time.perf_counter() - started
    connection.close()
    return {"name": f"{BASELINE}: upsert titles", "per_second": len(ids) / spent, "ratio": 1.0}


def upserts(stores: Stores, name: str, ids: Sequence[TitleId], against: float) -> Row:
    """Titles written per second; `against` is the baseline's figure."""
    spent = 0.0
    for batch in in_batches(ids, BATCH):
        ready = titles(batch)
        spent += seconds(partial(stores.titles.upsert, ready))
    speed = len(ids) / spent
    return {"name": name, "per_second": speed, "ratio": speed / against}


def reads(stores: Stores, ids: Sequence[TitleId]) -> list[Row]:
    """Single titles, and ten at a time, at random."""
    pick = random.Random(1)
    one = [seconds(lambda: stores.titles.get(pick.choice(ids))) for _ in range(GETS)]
    ten = [seconds(lambda: stores.titles.get_many(pick.sample(ids, 10))) for _ in range(GETS)]
    return [_latency("get by id", one), _latency("get_many of 10", ten)]


def scanned(name: str, batches: Iterable[Sized]) -> Row:
    """Rows read per second, and how far resident memory rose above where it began, in MB."""
    gc.collect()
    before = highest = resident_mb()
    count = 0
    started = time.perf_counter()
    for batch in batches:
        count += len(batch)
        highest = max(highest, resident_mb())
    speed = count / (time.perf_counter() - started)
    return {"name": name, "rows": count, "per_second": speed, "growth_mb": highest - before}


def vectors(stores: Stores, ids: Sequence[TitleId]) -> list[Row]:
    """Writing, reading through, counting."""
    block = np.random.default_rng(0).standard_normal((VECTOR_BATCH, DIMENSION), np.float32)
    block /= np.linalg.norm(block, axis=1, keepdims=True)
    spent = 0.0
    for batch in in_batches(ids, VECTOR_BATCH):
        rows = [
            VectorRow(title_id, title_id.key.to_bytes(16, "big"), row)
            for title_id, row in zip(batch, block, strict=False)
        ]
        spent += seconds(partial(stores.vectors.upsert, MODEL, rows))
    status = [seconds(lambda: stores.vectors.status(MODEL)) for _ in range(50)]
    last = stores.vectors.status(MODEL).last_seq
    tail = [seconds(lambda: stores.vectors.changes(MODEL, last - 100)) for _ in range(50)]
    keys = (batch.keys for batch in stores.vectors.scan(MODEL))
    return [
        {"name": "upsert vectors", "per_second": len(ids) / spent},
        scanned("scan vectors", keys),
        _latency("vector status", status),
        _latency("last 100 changes", tail),
    ]


def measured(stores: Stores, ids: Sequence[TitleId], against: float) -> list[Row]:
    """Every figure of one store."""
    rows = [
        upserts(stores, "upsert titles, by id", ids, against),
        upserts(stores, "upsert titles again", ids, against),
        *reads(stores, ids),
        scanned("scan titles", stores.titles.scan()),
        *vectors(stores, ids),
    ]
    kind = stores.name.partition(" ")[0]
    return [row | {"name": f"{kind}: {row['name']}"} for row in rows]


def _latency(name: str, spent: Sequence[float]) -> Row:
    return {
        "name": name,
        "median_ms": 1000 * statistics.median(spent),
        "p99_ms": 1000 * statistics.quantiles(spent, n=100)[98],
    }


def on_sqlite(folder: Path, ids: Sequence[TitleId], against: float) -> list[Row]:
    """The embedded store, also with titles that come in no order, as a dump by fame does."""
    stores = open_sqlite(folder / "store" / "watcher.sqlite3", SystemClock())
    rows = measured(stores, ids, against)
    stores.close()
    mixed = list(ids)
    random.Random(2).shuffle(mixed)
    stores = open_sqlite(folder / "mixed" / "watcher.sqlite3", SystemClock())
    rows.insert(1, upserts(stores, "sqlite: upsert titles, in no order", mixed, against))
    stores.close()
    return rows


def on_mongo(uri: str, ids: Sequence[TitleId], against: float) -> list[Row]:
    """MongoDB, in a database that is dropped afterwards."""
    name = f"watcher_bench_{uuid4().hex}"
    stores = open_mongo(uri, name, SystemClock())
    try:
        return measured(stores, ids, against)
    finally:
        stores.close()
        client, _ = connect(uri, name)
        client.drop_database(name)
        client.close()


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--titles", type=int, default=200_000)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--mongo", metavar="URI", help="also measure this MongoDB")
    asked = parser.parse_args()
    ids = title_ids(asked.titles)
    with tempfile.TemporaryDirectory(prefix="watcher-bench-") as folder:
        rows = [baseline(Path(folder), ids)]
        against = float(str(rows[0]["per_second"]))
        rows += on_sqlite(Path(folder), ids, against)
    if asked.mongo:
        rows += on_mongo(asked.mongo, ids, against)
    print_table(rows)
    if asked.json:
        write_json(asked.json, rows)


if __name__ == "__main__":
    main()
