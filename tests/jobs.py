"""Jobs without a worker, and kinds of jobs that do something else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.bootstrap import Services
from app.doors.worker.kind import JobContext
from app.doors.worker.registry import KINDS


def do_now(services: Services, kind: str, **arguments: str) -> str:
    """The work of a kind, in this thread; returns its outcome."""
    return KINDS[kind].work(JobContext(services, arguments=arguments))


def let_do(monkeypatch: pytest.MonkeyPatch, kind: str, work: Callable[[JobContext], str]) -> None:
    """Give a kind of job other work."""
    monkeypatch.setitem(KINDS, kind, replace(KINDS[kind], work=work))
