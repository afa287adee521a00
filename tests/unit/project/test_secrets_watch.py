"""A run in which a secret comes to light fails, and says where: in a log, or in what was said."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from stand_ins.canaries import canary, leaks, plant
from tests.secrets_watch import leaks_below

ROOT = Path(__file__).resolve().parents[3]

LEAKING = """
import logging
import secrets
from stand_ins.canaries import canary

def test_file(tmp_path):
    (tmp_path / "worker.out").write_text("begun\\nkey: canary-0123456789\\n")

def test_token_of_a_data_folder(tmp_path):
    (tmp_path / "admin_token").write_text("a-token-that-was-made-there")
    (tmp_path / "out").write_text("GET /?token=a-token-that-was-made-there&x=1")

def test_token_made_here(tmp_path):
    (tmp_path / "api.log").write_text(secrets.token_urlsafe(32))

def test_log():
    logging.getLogger("app").warning("the key is %s", canary())

def test_print():
    print(canary())
"""
FOUND = (
    *("worker.out:2", "/out:1", "api.log:1"),
    *("test_log let a secret out", "Captured log call, line 1"),
    *("test_print let a secret out", "Captured stdout call, line 1"),
)
CLEAN = """
import logging

def test_it(tmp_path):
    (tmp_path / "admin_token").write_text("a-token-that-was-made-there")
    (tmp_path / "worker.out").write_text("begun with ******")
    logging.getLogger("app").warning("the key is ******")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Nothing of it stays, for the run that this test is of looks into it, too."""
    made = tmp_path / "inner"
    made.mkdir()
    yield made
    shutil.rmtree(made)


def run(folder: Path, test: str, processes: int) -> tuple[int, str]:
    """A run of its own: its code, and what it says."""
    (folder / "test_it.py").write_text(test)
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder)),
        *("-p", "tests.secrets_watch", "-n", str(processes), "--dist", "loadfile"),
        *(f"--basetemp={folder / 'temp'}", str(folder)),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


@pytest.mark.parametrize("processes", [0, 2])
def test_a_run_with_leaks_fails_and_names_each(folder: Path, processes: int) -> None:
    code, said = run(folder, LEAKING, processes)
    assert code == 1
    assert [place for place in FOUND if place not in said] == []
    assert "canary-" not in said


def test_a_run_without_passes(folder: Path) -> None:
    assert run(folder, CLEAN, 0)[0] == 0


def test_a_secret_is_found_wherever_it_stands() -> None:
    secret = canary()
    plant("no-mark-but-planted_1")
    for text in (f"x{secret}y", f"a\nGET /?key={secret}", "Bearer no-mark-but-planted_1,"):
        assert leaks(text) == [text.count("\n") + 1]
    assert leaks("no-mark-but-planted_12 and others of the same length") == []


def test_a_day_of_logs_is_searched_at_once(folder: Path) -> None:
    for number in range(40):
        line = f"INFO app.doors.worker.runner: Job sync_tmdb ({number:032x}) ended after 12 s\n"
        (folder / f"{number}.out").write_text(line * 8000)
    plant(*(f"planted-{number:020}" for number in range(2000)))
    began = time.monotonic()
    assert leaks_below(folder) == []
    assert time.monotonic() - began < 2
