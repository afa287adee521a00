"""What went wrong of late, and what is wrong with the co-rating model, as the operator is told."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.bootstrap import Services
from app.domain.jobs import JobState
from app.main import create_app
from tests.world import open_world

TOKEN = "the-admin-token"  # noqa: S105 -- none of a real installation
KEY = "the-key-of-tmdb"


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    made = open_world(tmp_path, admin_token=TOKEN, tmdb_api_key=KEY)
    yield made
    made.close()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with TestClient(create_app(services), headers=headers, raise_server_exceptions=False) as opened:
        yield opened


def errors(client: TestClient) -> list[tuple[str, str, str]]:
    found = client.get("/admin/errors").json()
    assert [one["at"] for one in found] == sorted((one["at"] for one in found), reverse=True)
    return [(one["level"], one["where"], one["message"]) for one in found]


def test_warnings_errors_and_failed_jobs_are_told_the_newest_first(
    client: TestClient, services: Services
) -> None:
    assert errors(client) == []
    services.jobs.submit("rebuild_index", {})
    job = services.jobs.claim("me")
    assert job is not None
    failed = replace(job, state=JobState.FAILED, outcome="The disk is full.")
    services.jobs.save(replace(failed, ended_at=job.started_at))
    logging.getLogger("app.some").info("All is well.")
    logging.getLogger("app.some").warning("The vectors are %s.", "slow")
    assert errors(client) == [
        ("warning", "app.some", "The vectors are slow."),
        ("error", "worker: rebuild_index", "The disk is full."),
    ]


def test_a_fault_of_ours_is_told_by_its_request_and_never_by_what_somebody_sent(
    client: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ZeroDivisionError("somebody's words")

    monkeypatch.setattr(services.failures, "all", fails)
    answer = client.get("/admin/failed")
    failed = answer.json()
    assert answer.headers.get_list("X-Request-ID") == [failed["request_id"]]
    [(level, where, message)] = errors(client)
    assert (level, where) == ("error", "app.doors.http.errors")
    assert message == f"A fault of ours (request {failed['request_id']}) (ZeroDivisionError)"


def test_a_secret_that_some_library_logs_is_not_told(client: TestClient) -> None:
    log = logging.getLogger("some.library")
    log.error("GET https://api/?api_key=%s with Bearer %s", KEY, TOKEN)
    log.error("mongodb://me:word@host/ is away")
    assert [message for _, _, message in errors(client)] == [
        "mongodb://***@host/ is away",
        "GET https://api/?api_key=*** with Bearer ***",
    ]


def test_only_the_newest_are_kept(client: TestClient) -> None:
    for number in range(130):
        logging.getLogger("app.some").warning("number %d", number)
    found = errors(client)
    assert len(found) == 100
    assert found[0][2] == "number 129"


def test_a_line_that_can_not_be_written_harms_nobody(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logging.getLogger("app.some").warning("%d of them", "many")
    assert errors(client) == []


def test_a_co_rating_model_that_can_not_be_used_is_told_with_the_remedy(
    client: TestClient, services: Services
) -> None:
    def told() -> dict[str, str]:
        found: dict[str, str] = client.get("/admin/status").json()["co_ratings"]
        return found

    assert told() == {"version": "", "problem": ""}
    pointer = services.settings.watcher_data_dir / "co_ratings" / "CURRENT"
    services.adapters.co_ratings.save({"some": np.zeros(3)}, {"ranker_names": ["none"]})
    assert told()["version"] == ""
    assert "can't be used" in told()["problem"]
    assert "train again (python -m scripts.train_co_ratings)" in told()["problem"]
    pointer.write_bytes(b"{")
    assert f"{pointer} is damaged" in told()["problem"]
    assert services.model_loader() is None, "lists are made without it"
    pointer.unlink()
    assert told() == {"version": "", "problem": ""}
