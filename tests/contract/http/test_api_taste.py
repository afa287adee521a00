"""`GET /taste` over HTTP, for people whose tastes are known."""

from collections import Counter
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.bootstrap import Services
from app.domain.errors import StoreUnavailable
from tests import taste_world
from tests.people_world import home, stranger
from tests.taste_world import (
    SAGA,
    SHORT_LIVED,
    asked,
    group_of,
    likes,
    mark,
    number,
    numbers_of,
    rate,
    said,
    somebody,
    watch,
)

EMPTY = {"points": [], "tastes": [], "genres": [], "decades": [], "years": [], "drawn": 0}

services = taste_world.services
client = taste_world.client


def taste(client: TestClient, who: str, **params: str | int) -> dict[str, Any]:
    return said(client.get("/taste", params={"profile": who, **params}))


def ids_of(titles: list[dict[str, Any]]) -> set[tuple[str, int]]:
    return {(one["media_type"], one["tmdb_id"]) for one in titles}


def test_an_empty_and_a_thin_history_say_how_many_titles_are_needed(client: TestClient) -> None:
    who = somebody(client, "Ann")
    nobody = taste(client, who)
    assert nobody["crowd"]["count"] == 0
    assert nobody | EMPTY | {"known": 0, "needed": 5} == nobody
    likes(client, who, "war", range(4))
    thin = taste(client, who)
    assert thin | EMPTY | {"known": 4, "needed": 1} == thin
    likes(client, who, "war", [4])
    assert (taste(client, who)["needed"], len(taste(client, who)["tastes"])) == (0, 1)
    of_series = taste(client, who, kind="tv")
    assert (of_series["known"], of_series["needed"], of_series["points"]) == (0, 1, [])


def test_tastes_are_told_apart_and_called_by_their_words(client: TestClient) -> None:
    who = somebody(client, "Ben")
    for group in ("horror", "west", "family"):
        likes(client, who, group, range(8))
    likes(client, who, "romance", range(3), rating=3)
    found = taste(client, who)
    assert len(found["tastes"]) == 3
    assert sum(one["share"] for one in found["tastes"]) == pytest.approx(1, abs=0.001)
    for place, one in enumerate(found["tastes"]):
        (group,) = {group_of(title["tmdb_id"]) for title in one["examples"]}
        genres = {"horror": "Horror", "west": "Western", "family": "Family"}
        assert genres[group] in one["words"] or group == "family"
        assert one["liked"] == 8
        mine = [p for p in found["points"] if p["taste"] == place and p["what"] == "liked"]
        assert {group_of(point["tmdb_id"]) for point in mine} == {group}
        for point in mine:
            far = (point["x"] - one["x"]) ** 2 + (point["y"] - one["y"]) ** 2
            assert far <= (one["radius"] + 0.001) ** 2
    assert Counter(point["what"] for point in found["points"]) == {
        "liked": 24,
        "disliked": 3,
        "pick": 10,
    }
    assert len(ids_of(found["points"])) == len(found["points"])


def test_the_picks_are_the_list_that_recommend_gives(client: TestClient) -> None:
    who = somebody(client, "Cleo")
    likes(client, who, "crime", range(20, 28))
    for kind, count, seed in (("all", 6, 7), ("movie", 10, 0), ("tv", 3, 1)):
        rate(client, who, number("crime", 3), 9, "tv")
        found = taste(client, who, kind=kind, count=count, seed=seed)
        picks = [one["tmdb_id"] for one in found["points"] if one["what"] == "pick"]
        assert picks == numbers_of(asked(client, who, kind, count=count, seed=seed))
        assert kind == "all" or {one["media_type"] for one in found["points"]} == {kind}
    own = [one for one in found["points"] if one["what"] != "pick"]
    assert [(one["tmdb_id"], one["rating"]) for one in own] == [(number("crime", 3), 9)]
    assert (found["known"], found["seen"]) == (1, 1)


def test_what_is_missing_is_unseen_and_the_reason_holds(client: TestClient) -> None:
    who = somebody(client, "Dan")
    crime = likes(client, who, "crime", range(2, 8))
    likes(client, who, "space", range(6))
    rate(client, who, SAGA + 2, 10)
    mark(client, who, number("crime", 0), "dismissed")
    found = taste(client, who, kind="movie")
    missing = [one for group in found["tastes"] for one in group["missing"]]
    told = [point for point in found["points"] if point["what"] != "pick"]
    assert missing
    assert not ids_of(missing) & ids_of(told)
    assert len(ids_of(missing)) == len(missing)
    (after,) = [one for one in missing if one["reason"] == "next_part"]
    assert after["tmdb_id"] == SAGA + 3
    assert after["detail"] == "It comes after Orbit Part 2 (you gave 10), in Orbit Collection."
    (by,) = [one for one in missing if one["detail"].startswith("By Makercrime 0, ")]
    assert by["tmdb_id"] == number("crime", 1), "the best known of theirs that was not dismissed"
    assert any(f" {one} (you gave 9)" in by["detail"] for one in crime)


