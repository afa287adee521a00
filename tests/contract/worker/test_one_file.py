"""A new kind of job is one file: the schedule, the operator's routes and the names follow."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from starlette.testclient import TestClient

from app.bootstrap import Services
from app.domain.errors import NotFound
from app.doors.http.jobs import ask_for
from app.main import create_app
from stand_ins.canaries import MARK
from tests.world import open_world

TOKEN: Final = f"{MARK}admin-token"
ADMIN: Final = {"Authorization": f"Bearer {TOKEN}"}
ROOT: Final = Path(__file__).parents[3]

KIND: Final = """
from datetime import time
from app.doors.worker.kind import AdminRoute, Daily, JobKind, Lane

KIND = JobKind(
    label="Watering of the plants",
    lane=Lane.PEOPLE,
    order=90,
    when={Daily(time(4)): lambda services: True},
    route=AdminRoute("/plants", "Water the plants"),
    arguments={"cans": "2"},
    work=lambda job: f"{job.arguments['cans']} cans of water given.",
)
"""

PROGRAM: Final = """
import json, sys, threading
from pathlib import Path
from app.doors.worker import kinds
kinds.__path__.append(sys.argv[1])
from starlette.testclient import TestClient
from app.doors.worker.agenda import Agenda
from app.doors.worker.kind import Lane
from app.doors.worker.registry import names_in
from app.doors.worker.runner import Runner
from app.main import create_app
from stand_ins.canaries import MARK
from tests.world import open_world

services = open_world(Path(sys.argv[2]), admin_token="the token")
with TestClient(create_app(services), headers={"Authorization": "Bearer the token"}) as client:
    due = [turn.kind.name for turn in Agenda(services.clock).due(names_in(Lane.PEOPLE))]
    asked = client.post("/admin/plants")
    ended = Runner(services, threading.Event()).pass_once()
    told = client.get(f"/admin/jobs/{asked.json()['id']}").json()
    summary = client.get("/openapi.json").json()["paths"]["/admin/plants"]["post"]["summary"]
print(json.dumps([due, asked.status_code, ended[-1].kind, told, summary]))
services.close()
"""


def test_a_file_more_is_a_kind_more(tmp_path: Path) -> None:
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "water_plants.py").write_text(KIND)
    command = [sys.executable, "-c", PROGRAM, str(tmp_path / "kinds"), str(tmp_path)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    due, status, last, told, summary = json.loads(ran.stdout)
    assert due == ["sync_trakt", "water_plants"]
    assert (status, summary, last) == (202, "Water the plants", "water_plants")
    assert (told["kind"], told["label"]) == ("water_plants", "Watering of the plants")
    assert (told["state"], told["outcome"]) == ("done", "2 cans of water given.")


def test_the_names_for_people_come_with_the_jobs(tmp_path: Path) -> None:
    services = open_world(tmp_path, admin_token=TOKEN)
    services.jobs.submit("of_another_version", {})
    with TestClient(create_app(services), headers=ADMIN) as client:
        assert client.post("/admin/embed/full").json()["label"] == "Embedding"
        labels = [job["label"] for job in client.get("/admin/jobs").json()]
        assert labels == ["Embedding", "of another version"]
    services.close()


def test_no_job_of_an_unknown_kind_is_recorded(services: Services) -> None:
    with pytest.raises(NotFound, match=r"^This version knows no job of the kind water_plants\.$"):
        ask_for(services, "water_plants", {})
    assert services.jobs.recent() == []
