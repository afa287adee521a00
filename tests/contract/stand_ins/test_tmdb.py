"""The stand-in for TMDB keeps TMDB's rules, for what is tested against it is worth no more."""

import gzip
import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stand_ins.tmdb.bodies import EPISODES
from stand_ins.tmdb.catalogue import Catalogue, MadeNumbers
from stand_ins.tmdb.parts import PART_NAMES
from stand_ins.tmdb.serving import KEY, FakeTmdb, tmdb_server

TODAY = date(2026, 3, 10)
EVERYTHING = {kind: ",".join(names) for kind, names in PART_NAMES.items()}


@pytest.fixture
def fake() -> Iterator[FakeTmdb]:
    with tmdb_server(movies=300, series=40) as running:
        running.today = TODAY
        running.exports = {TODAY - timedelta(days=1)}
        yield running


@pytest.fixture
def client(fake: FakeTmdb) -> Iterator[httpx2.Client]:
    key = {"Authorization": f"Bearer {fake.key}"}
    with httpx2.Client(base_url=fake.api_url, headers=key, trust_env=False) as made:
        yield made


def get(client: httpx2.Client, path: str, **query: str | int) -> dict[str, Any]:
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refusal(client: httpx2.Client, path: str, **query: str | int) -> tuple[int, int]:
    """HTTP status and TMDB's code."""
    answer = client.get(path, params=query)
    return answer.status_code, answer.json()["status_code"]


def export(fake: FakeTmdb, name: str, day: date) -> list[dict[str, Any]]:
    where = f"{fake.export_url}/{name}_{day:%m_%d_%Y}.json.gz"
    answer = httpx2.get(where, trust_env=False)
    assert answer.status_code == 200
    return [json.loads(line) for line in gzip.decompress(answer.content).splitlines()]


def test_the_key_is_asked_for_in_either_form(fake: FakeTmdb) -> None:
    path = f"{fake.api_url}/movie/1"
    with httpx2.Client(trust_env=False) as client:
        assert client.get(path, params={"api_key": KEY}).status_code == 200
        assert client.get(path, headers={"Authorization": f"Bearer {KEY}"}).status_code == 200
        for answer in (
            client.get(path),
            client.get(path, params={"api_key": "wrong"}),
            client.get(path, headers={"Authorization": KEY}),
        ):
            assert answer.status_code == 401
            assert (answer.json()["status_code"], answer.json()["success"]) == (7, False)


def test_a_connection_is_kept(fake: FakeTmdb, client: httpx2.Client) -> None:
    seen = set()
    for number in (1, 4, 5):
        with client.stream("GET", f"/movie/{number}") as answer:
            seen.add(answer.extensions["network_stream"].get_extra_info("client_addr"))
            answer.read()
    assert len(seen) == 1
    assert [request.status for request in fake.requests] == [200, 404, 200]


@pytest.mark.parametrize("kind", ["movie", "tv"])
def test_a_body_holds_what_is_asked_and_no_more(
    fake: FakeTmdb, client: httpx2.Client, kind: str
) -> None:
    plain = get(client, f"/{kind}/1")
    assert not set(plain) & set(PART_NAMES[kind])
    some = get(client, f"/{kind}/1", append_to_response="keywords,no_such_part,external_ids")
    assert set(some) - set(plain) == {"keywords", "external_ids"}
    everything = get(client, f"/{kind}/1", append_to_response=EVERYTHING[kind])
    assert everything == fake.body(kind, 1)
    assert everything | some == everything


def test_films_and_series_have_their_own_shapes(client: httpx2.Client) -> None:
    film = get(client, "/movie/1", append_to_response=EVERYTHING["movie"])
    series = get(client, "/tv/1", append_to_response=EVERYTHING["tv"])
    assert film["title"] != series["name"]
    assert [part["name"] for part in film["keywords"]["keywords"]]
    assert [part["name"] for part in series["keywords"]["results"]]
    assert film["release_dates"]["results"][0]["release_dates"][0]["certification"] is not None
    assert series["content_ratings"]["results"][0]["rating"]
    assert series["aggregate_credits"]["cast"][0]["roles"][0]["episode_count"]
    assert "title" not in series
    assert "release_dates" not in series


def test_more_than_twenty_parts_are_refused(client: httpx2.Client) -> None:
    parts = [f"season/{number}" for number in range(1, 22)]
    assert get(client, "/tv/1", append_to_response=",".join(parts[:20]))["id"] == 1
    assert refusal(client, "/tv/1", append_to_response=",".join(parts)) == (400, 27)


