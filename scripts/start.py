"""Runs watcher: everything together, one part in the foreground, or a demonstration.

`start.sh` calls it once the packages are installed.
"""

import argparse
import os
import signal
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from app.adapters.private_files import make_private_folder
from app.domain.errors import WatcherError
from app.settings import Settings, settings
from loopback import OWN_NAMES, is_loopback
from scripts.check_health import api_says, web_app_is_healthy
from scripts.children import Child, Command, end_children, start_child
from scripts.example_answers import CURL, show_examples
from scripts.preflight import ROOT, Places, check, free_port, places_of

_UP_WITHIN: Final = 120.0
_READY_WITHIN: Final = 15.0
_POLL: Final = 0.1
_LOST_FILE: Final = (
    "A file of the index was cut, or its disk was lost, while it was in use (SIGBUS). Start again: "
    "every file is checked then, a damaged index is refused, the one before it served, and the "
    "worker builds a new one. "
)
_TRACED: Final = {"PYTHONFAULTHANDLER": "1"}
"""Where a signal ends a part, its log has the place: nothing else could write it by then."""


class _Stopped(Exception):
    """Ctrl-C, SIGTERM or a closed terminal."""


class _Failed(Exception):
    """Something ended that must not; the sentence says what."""


@dataclass
class Installation:
    """Everything together: `folder` is where settings are read, `children` what runs now."""

    places: Places
    folder: Path
    environment: dict[str, str]
    children: list[Child] = field(default_factory=list)
    _stopping: bool = False

    def run(self, *, examples: bool = False, once: bool = False) -> int:
        """Prepare, start, show where it is, and stay until stopped. Returns the exit code."""
        # Only a mark: an exception out of a handler could lose a process that was just started.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            self._prepare()
            self._start()
            self._announce()
            if examples:
                print(show_examples(self.places.api_url), flush=True)
            while not once:
                self._watch()
        except _Stopped:
            print("\nStopping.", flush=True)
        except _Failed as error:
            print(error, file=sys.stderr, flush=True)
            return 1
        finally:
            end_children(self.children)
        return 0

    def _stop(self, *_: object) -> None:
        self._stopping = True

    def _prepare(self) -> None:
        command = Command("prepare", _python("-m", "scripts.prepare"), self.folder, self._for_app())
        preparing = start_child(command)
        self.children.append(preparing)
        while preparing.process.poll() is None:
            self._pause()
        if preparing.process.returncode != 0:
            raise _Failed("Preparing failed, for the reason above. The next start goes on.")
        self.children.remove(preparing)

    def _start(self) -> None:
        logs = self.places.data_dir / "logs"
        for command in (
            Command("API", api_command(self.places), self.folder, self._for_app()),
            Command("worker", worker_command(), self.folder, self._for_app()),
            Command("web app", ui_command(self.places), ROOT, ui_environment(self.places)),
        ):
            log = logs / f"{command.name.lower().replace(' ', '-')}.log"
            self.children.append(start_child(command, log))

    def _announce(self) -> None:
        deadline = time.monotonic() + _UP_WITHIN
        api = None
        while api is None or not web_app_is_healthy(self.places.ui_url):
            self._watch()
            api = api_says(self.places.api_url)
            if time.monotonic() > deadline:
                silent = self.children[0] if api is None else self.children[2]
                raise _Failed(
                    f"The {silent.name} does not answer after {_UP_WITHIN:.0f} s. The end of its "
                    f"log:\n{silent.last_lines()}"
                )
        deadline = time.monotonic() + _READY_WITHIN
        while api.is_starting and time.monotonic() < deadline:
            self._watch()
            api = api_says(self.places.api_url) or api
        places = self.places
        print(
            f"\nwatcher is running.\n  Web app  {places.ui_url}\n  API      {places.api_url}/docs"
        )
        print(f"  Logs     {places.data_dir / 'logs'}\n{reached(places)}")
        if api.is_starting or api.detail:
            print(f"It can't search yet: {api.detail}" if api.is_starting else api.detail)
        print(f"Try it:\n  {CURL.format(url=places.api_url)}\nCtrl-C ends all of it.", flush=True)

    def _watch(self) -> None:
        """Wait a moment; raise where something ended."""
        self._pause()
        for child in self.children:
            code = child.process.poll()
            if code is not None and not self._stopping:
                raise _Failed(
                    f"The {child.name} ended by itself (exit code {code}), so all is ended. "
                    f"{_LOST_FILE if code == -signal.SIGBUS else ''}The end of its log, "
                    f"{child.log}:\n{child.last_lines()}"
                )

    def _pause(self) -> None:
        time.sleep(_POLL)
        if self._stopping:
            raise _Stopped

    def _for_app(self) -> dict[str, str]:
        return self.environment | {"PYTHONPATH": str(ROOT)} | _TRACED


