"""Writing to an account at the stand-in for Trakt."""

from typing import Any

import httpx2
import pytest

from stand_ins.trakt.serving import FakePerson, FakeTrakt
from tests.fakes.clock import MovedClock

NOWHERE = {"ids": {"imdb": "tt9999999"}, "rating": 5}


def post(client: httpx2.Client, path: str, status: int, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(path, json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_plays_are_added(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client, clock: MovedClock
) -> None:
    film, show, other = fake.films[0], fake.shows[0], fake.shows[1]
    seasons = [
        {"number": 1, "episodes": [{"number": 1, "watched_at": "1970-01-02"}, {"number": 99}]},
        {"number": 0, "watched_at": "unknown"},
        {"number": 77},
    ]
    done = post(
        client,
        "/sync/history",
        201,
        {
            "movies": [{"ids": {"tmdb": 1}, "watched_at": "1970-01-03T00:00:00.000Z"}, NOWHERE],
            "shows": [{"ids": {"tvdb": 70_001}, "seasons": seasons}],
            "episodes": [{"ids": other.episode(1, 1).ids}],
        },
    )
    assert done["added"] == {"movies": 1, "episodes": 4}
    missing = done["not_found"]
    assert (missing["movies"], missing["shows"]) == ([NOWHERE], [])
    assert (missing["seasons"], missing["episodes"]) == ([{"number": 77}], [{"number": 99}])
    now = int(clock.now())
    assert {(play.item, play.at) for play in ada.plays()} == {
        (film, 2 * 24 * 3600),
        (show.episode(1, 1), 24 * 3600),
        (show.episode(0, 1), 0),
        (show.episode(0, 2), 0),
        (other.episode(1, 1), now),
    }


def test_a_whole_show_means_each_episode_but_the_specials(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client
) -> None:
    show = fake.shows[0]
    done = post(client, "/sync/history", 201, {"shows": [{"ids": {"slug": show.slug}}]})
    assert done["added"]["episodes"] == len(show.episodes) == len(ada.plays())
    assert {play.item for play in ada.plays()} == set(show.episodes)
    assert show.episode(0, 1) not in show.episodes


def test_the_same_play_twice_is_two_plays(ada: FakePerson, client: httpx2.Client) -> None:
    film = {"ids": {"tmdb": 1}, "watched_at": "2020-01-01T00:00:00Z"}
    for _ in range(2):
        post(client, "/sync/history", 201, {"movies": [film]})
    assert len({play.id for play in ada.plays()}) == 2


def test_plays_are_removed_by_title_and_by_number(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client
) -> None:
    film, show = fake.films[0], fake.shows[0]
    ada.watch_all([(film, 1), (film, 2), (fake.films[1], 3)])
    kept = ada.watch(show.episode(2, 1), 4)
    one = ada.watch_all([(show.episode(1, 1), 5), (fake.films[2], 6)])[1]
    done = post(
        client,
        "/sync/history/remove",
        200,
        {
            "movies": [{"title": film.title, "year": film.year}, NOWHERE],
            "seasons": [{"ids": {"trakt": show.season(1).trakt}}],
            "ids": [one, 42],
        },
    )
    assert done["deleted"] == {"movies": 3, "episodes": 1}
    assert (done["not_found"]["ids"], done["not_found"]["movies"]) == ([42], [NOWHERE])
    assert [play.item for play in ada.plays()] == [show.episode(2, 1), fake.films[1]]
    assert ada.plays()[0].id == kept


def test_ratings_are_set_and_taken_back(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client
) -> None:
    body = {
        "movies": [{"ids": {"tmdb": 1}, "rating": 10, "rated_at": "1970-01-02"}, NOWHERE],
        "shows": [
            {"ids": {"tmdb": 1}, "rating": 7},
            {"ids": {"tmdb": 2}, "seasons": [{"number": 1, "rating": 3}]},
        ],
    }
    done = post(client, "/sync/ratings", 201, body)
    assert done["added"] == {"movies": 1, "shows": 1, "seasons": 1, "episodes": 0}
    assert done["not_found"]["movies"] == [NOWHERE]
    rated = {rated.item: (rated.rating, rated.at) for rated in ada.ratings()}
    assert rated[fake.films[0]] == (10, 24 * 3600)
    assert {rating for rating, _ in rated.values()} == {10, 7, 3}
    taken = post(client, "/sync/ratings/remove", 200, {"movies": [{"ids": {"tmdb": 1}}] * 2})
    assert taken["deleted"] == {"movies": 1, "shows": 0, "seasons": 0, "episodes": 0}
    assert fake.films[0] not in {rated.item for rated in ada.ratings()}


@pytest.mark.parametrize("rating", [0, 11, "five", 7.5, None, True])
def test_a_rating_that_is_none_changes_nothing(
    ada: FakePerson, client: httpx2.Client, rating: object
) -> None:
    movies = [{"ids": {"tmdb": 1}, "rating": 5}, {"ids": {"tmdb": 2}, "rating": rating}]
    assert client.post("/sync/ratings", json={"movies": movies}).status_code == 422
    assert ada.ratings() == []


@pytest.mark.parametrize("name", ["watchlist", "favorites"])
def test_lists_are_written(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client, name: str
) -> None:
    ada.enlist(name, [fake.films[1]])
    movies = [{"ids": {"tmdb": 1}, "notes": "soon"}, {"ids": {"tmdb": 2}}, NOWHERE]
    body = {"movies": movies, "shows": [{"ids": {"imdb": fake.shows[0].imdb}}]}
    done = post(client, f"/sync/{name}", 201, body)
    assert (done["added"]["movies"], done["added"]["shows"]) == (1, 1)
    assert (done["existing"]["movies"], done["existing"]["shows"]) == (1, 0)
    assert done["not_found"]["movies"] == [NOWHERE]
    assert done["list"]["item_count"] == 3
    assert done["list"]["updated_at"] == ada.activities.time_of(name, "updated_at")
    assert [one.notes for one in ada.listed(name)] == [None, "soon", None]
    gone = post(client, f"/sync/{name}/remove", 200, {"movies": movies})
    assert (gone["deleted"]["movies"], gone["list"]["item_count"]) == (2, 1)
    assert [one.item for one in ada.listed(name)] == [fake.shows[0]]


def test_a_full_list_takes_nothing_more(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client
) -> None:
    ada.limits["watchlist"] = 2
    ada.watchlist(fake.films[0])
    movies = [{"ids": {"tmdb": number}} for number in (1, 2, 3)]
    full = client.post("/sync/watchlist", json={"movies": movies})
    assert (full.status_code, full.content) == (420, b"")
    assert len(ada.listed("watchlist")) == 1
    assert client.post("/sync/watchlist", json={"movies": movies[:2]}).status_code == 201
    # Over the limit already, as after a plan ended: it can be read, and taken from.
    ada.limits["watchlist"] = 1
    assert len(client.get("/sync/watchlist").json()) == 2
    assert client.post("/sync/watchlist", json={"movies": movies[:1]}).status_code == 420
    post(client, "/sync/watchlist/remove", 200, {"movies": movies[:1]})
    assert len(ada.listed("watchlist")) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"movies": "all"},
        {"movies": [1, None, {"ids": 3}, {"ids": {"tmdb": [1]}}]},
        {"shows": [{"ids": {"tmdb": 1}, "seasons": [7, {"number": "1"}, {}]}]},
        {"shows": [{"ids": {"tmdb": 1}, "seasons": [{"number": 1, "episodes": [None, {}]}]}]},
        {"episodes": [{"ids": {"tmdb": {}}}, {"ids": []}], "ids": "1"},
    ],
)
def test_nonsense_is_found_nowhere(
    ada: FakePerson, client: httpx2.Client, body: dict[str, Any]
) -> None:
    for path in ("/sync/history", "/sync/history/remove"):
        assert client.post(path, json=body).status_code in (200, 201)
    assert ada.plays() == []