def test_details_are_counted_by_title(fake: FakeTmdb, client: httpx2.Client) -> None:
    fake.remove("movie", 2)
    for path in ("/movie/1", "/movie/1", "/tv/1", "/movie/2", "/movie/4"):
        client.get(path)
    client.get("/movie/1", headers={"Authorization": "Bearer wrong"})
    assert refusal(client, "/movie/2") == (404, 34)
    counted = {("movie", 1): 2, ("tv", 1): 1, ("movie", 2): 2, ("movie", 4): 1}
    assert fake.detail_counts() == counted
    fake.reset_counters()
    assert (fake.detail_counts(), fake.requests, fake.busiest_second()) == ({}, [], 0)


def test_an_id_of_another_service_finds_what_bears_it(
    fake: FakeTmdb, client: httpx2.Client
) -> None:
    def rows(path: str, source: str) -> dict[str, list[tuple[str, int]]]:
        answer = get(client, f"/find/{path}", external_source=source)
        assert set(answer) == {f"{what}_results" for what in lists}
        return {
            what: [(row["media_type"], row["id"]) for row in answer[f"{what}_results"]]
            for what in lists
            if answer[f"{what}_results"]
        }

    lists = ("movie", "tv", "tv_episode", "tv_season", "person")
    fake.change("movie", 1, imdb_id="tt7777777", external_ids={"imdb_id": "tt7777777"})
    fake.change("tv", 1, external_ids={"imdb_id": "tt7777777", "tvdb_id": 1234})
    assert rows("tt7777777", "imdb_id") == {"movie": [("movie", 1)], "tv": [("tv", 1)]}
    assert rows("1234", "tvdb_id") == {"tv": [("tv", 1)]}
    assert rows("tt8888888", "imdb_id") == rows("71001", "imdb_id") == {}
    found = get(client, f"/find/{EPISODES['tvdb_id'] + 2}", external_source="tvdb_id")
    (episode,) = found["tv_episode_results"]
    assert (episode["show_id"], episode["media_type"]) == (2, "tv_episode")
    fake.remove("tv", 1)
    assert rows("1234", "tvdb_id") == {}
    assert refusal(client, "/find/tt7777777") == (422, 5)
    without = {"Authorization": "Bearer wrong"}
    assert client.get("/find/1234?external_source=tvdb_id", headers=without).status_code == 401


def test_the_titles_vary() -> None:
    made = Catalogue(3_000, 500)
    for kind, name in (("movie", "original_title"), ("tv", "original_name")):
        bodies = [made.body(kind, number) or {} for number in made.numbers(kind)]
        assert {len(body["genres"]) for body in bodies} == {0, 1, 2, 3}
        assert len({body["popularity"] for body in bodies}) > 0.5 * len(bodies)
        assert 5 < sum(body.get("adult", False) for body in bodies) < 0.05 * len(bodies)
        assert any(body["poster_path"] is None for body in bodies)
        assert any(body["external_ids"]["imdb_id"] is None for body in bodies)
        assert any("tagline" not in body for body in bodies)
        assert any(isinstance(body["popularity"], str) for body in bodies)
        assert any(not body[name].isascii() for body in bodies)
        recommended = [len(body["recommendations"]["results"]) for body in bodies]
        assert (min(recommended), max(recommended)) == (0, 20)
    assert 3 < len(set(made.numbers("movie")[:100]) & set(made.numbers("tv"))) < 100


def test_changes_come_in_pages_of_a_hundred(fake: FakeTmdb, client: httpx2.Client) -> None:
    changed = fake.ids("movie")[:230]
    for number in changed:
        fake.change("movie", number, tagline="New.")
    fake.remove("movie", changed[0])
    fake.change("movie", 299, on=TODAY - timedelta(days=3), tagline="Older.")
    pages = [get(client, "/movie/changes", page=page) for page in (1, 2, 3, 4)]
    assert [len(page["results"]) for page in pages] == [100, 100, 30, 0]
    assert {page["total_pages"] for page in pages} == {3}
    assert {page["total_results"] for page in pages} == {230}
    rows = {row["id"]: row["adult"] for page in pages for row in page["results"]}
    assert sorted(rows) == changed
    assert rows[changed[0]] is None
    assert rows[changed[1]] is fake.body("movie", changed[1])["adult"]
    assert get(client, "/tv/changes")["results"] == []
    third = str(TODAY - timedelta(days=3))
    older = get(client, "/movie/changes", start_date=third, end_date=third)
    assert [row["id"] for row in older["results"]] == [299]


def test_windows_over_a_fortnight_and_bad_pages_are_refused(client: httpx2.Client) -> None:
    path = "/tv/changes"
    assert get(client, path, start_date="2026-02-24", end_date="2026-03-10")["page"] == 1
    assert refusal(client, path, start_date="2026-02-23", end_date="2026-03-10") == (422, 20)
    assert refusal(client, path, start_date="2026-02-23") == (422, 20)
    assert refusal(client, path, start_date="2026-03-10", end_date="2026-03-09") == (422, 20)
    assert refusal(client, path, start_date="10.03.2026") == (400, 23)
    assert refusal(client, path, start_date="2026-02-30") == (400, 23)
    for page in ("0", "501", "-1", "one"):
        assert refusal(client, path, page=page) == (400, 22)


