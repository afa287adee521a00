import sqlite3
from pathlib import Path

import pytest
from pymongo import MongoClient

from app.adapters.clock import SystemClock
from app.adapters.stores.common.stores import Stores
from app.adapters.stores.common.title_codec import TITLES
from app.adapters.stores.mongo import open_mongo
from app.adapters.stores.mongo.connection import MongoDatabase
from app.adapters.stores.mongo.schema import MIGRATIONS as MONGO_MIGRATIONS
from app.adapters.stores.sqlite import open_sqlite
from app.adapters.stores.sqlite.database import Database
from app.adapters.stores.sqlite.jobs import SqliteJobStore
from app.adapters.stores.sqlite.schema import MIGRATIONS, Migration
from app.domain.catalogue.source_answers import Failed
from app.domain.catalogue.titles import MediaKind
from app.domain.errors import NotConfigured, StoreUnavailable
from app.domain.ports.accounts import Account
from app.domain.ports.people import Changed
from tests.builders import make_title, make_titles, movie, series, vector_rows
from tests.contract.conftest import Place
from tests.contract.some_people import make_events, make_profile

NEXT: Migration = (
    "CREATE TABLE notes (text TEXT NOT NULL)",
    "ALTER TABLE titles ADD COLUMN note TEXT NOT NULL DEFAULT 'none'",
)
INDEXED = [
    *(("failures", "kind"), ("titles", "imdb_id"), ("titles", "tvdb_id")),
    *(("profiles", "profile"), ("profiles", "name_key"), ("events", "record")),
]
OLD_TITLES = [
    make_title(1, imdb_id="tt0000001"),
    make_title(2, MediaKind.TV, imdb_id="tt0000002", tvdb_id=81189),
    make_title(3),
]
FAILS: Migration = ("CREATE TABLE half (n INTEGER)", "INSERT INTO missing VALUES (1)")


def test_sqlite_step_by_step_keeps_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "watcher.sqlite3"
    old = open_sqlite(path, SystemClock())
    old.titles.upsert(make_titles(3))
    old.vectors.upsert("m", vector_rows([movie(1)]))
    old.close()
    newer = Database(path, (*MIGRATIONS, NEXT))
    assert newer.rows("PRAGMA user_version") == [(len(MIGRATIONS) + 1,)]
    assert newer.rows("SELECT key, note FROM titles") == [(movie(n).key, "none") for n in (1, 2, 3)]
    assert newer.rows("SELECT count(*) FROM vectors") == [(1,)]
    newer.close()
    Database(path, (*MIGRATIONS, NEXT)).close()  # a second time there is nothing to do


def test_a_sqlite_file_of_the_first_version_opens(tmp_path: Path) -> None:
    path = tmp_path / "watcher.sqlite3"
    first = Database(path, MIGRATIONS[:1])
    assert first.rows("PRAGMA user_version") == [(1,)]
    assert first.rows("SELECT name FROM sqlite_master WHERE name = 'failures'") == []
    with first.transaction() as connection:
        rows = [(title.id.key, TITLES.encode(title)) for title in OLD_TITLES]
        connection.executemany("INSERT INTO titles (key, body) VALUES (?, ?)", rows)
    SqliteJobStore(first, SystemClock()).submit("embed", {"a": "1"})
    first.close()
    check_brought_up(open_sqlite(path, SystemClock()))


def check_brought_up(stores: Stores) -> None:
    """What the first version wrote is there, and what came later works."""
    assert [t for batch in stores.titles.scan() for t in batch] == OLD_TITLES
    assert stores.titles.by_imdb(["tt0000001", "tt0000002"]) == {
        "tt0000001": movie(1),
        "tt0000002": series(2),
    }
    assert stores.titles.by_tvdb([81189]) == {81189: series(2)}
    assert stores.jobs.claim("worker", ["sync"]) is None
    job = stores.jobs.claim("worker", ["embed"])
    assert job is not None
    assert job.arguments == (("a", "1"),)
    assert stores.failures.all() == []
    assert stores.failures.note([Failed(movie(1), "no")]) == {movie(1): 1}
    assert stores.profiles.all() == []
    anna = make_profile()
    stores.profiles.create(anna)
    assert stores.ledger.put(anna.id, make_events(2)) == Changed(2, 0)
    stores.accounts.put(anna.id, Account("trakt", b"sealed", "{}"))
    assert stores.accounts.linked("trakt") == [anna.id]
    stores.close()


