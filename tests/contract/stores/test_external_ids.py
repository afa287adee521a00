import random
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import MongoClient

from app.adapters.clock import SystemClock
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.common.title_codec import TITLES
from app.adapters.stores.sqlite import open_sqlite
from app.adapters.stores.sqlite.database import Database
from app.adapters.stores.sqlite.schema import MIGRATIONS
from app.domain.catalogue.titles import MediaKind, Title, TitleId
from app.domain.errors import InvalidInput, StoreUnavailable
from app.domain.ports.catalogue import TitleStore
from tests.builders import make_title, movie, series
from tests.contract.conftest import Place

BEFORE_IDS = 2
"""The schema's version that had no table of other families' ids."""


def film(number: int, imdb_id: str = "", tvdb_id: int | None = None) -> Title:
    return make_title(number, imdb_id=imdb_id, tvdb_id=tvdb_id)


def show(number: int, imdb_id: str = "", tvdb_id: int | None = None) -> Title:
    return make_title(number, MediaKind.TV, imdb_id=imdb_id, tvdb_id=tvdb_id)


def test_titles_are_found_by_the_ids_they_bear(titles: TitleStore) -> None:
    titles.upsert([film(7, "tt0000007"), show(7, "tt0000008", 81189), film(9), show(10)])
    assert titles.by_imdb(["tt0000007", "tt0000008", "tt0000009"]) == {
        "tt0000007": movie(7),
        "tt0000008": series(7),
    }
    assert titles.by_tvdb([81189, 7, 0]) == {81189: series(7)}
    assert titles.by_imdb([]) == {}
    assert titles.by_tvdb([]) == {}


def test_ids_that_nothing_can_bear_are_no_error(titles: TitleStore) -> None:
    titles.upsert([film(1), show(2), film(3, "tt0000003")])
    odd = ["", "tt0000003 ", "TT0000003", "tt0000003\0", "half \ud83d", "null", "a" * 5000]
    assert titles.by_imdb([*odd, "tt0000003"]) == {"tt0000003": movie(3)}
    assert titles.by_tvdb([-1, 2**63, 2**100, -(2**63)]) == {}


def test_a_tvdb_id_is_of_a_series(titles: TitleStore) -> None:
    titles.upsert([film(1, tvdb_id=5), film(2, tvdb_id=6), show(3, tvdb_id=6)])
    assert titles.by_tvdb([5, 6]) == {6: series(3)}


def test_of_several_bearers_the_lowest_key(titles: TitleStore) -> None:
    titles.upsert([film(9, "tt1"), show(5, "tt1", 1), show(4, "tt1", 1), film(100, "tt1")])
    assert titles.by_imdb(["tt1"]) == {"tt1": series(4)}
    assert titles.by_tvdb([1]) == {1: series(4)}
    titles.upsert([film(4, "tt1")])
    assert titles.by_imdb(["tt1"]) == {"tt1": movie(4)}  # a film comes before the series
    titles.delete([movie(4), series(4)])
    assert titles.by_imdb(["tt1"]) == {"tt1": series(5)}
    assert titles.by_tvdb([1]) == {1: series(5)}


def test_a_title_is_not_found_by_what_it_bore_before(titles: TitleStore) -> None:
    titles.upsert([show(1, "tt1", 1), show(2, "tt2", 2)])
    titles.upsert([show(1, "tt2", 2), show(2, "tt1"), show(1, "tt3", 3)])  # the last one wins
    assert titles.by_imdb(["tt1", "tt2", "tt3"]) == {"tt1": series(2), "tt3": series(1)}
    assert titles.by_tvdb([1, 2, 3]) == {3: series(1)}
    titles.delete([series(1)])
    assert titles.by_imdb(["tt1", "tt2", "tt3"]) == {"tt1": series(2)}
    assert titles.by_tvdb([1, 2, 3]) == {}


def test_a_refused_batch_changes_no_ids(titles: TitleStore) -> None:
    titles.upsert([show(1, "tt1", 1)])
    with pytest.raises(InvalidInput):
        titles.upsert([show(1, "tt2", 2), show(2, "half \ud83d")])
    assert titles.by_imdb(["tt1", "tt2"]) == {"tt1": series(1)}
    assert titles.by_tvdb([1, 2]) == {1: series(1)}


def test_any_number_of_ids_at_once(titles: TitleStore) -> None:
    titles.upsert([show(n, f"tt{n:07d}", n) for n in range(1, 2501)])
    numbers = range(1, 6001)
    expected = {n: series(n) for n in range(1, 2501)}
    assert titles.by_tvdb(numbers) == expected
    named = titles.by_imdb([f"tt{n:07d}" for n in numbers])
    assert named == {f"tt{n:07d}": title_id for n, title_id in expected.items()}


some_titles = st.builds(
    make_title,
    st.integers(1, 4),
    st.sampled_from(MediaKind),
    imdb_id=st.sampled_from(["", "tt1", "tt2", "tt3"]),
    tvdb_id=st.sampled_from([None, 1, 2, 3]),
)
some_steps = st.lists(
    st.lists(some_titles, max_size=4) | st.builds(TitleId, st.sampled_from(MediaKind), st.just(1)),
    max_size=6,
)


