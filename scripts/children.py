"""The processes that a start runs: started together, watched, and ended together."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from app.adapters.private_files import make_private_tree, private_opener
from app.logs import one_line

_PDEATHSIG: Final = 1
_GRACE: Final = 7.0
"""Seconds that a process has to end by itself."""

_POLL: Final = 0.05
_LIBC: Final = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Child:
    """A running process with the name that a person knows it by, and its log if it has one."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path | None

    def last_lines(self, count: int = 12) -> str:
        """The end of its log, indented; what isn't printed is written out."""
        if self.log is None:
            return ""
        lines = self.log.read_text(encoding="utf-8", errors="replace").strip("\n").split("\n")
        return "\n".join(f"  | {one_line(line)}" for line in lines[-count:])


@dataclass(frozen=True, slots=True)
class Command:
    """What to run, where, and with which environment."""

    name: str
    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


def start_child(command: Command, log: Path | None = None) -> Child:
    """Start a process in a group of its own; Ctrl-C reaches it through us only.

    Its output goes to `log`, the file before is kept as ``.1``; without one it stays on the
    terminal. It is ended where we die without a word.
    """
    output: IO[bytes] | None = None
    if log is not None:
        make_private_tree(log.parent)
        if log.exists():
            log.replace(log.with_name(f"{log.name}.1"))
        output = open(log, "wb", opener=private_opener)  # noqa: SIM115 -- closed below
    try:
        process = subprocess.Popen(
            command.arguments,
            cwd=command.folder,
            env=dict(command.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 -- this program has one thread
        )
    finally:
        if output is not None:
            output.close()
    return Child(command.name, process, log)


def end_children(children: Iterable[Child]) -> None:
    """Ask all of them to end, wait for at most some seconds, then kill what is left."""
    running = list(children)
    for child in running:
        _signal(child, signal.SIGTERM)
    deadline = time.monotonic() + _GRACE
    while time.monotonic() < deadline and any(c.process.poll() is None for c in running):
        time.sleep(_POLL)
    for child in running:
        # The group is asked even where its first process has ended: it may have had children.
        _signal(child, signal.SIGKILL)
        child.process.wait()


def _signal(child: Child, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(child.process.pid, number)


def _die_with_parent() -> None:
    if _LIBC is not None:
        _LIBC.prctl(_PDEATHSIG, signal.SIGTERM)
