"""Profiles over HTTP: who may see whose data, tokens, export and import, files and matches."""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.bootstrap import Services
from app.domain.ports.accounts import Account
from app.doors.access import Access
from tests.our_routes import our_routes
from tests.people_world import home, import_file, rows, services_in, stranger
from tests.world import ADMIN

SIMULATION = {"tmdb_id": 603, "media_type": "movie"}
DIARY = b"""Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date
2024-01-02,The Simulation,1999,https://boxd.it/1,4.5,,,2024-01-01
2024-01-03,Film 3 of winter,1983,https://boxd.it/2,2,,,2024-01-02
2024-01-04,Nobody Knows This,2001,https://boxd.it/3,,,,2024-01-03
"""


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = services_in(tmp_path)
    yield made
    made.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with home(services) as opened:
        yield opened


def person(client: TestClient, name: str) -> tuple[str, str]:
    """Id and token of a new one."""
    answer = client.post("/profiles", json={"name": name})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], answer.json()["token"]


def test_a_household_of_several(client: TestClient) -> None:
    ada, token = person(client, "Ada")
    bob, _ = person(client, "Bob")
    unnamed = client.get("/history")
    assert (unnamed.status_code, "profile" in unnamed.json()["detail"]) == (422, True)
    client.post("/history", json=SIMULATION, params={"profile": ada})
    assert len(rows(client, profile=ada)) == 1
    assert rows(client, profile=bob) == []
    assert client.patch(f"/profiles/{bob}", json={"name": "Robert"}).json()["name"] == "Robert"
    taken = client.post("/profiles", json={"name": "ADA"})
    assert (taken.status_code, client.post("/profiles", json={"name": " "}).status_code) == (
        422,
        422,
    )
    fresh = client.post(f"/profiles/{ada}/token").json()["token"]
    away = stranger(client, token)
    assert away.get("/history").status_code == 401
    assert len(rows(stranger(client, fresh))) == 1
    assert client.delete(f"/profiles/{ada}").status_code == 204
    assert stranger(client, fresh).get("/history").status_code == 401
    assert [one["name"] for one in client.get("/profiles").json()] == ["Robert"]
    assert client.get(f"/profiles/{ada}/export").status_code == 404


def test_no_route_shows_one_person_another(client: TestClient, services: Services) -> None:
    ada, _ = person(client, "Ada")
    _, bobs = person(client, "Bob")
    client.post("/history", json=SIMULATION, params={"profile": ada})
    before = services.ledger.events(ada)
    thief = stranger(client, bobs)
    walked = 0
    for route in our_routes(client.app):  # type: ignore[arg-type]  # it is the FastAPI application
        if not route.access & {Access.PROFILE, Access.CALLER, Access.HOUSEHOLD}:
            continue
        for method in route.methods:
            path = re.sub(r"{profile_id}", ada, route.path)
            body: dict[str, object] | None = None if method in {"GET", "DELETE"} else {}
            of_ada = thief.request(method, path, params={"profile": ada}, json=body)
            of_nobody = thief.request(
                method, path.replace(ada, "f" * 16), params={"profile": "f" * 16}, json=body
            )
            if route.path == "/profiles" and method == "GET":
                assert [one["name"] for one in of_ada.json()] == ["Bob"]
                continue
            answers = [(a.status_code, a.json().get("detail")) for a in (of_ada, of_nobody)]
            assert answers[0] == answers[1], path
            assert answers[0][0] in {403, 422}, path
            assert "Ada" not in of_ada.text
            assert "Simulation" not in of_ada.text
            walked += 1
    assert walked >= 15
    stolen = thief.post("/mcp/knn", json={"text": "winter", "exclude_watched_of": ada})
    assert stolen.status_code == 403
    assert services.ledger.events(ada) == before


def test_without_a_token_only_home_is_open(client: TestClient, services: Services) -> None:
    assert client.get("/history").status_code == 200
    assert stranger(client).get("/history").status_code == 401
    assert stranger(client, "wrong").get("/profiles").status_code == 401
    assert stranger(client, ADMIN).get("/profiles").status_code == 200
    # A page elsewhere whose name was made to lead here, and a proxy in front of this server.
    with home(services, base="http://evil.example") as rebound:
        assert rebound.get("/history").status_code == 401
        assert rebound.post("/profiles", json={"name": "Eve"}).status_code == 401


def test_a_server_that_listens_elsewhere_is_closed_even_at_home(tmp_path: Path) -> None:
    services = services_in(tmp_path, api_host="0.0.0.0")  # noqa: S104 -- the point of the test
    with home(services) as client:
        assert client.get("/history").status_code == 401
        assert client.post("/profiles", json={"name": "Eve"}).status_code == 401
    services.close()


def test_everything_of_a_person_goes_into_one_file_and_back(client: TestClient) -> None:
    ada, _ = person(client, "Ada")
    bob, _ = person(client, "Bob")
    client.post("/history", json=SIMULATION, params={"profile": ada})
    client.post("/ratings", json=SIMULATION | {"rating": 7}, params={"profile": ada})
    import_file(client, DIARY, name="diary.csv", profile=ada)
    told = client.get(f"/profiles/{ada}/export").json()
    changed = client.post("/profiles/import", params={"profile": bob}, json=told).json()
    assert changed["added"] == len(told["events"]) > 4
    assert client.get(f"/profiles/{bob}/export").json()["events"] == told["events"]
    assert rows(client, profile=bob) == rows(client, profile=ada)
    again = client.post("/profiles/import", params={"profile": bob}, json=told).json()
    assert again == {"added": 0, "replaced": 0}
    told["events"][0]["rating"] = 11
    broken = client.post("/profiles/import", params={"profile": bob}, json=told)
    assert (broken.status_code, "events.0" in broken.json()["detail"]) == (422, True)


