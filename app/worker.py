"""The worker: runs jobs that were asked for, and those that the schedule wants."""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import closing

from app.bootstrap import open_services
from app.domain.errors import WatcherError
from app.domain.jobs import Job, JobState
from app.doors.worker.runner import Runner
from app.logs import one_line, set_up_logging
from app.settings import settings

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
            ended: list[Job] = []
            work = runner.watch if watch else lambda: ended.extend(runner.pass_once())
            if not _finished(work, stop):
                return 1
    except WatcherError as error:
        logging.getLogger("watcher").critical("The worker can't run: %s", error.detail)
        return 1
    for job in ended:
        print(one_line(f"{job.kind}: {job.state.value}. {job.outcome or job.message}"))  # noqa: T201 -- a command prints
    return int(any(job.state is JobState.FAILED for job in ended))


def _finished(work: Callable[[], None], stop: threading.Event) -> bool:
    """Run to the end, or until stopped and then for at most 8 s more; False where it broke.

    A step that takes longer, such as training the index, is left in the middle: nothing that is
    published or stored is touched before it is complete, and the job is asked for again.
    """
    failed: list[str] = []

    def guarded() -> None:
        try:
            work()
        except WatcherError as error:
            failed.append(error.detail)
        except Exception as error:
            failed.append(f"a fault of watcher's own ({type(error).__name__})")
            logging.getLogger("watcher").exception("The fault")

    working = threading.Thread(target=guarded, name="worker", daemon=True)
    working.start()
    while working.is_alive() and not stop.is_set():
        working.join(0.2)
    working.join(_GRACE)
    if working.is_alive():
        logging.getLogger("watcher").warning(
            "Stopped in the middle of a job; it is asked for again"
        )
        logging.shutdown()
        os._exit(0)
    for why in failed:
        logging.getLogger("watcher").critical("The worker can't go on: %s", why)
    return not failed


if __name__ == "__main__":
    sys.exit(main())
