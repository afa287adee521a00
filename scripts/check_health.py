"""Whether a part of watcher is well: exit code 0 or 1, for a container's health check."""

import argparse
import json
import sys
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_TIMEOUT: Final = 2.0
# A proxy for the outside isn't asked for this machine's own addresses.
_OPENER: Final = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class ApiState:
    """What `GET /health` says: `ok`, `starting` or `degraded`, and a sentence on it."""

    status: str
    detail: str

    @property
    def is_starting(self) -> bool:
        """It answers, but can't search yet."""
        return self.status == "starting"


def api_says(url: str) -> ApiState | None:
    """The API's state; None where it doesn't answer, or can't."""
    try:
        with _OPENER.open(f"{url}/health", timeout=_TIMEOUT) as answer:
            body = json.load(answer)
        return ApiState(str(body["status"]), str(body["detail"]))
    except (OSError, ValueError, LookupError, TypeError):
        return None


def web_app_is_healthy(url: str) -> bool:
    """Whether Streamlit serves."""
    try:
        with _OPENER.open(f"{url}/_stcore/health", timeout=_TIMEOUT) as answer:
            return bool(answer.status == 200)  # noqa: PLR2004 -- OK
    except OSError:
        return False


def worker_is_alive() -> bool:
    """Whether a worker gave a sign of life lately. Raises `WatcherError` where nothing can tell."""
    from app.bootstrap import open_services  # noqa: PLC0415 -- takes longer than asking the others
    from app.domain.heartbeat import SIGN, worker_seen  # noqa: PLC0415 -- only for the worker

    services = open_services()
    try:
        return worker_seen(services.state.read(SIGN), services.clock.now()) == "running"
    finally:
        services.close()


def role_of_container() -> str:
    """What the first process of this container runs."""
    command = Path("/proc/1/cmdline").read_bytes().decode(errors="replace").split("\0")
    for role, sign in (("worker", "sync_worker.py"), ("ui", "streamlit")):
        if any(word.endswith(sign) or word == role for word in command):
            return role
    return "api"


def main() -> int:
    """Ask the part named, or the one that this container runs."""
    from app.domain.errors import WatcherError  # noqa: PLC0415 -- as start.sh has it at hand anyway
    from app.settings import settings  # noqa: PLC0415 -- the functions above need none
    from scripts.preflight import places_of  # noqa: PLC0415 -- as above

    parser = argparse.ArgumentParser(prog="python -m scripts.check_health", description=__doc__)
    parser.add_argument("role", nargs="?", choices=("api", "worker", "ui"))
    role = parser.parse_args().role or role_of_container()
    try:
        places = places_of(settings())
        if role == "api":
            well = api_says(places.api_url) is not None
        elif role == "ui":
            well = web_app_is_healthy(places.ui_url)
        else:
            well = worker_is_alive()
    except WatcherError as error:
        print(error.detail, file=sys.stderr)
        return 1
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
