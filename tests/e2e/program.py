"""The real program in real processes: a copy of the project, `start.sh`, and its data folder."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from stand_ins.canaries import check

ROOT = Path(__file__).resolve().parents[2]
_PARTS = ("app", "scripts", "streamlit_app", ".streamlit")
_FILES = ("loopback.py", "sync_worker.py", "start.sh", "requirements.txt")
# A healthy start takes about three seconds; the machine may be busy with other tests.
WAIT = 90.0
LONG_WAIT = 600.0
"""For commands that compute, such as embedding hundreds of titles beside other tests."""


def copy_project(folder: Path) -> Path:
    """The project as a fresh clone has it: no .env, no data, no environment of its own."""
    folder.mkdir(parents=True)
    for name in _PARTS:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    for name in _FILES:
        shutil.copy2(ROOT / name, folder / name)
    return folder


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def environment(**changes: str) -> dict[str, str]:
    """Nothing of this process's own settings; this interpreter, which has everything."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return kept | {"WATCHER_PYTHON": sys.executable} | changes


def until(happens: Callable[[], object], what: str, seconds: float = WAIT) -> None:
    deadline = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < deadline, f"after {seconds} s still not: {what}"
        time.sleep(0.05)


@dataclass(frozen=True)
class Process:
    """A process by its number and its start, for a number may be used again."""

    pid: int
    start: str

    @property
    def command(self) -> str:
        try:
            return Path(f"/proc/{self.pid}/cmdline").read_text(errors="replace")
        except OSError:
            return ""

    def runs(self) -> bool:
        """Whether it lives; one that only waits to be counted as dead doesn't."""
        fields = _stat(self.pid)
        return bool(fields) and fields[_START] == self.start and fields[0] != "Z"

    def kill(self) -> None:
        if self.runs():
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


_PARENT, _START = 1, 19


def _stat(pid: int) -> list[str]:
    """State, parent and so on, from behind the name in parentheses; empty where it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


def family_of(pid: int) -> list[Process]:
    """The process and all below it, parents first."""
    found = {int(folder.name): _stat(int(folder.name)) for folder in Path("/proc").glob("[0-9]*")}
    family = [pid]
    for one in family:
        family += [other for other, stat in found.items() if stat and stat[_PARENT] == str(one)]
    return [Process(one, found[one][_START]) for one in family if found.get(one)]


def gone(processes: list[Process]) -> bool:
    return not any(process.runs() for process in processes)


@dataclass
class Program:
    """`./start.sh …` while it runs; what it printed stands in `output`."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def text(self) -> str:
        return self.output.read_text(errors="replace")

    def family(self) -> list[Process]:
        """The process and all below it."""
        return family_of(self.process.pid)

    def child(self, sign: str) -> Process:
        """The process below it whose command holds this."""
        found = [one for one in self.family()[1:] if sign in one.command]
        assert found, f"no process with {sign} below start.sh"
        return found[0]

    def says(self, words: str, seconds: float = WAIT) -> None:
        """Wait until it has printed this."""

        def printed() -> bool:
            assert words in self.text or self.process.poll() is None, self.text
            return words in self.text

        until(printed, f"it prints {words!r}", seconds)

    def end(self, number: int = signal.SIGTERM, seconds: float = 15.0) -> int:
        """Send a signal, wait for the end; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)


@contextmanager
def started(project: Path, output: Path, *arguments: str, **settings: str) -> Iterator[Program]:
    """Run `./start.sh` with these arguments and settings; whatever is left is killed."""
    with output.open("wb") as out:
        process = subprocess.Popen(
            ["./start.sh", *arguments],
            cwd=project,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    program = Program(process, output)
    try:
        yield program
    finally:
        if process.poll() is None:
            for one in program.family():
                one.kill()
        process.wait(10)


def refused(project: Path, *arguments: str, **settings: str) -> str:
    """Run `./start.sh` where it must not start; what it says."""
    done = subprocess.run(
        ["./start.sh", *arguments],
        cwd=project,
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=WAIT,
    )
    check(done.stdout + done.stderr, str(arguments))
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout + done.stderr


@dataclass
class Api:
    """A running API as a client sees it."""

    url: str
    data_dir: Path
    program: Program
    project: Path

    @property
    def admin_token(self) -> str:
        return (self.data_dir / "admin_token").read_text().strip()

    def knn(self, body: Mapping[str, object]) -> httpx2.Response:
        return httpx2.post(f"{self.url}/mcp/knn", json=body, timeout=30, trust_env=False)

    def get(self, path: str, token: str = "") -> httpx2.Response:
        headers = {b"Authorization": f"Bearer {token}".encode()} if token else {}
        return httpx2.get(f"{self.url}{path}", headers=headers, timeout=30, trust_env=False)

    def status(self) -> dict[str, Any]:
        answer = self.get("/admin/status", self.admin_token)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def health(self) -> dict[str, Any]:
        body: dict[str, Any] = self.get("/health").json()
        return body

    def wait_for(self, *states: str) -> None:
        def reached() -> bool:
            assert self.program.process.poll() is None, self.program.text
            try:
                return self.health().get("status") in states
            except (httpx2.HTTPError, json.JSONDecodeError):
                return False

        until(reached, f"the API is {' or '.join(states)}")


@contextmanager
def api_started(
    project: Path, data_dir: Path, *, port: int = 0, wait_for: str = "ok", **settings: str
) -> Iterator[Api]:
    """`./start.sh api` on this data folder, waited for."""
    port = port or free_port()
    settings |= {"WATCHER_DATA_DIR": str(data_dir), "API_PORT": str(port)}
    with started(project, data_dir.parent / f"api-{port}.out", "api", **settings) as program:
        api = Api(f"http://127.0.0.1:{port}", data_dir, program, project)
        api.wait_for(wait_for)
        yield api


def run(project: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments as the operator does, in the project's root."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env=environment(**settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=LONG_WAIT,
    )
    check(done.stdout + done.stderr, str(arguments))
    return done


def call(project: Path, data_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The same, on this data folder."""
    return run(project, *arguments, WATCHER_DATA_DIR=str(data_dir))