def test_discover_ends_at_page_500() -> None:
    with tmdb_server(movies=10_500, series=3) as fake:
        key = {"api_key": fake.key}
        with httpx2.Client(base_url=fake.api_url, params=key, trust_env=False) as client:
            pages = [get(client, "/discover/movie", page=page) for page in (1, 2, 500)]
            rows = [row for page in pages for row in page["results"]]
            assert len(rows) == len({row["id"] for row in rows}) == 60
            popularity = [row["popularity"] for row in rows]
            assert popularity == sorted(popularity, reverse=True)
            assert not any(row["adult"] for row in rows)
            assert pages[0]["total_pages"] > 500
            assert refusal(client, "/discover/movie", page=501) == (400, 22)
            assert refusal(client, "/discover/movie", sort_by="title.asc") == (422, 5)
            every = get(client, "/discover/movie", include_adult="true", page=2)
            assert every["total_results"] == 10_500
            fake.change("tv", 2, popularity=1e6, adult=True)
            assert 2 not in [row["id"] for row in get(client, "/discover/tv")["results"]]
            series = get(client, "/discover/tv", include_adult="true")["results"]
            assert (len(series), series[0]["id"]) == (3, 2)


def test_exports_tell_of_their_day(fake: FakeTmdb) -> None:
    yesterday, earlier = TODAY - timedelta(days=1), TODAY - timedelta(days=5)
    fake.exports.add(earlier)
    fake.remove("movie", 1, on=TODAY - timedelta(days=3))
    fake.add("movie", 9_000, on=TODAY - timedelta(days=2), original_title="Neu")
    before, after = (export(fake, "movie_ids", day) for day in (earlier, yesterday))
    assert {row["id"] for row in before} == {*fake.ids("movie"), 1} - {9_000}
    assert [row["id"] for row in after] == fake.ids("movie")
    assert after[-1]["original_title"] == "Neu"
    popularity = [row["popularity"] for row in after]
    assert popularity not in (sorted(popularity), sorted(popularity, reverse=True))
    fields = {frozenset(row) for row in after}
    older = frozenset({"id", "original_title", "popularity"})
    assert fields == {older, older | {"adult", "video"}}
    for row in after[::7]:
        body = fake.body("movie", row["id"])
        assert (row["original_title"], row["popularity"]) == (
            body["original_title"],
            float(body["popularity"]),
        )
    series = export(fake, "tv_series_ids", yesterday)
    assert [row["id"] for row in series] == fake.ids("tv")
    assert set(series[0]) == {"id", "original_name", "popularity"}
    fake.change("tv", 1, popularity=999.5)
    assert export(fake, "tv_series_ids", yesterday)[0]["popularity"] == 999.5


@pytest.mark.parametrize("name", ["movie_ids_03_10_2026", "movie_ids_02_30_2026", "person_ids"])
def test_there_is_no_export_of_another_day(fake: FakeTmdb, name: str) -> None:
    where = f"{fake.export_url}/{name}.json.gz"
    assert httpx2.get(where, trust_env=False).status_code == 404
    fake.missing_export_status = 403
    assert httpx2.get(where, trust_env=False).status_code == 403


def test_a_test_can_change_titles_and_spoil_them(fake: FakeTmdb, client: httpx2.Client) -> None:
    fake.change("movie", 5, title="Renamed", keywords={"keywords": [{"id": 1, "name": "new"}]})
    assert get(client, "/movie/5")["title"] == "Renamed"
    assert "keywords" not in get(client, "/movie/5")
    asked = get(client, "/movie/5", append_to_response="keywords")
    assert asked["keywords"]["keywords"] == [{"id": 1, "name": "new"}]
    fake.spoil("movie", 5, missing=["title"], null=["genres"], wrong={"vote_count": "many"})
    spoilt = get(client, "/movie/5")
    assert "title" not in spoilt
    assert (spoilt["genres"], spoilt["vote_count"]) == (None, "many")
    fake.mend("movie", 5)
    assert get(client, "/movie/5")["title"] == "Renamed"
    fake.add("tv", 12_345, name="Brand New")
    assert get(client, "/tv/12345")["name"] == "Brand New"
    with pytest.raises(ValueError, match="12345"):
        fake.add("tv", 12_345)
    with pytest.raises(KeyError):
        fake.change("movie", 4, title="There is no such title")


@given(st.sampled_from(["movie", "tv"]), st.integers(0, 300), st.integers(-5, 400))
def test_a_made_number_is_known_where_it_is_listed(kind: str, count: int, number: int) -> None:
    made = MadeNumbers(kind, count)
    assert len(list(made)) == count
    assert (number in made) == (number in list(made))