def reached(places: Places) -> str:
    """Who may ask, in a sentence, and where the token is that they need."""
    if not places.why_tokens:
        return "Open to this machine alone, without a token."
    return (
        f"Everybody needs a token, for {places.why_tokens}; yours, the admin's: "
        f"{places.admin_token}. With it the web app's page People makes one for each person."
    )


def api_command(places: Places) -> list[str]:
    """The API's command."""
    return _python(
        *("-m", "uvicorn", "app.main:app", "--no-access-log"),
        *("--host", places.api_host, "--port", str(places.api_port)),
        *("--timeout-graceful-shutdown", "4"),
    )


def worker_command() -> list[str]:
    """The worker's command."""
    return _python(str(ROOT / "sync_worker.py"), "--watch")


def ui_command(places: Places) -> list[str]:
    """The web app's command."""
    return _python(
        *("-m", "streamlit", "run", "streamlit_app/server.py"),
        *("--server.headless", "true"),
        *("--server.address", places.ui_host, "--server.port", str(places.ui_port)),
    )


def ui_environment(places: Places) -> dict[str, str]:
    """The web app's environment: it reads no settings but the API's address, and who may ask.

    Where it listens at home only, it answers to this machine's own names, and to those that the
    operator gave: a site that leads its name to this machine (DNS rebinding) could read histories
    otherwise.
    """
    access = "tokens" if places.why_tokens else "home"
    own, names = {"API_BASE_URL": places.api_base_url, "ACCESS": access}, places.allowed_hosts
    if is_loopback(places.ui_host):
        names = (*OWN_NAMES, places.ui_host, *names)
    if names:
        own["STREAMLIT_SERVER_ALLOWED_HOSTS"] = " ".join(dict.fromkeys(names))
    return dict(os.environ) | own


def demonstration(places: Places) -> Installation:
    """An installation on the sample, in a folder below the data folder, with default settings."""
    folder = places.data_dir / "demo"
    make_private_folder(folder)
    api_port, ui_port = free_port(), free_port()
    own = replace(
        places,
        data_dir=folder,
        api_host="127.0.0.1",
        api_port=api_port,
        ui_host="127.0.0.1",
        ui_port=ui_port,
        api_base_url=f"http://127.0.0.1:{api_port}",
        allowed_hosts=(),
        why_tokens="",
        admin_token=str(folder / "admin_token"),
    )
    environment = {
        name: value
        for name, value in os.environ.items()
        if name.lower() not in Settings.model_fields
    }
    # There is no .env in that folder, so none is read.
    return Installation(own, folder, environment | {"WATCHER_DATA_DIR": str(folder)})


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def _run_in_foreground(role: str, places: Places) -> None:
    """Become that part: signals and output are then its own."""
    os.chdir(ROOT)
    commands = {"api": api_command(places), "worker": worker_command(), "ui": ui_command(places)}
    environment = ui_environment(places) if role == "ui" else dict(os.environ) | _TRACED
    if role != "worker":
        print(reached(places), flush=True)
    command = commands[role]
    os.execvpe(command[0], command, environment)  # noqa: S606 -- our own programs, no shell


def main() -> int:
    """Run a role. Exit code 0: ended as asked; 1: it can't run; 2: wrong use."""
    parser = argparse.ArgumentParser(prog="./start.sh", description=__doc__)
    roles = ("all", "api", "worker", "ui", "demo")
    parser.add_argument("role", nargs="?", default="all", choices=roles)
    parser.add_argument("--once", action="store_true", help="demo: end after the examples")
    arguments = parser.parse_args()
    try:
        places = places_of(settings())
        if warning := check(places, arguments.role):
            print(warning, file=sys.stderr, flush=True)
        if arguments.role == "demo":
            return demonstration(places).run(examples=True, once=arguments.once)
        if arguments.role == "all":
            return Installation(places, ROOT, dict(os.environ)).run()
        _run_in_foreground(arguments.role, places)
    except WatcherError as error:
        print(error.detail, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"watcher can't be started: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
