"""Names to settle in pages, uploads that are damaged, exports of any size, names of others."""

import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.adapters.stores.common.stores import Stores
from app.bootstrap import Services
from app.domain.people.ledger import About
from app.services.people.import_history import MOST_SUGGESTED_FOR
from app.services.people.name_suggestions import NameSuggestions
from tests.contract.some_people import make_events
from tests.people_world import home, import_file, rows, services_in, stranger
from tests.world import ADMIN

DIARY = b"Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n" + b"".join(
    b"2024-01-0%d,Film %d of winter,198%d,https://boxd.it/%d,4,,,2024-01-01\n" % (n, n, n, n)
    for n in range(1, 6)
)


@pytest.fixture
def services(tmp_path: Path, stores: Stores) -> Iterator[Services]:
    made = services_in(tmp_path, stores)
    yield made
    made.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with home(services) as opened:
        yield opened


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that titles are looked up for by likeness, which takes milliseconds each."""
    found: list[str] = []
    find = NameSuggestions._found

    def noted(self: NameSuggestions, about: About) -> Any:  # noqa: ANN401 -- passed on
        found.append(about.name)
        return find(self, about)

    monkeypatch.setattr(NameSuggestions, "_found", noted)
    return found


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_thousands_of_names_come_in_pages_and_only_these_are_looked_up(
    client: TestClient, looked_up: list[str]
) -> None:
    lines = [f"Filn {n} of wintr,{1980 + n % 40},2024-01-01" for n in range(4_000)]
    lines += ["Filn 7 of wintr,1987,2024-02-01"]
    file = "\n".join(["title,year,watched_at", *lines]).encode()
    done = import_file(client, file, name="mine.csv").json()
    assert done["unmatched_total"] == 4_000
    assert len(done["unmatched"]) == len(looked_up) == MOST_SUGGESTED_FOR
    looked_up.clear()
    page = client.get("/history/unmatched").json()
    assert (page["total"], page["offset"], len(page["rows"])) == (4_000, 0, 20)
    assert (page["rows"][0]["name"], page["rows"][0]["entries"]) == ("Filn 7 of wintr", 2)
    assert page["rows"][0]["suggestions"][0]["title"]["tmdb_id"] == 7
    assert len(looked_up) <= 20
    looked_up.clear()
    assert client.get("/history/unmatched").json() == page
    assert looked_up == []
    seen = [
        (one["name"], one["year"])
        for offset in range(0, 4_000, 100)
        for one in client.get("/history/unmatched", params={"offset": offset, "limit": 100}).json()[
            "rows"
        ]
    ]
    assert len(seen) == len(set(seen)) == 4_000
    assert client.get("/history/unmatched", params={"offset": 4_000}).json()["rows"] == []
    for wrong in ({"limit": 0}, {"limit": 101}, {"offset": -1}, {"limit": "all"}):
        assert client.get("/history/unmatched", params=wrong).status_code == 422


def test_a_sure_name_has_its_title_however_many_are_unsure(client: TestClient) -> None:
    lines = [f"Nobody Knows {n},2001" for n in range(300)]
    lines += [f"Film {n} of winter,{1980 + n}" for n in range(1, 31)]
    file = "\n".join(["title,year", *lines]).encode()
    done = import_file(client, file, name="mine.csv").json()
    assert (done["matched"], done["unmatched_total"]) == ({"name": 30}, 300)
    assert client.get("/history", params={"q": "winter"}).json()["total"] == 30


def packed(data: bytes = DIARY) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("diary.csv", data)
    return made.getvalue()


WHOLE = packed()
FLIPPED = WHOLE[:60] + b"\xff\xff\xff" + WHOLE[63:]
PLAY = {"id": 1, "watched_at": "2024-01-01T00:00:00Z", "type": "movie", "movie": {"title": "X"}}
TRAKT = json.dumps([PLAY]).encode()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (WHOLE[: len(WHOLE) // 2], "letterboxd.zip"),
        (WHOLE[:-10], "letterboxd.zip"),
        (FLIPPED, "letterboxd.zip"),
        (b"PK\3\4" + bytes(200), "letterboxd.zip"),
        (b"PK\5\6" + bytes(10), "letterboxd.zip"),
        (packed(b"\0\1\2" * 99), "letterboxd.zip"),
        (b"\x1f\x8b\x08\0" + bytes(60), "history.json.gz"),
        (b"\xfd7zXZ\0" + bytes(60), "history.json.xz"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(60), "history.7z"),
        (b"Rar!" + bytes(60), "history.rar"),
        (TRAKT[:-20], "history.json"),
        (b"[" * 100_000, "history.json"),
        (b"[{", "history.json"),
        (b"{}", "history.json"),
        (b"\0" * 500, "diary.csv"),
        (b"title,year\0\n", "diary.csv"),
        (b"\xff\xfe\x00", "diary.csv"),
        (b'"' + DIARY[:60], "diary.csv"),
    ],
)
@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_damaged_file_is_its_senders_to_mend(client: TestClient, data: bytes, name: str) -> None:
    answer = import_file(client, data, name=name)
    told = answer.json()
    assert (answer.status_code, told["error"]) == (422, "invalid_input"), answer.text
    assert name in told["detail"]
    assert rows(client) == []


def test_a_history_of_any_size_goes_out_and_comes_in_again(
    client: TestClient, services: Services
) -> None:
    (ada, _), (bob, _) = (
        (made["id"], made["token"])
        for made in (client.post("/profiles", json={"name": n}).json() for n in ("Ada", "Bob"))
    )
    events = make_events(3_000)
    services.ledger.put(ada, events)
    told = client.get(f"/profiles/{ada}/export")
    assert told.headers["content-type"] == "application/json"
    assert told.json()["name"] == "Ada"
    assert told.json()["events"][0]["about"]["name"] == "Film 1"
    headers = {"Content-Type": "application/json"}
    done = client.post(
        "/profiles/import", params={"profile": bob}, content=told.content, headers=headers
    )
    assert done.json() == {"added": 3_000, "replaced": 0}
    assert services.ledger.events(bob) == events
    empty = client.get(f"/profiles/{client.get('/profiles').json()[0]['id']}/export").json()
    assert set(empty) == {"watcher_profile", "name", "left_out", "events"}
    # One event that is none, at the very end: nothing of the file goes in.
    spoiled = json.loads(told.content)
    spoiled["events"] = [one | {"key": f"x{one['key']}"} for one in spoiled["events"]]
    spoiled["events"][-1]["season"] = -1
    refused = client.post("/profiles/import", params={"profile": bob}, json=spoiled)
    assert (refused.status_code, "events.2999" in refused.json()["detail"]) == (422, True)
    assert services.ledger.events(bob) == events


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_large_export_is_neither_made_nor_read_several_times_over(
    services: Services,
) -> None:
    ada, bob = (services.people.make(name)[0].id for name in ("Ada", "Bob"))
    services.ledger.put(ada, make_events(20_000))
    size = sum(len(part) for part in services.people.export(ada))
    tracemalloc.start()
    for part in services.people.export(ada):
        assert len(part) < size / 10
    made, _ = tracemalloc.get_traced_memory()
    file = b"".join(services.people.export(ada))
    tracemalloc.reset_peak()
    before, _ = tracemalloc.get_traced_memory()
    services.people.bring_in(bob, file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made < 8 * size
    assert peak - before < 6 * size
    assert len(services.ledger.events(bob)) == 20_000


def test_renaming_oneself_tells_nothing_of_others(client: TestClient) -> None:
    made = client.post("/profiles", json={"name": "Ada"}).json()
    ada, token = made["id"], made["token"]
    bob = client.post("/profiles", json={"name": "Bob"}).json()["id"]
    own = stranger(client, token)
    for name in ("BOB", "Nobody", "Bob"):
        answer = own.patch(f"/profiles/{ada}", json={"name": name})
        assert (answer.status_code, answer.json()["name"]) == (200, name)
        assert answer.json()["id"] == ada
    assert own.patch(f"/profiles/{ada}", json={"name": " "}).status_code == 422
    assert own.patch(f"/profiles/{bob}", json={"name": "Eve"}).status_code == 403
    people = {one["id"]: one["name"] for one in client.get("/profiles").json()}
    assert people == {ada: "Bob", bob: "Bob"}
    # Who sees everybody is told.
    for household in (client, stranger(client, ADMIN)):
        taken = household.patch(f"/profiles/{bob}", json={"name": "bob"})
        assert (taken.status_code, "called" in taken.json()["detail"]) == (422, True)
        assert household.post("/profiles", json={"name": "Bob"}).status_code == 422
    assert client.patch(f"/profiles/{bob}", json={"name": "Robert"}).status_code == 200
