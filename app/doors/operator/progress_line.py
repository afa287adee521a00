"""Progress on stderr, for every operator's call: drawn here and nowhere else."""

import shutil
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TextIO

from app.domain.progress import Progress, Report

_ON_TERMINAL: Final = 0.2
_ELSEWHERE: Final = 5.0
"""Seconds between two drawings."""

_WINDOW: Final = 15.0
"""Seconds that the rate is measured over: long enough to be calm, short enough to be true."""


@contextmanager
def progress_line(
    title: str, *, stream: TextIO | None = None, seconds: Callable[[], float] = time.monotonic
) -> Iterator[Report]:
    """A `Report` that draws ``title: done of total, rate, time left, message``.

    On a terminal one line is drawn over and over; elsewhere a line is printed every 5 s, and the
    last state at the end.
    """
    line = _Line(title, stream or sys.stderr, seconds)
    try:
        yield line.report
    finally:
        line.finish()


class _Line:
    def __init__(self, title: str, stream: TextIO, seconds: Callable[[], float]) -> None:
        self._title = title
        self._stream = stream
        self._seconds = seconds
        self._terminal = stream.isatty()
        self._pause = _ON_TERMINAL if self._terminal else _ELSEWHERE
        self._drawn_at = seconds()
        self._seen: deque[tuple[float, int]] = deque([(self._drawn_at, 0)])
        self._pending: Progress | None = None
        self._open = False

    def report(self, progress: Progress) -> None:
        now = self._seconds()
        if progress.done < self._seen[-1][1]:  # another piece of work began
            self._draw_pending(now)
            self._seen.clear()
        self._seen.append((now, progress.done))
        while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW:  # noqa: PLR2004  # a rate needs two points
            self._seen.popleft()
        self._pending = progress
        if now - self._drawn_at >= self._pause:
            self._draw_pending(now)

    def finish(self) -> None:
        self._draw_pending(self._seconds())
        if self._open:
            self._stream.write("\n")
            self._stream.flush()

    def _draw_pending(self, now: float) -> None:
        if self._pending is None:
            return
        text = f"{self._title}: {self._described(self._pending)}"
        self._pending = None
        self._drawn_at = now
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(f"\r\x1b[K{text[:width]}")
            self._open = True
        else:
            self._stream.write(text + "\n")
        self._stream.flush()

    def _described(self, progress: Progress) -> str:
        (start, first), (end, last) = self._seen[0], self._seen[-1]
        rate = (last - first) / (end - start) if end > start else 0.0
        parts = [f"{progress.done:,}"]
        if progress.total:
            share = min(1.0, progress.done / progress.total)
            parts[0] += f" of {progress.total:,} ({share:.0%})"
        if rate:
            parts.append(f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s")  # noqa: PLR2004  # below, a decimal tells more
            if progress.total and progress.done < progress.total:
                parts.append(f"{_clock((progress.total - progress.done) / rate)} left")
        if progress.message:
            parts.append(progress.message)
        return ", ".join(parts)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
