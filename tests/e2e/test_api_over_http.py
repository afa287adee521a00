"""The API as a client sees it: real HTTP, a real index, and everything that may come in."""

import http.client
import json
import re

import httpx2
import pytest

from tests.e2e.program import Api

MATRIX = {"tmdb_id": 603, "input_media_type": "movie", "results_media_type": "movie"}


def refusal(answer: httpx2.Response, status: int) -> str:
    """The detail of an error in the one shape that all errors have."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert set(body) == {"error", "detail", "request_id"}
    assert body["request_id"] == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
    detail: str = body["detail"]
    return detail


def post(api: Api, content: bytes) -> httpx2.Response:
    headers = {"Content-Type": "application/json"}
    return httpx2.post(
        f"{api.url}/mcp/knn", content=content, headers=headers, timeout=30, trust_env=False
    )


def test_similar_titles_by_id(api: Api) -> None:
    answer = api.knn(MATRIX | {"k": 10})
    assert answer.status_code == 200
    body = answer.json()
    assert body["query"]["title"] == "The Matrix"
    assert body["index_version"]
    assert len(body["results"]) == 10
    names = [one["title"] for one in body["results"]]
    assert "The Matrix Reloaded" in names[:3]
    assert 603 not in {one["tmdb_id"] for one in body["results"]}
    assert {one["media_type"] for one in body["results"]} == {"movie"}
    scores = [one["score"] for one in body["results"]]
    assert scores == sorted(scores, reverse=True)


def test_similar_titles_by_text_in_both_kinds(api: Api) -> None:
    answer = api.knn({"text": "a crime investigation", "results_media_type": "all", "k": 200})
    assert answer.status_code == 200
    found = [(one["media_type"], one["tmdb_id"]) for one in answer.json()["results"]]
    assert len(found) == len(set(found)) == 200
    assert {kind for kind, _ in found} == {"movie", "tv"}


def test_the_older_name_of_both_type_fields(api: Api) -> None:
    newer = api.knn(MATRIX | {"k": 5}).json()
    older = api.knn({"tmdb_id": 603, "media_type": "movie", "k": 5}).json()
    assert older["results"] == newer["results"]


def test_filters_hold_and_may_leave_nothing(api: Api) -> None:
    where = {"genres": ["Horror"], "year_from": 1980, "min_votes": 100}
    found = api.knn({"text": "fear", "k": 20, "filters": where}).json()["results"]
    assert found
    for one in found:
        assert "Horror" in one["genres"]
        assert one["year"] >= 1980
        assert one["votes"] >= 100
    none = api.knn({"text": "fear", "filters": {"year_from": 2190}})
    assert none.status_code == 200
    assert none.json()["results"] == []


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (MATRIX | {"k": 0}, "k"),
        (MATRIX | {"k": -1}, "k"),
        (MATRIX | {"k": 201}, "k"),
        (MATRIX | {"k": "ten"}, "k"),
        (MATRIX | {"k": 1.5}, "k"),
        (MATRIX | {"k": True}, "k"),
        ({"text": ""}, "text"),
        ({"text": " \n "}, "text"),
        ({"text": "\0\0"}, "text"),
        ({"text": "a" * 2001}, "text"),
        ({"text": 7}, "text"),
        ({"text": "\ud800 half a letter"}, "text"),
        ({}, "tmdb_id or text"),
        (MATRIX | {"text": "robots"}, "tmdb_id or text"),
        (MATRIX | {"input_media_type": "all"}, "input_media_type"),
        ({"tmdb_id": 603, "media_type": "all"}, "all"),
        ({"tmdb_id": 603}, "input_media_type"),
        ({"tmdb_id": 603, "media_type": "film"}, "media_type"),
        ({"tmdb_id": 2**70, "media_type": "movie"}, "tmdb_id"),
        ({"tmdb_id": -5, "media_type": "movie"}, "tmdb_id"),
        ({"text": "x", "results_media_type": "films"}, "results_media_type"),
        ({"text": "x", "filters": {"genres": ["Nonsense"]}}, "Nonsense"),
        ({"text": "x", "filters": {"languages": ["qq"]}}, "qq"),
        ({"text": "x", "filters": {"year_from": 2001, "year_to": 2000}}, "year_from"),
        ({"text": "x", "filters": {"runtime_from": 120, "runtime_to": 90}}, "runtime_from"),
        ({"text": "x", "filters": {"runtime_to": 0}}, "runtime_to"),
        ({"text": "x", "filters": {"min_rating": 11}}, "min_rating"),
        ({"text": "x", "filters": {"colour": "red"}}, "colour"),
        ({"text": "x", "count": 5}, "count"),
        ([], "body"),
        ("text", "body"),
        (None, "body"),
    ],
)
def test_a_bad_question_is_refused_with_the_field(api: Api, body: object, named: str) -> None:
    assert named in refusal(post(api, json.dumps(body).encode()), 422)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 2000,
        "🤖🎬👩‍🚀",
        "فيلم عن الصداقة في الصحراء",
        "a heist\0 on a\x07 train",
        "'; DROP TABLE titles; --",
        "\u202e upside",
    ],
)
def test_strange_words_are_words(api: Api, text: str) -> None:
    answer = post(api, json.dumps({"text": text, "k": 3}).encode())
    assert answer.status_code == 200, answer.text
    assert len(answer.json()["results"]) == 3


@pytest.mark.parametrize("content", [b"{", b"", b"\xff\xfe", b'{"text": "x"'])
def test_broken_json(api: Api, content: bytes) -> None:
    assert "body" in refusal(post(api, content), 422)


def test_json_that_is_nested_too_deep(api: Api) -> None:
    answer = post(api, b"[" * 50_000)
    assert answer.status_code in (400, 422)
    assert "body" in refusal(answer, answer.status_code)


def test_a_body_of_10_mb_is_refused_and_the_api_stays(api: Api) -> None:
    connection = http.client.HTTPConnection(api.url.removeprefix("http://"), timeout=30)
    try:
        typed = {"Content-Type": "application/json"}
        connection.request("POST", "/mcp/knn", b"x" * 10_000_000, typed)
        answer = connection.getresponse()
        assert answer.status == 413
        assert "64 KB" in json.loads(answer.read())["detail"]
    except (BrokenPipeError, ConnectionResetError):
        pass  # it may hang up before all has been sent
    finally:
        connection.close()
    assert api.knn(MATRIX).status_code == 200


def test_a_body_that_does_not_tell_its_length_is_limited_too(api: Api) -> None:
    answer = httpx2.post(
        f"{api.url}/mcp/knn",
        content=(b" " * 8192 for _ in range(10)),
        headers={"Content-Type": "application/json"},
        timeout=30,
        trust_env=False,
    )
    assert "64 KB" in refusal(answer, 413)


def test_an_id_that_exists_as_the_other_kind_only(api: Api) -> None:
    detail = refusal(api.knn({"tmdb_id": 603, "media_type": "tv"}), 404)
    assert "exists as movie: The Matrix (1999)" in detail
    assert "The Matrix (1999)" in refusal(api.get("/titles/tv/603"), 404)
    assert "movie/2147483000" in refusal(api.get("/titles/movie/2147483000"), 404).replace(":", "/")


def test_a_titles_facts(api: Api) -> None:
    facts = api.get("/titles/movie/603").json()
    assert facts["title"] == "The Matrix"
    assert facts["year"] == 1999
    assert "Science Fiction" in facts["genres"]
    assert "media_type" in refusal(api.get("/titles/film/603"), 422)
    assert "tmdb_id" in refusal(api.get("/titles/movie/neo"), 422)


def test_admin_routes_need_the_token(api: Api) -> None:
    for token in ("", "wrong", api.admin_token + "x", "tökèn"):
        assert "ADMIN_TOKEN" in refusal(api.get("/admin/status", token), 401)
    status = api.status()
    assert status["index"]["ready"]
    assert status["index"]["recall_at_10"] >= 0.99
    assert status["titles"]["movie"] == 700
    assert api.admin_token not in json.dumps(status)


def test_the_token_is_for_its_owner_only(api: Api) -> None:
    assert (api.data_dir / "admin_token").stat().st_mode & 0o777 == 0o600


def test_health_docs_and_unknown_routes(api: Api) -> None:
    assert api.health()["status"] == "ok"
    assert api.health()["index"]["count"] == 800
    assert api.get("/docs").status_code == 200
    assert re.search("not found", refusal(api.get("/nothing"), 404), re.IGNORECASE)
    refusal(api.get("/mcp/knn"), 405)
