"""The stand-in for Trakt keeps Trakt's rules, for what is tested against it is worth no more."""

from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stand_ins.trakt.serving import FakePerson, FakeTrakt, Film, Rates, Show, trakt_server
from tests.contract.stand_ins.trakt.conftest import get
from tests.fakes.clock import MovedClock

DAY = 24 * 3600


def pages(answer: httpx2.Response) -> list[int]:
    """Page, limit, page count and item count of the headers."""
    names = ("Page", "Limit", "Page-Count", "Item-Count")
    return [int(answer.headers[f"X-Pagination-{name}"]) for name in names]


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"trakt-api-version": None}, 412),
        ({"trakt-api-version": "1"}, 412),
        ({"trakt-api-key": None}, 403),
        ({"trakt-api-key": "another"}, 403),
        ({"User-Agent": ""}, 403),
        ({"User-Agent": httpx2.Client().headers["User-Agent"]}, 403),
        ({"Authorization": None}, 401),
        ({"Authorization": "Bearer " + "0" * 64}, 401),
    ],
)
def test_each_header_is_asked_for(
    fake: FakeTrakt, ada: FakePerson, changed: dict[str, str | None], status: int
) -> None:
    sent = fake.headers(fake.tokens(ada).access) | changed
    headers = {name: value for name, value in sent.items() if value is not None}
    answer = httpx2.get(f"{fake.api_url}/sync/history", headers=headers, trust_env=False)
    assert answer.status_code == status


def test_a_write_is_refused_that_is_no_json(client: httpx2.Client) -> None:
    form = client.post("/sync/history", data={"movies": "[]"})
    broken = client.post(
        "/sync/history", content=b'{"movies": [', headers={"Content-Type": "application/json"}
    )
    assert (form.status_code, broken.status_code) == (412, 400)
    assert client.put("/sync/history", json={}).status_code == 405
    assert client.get("/sync/nothing").status_code == 405


def test_a_token_is_good_until_it_expires(
    fake: FakeTrakt, ada: FakePerson, clock: MovedClock
) -> None:
    fake.oauth.expires_in = 60
    url, headers = f"{fake.api_url}/users/settings", fake.headers(fake.tokens(ada).access)
    with httpx2.Client(headers=headers, trust_env=False) as client:
        assert client.get(url).json()["user"]["username"] == "ada"
        clock.forward(59)
        assert client.get(url).status_code == 200
        clock.forward(1)
        assert client.get(url).status_code == 401


def test_pages_are_enforced(fake: FakeTrakt, ada: FakePerson, client: httpx2.Client) -> None:
    ada.watch_in_bulk(251)
    first = client.get("/sync/history")
    assert (len(first.json()), pages(first)) == (100, [1, 100, 3, 251])
    most = client.get("/sync/history", params={"page": 1, "limit": 1000})
    assert (len(most.json()), pages(most)) == (250, [1, 250, 2, 251])
    last = client.get("/sync/history", params={"page": 2, "limit": 250})
    assert (len(last.json()), pages(last)) == (1, [2, 250, 2, 251])
    beyond = client.get("/sync/history", params={"page": 9, "limit": 250})
    assert (beyond.json(), pages(beyond)) == ([], [9, 250, 2, 251])
    assert pages(client.get("/sync/watchlist")) == [1, 100, 1, 0]
    fake.most_per_page = 60
    assert pages(client.get("/sync/history", params={"limit": 250})) == [1, 60, 5, 251]