def test_a_sqlite_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "watcher.sqlite3"
    old = open_sqlite(path, SystemClock())
    old.titles.upsert(make_titles(3))
    old.close()
    with pytest.raises(StoreUnavailable, match="missing"):
        Database(path, (*MIGRATIONS, NEXT, FAILS))
    again = open_sqlite(path, SystemClock())
    assert again.titles.get(movie(2)) == make_title(2)
    again.close()


def test_a_newer_sqlite_file_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "watcher.sqlite3"
    newer = Database(path, (*MIGRATIONS, NEXT))
    newer.close()
    before = path.read_bytes()
    with pytest.raises(NotConfigured, match="newer") as refused:
        open_sqlite(path, SystemClock())
    assert str(path) in refused.value.detail
    assert path.read_bytes() == before


def test_another_programs_sqlite_file_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "other.sqlite3"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE titles (n INTEGER)")
    other.commit()
    other.close()
    before = path.read_bytes()
    with pytest.raises(NotConfigured, match="another program"):
        open_sqlite(path, SystemClock())
    assert path.read_bytes() == before


def add_note(database: MongoDatabase) -> None:
    database["titles"].update_many({}, {"$set": {"note": "none"}})


def fail(_database: MongoDatabase) -> None:
    raise StoreUnavailable("the step failed")


def test_mongodb_step_by_step_keeps_what_is_there(mongo_uri: str, mongo_database: str) -> None:
    old = open_mongo(mongo_uri, mongo_database, SystemClock())
    old.titles.upsert(make_titles(3))
    old.close()
    with pytest.raises(StoreUnavailable, match="step failed"):
        open_mongo(mongo_uri, mongo_database, SystemClock(), (*MONGO_MIGRATIONS, fail))
    newer = open_mongo(mongo_uri, mongo_database, SystemClock(), (*MONGO_MIGRATIONS, add_note))
    # A field that this version's titles don't have is passed over.
    assert newer.titles.get(movie(2)) == make_title(2)
    newer.close()
    with MongoClient[dict[str, object]](mongo_uri) as client:
        database = client[mongo_database]
        assert database["titles"].count_documents({"note": "none"}) == 3
        assert database["meta"].find_one({"_id": "schema"}) == {
            "_id": "schema",
            "version": len(MONGO_MIGRATIONS) + 1,
        }


def test_a_mongodb_database_of_the_first_version_opens(mongo_uri: str, mongo_database: str) -> None:
    first = open_mongo(mongo_uri, mongo_database, SystemClock(), MONGO_MIGRATIONS[:1])
    first.titles.upsert(OLD_TITLES)
    first.jobs.submit("embed", {"a": "1"})
    first.close()
    check_brought_up(open_mongo(mongo_uri, mongo_database, SystemClock()))
    with MongoClient[dict[str, object]](mongo_uri) as client:
        database = client[mongo_database]
        for collection, field in INDEXED:
            indexed = [each["key"] for each in database[collection].index_information().values()]
            assert [(field, 1)] in indexed
        schema = database["meta"].find_one({"_id": "schema"})
        assert schema == {"_id": "schema", "version": len(MONGO_MIGRATIONS)}


def test_a_newer_mongodb_database_is_refused(mongo_uri: str, mongo_database: str) -> None:
    newer = open_mongo(mongo_uri, mongo_database, SystemClock(), (*MONGO_MIGRATIONS, add_note))
    newer.titles.upsert(make_titles(1))
    newer.close()
    with pytest.raises(NotConfigured, match="newer"):
        open_mongo(mongo_uri, mongo_database, SystemClock())


def test_another_programs_mongodb_database_is_refused(mongo_uri: str, mongo_database: str) -> None:
    with MongoClient[dict[str, object]](mongo_uri) as client:
        client[mongo_database]["titles"].insert_one({"_id": 1, "book": "a"})
        with pytest.raises(NotConfigured, match="another program"):
            open_mongo(mongo_uri, mongo_database, SystemClock())
        assert client[mongo_database]["titles"].find_one({"_id": 1}) == {"_id": 1, "book": "a"}


def test_opening_twice_is_no_migration(place: Place) -> None:
    place.open().titles.upsert([make_title(1)])
    assert place.open().titles.get(movie(1)) == make_title(1)
