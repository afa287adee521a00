"""Would I like it? Over HTTP, for people whose tastes are known."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind
from tests import taste_world
from tests.people_world import home
from tests.taste_world import likes, made_title, mark, number, rate, said, somebody, watch

services = taste_world.services
client = taste_world.client


def predicted(client: TestClient, who: str, tmdb_id: int, kind: str = "movie") -> dict[str, Any]:
    found = said(client.get(f"/predict/{kind}/{tmdb_id}", params={"profile": who}))
    assert isinstance(found["likely"], int)
    assert 0 <= found["likely"] <= 100
    return found


def test_who_loves_one_thing_and_not_another_likes_more_of_it(client: TestClient) -> None:
    who = somebody(client, "Ann")
    likes(client, who, "horror", range(10))
    likes(client, who, "romance", range(10), rating=3)
    for place in (12, 20):
        near = predicted(client, who, number("horror", place))
        far = predicted(client, who, number("romance", place))
        assert near["likely"] >= far["likely"] + 10
    assert near["basis"] | {"votes": 0} == {
        "liked": 10,
        "disliked": 10,
        "rated": 20,
        "high": 10,
        "votes": 0,
        "rating_set": False,
    }
    assert near["title"]["tmdb_id"] == number("horror", 20)
    assert near["known"] is False
    liked = {one["tmdb_id"] for one in near["evidence"]["liked"]}
    assert liked
    assert liked <= {number("horror", place) for place in range(10)}
    nearest = near["evidence"]["liked"][0]["title"]
    assert near["detail"].startswith("You gave 8 or more to 10 of 20 titles that you rated; ")
    assert f"it is near to {nearest}, which you rated 9" in near["detail"]
    assert ", which you rated 3; " in far["detail"]
    assert "people rated it 7.0 on average." in far["detail"]


def test_the_nearest_of_what_was_rated_is_named_be_it_liked_or_not(client: TestClient) -> None:
    who = somebody(client, "Kim")
    likes(client, who, "crime", [1])
    rate(client, who, number("crime", 17), 2)  # shares its keywords with the tenth
    found = predicted(client, who, number("crime", 10))
    assert f"{number('crime', 17)}, which you rated 2; " in found["detail"]
    rate(client, who, number("crime", 3), 10)
    rate(client, who, number("crime", 17), 10)
    found = predicted(client, who, number("crime", 10))
    assert ", which you rated 10; " in found["detail"]


def test_a_series_is_predicted_from_films(client: TestClient) -> None:
    who = somebody(client, "Ben")
    likes(client, who, "space", range(10))
    likes(client, who, "war", range(10), rating=3)
    near = predicted(client, who, number("space", 5), "tv")
    far = predicted(client, who, number("war", 5), "tv")
    assert near["title"]["media_type"] == "tv"
    assert near["likely"] > far["likely"]


def test_who_told_nothing_gets_what_everybody_thinks_of_it(client: TestClient) -> None:
    who = somebody(client, "Cleo")
    best = predicted(client, who, number("crime", 0))
    worst = predicted(client, who, number("crime", 39))
    assert best["likely"] > worst["likely"]
    # Rated alike by about as many: the genre makes no difference.
    assert abs(best["likely"] - predicted(client, who, number("horror", 0))["likely"]) <= 1
    assert best["detail"] == (
        "watcher does not know yet what you like; 9,000 people rated it 8.0 on average."
    )
    assert best["basis"]["rated"] == best["basis"]["liked"] == 0
    assert best["evidence"]["liked"] == []


def test_what_was_rated_is_told_instead(client: TestClient) -> None:
    who = somebody(client, "Dan")
    likes(client, who, "war", range(5))
    rate(client, who, number("war", 7), 7)
    low = predicted(client, who, number("war", 7))
    assert (low["known"], low["rating"], low["likely"]) == (True, 7, 0)
    assert low["detail"] == f"You rated {low['title']['title']} 7."
    high = predicted(client, who, number("war", 2))
    assert (high["rating"], high["likely"], high["evidence"]) == (9, 100, None)
    mark(client, who, number("war", 9), "loved")
    loved = predicted(client, who, number("war", 9))
    assert (loved["known"], loved["rating"], loved["likely"]) == (True, None, 100)
    assert loved["detail"] == f"You love {loved['title']['title']}."


def test_having_watched_or_dismissed_it_is_no_ground_for_the_number(client: TestClient) -> None:
    who = somebody(client, "Eve")
    likes(client, who, "west", range(6))
    for place, said_of_it in ((10, "You have watched"), (11, "You said that")):
        film = number("west", place)
        before = predicted(client, who, film)
        if place == 10:
            watch(client, who, film)
        else:
            mark(client, who, film, "dismissed")
        after = predicted(client, who, film)
        assert after["likely"] == before["likely"]
        assert after["detail"].startswith(said_of_it)
        assert (before["known"], after["known"]) == (False, place == 10)
        assert after["rating"] is None


def test_a_title_that_is_not_indexed_yet_is_told_by_its_quality(
    client: TestClient, services: Services
) -> None:
    who = somebody(client, "Fay")
    likes(client, who, "family", range(8))
    new = made_title("family", 39, MediaKind.TV, name="The Newcomer")
    services.titles.upsert([new])
    found = predicted(client, who, new.id.tmdb_id, "tv")
    assert found["evidence"] is None
    assert found["title"]["title"] == "The Newcomer"
    assert "near to" not in found["detail"]


@pytest.mark.parametrize(
    ("path", "profile", "status", "told"),
    [
        ("movie/4242", "", 404, "movie/4242"),
        (f"tv/{number('war', 30)}", "", 404, "exists as movie"),
        ("movie/0", "", 422, "tmdb_id"),
        ("book/1", "", 422, "kind"),
        ("movie/1", "nobody", 404, "profile"),
    ],
)
def test_what_can_t_be_asked(
    client: TestClient, path: str, profile: str, status: int, told: str
) -> None:
    who = somebody(client, f"Asks {path}")
    answer = client.get(f"/predict/{path}", params={"profile": profile or who})
    assert answer.status_code == status, answer.text
    assert told in answer.json()["detail"]


def test_another_s_is_not_told(services: Services) -> None:
    with home(services) as client:
        mine = client.post("/profiles", json={"name": "Ida"}).json()
        other = somebody(client, "Jon")
    with home(services, mine["token"]) as client:
        film = number("war", 0)
        assert client.get(f"/predict/movie/{film}").status_code == 200
        assert client.get(f"/predict/movie/{film}", params={"profile": other}).status_code == 403
