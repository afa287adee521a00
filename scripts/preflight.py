"""What must be right before a start: settings, ports, the data folder.

Needs no package but pydantic-settings, so that `start.sh` can ask before the long installation.
"""

import argparse
import errno
import shutil
import socket
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from app.adapters.private_files import make_private_tree
from app.domain.errors import NotConfigured, WatcherError
from app.settings import Settings, settings

ROOT: Final = Path(__file__).resolve().parent.parent
_FREE_MB: Final = 200
"""Store, index and logs of the sample take about 100 MB, and as much again while they are made."""

_FREE_MB_ONCE_MADE: Final = 20
"""What a complete installation writes before it answers: logs, and the store's own log."""

_PATIENCE: Final = 3.0
"""Seconds in which what was just stopped may give its port back."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where an installation keeps its data and where it listens; `data_dir` is absolute.

    `allowed_hosts`: further names that the web app is asked by. `why_tokens`: as the settings say
    it. `admin_token`: where that is.
    """

    data_dir: Path
    api_host: str
    api_port: int
    ui_host: str
    ui_port: int
    api_base_url: str
    allowed_hosts: tuple[str, ...] = ()
    why_tokens: str = ""
    admin_token: str = ""

    @property
    def api_url(self) -> str:
        """The API as it is reached from this machine."""
        return f"http://{_reachable(self.api_host)}:{self.api_port}"

    @property
    def ui_url(self) -> str:
        """The web app as it is reached from this machine."""
        return f"http://{_reachable(self.ui_host)}:{self.ui_port}"


def places_of(chosen: Settings) -> Places:
    """What the settings say; a relative data folder is one below the project's root."""
    places = Places(
        data_dir=(ROOT / chosen.watcher_data_dir.expanduser()).resolve(),
        api_host=chosen.api_host,
        api_port=chosen.api_port,
        ui_host=chosen.streamlit_server_address,
        ui_port=chosen.ui_port,
        api_base_url=chosen.api_base_url.rstrip("/"),
        allowed_hosts=chosen.allowed_hosts,
        why_tokens=chosen.why_tokens,
    )
    file = places.data_dir / "admin_token"
    return replace(
        places,
        api_base_url=places.api_base_url or places.api_url,
        admin_token=str(file) if chosen.admin_token is None else "the setting ADMIN_TOKEN",
    )


def check(places: Places, role: str) -> str:
    """What should be known of this start, empty for nothing.

    Raises `NotConfigured`, with what to do, where this role could not run.
    """
    if role in ("all", "demo") and places.api_port == places.ui_port:
        raise NotConfigured(f"API_PORT and UI_PORT are both {places.api_port}: set one of them.")
    if role in ("all", "api"):
        check_port("The API", "API_HOST", places.api_host, "API_PORT", places.api_port)
    if role in ("all", "ui"):
        check_port(
            "The web app", "STREAMLIT_SERVER_ADDRESS", places.ui_host, "UI_PORT", places.ui_port
        )
    if role == "ui":
        return ""
    made = places.data_dir / "demo" if role == "demo" else places.data_dir
    return check_data_dir(places.data_dir, made)


def check_port(who: str, host_setting: str, host: str, port_setting: str, port: int) -> None:
    """Raise `NotConfigured` where nothing can listen at this address."""
    deadline = time.monotonic() + _PATIENCE
    while (fault := _fault_of(host, port)) is not None:
        if fault.errno != errno.EADDRINUSE:
            raise NotConfigured(
                f"{who} can't listen at {host} port {port} ({fault.strerror or fault}): set "
                f"{host_setting} to an address of this machine and {port_setting} to a free port."
            )
        if time.monotonic() > deadline:
            raise NotConfigured(
                f"{who} can't listen on port {port}, for another program does: end that one (is "
                f"watcher running already?), or set {port_setting} in .env to another port."
            )
        time.sleep(0.2)


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def check_data_dir(folder: Path, made: Path | None = None) -> str:
    """Make the folder, or narrow it to this account. What should be known, empty for nothing.

    Where `made` holds what a first start makes, less room will do. Raises `NotConfigured` where
    the folder can't be written or its disk is full.
    """
    try:
        make_private_tree(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise NotConfigured(
            f"The data folder {folder} can't be written ({error.strerror}): make it belong to the "
            "account that runs watcher, or set WATCHER_DATA_DIR to another folder."
        ) from error
    free_mb = shutil.disk_usage(folder).free // 2**20
    needed_mb = _FREE_MB_ONCE_MADE if made is not None and _is_complete(made) else _FREE_MB
    only = f"Only {free_mb} MB are free on the disk of the data folder {folder}"
    if free_mb < needed_mb:
        raise NotConfigured(
            f"{only}; watcher needs {needed_mb} MB to start. Make room, or set WATCHER_DATA_DIR "
            "to a folder elsewhere."
        )
    if free_mb < _FREE_MB:
        return (
            f"{only}: watcher answers, but rebuilding the index, embedding and large imports may "
            f"fail until there are {_FREE_MB} MB. Make room."
        )
    return ""


def _is_complete(folder: Path) -> bool:
    """Whether a generation of the index was published, which a first start does last."""
    return (folder / "index" / "CURRENT").is_file()


def _fault_of(host: str, port: int) -> OSError | None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family, kind, protocol) as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind(address)
            # Binding alone succeeds beside a listener that allows it.
            server.listen(1)
    except OSError as error:
        return error
    return None


def _reachable(host: str) -> str:
    if host in ("0.0.0.0", ""):  # noqa: S104 -- compared, not bound
        return "127.0.0.1"
    if host == "::":
        return "[::1]"
    return f"[{host}]" if ":" in host else host


def main() -> int:
    """Say what is wrong, or nothing. Exit code 0: a start can go on; 1: it can't."""
    parser = argparse.ArgumentParser(prog="python -m scripts.preflight", description=__doc__)
    parser.add_argument("role", choices=("all", "api", "worker", "ui", "demo"))
    role = parser.parse_args().role
    try:
        _ = check(places_of(settings()), role)  # the start itself says what should be known
    except WatcherError as error:
        print(error.detail, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
