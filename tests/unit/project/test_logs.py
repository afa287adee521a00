"""What somebody sent can't make a line of the log that watcher never wrote."""

import json
import logging
import sys

import pytest

from app.logs import JsonLines, RecentTroubles, TextLines, one_line

FORGED = "12:00:00 CRITICAL watcher: all is lost"
BREAKS = ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029"]
TRICKS = ["\x1b[31m", "\x9b31m", "\x07", "\x08", "\x7f", "\u202e", "\u2066", "\ud800"]


def record(message: str, *parts: object, fault: Exception | None = None) -> logging.LogRecord:
    exc_info = None
    if fault is not None:
        try:
            raise fault
        except type(fault):
            exc_info = sys.exc_info()
    return logging.LogRecord("app.some", logging.WARNING, __file__, 1, message, parts, exc_info)


@pytest.mark.parametrize("form", [TextLines(), JsonLines()])
@pytest.mark.parametrize("sent", [*BREAKS, *TRICKS])
def test_a_message_stays_on_its_line(form: logging.Formatter, sent: str) -> None:
    line = form.format(record("GET %s", f"/titles/{sent}{FORGED}"))
    assert line.isprintable()
    assert len(line.splitlines()) == 1
    line.encode()  # as it is written


@pytest.mark.parametrize("sent", [*BREAKS, *TRICKS])
def test_a_fault_says_nothing_that_looks_like_another_line(sent: str) -> None:
    first, *trace = (
        TextLines().format(record("A fault", fault=ValueError(f"{sent}{FORGED}"))).split("\n")
    )
    assert first.endswith("WARNING app.some: A fault")
    assert "ValueError" in trace[-1] + trace[-2]
    assert all(line.startswith("  ") and line.isprintable() for line in trace)


def test_json_keeps_what_was_sent() -> None:
    told = "".join([*BREAKS, *TRICKS, "Amélie 🎬 映画"])
    entry = record("%s", told)
    entry.path = told
    read = json.loads(JsonLines().format(entry))
    assert (read["message"], read["path"]) == (told, told)


def test_what_people_write_is_left_as_it_is() -> None:
    assert one_line("Amélie 🎬 映画 \\n") == "Amélie 🎬 映画 \\n"


def test_what_is_kept_for_the_operator_is_on_one_line_too() -> None:
    troubles = RecentTroubles()
    troubles.emit(record("%s", f"a name\n\x1b[31m\u2028{FORGED}"))
    [kept] = troubles.newest()
    assert kept.message == rf"a name\n\u001b[31m\u2028{FORGED}"
