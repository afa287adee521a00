"""Processes of this machine, told apart by number and time of start."""

import os
import socket
from pathlib import Path
from typing import Final

_START_FIELD: Final = 19
"""Place of the start time in ``/proc/PID/stat``, counted behind the name in parentheses."""


class LocalProcesses:
    """See `app.domain.ports.work.Processes`. A number comes again; number and start don't."""

    def __init__(self) -> None:
        self._host = f"{socket.gethostname()}-{_boot()}"

    @property
    def name(self) -> str:
        """``host:pid:start``."""
        return f"{self._host}:{os.getpid()}:{_started(os.getpid())}"

    def is_dead(self, name: str) -> bool:
        """True where the name is of this host and no such process runs."""
        host, _, rest = name.rpartition(":")[0].rpartition(":")
        start = name.rpartition(":")[2]
        if host != self._host or not rest.isdecimal():
            return False
        return _started(int(rest)) != start


def _boot() -> str:
    """Tells apart machines, and containers, that bear one name."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().split("-")[0]
    return f"{boot}-{Path('/proc/self/ns/pid').readlink().name.strip('pid:[]')}"


def _started(pid: int) -> str:
    """The process's start in clock ticks since boot; empty where none runs (a zombie doesn't)."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[_START_FIELD]
