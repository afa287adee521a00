"""The API over a real store and index; only the embedding model is a deterministic stand-in."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.bootstrap import Services
from app.domain.catalogue.titles import MediaKind
from app.domain.index.embedding_text import embedding_text
from app.main import create_app
from tests.builders import make_title, movie
from tests.world import index, open_world


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    titles = [make_title(n, genres=("Drama",), year=1990 + n % 30) for n in range(1, 61)]
    titles += [make_title(n, MediaKind.TV) for n in range(41, 81)]
    titles.append(make_title(603, name="The Simulation", overview="machines dream of people"))
    made = open_world(tmp_path, titles=titles)
    yield made
    made.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    index(services)
    with TestClient(create_app(services), raise_server_exceptions=False) as opened:
        deadline = time.monotonic() + 10
        while opened.get("/health").json()["status"] != "ok":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield opened


def test_by_id_never_the_title_itself(client: TestClient) -> None:
    body = {"tmdb_id": 603, "input_media_type": "movie", "results_media_type": "movie", "k": 10}
    answer = client.post("/mcp/knn", json=body).json()
    assert len(answer["results"]) == 10
    assert all(r["tmdb_id"] != 603 for r in answer["results"])
    assert {r["media_type"] for r in answer["results"]} == {"movie"}
    scores = [r["score"] for r in answer["results"]]
    assert scores == sorted(scores, reverse=True)
    assert answer["query"]["title"] == "The Simulation"
    assert answer["index_version"].startswith("g-")
    first = answer["results"][0]
    assert {"title", "year", "score", "genres", "overview", "poster_url"} <= set(first)


def test_by_text(client: TestClient, services: Services) -> None:
    text = embedding_text(services.titles.get(movie(17)) or pytest.fail("stored"))
    answer = client.post("/mcp/knn", json={"text": text, "media_type": "movie", "k": 3}).json()
    assert answer["results"][0]["tmdb_id"] == 17
    assert answer["results"][0]["score"] > 0.95


def test_from_a_film_to_series_and_to_both(client: TestClient) -> None:
    body = {"tmdb_id": 5, "input_media_type": "movie", "k": 20}
    series = client.post("/mcp/knn", json=body | {"results_media_type": "tv"}).json()["results"]
    assert {r["media_type"] for r in series} == {"tv"}
    both = client.post("/mcp/knn", json=body | {"results_media_type": "all", "k": 99}).json()
    assert {r["media_type"] for r in both["results"]} == {"tv", "movie"}
    older = client.post("/mcp/knn", json={"tmdb_id": 5, "media_type": "movie", "k": 20}).json()
    assert {r["media_type"] for r in older["results"]} == {"movie"}


def test_filters_and_exclusions(client: TestClient) -> None:
    body = {
        "text": "winter",
        "mode": "meaning",  # scores that don't depend on what else is found
        "results_media_type": "movie",
        "k": 200,
        "filters": {"genres": ["drama"], "year_from": 2000, "year_to": 2005},
    }
    results = client.post("/mcp/knn", json=body).json()["results"]
    assert len(results) == 12
    assert all(2000 <= r["year"] <= 2005 for r in results)
    out = {"tmdb_id": results[0]["tmdb_id"], "media_type": "movie"}
    fewer = client.post("/mcp/knn", json=body | {"exclude": [out]}).json()["results"]
    assert [r["tmdb_id"] for r in fewer] == [r["tmdb_id"] for r in results[1:]]
    by_length = {"filters": {"runtime_from": 90, "runtime_to": 120}}
    an_evening = client.post("/mcp/knn", json=body | by_length).json()
    assert 0 < len(an_evening["results"]) < 200
    assert all(90 <= r["runtime"] <= 120 for r in an_evening["results"])
    assert an_evening["query"]["filters"] == by_length["filters"]
    nothing = client.post("/mcp/knn", json=body | {"filters": {"year_from": 2100}})
    assert (nothing.status_code, nothing.json()["results"]) == (200, [])


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "either tmdb_id or text"),
        ({"text": "x", "tmdb_id": 1, "media_type": "movie"}, 422, "not both"),
        ({"tmdb_id": 603}, 422, "say movie or tv"),
        ({"tmdb_id": 603, "results_media_type": "movie"}, 422, "input_media_type"),
        ({"tmdb_id": 603, "media_type": "all"}, 422, "can't go with tmdb_id"),
        ({"tmdb_id": 603, "input_media_type": "all"}, 422, "can't go with tmdb_id"),
        ({"tmdb_id": 603, "input_media_type": "tv"}, 404, "exists as movie: The Simulation"),
        ({"tmdb_id": 77, "input_media_type": "movie"}, 404, "exists as tv"),
        ({"tmdb_id": 999_999, "input_media_type": "movie"}, 404, "no movie/999999"),
        ({"tmdb_id": -1, "input_media_type": "movie"}, 422, "tmdb_id"),
        ({"tmdb_id": 2**70, "input_media_type": "movie"}, 422, "tmdb_id"),
        ({"tmdb_id": 1, "input_media_type": "film"}, 422, "input_media_type"),
        ({"text": "x", "k": 0}, 422, "k: "),
        ({"text": "x", "k": -1}, 422, "k: "),
        ({"text": "x", "k": 201}, 422, "200"),
        ({"text": "x", "k": "ten"}, 422, "k: "),
        ({"text": "x", "k": None}, 422, "k: "),
        ({"text": ""}, 422, "text"),
        ({"text": " \u0000\t"}, 422, "text"),
        ({"text": "a" * 2001}, 422, "2000"),
        ({"text": "x", "filters": {"genres": ["Dramedy"]}}, 422, "unknown genre 'Dramedy'"),
        ({"text": "x", "filters": {"languages": ["klingon"]}}, 422, "unknown language"),
        ({"text": "x", "filters": {"year_from": 2001, "year_to": 2000}}, 422, "after year_to"),
        ({"text": "x", "filters": {"runtime_from": 91, "runtime_to": 90}}, 422, "above runtime_to"),
        ({"text": "x", "filters": {"decade": 90}}, 422, "decade"),
        ({"text": "x", "exclude_watched_of": "ada"}, 401, "token"),
        ([1, 2], 422, "body"),
    ],
)
def test_bad_questions(client: TestClient, body: object, status: int, said: str) -> None:
    answer = client.post("/mcp/knn", json=body)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert set(answer.json()) == {"error", "detail", "request_id"}
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("text", ["😀🎬", "فيلم عن البحر", "a\u0000b", "'; DROP TABLE", "\u202e"])
def test_any_script_is_a_text(client: TestClient, text: str) -> None:
    answer = client.post("/mcp/knn", json={"text": text, "k": 2})
    if text == "\u202e":
        assert answer.status_code == 422
    else:
        assert len(answer.json()["results"]) == 2


def test_broken_and_huge_bodies(client: TestClient) -> None:
    typed = {"Content-Type": "application/json"}
    broken = client.post("/mcp/knn", content=b'{"text": ', headers=typed)
    assert (broken.status_code, broken.json()["detail"]) == (422, "body: this is not valid JSON")
    huge = client.post("/mcp/knn", json={"text": "a" * 10_000_000})
    assert (huge.status_code, huge.json()["error"]) == (413, "too_large")

    def pieces() -> Iterator[bytes]:
        for _ in range(100):
            yield b"a" * 1000

    streamed = client.post("/mcp/knn", content=pieces(), headers=typed)
    assert streamed.status_code == 413
    latin = client.post("/mcp/knn", content='{"text": "é"}'.encode("latin-1"), headers=typed)
    assert latin.status_code == 400
    form = client.post("/mcp/knn", data={"text": "x"})
    assert form.status_code == 415
    assert "Content-Type: application/json" in form.json()["detail"]


def test_a_titles_facts(client: TestClient) -> None:
    facts = client.get("/titles/movie/603").json()
    assert facts["title"] == "The Simulation"
    assert len(facts["keywords"]) == 8
    assert client.get("/titles/tv/603").status_code == 404
    assert client.get("/titles/book/603").status_code == 422
    assert client.get("/titles/movie/abc").status_code == 422
    assert client.get("/nowhere").json()["error"] == "not_found"


def test_before_any_index(services: Services) -> None:
    with TestClient(create_app(services)) as opened:
        time.sleep(0.3)
        answer = opened.post("/mcp/knn", json={"text": "x"})
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "python -m scripts.rebuild_index" in answer.json()["detail"]
        assert opened.get("/health").json()["status"] == "starting"
