"""`GET /metrics`, and what the health page says of the language model."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from app.main import create_app
from app.services.reasons.model_health import ModelHealth, ModelState
from stand_ins.http.faults import Hang
from stand_ins.llm.serving import MODELS_PATH, FakeLlm, llm_server
from tests.busy_machine import allowed
from tests.fakes.clock import MovedClock
from tests.llm_world import candidates, in_words, model_at
from tests.world import open_world


@pytest.fixture
def fake() -> Iterator[FakeLlm]:
    with llm_server() as running:
        yield running


def figures(client: TestClient) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    answer = client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_requests_are_counted_by_route_and_never_by_path(tmp_path: Path) -> None:
    services = open_world(tmp_path)
    with TestClient(create_app(services), raise_server_exceptions=False) as client:
        for path in ("/titles/movie/123456", "/titles/movie/654321", "/made/up/path", "/other"):
            client.get(path)
        client.request("BREW", "/health")
        client.post("/mcp/knn", json={"text": "x" * 100_000})
        told = figures(client)
        text = client.get("/metrics").text
    route = "/titles/{media_type}/{tmdb_id}"
    assert told["watcher_http_requests_total", "GET", route, "404"] == 2
    assert told["watcher_http_request_seconds_count", "GET", route] == 2
    assert told["watcher_http_requests_total", "GET", "unmatched", "404"] == 2
    assert told["watcher_http_requests_total", "POST", "/mcp/knn", "413"] == 1
    assert not any(made_up in text for made_up in ("123456", "made", "BREW"))
    services.close()


def test_the_use_of_the_language_model_is_counted(tmp_path: Path, fake: FakeLlm) -> None:
    services = open_world(tmp_path, llm=fake)
    with TestClient(create_app(services)) as client:
        assert figures(client)["watcher_llm_calls_total",] == 0
        for _ in range(2):
            in_words(services.explainer, candidates(6), 3)
        told = figures(client)
    assert told["watcher_llm_calls_total",] == 1
    assert told["watcher_llm_cache_hits_total",] == 1
    assert told["watcher_llm_reasons_llm_total",] == 6
    assert told["watcher_llm_prompt_tokens_total",] > 100
    services.close()


def health_of(client: TestClient, wanted: str) -> dict[str, str]:
    deadline = time.monotonic() + allowed(10)
    while True:
        begun = time.monotonic()
        told: dict[str, str] = client.get("/health").json()["language_model"]
        assert time.monotonic() - begun < allowed(1)
        if told["state"] == wanted:
            return told
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_health_page_says_whether_the_model_is_known(tmp_path: Path, fake: FakeLlm) -> None:
    services = open_world(tmp_path, llm=fake, llm_model="gone-2")
    hanging = fake.fault(Hang(), MODELS_PATH)
    with TestClient(create_app(services)) as client:
        health_of(client, "unchecked")
        fake.wait_for(lambda: bool(fake.requests))
        health_of(client, "unchecked")
        hanging.clear()
        assert "'gone-2': correct LLM_MODEL" in health_of(client, "wrong")["detail"]
    services.close()


def test_without_a_model_the_health_page_says_so(tmp_path: Path) -> None:
    services = open_world(tmp_path)
    with TestClient(create_app(services)) as client:
        assert client.get("/health").json()["language_model"] == {"state": "off", "detail": ""}
    services.close()


def test_a_look_up_is_kept_for_a_while_and_trouble_shorter(fake: FakeLlm) -> None:
    clock = MovedClock()
    with model_at(fake) as model:
        health = ModelHealth(model, clock)
        assert health.check().state is ModelState.OK
        clock.forward(500)
        assert health.status().state is ModelState.OK
        fake.models = ("another",)
        clock.forward(200)
        health.status()
        fake.wait_for(lambda: len(fake.requests) == 2)
        assert health.check().state is ModelState.WRONG
        fake.reset_counters()
        clock.forward(30)
        assert health.status().state is ModelState.WRONG
        assert not fake.requests
        clock.forward(31)
        health.status()
        fake.wait_for(lambda: [request.status for request in fake.requests] == [200])