def test_a_file_is_looked_at_then_brought_in_once(client: TestClient) -> None:
    preview = import_file(client, DIARY, name="diary.csv", preview="true").json()
    assert (preview["source"], preview["added"]) == ("letterboxd", 0)
    assert rows(client) == []
    done = import_file(client, DIARY, name="diary.csv").json()
    assert done["added"] == done["events"] == preview["events"]
    assert done["matched"] == {"name": 2}
    assert [one["name"] for one in done["unmatched"]] == ["Nobody Knows This"]
    assert {row["tmdb_id"]: row["rating"] for row in rows(client)} == {603: 9, 3: 4, None: None}
    again = import_file(client, DIARY, name="diary.csv").json()
    assert (again["added"], again["replaced"]) == (0, 0)


def test_a_name_is_settled_once_and_remembered(client: TestClient) -> None:
    import_file(client, DIARY, name="diary.csv")
    (name,) = client.get("/history/unmatched").json()["rows"]
    answer = {"media_type": "movie", "name": name["name"], "year": name["year"], "tmdb_id": 12}
    assert client.post("/history/match", json=answer).json()["entries"] == 1
    assert client.get("/history/unmatched").json()["rows"] == []
    assert 12 in [row["tmdb_id"] for row in rows(client)]
    again = import_file(client, DIARY, name="diary.csv").json()
    assert (again["added"], again["replaced"], again["unmatched"]) == (0, 0, [])


def test_a_settled_name_is_parted_from_its_title_again(client: TestClient) -> None:
    import_file(client, DIARY, name="diary.csv")
    before = rows(client)
    (name,) = client.get("/history/unmatched").json()["rows"]
    answer = {"media_type": "movie", "name": name["name"], "year": name["year"], "tmdb_id": 12}
    undo = client.post("/history/match", json=answer).json()["undo"]
    other = undo | {"name": "Another"}
    assert client.post("/history/match/undo", json=other).status_code == 422
    assert client.get("/history/unmatched").json()["rows"] == []
    assert client.post("/history/match/undo", json=undo).json() == {"entries": 1}
    assert rows(client) == before
    assert client.get("/history/unmatched").json()["rows"] == [name]
    again = import_file(client, DIARY, name="diary.csv").json()
    assert [one["name"] for one in again["unmatched"]] == [name["name"]], "the answer is forgotten"


@pytest.mark.parametrize("kept", ["", "[1]", '{"movie:x:": "three"}', '{"movie:x:": 3'])
def test_answers_that_cannot_be_read_are_left_as_they_are(
    client: TestClient, services: Services, kept: str
) -> None:
    mine = services.people.of(None).id
    damaged = Account("settled names", b"", kept)
    services.accounts.put(mine, damaged)
    answer = {"media_type": "movie", "name": "X", "tmdb_id": 12}
    for refused in (
        import_file(client, DIARY, name="diary.csv"),
        import_file(client, DIARY, name="diary.csv", preview="true"),
        client.post("/history/match", json=answer),
    ):
        told = refused.json()
        assert (refused.status_code, told["error"]) == (503, "damaged"), refused.text
        assert "backup" in told["detail"]
    assert services.accounts.get(mine, "settled names") == damaged
    assert rows(client) == []


def test_a_name_of_another_year_is_left_to_the_person(client: TestClient) -> None:
    told = b"title,year,watched_at\nFilm 3 of winter,1990,2024-01-01\n"
    done = import_file(client, told, name="mine.csv").json()
    assert done["matched"] == {}
    (unmatched,) = done["unmatched"]
    assert [s["title"]["tmdb_id"] for s in unmatched["suggestions"]] == [3]
    assert unmatched["suggestions"][0]["score"] < 0.5


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"", 422),
        (b"\x00\x01\x02 junk", 422),
        (b"Fecha,Nombre,A\xc3\xb1o\n2024-01-01,Hola,2001\n", 422),
        (b"x" * (21 << 20), 413),
    ],
)
def test_files_that_cannot_be_used_are_refused_whole(
    client: TestClient, data: bytes, status: int
) -> None:
    answer = import_file(client, data, name="diary.csv")
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]
    assert rows(client) == []


def test_a_zip_bomb_is_refused(client: TestClient) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("diary.csv", DIARY + b"\n" * (220 << 20))
    answer = import_file(client, packed.getvalue(), name="letterboxd.zip")
    assert answer.status_code in {413, 422}
    assert rows(client) == []


def test_lines_that_are_wrong_are_named_and_the_others_go_in(client: TestClient) -> None:
    told = (
        b"tmdb_id,type,rating,watched_at\n603,movie,11,2024-01-01\n1,movie,five,2024-01-01\n"
        b"2,movie,7,2999-01-01\n3,movie,8,2024-01-01\n"
    )
    done = import_file(client, told, name="mine.csv").json()
    assert {line["line"] for line in done["refusals"]} == {2, 3, 4}
    assert 3 in [row["tmdb_id"] for row in rows(client)]