def test_a_saga_begun_goes_on_though_it_is_unlike_the_rest(client: TestClient) -> None:
    who = somebody(client, "Gil")
    rate(client, who, SHORT_LIVED, 8)
    likes(client, who, "horror", range(8))
    (only,) = taste(client, who, kind="movie")["tastes"]
    assert [one["tmdb_id"] for one in only["missing"] if one["reason"] == "next_part"] == [
        SHORT_LIVED + 1
    ]


def test_genres_decades_and_ratings_are_counted(client: TestClient) -> None:
    who = somebody(client, "Eve")
    likes(client, who, "war", range(6))
    rate(client, who, number("horror", 0), 2)
    watch(client, who, number("horror", 30), at=1_000_000_000)
    found = taste(client, who)
    genres = {one["genre"]: one for one in found["genres"]}
    assert (genres["War"]["count"], genres["War"]["told"], genres["War"]["liked"]) == (6, 6, 6)
    assert (genres["Horror"]["count"], genres["Horror"]["told"]) == (2, 1)
    assert genres["War"]["share"] == 0.75
    assert 0.05 < genres["War"]["usual"] < 0.35
    assert {one["decade"]: one["count"] for one in found["decades"]} == {
        1980: 7, 1990: 0, 2000: 0, 2010: 1
    }  # fmt: skip
    assert [one["year"] for one in found["years"]] == [2001]
    crowd = found["crowd"]
    assert (crowd["count"], crowd["mine"]) == (7, 8.0)
    assert crowd["difference"] == pytest.approx(8.0 - crowd["crowd"], abs=0.011)
    assert [one["tmdb_id"] for one in crowd["below"]] == [number("horror", 0)]
    assert crowd["above"][0]["tmdb_id"] == number("war", 5), "the lowest of those that got nine"


def test_only_disappointments_make_a_map_without_tastes(client: TestClient) -> None:
    who = somebody(client, "Fay")
    likes(client, who, "war", range(6), rating=2)
    found = taste(client, who)
    assert found["tastes"] == []
    own = [one for one in found["points"] if one["what"] != "pick"]
    assert {(one["taste"], one["what"]) for one in own} == {(None, "disliked")}
    assert len({(one["x"], one["y"]) for one in own}) == 6


def test_it_follows_the_history_and_stays_while_that_stays(client: TestClient) -> None:
    who = somebody(client, "Gus")
    likes(client, who, "horror", range(12))
    before = taste(client, who)
    assert taste(client, who) == before
    rate(client, who, number("war", 0), 9)
    after = taste(client, who)
    assert after["known"] == before["known"] + 1
    assert ("movie", number("war", 0)) in ids_of(after["points"])


def test_a_history_that_cannot_be_read_is_an_error(
    client: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = somebody(client, "Hal")
    likes(client, who, "horror", range(6))

    def broken(_profile: str) -> int:
        raise StoreUnavailable("The store does not answer.")

    monkeypatch.setattr(services.ledger, "version", broken)
    answer = client.get("/taste", params={"profile": who})
    assert answer.status_code == 503
    assert answer.json()["error"] == "store_unavailable"


def test_another_s_is_not_told(services: Services) -> None:
    with home(services) as client:
        mine = client.post("/profiles", json={"name": "Ida"}).json()
        other = somebody(client, "Jon")
    with home(services, mine["token"]) as client:
        assert client.get("/taste").json()["profile"] == mine["id"]
        assert client.get("/taste", params={"profile": other}).status_code == 403
        assert stranger(client).get("/taste", params={"profile": mine["id"]}).status_code == 401


@pytest.mark.parametrize(
    ("params", "field"),
    [({"kind": "book"}, "kind"), ({"count": 21}, "count"), ({"seed": -1}, "seed")],
)
def test_what_can_t_be_asked(client: TestClient, params: dict[str, str | int], field: str) -> None:
    who = somebody(client, f"Asks {field}")
    answer = client.get("/taste", params={"profile": who, **params})
    assert answer.status_code == 422
    assert field in answer.json()["detail"]


def test_a_profile_that_isn_t_there_is_not_found(client: TestClient) -> None:
    assert client.get("/taste", params={"profile": "nobody"}).status_code == 404
