"""The worker: runs jobs that were asked for, and those that the schedule wants."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import closing

from app.domain.errors import WatcherError
from app.domain.jobs import JobState
from app.jobs.runner import Runner
from app.logs import set_up_logging
from app.settings import settings
from app.wiring import open_services

_GRACE = 8.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run once, or with ``--watch`` until SIGTERM. Exit code 0; 1 where something failed."""
    parser = argparse.ArgumentParser(
        prog="python sync_worker.py",
        description="Do what is due now, then end; with --watch go on by the schedule.",
    )
    parser.add_argument("--watch", action="store_true", help="keep running on the schedule")
    watch: bool = parser.parse_args(arguments).watch
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        chosen = settings()
        set_up_logging(chosen.log_level, chosen.log_format)
        with closing(open_services(chosen)) as services:
            runner = Runner(services, stop)
            if watch:
                return _watch(runner, stop)
            ended = runner.pass_once()
    except WatcherError as error:
        logging.getLogger("watcher").critical("The worker can't run: %s", error.detail)
        return 1
    for job in ended:
        print(f"{job.kind}: {job.state.value}. {job.outcome}")  # noqa: T201 -- a command prints
    return int(any(job.state is JobState.FAILED for job in ended))


def _watch(runner: Runner, stop: threading.Event) -> int:
    """Run until stopped, and then for at most 8 s more.

    A step that takes longer, such as training the index, is left in the middle: nothing that is
    published or stored is touched before it is complete, and the job is asked for again.
    """
    working = threading.Thread(target=runner.watch, name="worker", daemon=True)
    working.start()
    while working.is_alive() and not stop.wait(1):
        pass
    working.join(_GRACE)
    if working.is_alive():
        logging.getLogger("watcher").warning(
            "Stopped in the middle of a job; it is asked for again"
        )
        logging.shutdown()
        os._exit(0)
    return 0 if stop.is_set() else 1


if __name__ == "__main__":
    sys.exit(main())
