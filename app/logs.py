"""Logging: one line per event, as text or JSON.

What somebody sent (a path, a name, a file's text) stays within its line, whatever stands in it: no
line can be made to look like another, and a terminal shows letters only.
"""

import json
import logging
import time
from collections import deque
from typing import Any, Final, NamedTuple

_LONGEST: Final = 500
_PLAIN: Final = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {
    "message",
    "asctime",
    "taskName",
}


def one_line(text: str) -> str:
    r"""The text with all that isn't printed (ends of lines, ANSI, bidi) as JSON writes it: `\n`."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else json.dumps(char)[1:-1] for char in text)


class TextLines(logging.Formatter):
    """Time, level, logger and message on a line; of an exception's trace each line is indented."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- logging's name
        """The line, without the trace."""
        return one_line(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:  # noqa: ANN401, N802 -- logging's name
        """The trace, none of whose lines looks like one of ours."""
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 -- logging's name
        """As a trace."""
        return _indented(stack_info)


class JsonLines(logging.Formatter):
    """One JSON object per line: time (ISO, UTC), level, logger, message and what was added."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in record.__dict__.items() if name not in _PLAIN}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        # What JSON leaves as it is, and yet ends a line for some readers.
        return one_line(json.dumps(line, default=str, ensure_ascii=False))


def _indented(lines: str) -> str:
    return "\n".join(f"  {one_line(line)}" for line in lines.split("\n"))


class Trouble(NamedTuple):
    """A line of the log that tells of something wrong; `at` in Unix seconds."""

    at: float
    level: str
    logger: str
    message: str


class RecentTroubles(logging.Handler):
    """Keeps the newest warnings and errors of this process, for the operator to look at.

    Of an exception only its type is kept: what it says may hold what somebody sent.
    """

    def __init__(self, kept: int = 100) -> None:
        super().__init__(logging.WARNING)
        self._kept: deque[Trouble] = deque(maxlen=kept)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line."""
        try:
            message = one_line(record.getMessage()[:_LONGEST])
        except (TypeError, ValueError):  # a line whose parts don't fit: whoever logs it goes on
            self.handleError(record)
            return
        if record.exc_info and record.exc_info[0]:
            message += f" ({record.exc_info[0].__name__})"
        self._kept.append(Trouble(record.created, record.levelname.lower(), record.name, message))

    def newest(self) -> list[Trouble]:
        """The newest first."""
        return list(self._kept)[::-1]


def set_up_logging(level: str, form: str) -> None:
    """Send all logs to stderr in one form (`text` or `json`)."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("faiss").setLevel(logging.WARNING)  # it tells which build it tries
    for name in ("openai", "httpx2", "httpcore2"):
        logging.getLogger(name).setLevel(logging.WARNING)  # each request, with its address
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        # Its lines of each request hold the query, where sign-ins bring their codes; the API has
        # lines of its own.
        logger.propagate = name != "uvicorn.access"
