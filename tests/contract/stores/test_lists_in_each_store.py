"""A list hangs on what is stored, not on where: the same over SQLite and over MongoDB."""

from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from app.adapters.clock import SystemClock
from app.adapters.stores.common.stores import Stores
from tests.contract.conftest import open_place
from tests.fakes.clock import MovedClock
from tests.people_world import home
from tests.taste_world import asked, explained, likes, mark, number, somebody, taste_services


def lists_over(folder: Path, stores: Stores) -> Mapping[str, list[tuple[int, str]]]:
    """Lists, with their reasons, of somebody with two tastes and a disappointment.

    Time stands still: what was told later counts for more, by the second.
    """
    services = taste_services(folder, stores, MovedClock())
    with closing(services), home(services) as client:
        who = somebody(client, "Ada")
        likes(client, who, "horror", range(4))
        likes(client, who, "romance", range(4), rating=10)
        likes(client, who, "war", [3], rating=2)
        mark(client, who, number("horror", 5), "dismissed")
        assert explained(client, who, number("horror", 5))["step"] == "dismissed"
        assert explained(client, who, number("horror", 1))["step"] == "watched"
        return {
            kind: [
                (one["tmdb_id"], one["reason"])
                for one in asked(client, who, kind, seed=3)["results"]
            ]
            for kind in ("movie", "tv", "all")
        }


def test_the_same_person_gets_the_same_lists_and_reasons(
    tmp_path: Path, mongo_uri: str, mongo_database: str
) -> None:
    clock = SystemClock()
    sqlite = open_place("sqlite", str(tmp_path / "one" / "watcher.sqlite3"), "", clock)
    mongo = open_place("mongodb", mongo_uri, mongo_database, clock)
    found = lists_over(tmp_path / "one", sqlite)
    assert all(len(one) == 10 for one in found.values())
    assert lists_over(tmp_path / "other", mongo) == found
