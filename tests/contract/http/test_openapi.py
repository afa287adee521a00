"""The OpenAPI document tells the truth: looked at as a whole, and tried out by schemathesis."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.bootstrap import Services
from app.main import create_app
from tests.people_world import home, services_in
from tests.serving import served
from tests.world import ADMIN

ERROR = {"$ref": "#/components/schemas/ErrorAnswer"}


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = services_in(tmp_path)
    yield made
    made.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with home(services) as made:
        yield made


def _operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, ways in create_app().openapi()["paths"].items():
        for method, operation in ways.items():
            yield path, method, operation


def test_every_error_has_our_shape() -> None:
    found = 0
    for path, method, operation in _operations():
        for status, answer in operation["responses"].items():
            if int(status) >= 400:
                found += 1
                assert answer["content"]["application/json"]["schema"] == ERROR, (path, method)
    assert found > 150
    schemas = create_app().openapi()["components"]["schemas"]
    assert set(schemas["ErrorAnswer"]["properties"]) == {"error", "detail", "request_id"}
    assert "HTTPValidationError" not in schemas


@pytest.mark.parametrize(
    ("path", "method", "told"),
    [
        ("/health", "get", {"200", "503"}),
        ("/ratings", "post", {"200", "400", "401", "403", "404", "408", "413", "415", "422"}),
        ("/history/import", "post", {"200", "401", "408", "413", "415", "422", "503"}),
        ("/admin/sync/tmdb", "post", {"202", "401", "501"}),
        ("/auth/trakt/start", "get", {"303", "401", "404", "422", "501"}),
        ("/auth/trakt/device", "post", {"200", "501", "502"}),
        ("/auth/trakt/device/poll", "post", {"200", "429"}),
    ],
)
def test_what_may_happen_is_told(path: str, method: str, told: set[str]) -> None:
    assert told <= set(create_app().openapi()["paths"][path][method]["responses"])


def test_what_is_no_json_is_told(client: TestClient) -> None:
    paths = create_app().openapi()["paths"]
    figures = client.get("/metrics").headers["content-type"]
    assert set(paths["/metrics"]["get"]["responses"]["200"]["content"]) == {figures}
    assert "content" not in paths["/auth/trakt/start"]["get"]["responses"]["303"]
    assert set(paths["/auth/trakt/callback"]["get"]["responses"]["200"]["content"]) == {"text/html"}
    body = paths["/history/import"]["post"]["requestBody"]["content"]
    assert "application/octet-stream" in body


def test_who_needs_a_token_is_told() -> None:
    document = create_app().openapi()
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    paths = document["paths"]
    assert paths["/admin/status"]["get"]["security"] == [{"token": []}]
    assert paths["/history"]["get"]["security"] == [{"token": []}, {}]
    assert "security" not in paths["/health"]["get"]


def test_a_method_that_is_not_there_names_those_that_are(client: TestClient) -> None:
    answer = client.put("/history", json={})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "DELETE, GET, POST"
    assert client.post("/health").headers["allow"] == "GET"
    assert client.get("/history/undo").headers["allow"] == "POST"


@pytest.mark.parametrize("whose", ["nobody's", "the admin's", "a person's"])
def test_schemathesis_finds_nothing(services: Services, tmp_path: Path, whose: str) -> None:
    """Every check, on every operation, and in the order in which one leads to another."""
    person, token = services.people.make("Ada")
    services.people.make("Bob")
    tokens = {"nobody's": "", "the admin's": ADMIN, "a person's": token}
    with served(create_app(services)) as server:
        command = [
            *(sys.executable, "-m", "schemathesis.cli"),
            *("--config-file", str(Path(__file__).with_name("schemathesis.toml"))),
            *("run", f"{server.url}/openapi.json", "--checks", "all", "--max-examples", "5"),
            *("--seed", "1", "--no-color", "--continue-on-failure"),
            *("--generation-database", "none"),
        ]
        if tokens[whose]:
            command += ["-H", f"Authorization: Bearer {tokens[whose]}"]
        tried = subprocess.run(
            command,
            cwd=tmp_path,  # where it keeps what it found
            env=os.environ | {"WATCHER_PROFILE": person.id},
            capture_output=True,
            text=True,
            check=False,
        )
    assert tried.returncode == 0, tried.stdout + tried.stderr
    for phase in ("Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in tried.stdout
