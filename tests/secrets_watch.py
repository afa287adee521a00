"""No log may hold a secret: all that a test run writes and says is searched for those it planted.

A plugin of pytest; see `stand_ins.canaries` for the planting. What a test logs and prints is looked
through as it ends, and fails it; the logs that processes left in the run's folder come last.
"""

import secrets
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Final

import pytest

from stand_ins.canaries import leaks, plant

_LOGS: Final = ("out", "err", "log")
"""How the names of logs end; here all that processes say goes into such files."""

_MADE_BY_WATCHER: Final = {"admin_token", "secret_key"}
"""Files of a data folder that hold nothing but a secret."""

_make = secrets.token_urlsafe


def leaks_below(folder: Path) -> list[str]:
    """Logs below this that hold a secret, as ``file:line``; those of data folders count, too."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    made = {path.read_text().strip() for path in paths if path.name in _MADE_BY_WATCHER}
    return [
        f"{path}:{line}"
        for path in paths
        if path.name.endswith(_LOGS)
        for line in leaks(path.read_text(errors="replace"), made)
    ]


@pytest.fixture(scope="session", autouse=True)
def _nothing_leaks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Made first, and so the last to end: what the run started has ended by then."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(secrets, "token_urlsafe", _watched)
        yield
    found = leaks_below(tmp_path_factory.getbasetemp())
    assert not found, f"secrets stand in logs of this run: {found}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that passed, where it let a secret out; what it said is not shown then."""
    report = yield
    said = [(name, text, leaks(text)) for name, text in report.sections]
    found = [f"{name}, line {n}" for name, _, lines in said for n in lines]
    report.sections = [(name, text) for name, text, lines in said if not lines]
    # Each phase tells all that was said before, too.
    if report.passed and any(lines and name.endswith(report.when) for name, _, lines in said):
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} let a secret out: {found}"
    return report


def _watched(length: int | None = None) -> str:
    """Every token that watcher makes in this process."""
    made = _make(length)
    plant(made)
    return made