def test_all_pages_hold_each_play_once_the_latest_first() -> None:
    with (
        trakt_server(films=20, shows=3, rates=Rates(gets=None)) as fake,
        httpx2.Client(base_url=fake.api_url, trust_env=False) as asking,
    ):
        ada, film = fake.person("ada"), fake.films[0]
        asking.headers.update(fake.headers(fake.tokens(ada).access))

        @settings(max_examples=20, deadline=None)
        @given(st.lists(st.integers(0, 50), max_size=60), st.integers(1, 1000))
        def each_once(times: list[int], limit: int) -> None:
            ada.unwatch_title(film)
            made = ada.watch_all((film, DAY * at) for at in times)
            found: list[dict[str, Any]] = []
            for page in range(1, -(-len(times) // limit) + 1):
                found += get(asking, "/sync/history", page=page, limit=limit)
            keys = [(entry["watched_at"], entry["id"]) for entry in found]
            assert keys == sorted(keys, reverse=True)
            assert sorted(entry["id"] for entry in found) == sorted(made)

        each_once()


def test_two_thousand_plays_are_made_at_once(ada: FakePerson, client: httpx2.Client) -> None:
    made = ada.watch_in_bulk(2_000)
    found = [
        entry
        for page in range(1, 9)
        for entry in get(client, "/sync/history", page=page, limit=250)
    ]
    assert {entry["id"] for entry in found} == set(made)
    assert {entry["type"] for entry in found} == {"movie", "episode"}


def test_the_history_is_cut_by_time_and_kind(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client
) -> None:
    film, show = fake.films[0], fake.shows[0]
    old = ada.watch(film, DAY)
    new = ada.watch(show.episode(1, 2), 3 * DAY)
    again = ada.watch(film, 5 * DAY, action="scrobble")

    def ids(path: str, **query: str) -> list[int]:
        return [entry["id"] for entry in get(client, path, **query)]

    assert ids("/sync/history") == [again, new, old]
    assert ids("/sync/history/movies") == [again, old]
    assert ids("/sync/history/shows") == ids("/sync/history/episodes") == [new]
    assert ids(f"/sync/history/shows/{show.trakt}") == [new]
    assert ids(f"/sync/history/movies/{fake.films[1].trakt}") == []
    third, fifth = "1970-01-04T00:00:00.000Z", "1970-01-06T00:00:00Z"
    assert ids("/sync/history", start_at=third) == [again, new]
    assert ids("/sync/history", start_at=third, end_at=fifth) == [again, new]
    assert ids("/sync/history", end_at=third) == [new, old]
    # A parameter that Trakt doesn't have changes nothing, which is how one forgets it.
    assert ids("/sync/history", start_date=third) == [again, new, old]
    assert client.get("/sync/history", params={"start_at": "soon"}).status_code == 422


def test_an_entry_tells_the_ids_of_each_family(
    fake: FakeTrakt, ada: FakePerson, client: httpx2.Client
) -> None:
    show = fake.shows[0]
    ada.watch(show.episode(1, 1), 1_396_258_133)
    (entry,) = get(client, "/sync/history", limit=10)
    assert entry.keys() == {"id", "watched_at", "action", "type", "episode", "show"}
    assert (entry["watched_at"], entry["type"]) == ("2014-03-31T09:28:53.000Z", "episode")
    assert entry["show"]["ids"] == {
        "trakt": 11,
        "slug": show.slug,
        "tvdb": 70_001,
        "imdb": "tt9000001",
        "tmdb": 1,
    }
    assert (entry["episode"]["season"], entry["episode"]["number"]) == (1, 1)
    assert entry["episode"]["ids"].keys() == {"trakt", "tvdb", "imdb", "tmdb"}
    assert "genres" in get(client, "/sync/history", extended="full")[0]["show"]


def test_films_and_series_share_numbers_and_lack_some(fake: FakeTrakt) -> None:
    films = {film.tmdb: film for film in fake.films if film.tmdb}
    shows = {show.tmdb: show for show in fake.shows if show.tmdb}
    assert len(films.keys() & shows.keys()) > 50
    assert all(title.trakt != title.tmdb for title in (*fake.films, *fake.shows))

    def kinds(titles: list[Film] | list[Show]) -> set[tuple[str, ...]]:
        return {
            tuple(name for name in ("imdb", "tmdb", "tvdb") if title.ids.get(name))
            for title in titles
        }

    assert kinds(fake.films) == {("imdb", "tmdb"), ("imdb",), ("tmdb",), ()}
    everything = ("imdb", "tmdb", "tvdb")
    lacking = {("imdb", "tvdb"), ("tmdb", "tvdb"), ("imdb",), ("tvdb",)}
    assert kinds(fake.shows) == {everything, *lacking}


def test_titles_can_be_added(fake: FakeTrakt, ada: FakePerson, client: httpx2.Client) -> None:
    ada.watch(fake.catalogue.add_film("Nowhere", 1999, imdb="tt7777777"))
    show = fake.catalogue.add_show("Somewhere", seasons={1: 1}, tmdb=69_557)
    ada.watch(show.episode(1, 1))
    ids = [entry[entry["type"].replace("episode", "show")]["ids"] for entry in history(client)]
    assert {(one["imdb"], one["tmdb"]) for one in ids} == {("tt7777777", None), (None, 69_557)}
    with pytest.raises(ValueError, match="69557"):
        fake.catalogue.add_show("Elsewhere", seasons={}, tmdb=69_557)


def history(client: httpx2.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = get(client, "/sync/history", limit=250)
    return found


def test_people_see_their_own(fake: FakeTrakt, ada: FakePerson, client: httpx2.Client) -> None:
    ada.watch(fake.films[0])
    bob = fake.person("bob")
    bob.watch(fake.films[1])
    others = httpx2.get(
        f"{fake.api_url}/sync/history",
        headers=fake.headers(fake.tokens(bob).access),
        trust_env=False,
    )
    titles = [entries[0]["movie"]["ids"]["trakt"] for entries in (history(client), others.json())]
    assert titles == [fake.films[0].trakt, fake.films[1].trakt]
