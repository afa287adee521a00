"""What an operator sees of long work."""

import io

import pytest

from app.domain.progress import Progress
from app.doors.operator.progress_line import progress_line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Seconds:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_elsewhere_than_on_a_terminal_a_line_every_five_seconds_and_the_last() -> None:
    stream, seconds = io.StringIO(), Seconds()
    with progress_line("Importing", stream=stream, seconds=seconds) as report:
        for done in range(100, 1300, 100):
            seconds.now += 1
            report(Progress(done, 1200, "going on"))
    assert stream.getvalue().splitlines() == [
        "Importing: 500 of 1,200 (42%), 100/s, 0:07 left, going on",
        "Importing: 1,000 of 1,200 (83%), 100/s, 0:02 left, going on",
        "Importing: 1,200 of 1,200 (100%), 100/s, going on",
    ]


def test_on_a_terminal_one_line_is_drawn_over_and_ended() -> None:
    stream, seconds = Terminal(), Seconds()
    with progress_line("Embedding", stream=stream, seconds=seconds) as report:
        for done in (1, 2, 3):
            seconds.now += 1
            report(Progress(done, None, ""))
    drawn = stream.getvalue()
    assert drawn.count("\r") == 3
    assert drawn.endswith("Embedding: 3, 1.0/s\n")


def test_a_second_piece_of_work_has_its_own_rate() -> None:
    stream, seconds = io.StringIO(), Seconds()
    with progress_line("Building", stream=stream, seconds=seconds) as report:
        seconds.now += 10
        report(Progress(100_000, 100_000, "copying"))
        report(Progress(0, 50, "measuring"))
        seconds.now += 10
        report(Progress(20, 50, "measuring"))
    assert stream.getvalue().splitlines()[-1] == (
        "Building: 20 of 50 (40%), 2.0/s, 0:15 left, measuring"
    )


def test_work_that_fails_leaves_the_line_ended() -> None:
    stream, seconds = Terminal(), Seconds()

    def work() -> None:
        with progress_line("Importing", stream=stream, seconds=seconds) as report:
            report(Progress(1, None, ""))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert stream.getvalue().endswith("Importing: 1\n")


def test_work_that_reports_nothing_draws_nothing() -> None:
    stream = Terminal()
    with progress_line("Importing", stream=stream):
        pass
    assert not stream.getvalue()
