"""What a first start needs: titles, their vectors and an index.

Does nothing where an index is there already; what changed since is the worker's. Killed at any
point, the next call goes on. Exit code 0: done; 1: it failed or was stopped.
"""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial

from app.bootstrap import Services, open_services
from app.catalogue import load_sample_if_empty
from app.domain.errors import Damaged, LeaseHeld
from app.embeddings import index_all_items
from app.vector_store import index_due, rebuild_index
from scripts.commands import exit_code


def prepare(say: Callable[[str], None]) -> None:
    """Bring an installation to its first answer. Raises whatever the operator's calls raise."""
    with closing(open_services()) as services:
        if _has_index(services):
            return
    _patiently(load_sample_if_empty, say)
    with closing(open_services()) as services:
        if not any(services.titles.count().values()):
            say(
                "The catalogue is empty, and TMDB_API_KEY is set: the worker fetches from TMDB, "
                "the most popular titles first. They can be searched in a few minutes."
            )
            return
    _patiently(index_all_items, say)
    if index_due():
        _patiently(rebuild_index, say)


def _has_index(services: Services) -> bool:
    try:
        manifest = services.publisher.current()
    except Damaged:
        return False
    return manifest is not None and manifest.model == services.embedder.model


def _patiently(work: Callable[[], object], say: Callable[[str], None]) -> None:
    """Do the work as soon as nobody else does it."""
    said = ""
    while True:
        try:
            work()
        except LeaseHeld as error:
            if error.detail != said:
                said = error.detail
                say(f"Waiting. {said}")
            time.sleep(1)
        else:
            return


def main() -> int:
    """Prepare, and say what went wrong."""
    argparse.ArgumentParser(prog="python -m scripts.prepare", description=__doc__).parse_args()
    return exit_code(
        partial(prepare, partial(print, flush=True)),
        stopped="Stopped. What was done stays; the next start goes on.",
    )


if __name__ == "__main__":
    sys.exit(main())
