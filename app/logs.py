"""Logging: one line per event, as text or JSON."""

import json
import logging
import time
from collections import deque
from typing import Final, NamedTuple

_LONGEST: Final = 500
_PLAIN: Final = frozenset(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {
    "message",
    "asctime",
    "taskName",
}


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
        return json.dumps(line, default=str, ensure_ascii=False)


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
            message = record.getMessage()[:_LONGEST]
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
    if form == "json":
        handler.setFormatter(JsonLines())
    else:
        handler.setFormatter(
            logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
        )
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
