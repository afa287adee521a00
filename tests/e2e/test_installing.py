"""The installation that `./start.sh` makes: once, again where it must, and what can't work.

A pretended Python stands in for the long part, so that every case takes seconds.
"""

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.e2e.program import Program, copy_project, environment, started, until


@pytest.fixture
def pretended(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A clone, and a PATH whose python3.11 pretends to make environments and to install."""
    project = copy_project(tmp_path / "clone")
    (project / "scripts" / "start.py").write_text("")
    programs = tmp_path / "bin"
    programs.mkdir()
    python = programs / "python3.11"
    python.write_text(PRETENDED_PYTHON)
    python.chmod(0o755)
    settings = environment(PATH=f"{programs}:/usr/bin:/bin", NOTES=str(tmp_path / "notes"))
    del settings["WATCHER_PYTHON"]
    (tmp_path / "notes").touch()
    return project, settings


PRETENDED_PYTHON = """#!/bin/bash
echo "$*" >> "$NOTES"
case "$*" in
  --version) echo "Python 3.11.9" ;;
  "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
  "-m pip install"*-r*) echo "Collecting torch"; sleep "${SLOW:-0}"; exit "${FAILS:-0}" ;;
  "-m scripts.start"*) echo "started with $*" ;;
esac
"""


def run_pretended(
    pretended: tuple[Path, dict[str, str]], output: Path, **changes: str
) -> tuple[Program, int]:
    project, settings = pretended
    changes = {name: value for name, value in settings.items() if name not in os.environ} | changes
    with started(project, output, PATH=settings["PATH"], WATCHER_PYTHON="", **changes) as program:
        return program, program.process.wait(60)


def installs(pretended: tuple[Path, dict[str, str]]) -> int:
    notes = Path(pretended[1]["NOTES"]).read_text().splitlines()
    return sum(line.startswith("-m pip install") and " -r " in line for line in notes)


def test_packages_are_installed_once_and_again_where_requirements_change(
    pretended: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    program, code = run_pretended(pretended, tmp_path / "out")
    assert code == 0, program.text
    assert "started with -m scripts.start" in program.text
    assert installs(pretended) == 1
    run_pretended(pretended, tmp_path / "out")
    assert installs(pretended) == 1
    requirements = pretended[0] / "requirements.txt"
    requirements.write_text(requirements.read_text() + "more==1.0\n")
    run_pretended(pretended, tmp_path / "out")
    assert installs(pretended) == 2


def test_a_failed_installation_is_told_and_repeated(
    pretended: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    program, code = run_pretended(pretended, tmp_path / "out", FAILS="1")
    assert code == 1
    assert "Installing failed" in program.text
    assert "Collecting torch" in program.text
    program, code = run_pretended(pretended, tmp_path / "out")
    assert code == 0, program.text
    assert installs(pretended) == 2


def test_a_killed_installation_is_made_anew_once_its_pip_has_ended(
    pretended: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    project, settings = pretended
    own = {"PATH": settings["PATH"], "NOTES": settings["NOTES"], "WATCHER_PYTHON": ""}
    with started(project, tmp_path / "out", **own, SLOW="4") as program:
        until(lambda: installs(pretended) == 1, "it installs")
        program.end(signal.SIGKILL)
    (project / ".venv" / "half-made").touch()
    program, code = run_pretended(pretended, tmp_path / "out")
    assert code == 0, program.text
    assert "Another start is installing" in program.text
    assert installs(pretended) == 2
    assert not (project / ".venv" / "half-made").exists()


def test_without_a_new_enough_python_it_says_what_to_install(project: Path, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("bash", "dirname", "env", "sha256sum", "cut", "cat"):
        (programs / name).symlink_to(shutil.which(name) or name)
    with started(project, tmp_path / "out", PATH=str(programs), WATCHER_PYTHON="") as program:
        assert program.process.wait(30) == 1
        assert "Python 3.11 or newer" in program.text
        assert "apt-get install python3" in program.text
    old = programs / "python3"
    old.write_text('#!/bin/bash\n[[ $1 == --version ]] && echo "Python 3.11.2"; [[ $2 != *venv* ]]')
    old.chmod(0o755)
    with started(project, tmp_path / "out", PATH=str(programs), WATCHER_PYTHON="") as program:
        assert program.process.wait(30) == 1
        assert "python3-venv" in program.text
