"""Faults that a stand-in shows on command."""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from threading import Lock
from typing import Final


@dataclass(frozen=True)
class Status:
    """An error in the service's own shape. `retry_after` is in seconds or an HTTP date."""

    code: int
    retry_after: int | str | None = None


@dataclass(frozen=True)
class Hang:
    """No word for some `seconds` (for ever, where None), then the true answer.

    It ends early when the fault is taken away, and without an answer when the client goes.
    """

    seconds: float | None = None


@dataclass(frozen=True)
class Drop:
    """The connection is closed: at once, or with half of the announced body sent.

    At once means that nothing was done; midway, that what was asked for is done.
    """

    midway: bool = False


@dataclass(frozen=True)
class HalfBody:
    """Half of the true body, announced as if it were the whole: a file that was cut short."""


@dataclass(frozen=True)
class Instead:
    """Something else for the answer; what was asked for is not done."""

    content: bytes
    content_type: str = "application/json;charset=utf-8"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()


DROPPED: Final = Drop()
DROPPED_MIDWAY: Final = Drop(midway=True)
HALF_BODY: Final = HalfBody()
HTML_PAGE: Final = Instead(
    b"<!DOCTYPE html><html><head><title>Sign in</title></head>"
    b"<body>This network asks you to sign in.</body></html>",
    "text/html; charset=utf-8",
)
INVALID_JSON: Final = Instead(b'{"id": 603, "title": "Unfini')
LIST_FOR_OBJECT: Final = Instead(b'[{"id": 603}]')
EMPTY_BODY: Final = Instead(b"")

Effect = Status | Hang | Drop | HalfBody | Instead


@dataclass(eq=False)
class Fault:
    """One command: what is to happen on which paths, and how many times it has."""

    effect: Effect
    path: str
    left: int | None
    """How many more times; None until it is taken away."""

    method: str | None = None
    """Of the requests it happens to; None for every one."""

    spared: int = 0
    """How many of the requests that fit it still lets pass first."""

    used: int = 0
    cleared: bool = False
    _lock: Lock = field(default_factory=Lock, repr=False)

    def clear(self) -> None:
        """Take it away; what hangs because of it goes on."""
        self.cleared = True

    def take(self, method: str, path: str) -> bool:
        """Whether it is to happen to this request; counts it."""
        with self._lock:
            if self.cleared or self.left == 0 or not fnmatchcase(path, self.path):
                return False
            if self.method not in (None, method):
                return False
            if self.spared:
                self.spared -= 1
                return False
            self.used += 1
            if self.left is not None:
                self.left -= 1
            return True


class Faults:
    """Those commanded, in order; the first that fits a request happens to it."""

    def __init__(self) -> None:
        self._all: tuple[Fault, ...] = ()
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._all = (*self._all, fault)

    def clear(self) -> None:
        with self._lock:
            for fault in self._all:
                fault.clear()
            self._all = ()

    def take(self, method: str, path: str) -> Fault | None:
        return next((fault for fault in self._all if fault.take(method, path)), None)