@settings(
    max_examples=50,
    deadline=None,
    # The store is shared by the examples on purpose: each one begins by emptying it.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=some_steps)
def test_what_is_found_is_what_the_titles_say(
    titles: TitleStore, steps: list[list[Title] | TitleId]
) -> None:
    titles.delete([TitleId(kind, n) for kind in MediaKind for n in range(1, 5)])
    for step in steps:
        if isinstance(step, TitleId):
            titles.delete([step])
        else:
            titles.upsert(step)
    stored = [title for batch in titles.scan() for title in batch]
    imdb = {t.imdb_id: t.id for t in reversed(stored) if t.imdb_id}
    tvdb = {t.tvdb_id: t.id for t in reversed(stored) if t.tvdb_id and t.id.kind is MediaKind.TV}
    assert titles.by_imdb(["tt1", "tt2", "tt3"]) == imdb
    assert titles.by_tvdb([1, 2, 3]) == tvdb


def old_file(path: Path, bodies: dict[int, bytes]) -> None:
    """A file as it was before titles were found by other ids."""
    database = Database(path, MIGRATIONS[:BEFORE_IDS])
    with database.transaction() as connection:
        connection.executemany("INSERT INTO titles (key, body) VALUES (?, ?)", bodies.items())
    database.close()


def test_an_old_file_is_filled_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "watcher.sqlite3"
    stored = [film(9, "tt1"), show(5, "tt1", 1), film(6, "tt2", 2), show(7), film(8, "mis\"'é 🎬")]
    old_file(path, {title.id.key: TITLES.encode(title) for title in stored})
    stores = open_sqlite(path, SystemClock())
    assert stores.titles.by_imdb(["tt1", "tt2"]) == {"tt1": series(5), "tt2": movie(6)}
    assert stores.titles.by_imdb(["mis\"'é 🎬"]) == {"mis\"'é 🎬": movie(8)}
    assert stores.titles.by_tvdb([1, 2]) == {1: series(5)}
    stores.titles.upsert([show(5, "tt5", 5)])
    assert stores.titles.by_imdb(["tt1", "tt5"]) == {"tt1": movie(9), "tt5": series(5)}
    stores.titles.delete([series(5)])
    assert stores.titles.by_tvdb([1, 5]) == {}
    stores.close()


def test_a_damaged_title_keeps_no_file_from_opening_and_can_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "watcher.sqlite3"
    good = film(1, "tt1")
    damaged = {movie(2).key: b'{"id":{"kin', movie(3).key: b"\xff\xfe", movie(4).key: b"[1]"}
    old_file(path, {good.id.key: TITLES.encode(good), **damaged})
    stores = open_sqlite(path, SystemClock())
    assert stores.titles.by_imdb(["tt1"]) == {"tt1": movie(1)}
    ids = [f"tt{n}" for n in (1, 11, 12, 13, 14)]
    for body in (b"{", TITLES.encode(film(1, "tt99"))):  # damaged after its ids were noted
        other = sqlite3.connect(path)
        other.execute("UPDATE titles SET body = ? WHERE key = ?", (body, movie(1).key))
        other.commit()
        other.close()
        stores.titles.upsert([film(n, f"tt{n + 10}") for n in range(1, 5)])
        assert stores.titles.by_imdb(ids) == {f"tt{n + 10}": movie(n) for n in range(1, 5)}
    stores.close()


def test_looking_up_reads_no_more_than_was_asked(place: Place) -> None:
    place.open()
    if place.backend == "sqlite":
        database = Database(Path(place.where))
        statement = "SELECT min(key) FROM external_ids WHERE family = 0 AND id IN ('a', 'b')"
        (plan,) = [row[3] for row in database.rows(f"EXPLAIN QUERY PLAN {statement} GROUP BY id")]
        database.close()
        assert plan == "SEARCH external_ids USING PRIMARY KEY (family=? AND id=?)"
        return
    with MongoClient[dict[str, object]](place.where) as client:
        indexes = client[place.database]["titles"].index_information().values()
    keys = [dict(index["key"]) for index in indexes]
    assert {"imdb_id": 1} in keys
    assert {"tvdb_id": 1} in keys


def test_ten_thousand_lookups_among_many_titles(tmp_path: Path) -> None:
    stores = open_sqlite(tmp_path / "watcher.sqlite3", SystemClock())
    pattern = make_title(1)
    many = [
        replace(pattern, id=series(n), imdb_id=f"tt{n:07d}", tvdb_id=n) for n in range(1, 20_001)
    ]
    random.Random(1).shuffle(many)
    stores.titles.upsert(many)
    asked = [title.imdb_id for title in many[:10_000]]
    started = time.process_time()  # other work on the machine doesn't count
    assert len(stores.titles.by_imdb(asked)) == 10_000
    assert time.process_time() - started < 1
    stores.close()


def test_a_closed_store_is_an_error_not_an_empty_answer(stores: Stores) -> None:
    stores.titles.upsert([show(1, "tt1", 1)])
    stores.close()
    with pytest.raises(StoreUnavailable, match="close"):
        stores.titles.by_imdb(["tt1"])
    with pytest.raises(StoreUnavailable, match="close"):
        stores.titles.by_tvdb([1])
